//! What only those hear who listen to the page, and what makes it usable without a pointer.

macro_rules! access {
    ([$($rest:ident)*] $($before:tt)*) => { collect! { [$($rest)*] $($before)*
    Restarted { en: "restarts: {}", ko: "재시작 {}번" }
    }};
}

//! The table of messages: one enum, whose texts stand in a file for each area of the page.
//!
//! An enum is written at one place. So each area is a macro that puts its messages behind those of the areas before, and
//! hands all of them to the next.

macro_rules! messages {
    ($($(#[$doc:meta])* $id:ident { en: $en:literal, ko: $ko:literal })*) => {
        /// A text of the page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Message { $($(#[$doc])* $id),* }

        impl Message {
            /// All messages.
            #[cfg(test)]
            pub const ALL: &[Message] = &[$(Message::$id),*];

            /// The English and the Korean text.
            pub(super) fn texts(self) -> (&'static str, &'static str) {
                match self { $(Message::$id => ($en, $ko)),* }
            }
        }
    };
}

/// Goes through the areas that are left; the last hands everything to `messages!`.
macro_rules! collect {
    ([$area:ident $($rest:ident)*] $($before:tt)*) => { $area! { [$($rest)*] $($before)* } };
    ([] $($all:tt)*) => { messages! { $($all)* } };
}

#[macro_use]
mod page;
#[macro_use]
mod terminal;
#[macro_use]
mod picture;
#[macro_use]
mod inspector;
#[macro_use]
mod why;
#[macro_use]
mod health;
#[macro_use]
mod session;
#[macro_use]
mod files;
#[macro_use]
mod images;
#[macro_use]
mod lessons;
#[macro_use]
mod access;
#[macro_use]
mod embed;
#[macro_use]
mod classroom;

collect! { [page terminal picture inspector why health session files images lessons access embed classroom] }

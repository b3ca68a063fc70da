//! The page in another page's frame.

macro_rules! embed {
    ([$($rest:ident)*] $($before:tt)*) => { collect! { [$($rest)*] $($before)*
    EmbedOpen { en: "Open in full", ko: "전체 페이지로 열기" }
    EmbedReset { en: "Start over", ko: "처음부터 다시" }
    ReadOnly { en: "Read only: open it in full to type", ko: "읽기 전용: 직접 입력하려면 전체 페이지로 여세요" }
    ManifestsRefused { en: "The cluster could not be prepared as this page asks:", ko: "이 페이지가 요청한 대로 클러스터를 준비하지 못했습니다:" }
    }};
}

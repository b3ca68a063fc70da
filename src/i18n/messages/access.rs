//! What only those hear who listen to the page, and what makes it usable without a pointer.

macro_rules! access {
    ([$($rest:ident)*] $($before:tt)*) => { collect! { [$($rest)*] $($before)*
    Restarted { en: "restarts: {}", ko: "재시작 {}번" }
    NewsAllRun { en: "{}: all {} Pods are running", ko: "{}: Pod {}개가 모두 실행 중" }
    NewsOneRuns { en: "{}: its Pod is running", ko: "{}: Pod 1개가 실행 중" }
    NewsSomeRun { en: "{}: {} of {} Pods are running", ko: "{}: {}개 실행 중, 원하는 Pod은 {}개" }
    NewsJob { en: "Job {}: {} of {} done", ko: "Job {}: {}개 끝남, 전체 {}개" }
    NewsService { en: "Service {}: Pods behind it: {}", ko: "Service {}: 뒤에 있는 Pod {}개" }
    NewsIs { en: "{} is {}", ko: "{}: {}" }
    NewsIsOn { en: "{} is {} on {}", ko: "{}: {}, {}" }
    NewsGone { en: "{} {} is gone", ko: "{} {}: 없어짐" }
    NewsMore { en: ", and {} more changes", ko: ", 그 밖에 {}가지" }
    Skips { en: "Skip", ko: "건너뛰기" }
    SkipToPrompt { en: "Skip to the prompt", ko: "프롬프트로 건너뛰기" }
    SkipToPicture { en: "Skip to the picture", ko: "그림으로 건너뛰기" }
    }};
}

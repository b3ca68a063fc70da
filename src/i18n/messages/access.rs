//! What only those hear who listen to the page, and what makes it usable without a pointer.

macro_rules! access {
    ([$($rest:ident)*] $($before:tt)*) => { collect! { [$($rest)*] $($before)*
    Restarted { en: "restarts: {}", ko: "재시작 {}번" }
    NewsAllRun { en: "{}: all {} Pods are running", ko: "{}: Pod {}개가 모두 실행 중" }
    NewsOneRuns { en: "{}: its Pod is running", ko: "{}: Pod 1개가 실행 중" }
    NewsSomeRun { en: "{}: {} of {} Pods are running", ko: "{}: {}개 실행 중, 원하는 Pod은 {}개" }
    NewsNoneRuns { en: "{}: it has no Pods", ko: "{}: Pod이 없음" }
    NewsRenewed { en: "{}: {} new Pods are running, of {}", ko: "{}: 새 Pod {}개 실행 중, 원하는 Pod은 {}개" }
    NewsJob { en: "Job {}: {} of {} done", ko: "Job {}: {}개 끝남, 전체 {}개" }
    NewsService { en: "Service {}: Pods behind it: {}", ko: "Service {}: 뒤에 있는 Pod {}개" }
    NewsIs { en: "{} is {}", ko: "{}: {}" }
    NewsIsOn { en: "{} is {} on {}", ko: "{}: {}, {}" }
    NewsGone { en: "{} {} is gone", ko: "{} {}: 없어짐" }
    NewsMore { en: ", and {} more changes", ko: ", 그 밖에 {}가지" }
    CordonNode { en: "Take no more Pods", ko: "새 Pod 받지 않기" }
    UncordonNode { en: "Take Pods again", ko: "다시 Pod 받기" }
    Expose { en: "Make a Service", ko: "Service 만들기" }
    Restart { en: "Replace its Pods", ko: "Pod 새로 띄우기" }
    ScaleOf { en: "Number of Pods of {}", ko: "{}의 Pod 수" }
    OneLess { en: "One less", ko: "하나 줄이기" }
    OneMore { en: "One more", ko: "하나 늘리기" }
    RunIt { en: "Run", ko: "실행" }
    WriteOn { en: "To the prompt", ko: "프롬프트에 쓰기" }
    Commands { en: "Commands", ko: "명령" }
    Objects { en: "What", ko: "무엇을" }
    WholeCluster { en: "Cluster", ko: "클러스터" }
    Verbs { en: "What to do with it", ko: "무엇을 할까" }
    PaletteHint { en: "Choose what, then what to do with it: the command appears here.", ko: "무엇을 어떻게 할지 고르면 명령이 여기에 나타납니다." }
    Skips { en: "Skip", ko: "건너뛰기" }
    SkipToPrompt { en: "Skip to the prompt", ko: "프롬프트로 건너뛰기" }
    SkipToPicture { en: "Skip to the picture", ko: "그림으로 건너뛰기" }
    }};
}

//! The terminal.

macro_rules! terminal {
    ([$($rest:ident)*] $($before:tt)*) => { collect! { [$($rest)*] $($before)*
    Terminal { en: "Terminal", ko: "터미널" }
    Prompt { en: "kubectl command", ko: "kubectl 명령" }
    Transcript { en: "Transcript", ko: "입력과 출력" }
    PromptHint { en: "Type a command, Tab completes", ko: "명령을 입력하세요 (Tab: 자동 완성)" }
    Welcome {
        en: "A whole Kubernetes cluster lives in this page. Try:",
        ko: "이 페이지 안에 Kubernetes 클러스터 하나가 통째로 살고 있습니다. 이렇게 시작해 보세요:"
    }
    CopyCommand { en: "Copy this command", ko: "이 명령 복사" }
    Copied { en: "Copied", ko: "복사했습니다" }
    NotCopied { en: "The browser does not let this page copy: select the text, and copy it yourself.", ko: "브라우저가 이 페이지의 복사를 막고 있습니다. 글자를 선택해서 직접 복사하세요." }
    ExitStatus { en: "exit status {}", ko: "종료 상태 {}" }
    Done { en: "{}: done, {} lines", ko: "{}: 완료, {}줄" }
    DoneOneLine { en: "{}: done, 1 line", ko: "{}: 완료, 1줄" }
    DoneSilently { en: "{}: done", ko: "{}: 완료" }
    Failed { en: "{}: exit status {}. {}", ko: "{}: 종료 상태 {}. {}" }
    Truncated { en: "Earlier output was dropped here.", ko: "이 앞의 출력은 지워졌습니다." }
    SearchHistory { en: "search:", ko: "검색:" }
    Completions { en: "Completions", ko: "자동 완성" }
    Complete { en: "Complete the word (Tab)", ko: "낱말 자동 완성 (Tab)" }
    MoreCandidates { en: "and {} more: go on typing", ko: "그 밖에 {}개: 더 입력하면 좁혀집니다" }
    }};
}

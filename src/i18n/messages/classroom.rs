//! The classroom: progress to carry, reports, building and presenting.

macro_rules! classroom {
    ([$($rest:ident)*] $($before:tt)*) => { collect! { [$($rest)*] $($before)*
    Progress { en: "Your progress", ko: "내 진도" }
    RecordLink { en: "Copy a link", ko: "링크 복사" }
    RecordLinkHint { en: "To go on at another computer: what is solved there stays solved", ko: "다른 컴퓨터에서 이어 가기: 그곳에서 해결한 것도 그대로 남습니다" }
    LinkToCopy { en: "The link", ko: "링크" }
    ClassOpen { en: "Open a file", ko: "파일 열기" }
    ClassOpenHint { en: "Progress, a report, or lessons that were handed out", ko: "진도, 보고서, 또는 나눠 받은 레슨" }
    RecordMerged { en: "Your progress is here: {} lessons, {} solved steps in all.", ko: "진도를 가져왔습니다. 레슨 {}개, 해결한 단계 {}개입니다." }
    RecordLinkCopied { en: "The link is copied: {} characters hold your progress.", ko: "링크를 복사했습니다. {}글자에 진도가 들어 있습니다." }
    ProgressAndClass { en: "Progress and class", ko: "진도와 수업" }
    Report { en: "Report", ko: "보고서" }
    ReportHint { en: "What you did in a lesson, for your teacher", ko: "레슨에서 한 일을 선생님께" }
    LearnerName { en: "Your name", ko: "이름" }
    ReportJson { en: "Save for the teacher", ko: "선생님께 낼 파일로 저장" }
    ReportCsv { en: "Table (CSV)", ko: "표(CSV)" }
    ReportPrint { en: "Print", ko: "인쇄" }
    ReportStep { en: "Step", ko: "단계" }
    ReportSolved { en: "Solved", ko: "해결" }
    ReportCommands { en: "Commands", ko: "명령" }
    ReportShown { en: "Shown", ko: "보여 줌" }
    ReportHints { en: "Hints", ko: "힌트" }
    ReportTime { en: "Time", ko: "시간" }
    ReportAttempts { en: "Begun {} times; {}", ko: "시작한 횟수 {}; {}" }
    ReportTyped { en: "What was typed", ko: "입력한 명령" }
    ReportState { en: "What there is at the end", ko: "마지막 상태" }
    ReportReplaying { en: "Replaying what was typed ...", ko: "입력한 명령을 재생하는 중입니다 ..." }
    ReportTrue { en: "Replayed: the recording leads to what the report says.", ko: "재생한 결과가 보고서의 내용과 같습니다." }
    ReportUntrue { en: "The recording does not lead to what this report says:", ko: "재생한 결과가 이 보고서의 내용과 다릅니다:" }
    AllLessons { en: "All lessons", ko: "모든 레슨" }
    AllLessonsHint { en: "The whole course instead of what was handed out", ko: "나눠 받은 레슨 대신 전체 과정 보기" }
    SetOpened { en: "Lessons that were handed out to you.", ko: "나눠 받은 레슨입니다." }
    }};
}

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
    ForTeachers { en: "For teachers", ko: "선생님께" }
    BuildLesson { en: "Build a lesson", ko: "레슨 만들기" }
    BuildLessonHint { en: "Type what it begins with, click what must be true, hand out a link", ko: "시작 상태를 입력하고, 확인할 것을 클릭하고, 링크로 나눠 주세요" }
    Builder { en: "A lesson of your own", ko: "직접 만드는 레슨" }
    BuildTitle { en: "Title", ko: "제목" }
    BuildSummary { en: "What it is about", ko: "무엇을 배우나요" }
    BuildStart { en: "How it begins", ko: "시작 상태" }
    BuildStartHint { en: "Type the commands in the terminal, then take them over.", ko: "터미널에 명령을 입력한 다음 가져오세요." }
    BuildTakeStart { en: "Take what was typed", ko: "입력한 명령 가져오기" }
    BuildReset { en: "Back to the beginning of this step", ko: "이 단계의 처음으로" }
    BuildStep { en: "Step {}", ko: "{}단계" }
    BuildAddStep { en: "Add a step", ko: "단계 추가" }
    BuildRemoveStep { en: "Remove this step", ko: "이 단계 지우기" }
    BuildStepTitle { en: "Step", ko: "단계 제목" }
    BuildGoal { en: "Goal", ko: "목표" }
    BuildHints { en: "Hints, the gentlest first, with a blank line between two", ko: "힌트(가벼운 것부터, 빈 줄로 나누기)" }
    BuildDone { en: "What is said when it is done", ko: "해냈을 때 할 말" }
    BuildChecks { en: "What must be true", ko: "확인할 것" }
    BuildChecksHint { en: "Click an object in the picture to add a check.", ko: "그림에서 오브젝트를 클릭하면 확인을 추가할 수 있습니다." }
    BuildOffers { en: "Checks for this object", ko: "이 오브젝트로 할 수 있는 확인" }
    BuildSolution { en: "How it is solved", ko: "해결 방법" }
    BuildRoute { en: "Another way that counts", ko: "인정할 다른 방법" }
    BuildMistakes { en: "Mistakes that must not count (two in all)", ko: "인정하지 않을 실수(모두 두 가지)" }
    BuildRecord { en: "Record what I type", ko: "입력을 기록하기" }
    BuildStop { en: "That is all", ko: "여기까지" }
    BuildPick { en: "Lessons of the course to hand out with it", ko: "함께 나눠 줄 과정의 레슨" }
    BuildTry { en: "Try it", ko: "해 보기" }
    BuildCheck { en: "Check it", ko: "검사하기" }
    BuildGood { en: "Both ways are accepted, and the mistakes are not. It can be handed out.", ko: "두 방법은 인정되고 실수는 인정되지 않습니다. 나눠 줘도 좋습니다." }
    BuildBad { en: "This is still missing or wrong:", ko: "아직 빠졌거나 잘못된 것:" }
    BuildLinkCopied { en: "The link is copied: {} characters hold the lessons.", ko: "링크를 복사했습니다. {}글자에 레슨이 들어 있습니다." }
    BuildFile { en: "Save as a file", ko: "파일로 저장" }
    BuildAnew { en: "Begin anew", ko: "새로 시작" }
    Present { en: "Present a script", ko: "스크립트 발표" }
    PresentHint { en: "Big type, keys that are shown, commands typed at one key", ko: "큰 글자, 누른 키 표시, 키 하나로 명령 입력" }
    Presenter { en: "Presenter", ko: "발표" }
    Bookmarks { en: "Bookmarks", ko: "책갈피" }
    PresentNext { en: "Type the next", ko: "다음 명령" }
    PresentReset { en: "Reset", ko: "처음으로" }
    PresentOver { en: "The script is over.", ko: "스크립트가 끝났습니다." }
    PresentScript { en: "Script", ko: "스크립트" }
    PresentScriptHint { en: "Commands; a line that begins with # is a bookmark.", ko: "명령을 적으세요. #으로 시작하는 줄은 책갈피입니다." }
    PresentTake { en: "Take it", ko: "사용하기" }
    PresentWrong { en: "Line {}: {}", ko: "{}번째 줄: {}" }
    PresentEnd { en: "Stop presenting", ko: "발표 끝내기" }
    }};
}

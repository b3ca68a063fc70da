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
    LinkCut {
        en: "This link is not whole: it was probably cut off on its way. Ask for it again.",
        ko: "온전하지 않은 링크입니다. 전달되는 도중에 잘린 것 같습니다. 다시 받아서 여세요."
    }
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
    ReportAttempts { en: "Attempts: {}. Made {}", ko: "시작한 횟수 {}. 만든 때 {}" }
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
    BuildWords { en: "Words in", ko: "글의 언어" }
    BuildTitle { en: "Title", ko: "제목" }
    BuildSummary { en: "What it is about", ko: "무엇을 배우나요" }
    BuildIntro { en: "What is said first", ko: "처음에 할 말" }
    BuildConditions { en: "Time, level, cluster", ko: "시간, 수준, 클러스터" }
    BuildMinutes { en: "Minutes", ko: "걸리는 시간(분)" }
    BuildLevel { en: "Level", ko: "수준" }
    BuildBeginner { en: "beginner", ko: "입문" }
    BuildIntermediate { en: "intermediate", ko: "중급" }
    BuildAdvanced { en: "advanced", ko: "고급" }
    BuildWorkers { en: "Worker nodes", ko: "워커 노드 수" }
    BuildSeed { en: "Seed", ko: "시드" }
    BuildStart { en: "How it begins", ko: "시작 상태" }
    BuildStartHint { en: "Type the commands in the terminal and take them over, or write them here.", ko: "터미널에 명령을 입력한 다음 가져오거나, 여기에 직접 적으세요." }
    BuildTakeStart { en: "Take what was typed", ko: "입력한 명령 가져오기" }
    BuildReset { en: "Back to the beginning of this step", ko: "이 단계의 처음으로" }
    BuildFiles { en: "Files that the learner finds", ko: "학습자에게 주는 파일" }
    BuildFileName { en: "Name of the file", ko: "파일 이름" }
    BuildFileText { en: "What is in it", ko: "파일 내용" }
    BuildAddFile { en: "+ A file", ko: "+ 파일" }
    BuildStep { en: "Step {}", ko: "{}단계" }
    BuildAddStep { en: "Add a step", ko: "단계 추가" }
    BuildRemoveStep { en: "Remove this step", ko: "이 단계 지우기" }
    BuildRaiseStep { en: "One place earlier", ko: "한 단계 앞으로" }
    BuildStepTitle { en: "Step", ko: "단계 제목" }
    BuildGoal { en: "Goal", ko: "목표" }
    BuildHints { en: "Hints, the gentlest first", ko: "힌트(가벼운 것부터)" }
    BuildAddHint { en: "+ A hint", ko: "+ 힌트" }
    BuildWhile { en: "While this is missing", ko: "이것이 아직일 때" }
    BuildAny { en: "anything", ko: "무엇이든" }
    BuildSays { en: "What is said", ko: "할 말" }
    BuildDone { en: "What is said when it is done", ko: "해냈을 때 할 말" }
    BuildAddDone { en: "+ What is said when it is done", ko: "+ 해냈을 때 할 말" }
    BuildUnmet { en: "Said instead of a check's own words", ko: "확인의 설명 대신 할 말" }
    BuildAddUnmet { en: "+ Words of your own for a check", ko: "+ 확인에 직접 쓴 설명" }
    BuildChecks { en: "What must be true", ko: "확인할 것" }
    BuildChecksHint { en: "Click an object in the picture, or choose one here.", ko: "그림에서 오브젝트를 클릭하거나 여기에서 고르세요." }
    BuildObject { en: "Choose an object", ko: "오브젝트 고르기" }
    BuildOffers { en: "Checks for this object", ko: "이 오브젝트로 할 수 있는 확인" }
    BuildAim { en: "Choose by clicking", ko: "클릭해서 고르기" }
    BuildWrite { en: "Write one", ko: "직접 쓰기" }
    BuildEdit { en: "Change as YAML", ko: "YAML로 고치기" }
    BuildSolution { en: "How it is solved", ko: "해결 방법" }
    BuildCommands { en: "Commands", ko: "명령" }
    BuildRoutes { en: "Other ways that count (one at least)", ko: "인정할 다른 방법(하나 이상)" }
    BuildRoute { en: "another way", ko: "다른 방법" }
    BuildRouteName { en: "What this way is called", ko: "이 방법의 이름" }
    BuildAddRoute { en: "+ Another way", ko: "+ 다른 방법" }
    BuildMistakes { en: "Mistakes that must not count (two in all)", ko: "인정하지 않을 실수(모두 두 가지)" }
    BuildMistakeName { en: "What is wrong", ko: "무엇이 잘못인가요" }
    BuildAddMistake { en: "+ A mistake", ko: "+ 실수" }
    BuildNoticed { en: "Noticed by", ko: "알아차리는 확인" }
    BuildFound { en: "found when it is checked", ko: "검사할 때 찾기" }
    BuildNote { en: "Note that appears", ko: "나타나는 안내" }
    BuildNoNote { en: "none", ko: "없음" }
    BuildLeadsBack { en: "What leads back", ko: "되돌리는 방법" }
    BuildNotes { en: "When something wrong was done", ko: "잘못했을 때의 안내" }
    BuildAddNote { en: "+ A note", ko: "+ 안내" }
    BuildWhen { en: "It appears while this is true", ko: "다음이 참인 동안 나타납니다" }
    BuildQuiz { en: "Quiz", ko: "퀴즈" }
    BuildAddQuiz { en: "+ A question", ko: "+ 문제" }
    BuildQuestion { en: "Question", ko: "질문" }
    BuildAnswer { en: "Answer", ko: "답" }
    BuildRight { en: "right", ko: "정답" }
    BuildWhy { en: "What is said to whoever chose it", ko: "이 답을 고른 사람에게 할 말" }
    BuildAddAnswer { en: "+ An answer", ko: "+ 답" }
    BuildMore { en: "More about this step", ko: "이 단계 더 보기" }
    BuildPatience { en: "How long the check waits (2m if not said)", ko: "검사할 때 기다리는 시간(기본 2m)" }
    BuildEnd { en: "After the last step", ko: "마지막 단계 뒤" }
    BuildEndTitle { en: "Heading at the end", ko: "끝의 제목" }
    BuildEndText { en: "What is said at the end", ko: "끝에 할 말" }
    BuildRecord { en: "Record what I type", ko: "입력을 기록하기" }
    BuildStop { en: "That is all", ko: "여기까지" }
    BuildPick { en: "Lessons of the course to hand out with it", ko: "함께 나눠 줄 과정의 레슨" }
    BuildCopyOf { en: "Change a copy", ko: "복사해서 고치기" }
    BuildOthers { en: "Several lessons in one file", ko: "파일 하나에 여러 레슨" }
    BuildHeading { en: "What is written above them", ko: "위에 적을 제목" }
    BuildAnother { en: "Another lesson", ko: "다른 레슨 더하기" }
    BuildOpen { en: "Open a file or a folder's files", ko: "파일 또는 폴더의 파일들 열기" }
    BuildOpened { en: "Opened: {}", ko: "열었습니다: {}" }
    BuildBack { en: "Back to what was here", ko: "이전 레슨으로 되돌리기" }
    BuildTry { en: "Try it", ko: "해 보기" }
    BuildCheck { en: "Check it", ko: "검사하기" }
    BuildHalt { en: "Stop checking", ko: "검사 그만하기" }
    BuildPlaysWay { en: "Playing way {} of {}: {}", ko: "방법 {} / {} 확인 중: {}" }
    BuildPlaysSolution { en: "your solutions", ko: "적어 둔 해결 방법" }
    BuildPlaysMistake { en: "Playing mistake {} of {}: {}", ko: "실수 {} / {} 확인 중: {}" }
    BuildGood { en: "Every way is accepted, and the mistakes are not. It can be handed out.", ko: "모든 방법이 인정되고 실수는 인정되지 않습니다. 나눠 줘도 좋습니다." }
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

//! Lessons.

macro_rules! lessons {
    ([$($rest:ident)*] $($before:tt)*) => { collect! { [$($rest)*] $($before)*
    Lessons { en: "Lessons", ko: "레슨" }
    LessonList { en: "Back to the list", ko: "목록으로" }
    LessonMinutes { en: "{} min", ko: "{}분" }
    LessonStep { en: "Step {} of {}", ko: "{}/{}단계" }
    LessonSteps { en: "Steps", ko: "단계" }
    LessonDone { en: "Done", ko: "완료" }
    LessonFold { en: "Fold the lesson", ko: "레슨 접기" }
    LessonAnew { en: "Once more", ko: "처음부터 다시" }
    LessonNext { en: "Next lesson", ko: "다음 레슨" }
    LessonMissing { en: "This lesson cannot be opened.", ko: "이 레슨을 열 수 없습니다." }
    LessonsMissing { en: "The lessons cannot be fetched just now.", ko: "지금은 레슨을 가져올 수 없습니다." }
    StepAgain { en: "Start this step again", ko: "이 단계 다시" }
    StepNext { en: "Next", ko: "다음" }
    StepUndone {
        en: "It was so, and is no longer. What comes next may build on it: bring it back, or start this step again.",
        ko: "해냈던 것이 지금은 달라졌습니다. 다음 단계에 필요할 수 있으니 되돌려 놓거나 이 단계를 다시 시작하세요."
    }
    StepDone { en: "That is it.", ko: "해냈습니다." }
    ShowMe { en: "Show me", ko: "보여 주기" }
    Hint { en: "Hint", ko: "힌트" }
    AnotherHint { en: "Another hint", ko: "힌트 더 보기" }
    ChecksMet { en: "{} of {} met", ko: "{}/{} 충족" }
    StillMissing { en: "Still missing", ko: "아직 남은 것" }
    CommandsUsed { en: "You needed {} commands. The shortest way that we know takes {}.", ko: "명령 {}개로 끝냈습니다. 우리가 아는 길은 {}개입니다." }
    CommandsShown {
        en: "{} commands were typed. The shortest way that we know takes {}. Typed for you to see: {}.",
        ko: "명령이 {}개 입력되었습니다. 우리가 아는 길은 {}개입니다. 입력된 것 가운데 {}개는 보여 드린 것입니다."
    }
    RecordSave { en: "Save progress", ko: "진도 저장" }
    RecordSaveHint { en: "As a file, to go on at another computer", ko: "다른 컴퓨터에서 이어 가도록 파일로 저장" }
    }};
}

//! Files and their editor, and the menu of an object.

macro_rules! files {
    ([$($rest:ident)*] $($before:tt)*) => { collect! { [$($rest)*] $($before)*
    // The editor.
    Edit { en: "Edit", ko: "편집" }
    EditText { en: "Text of the file", ko: "파일 내용" }
    EditWrong { en: "This was not accepted. Your text is kept: correct it, or cancel.", ko: "받아들여지지 않았습니다. 입력한 내용은 그대로 있으니 고치거나 취소하세요." }
    Save { en: "Save", ko: "저장" }
    Cancel { en: "Cancel", ko: "취소" }
    SaveAndApply { en: "Save and apply", ko: "저장하고 적용" }
    WhatChanges { en: "What changes", ko: "바뀌는 것" }
    NothingChanges { en: "Applying this would change nothing, or it cannot be applied yet.", ko: "적용해도 바뀌는 것이 없거나, 아직 적용할 수 없습니다." }
    NoProblems { en: "The API server would accept this.", ko: "API 서버가 받아들일 내용입니다." }

    // Files, and the menu of an object.
    Files { en: "Files", ko: "파일" }
    NoFiles { en: "No files yet.", ko: "아직 파일이 없습니다." }
    NewFile { en: "New file", ko: "새 파일" }
    ApplyFile { en: "Apply", ko: "적용" }
    DownloadFile { en: "Download", ko: "내려받기" }
    RenameFile { en: "Rename", ko: "이름 바꾸기" }
    DeleteFile { en: "Delete", ko: "삭제" }
    DropFiles { en: "Drop a manifest anywhere to bring it in.", ko: "매니페스트를 끌어다 놓으면 여기로 들어옵니다." }
    DropTooLarge {
        en: "{} is larger than the 256 KB that a file here may have. A dump of a cluster can be opened in the menu Session.",
        ko: "{}은(는) 256KB보다 커서 가져올 수 없습니다. 클러스터 덤프라면 세션 메뉴에서 여세요."
    }
    DropNoText {
        en: "{} is not text (UTF-8). Only text files can be brought in.",
        ko: "{}은(는) 텍스트(UTF-8)가 아닙니다. 텍스트 파일만 가져올 수 있습니다."
    }
    DropUnreadable {
        en: "{} cannot be read. If it is a folder, drop the files in it.",
        ko: "{}을(를) 읽을 수 없습니다. 폴더라면 안에 있는 파일을 끌어다 놓으세요."
    }
    BusyElsewhere {
        en: "The prompt is in use: end what runs there (Ctrl-C, or exit), then try again.",
        ko: "프롬프트를 다른 것이 쓰고 있습니다. 실행 중인 것을 끝내고(Ctrl-C 또는 exit) 다시 해 보세요."
    }
    InsertName { en: "Insert its name", ko: "이름 넣기" }
    Describe { en: "Describe", ko: "자세히 보기" }
    ShowYaml { en: "Show as YAML", ko: "YAML로 보기" }
    ShowLogs { en: "Show its logs", ko: "로그 보기" }
    OpenShell { en: "Open a shell inside", ko: "안에서 셸 열기" }
    DrainNode { en: "Move its Pods away", ko: "Pod을 다른 곳으로 옮기기" }
    Scale { en: "Scale", ko: "수 바꾸기" }
    EditObject { en: "Edit", ko: "편집" }
    DeleteObject { en: "Delete", ko: "삭제" }
    }};
}

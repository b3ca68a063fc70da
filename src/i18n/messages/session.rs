//! The session: its course, and how it is kept and shared.

macro_rules! session {
    ([$($rest:ident)*] $($before:tt)*) => { collect! { [$($rest)*] $($before)*
    // The course of the session.
    Timeline { en: "Timeline", ko: "타임라인" }
    Undo { en: "Undo", ko: "되돌리기" }
    Redo { en: "Redo", ko: "다시 하기" }
    Undone { en: "Undone: {}", ko: "되돌렸습니다: {}" }
    Redone { en: "Done again: {}", ko: "다시 했습니다: {}" }
    BackToNow { en: "Back to now", ko: "지금으로" }
    CompareWithNow { en: "Compare with now", ko: "지금과 비교" }
    Pin { en: "Compare from here", ko: "여기부터 비교" }
    PinHint { en: "Now go to the other moment on the timeline: what differs between the two is listed here.", ko: "이제 타임라인에서 다른 순간으로 가 보세요. 두 순간 사이에 달라진 것이 여기에 나옵니다." }
    Pinned { en: "Compared from {}", ko: "{}부터 비교 중" }
    Unpin { en: "End this comparison", ko: "비교 끝내기" }
    CompareAgain { en: "Compare", ko: "비교" }
    ChangesBetween { en: "What changes from {} to {}", ko: "{}부터 {}까지 바뀌는 것" }
    NoChanges { en: "Nothing but time passes.", ko: "시간 말고는 바뀌는 것이 없습니다." }
    ChangeAdded { en: "is created", ko: "생김" }
    ChangeRemoved { en: "is deleted", ko: "없어짐" }
    ChangeReplaced { en: "is replaced by a new one", ko: "새것으로 바뀜" }
    ChangeChanged { en: "changes", ko: "바뀜" }
    ChangeNothing { en: "nothing", ko: "없음" }
    MoreChanges { en: "and {} more objects", ko: "그 밖에 오브젝트 {}개" }
    Branches { en: "Other courses", ko: "다른 갈래" }
    BranchesHint { en: "What you did before you went back and did something else", ko: "되돌아가서 다른 일을 하기 전에 했던 것" }
    BranchCount { en: "{} other", ko: "다른 갈래 {}개" }

    // The session, kept and shared.
    Session { en: "Session", ko: "세션" }
    ShareHeading { en: "Share and keep", ko: "나누고 보관하기" }
    CopyLink { en: "Copy a link to this session", ko: "이 세션의 링크 복사" }
    LinkToSession { en: "Link to this session", ko: "이 세션의 링크" }
    LinkCopied { en: "The link is copied: {} characters hold the whole session.", ko: "링크를 복사했습니다. {}글자에 세션 전체가 들어 있습니다." }
    LinkTooLong {
        en: "This session is too long for a link: {} characters, of which {} would arrive safely. Save it as a file instead.",
        ko: "이 세션은 링크에 담기에는 너무 깁니다({}글자, 안전한 길이는 {}글자). 대신 파일로 저장하세요."
    }
    NoCompression { en: "This browser cannot make links. Save the session as a file instead.", ko: "이 브라우저에서는 링크를 만들 수 없습니다. 대신 파일로 저장하세요." }
    SaveSessionFile { en: "Save as a file", ko: "파일로 저장" }
    FileSaved { en: "The file is in your downloads.", ko: "다운로드 폴더에 저장했습니다." }
    SaveFailed {
        en: "This browser has no room for this session, or is set to keep nothing. To have it again later, save it as a file: menu Session.",
        ko: "이 브라우저에 세션을 저장할 자리가 없거나 저장이 막혀 있습니다. 나중에 다시 쓰려면 세션 메뉴에서 파일로 저장하세요."
    }
    ExportHeading { en: "Take it elsewhere", ko: "내보내기" }
    ExportManifests { en: "Manifests for kubectl apply (YAML)", ko: "kubectl apply용 매니페스트(YAML)" }
    ExportKind { en: "A kind cluster with all of it (script)", ko: "kind 클러스터로 옮기기(스크립트)" }
    ExportScript { en: "The commands (script)", ko: "입력한 명령(스크립트)" }
    ExportSvg { en: "The picture (SVG)", ko: "그림(SVG)" }
    ExportPng { en: "The picture (PNG)", ko: "그림(PNG)" }
    PictureFailed { en: "This browser could not draw the picture into a file.", ko: "이 브라우저에서는 그림을 파일로 만들 수 없습니다." }
    NothingToExport { en: "Nothing has been made in the cluster yet.", ko: "아직 클러스터에 만든 것이 없습니다." }
    SessionsHeading { en: "Other sessions", ko: "다른 세션" }
    ImportFile { en: "Open a file: session, manifests, dump or script", ko: "파일 열기: 세션, 매니페스트, 덤프, 스크립트" }
    NewSession { en: "New session", ko: "새 세션" }
    Forget { en: "Delete", ko: "지우기" }
    ForgetSession { en: "Delete the session {}", ko: "{} 세션 지우기" }
    FileUnreadable { en: "This file cannot be read.", ko: "이 파일은 읽을 수 없습니다." }
    LastSession { en: "Your last session is kept, in the menu Session: {}\n", ko: "지난 세션은 세션 메뉴에 보관되어 있습니다: {}\n" }
    FileTooLarge {
        en: "This file cannot be read: it may be larger than the 16 MB that can be opened.",
        ko: "이 파일은 읽을 수 없습니다. 열 수 있는 크기인 16MB보다 클 수 있습니다."
    }
    NoText {
        en: "This file is not text (UTF-8). What can be opened: sessions, manifests (YAML or JSON), scripts, and pictures of sessions.",
        ko: "이 파일은 텍스트(UTF-8)가 아닙니다. 세션, 매니페스트(YAML 또는 JSON), 스크립트, 그리고 여기에서 저장한 세션의 그림을 열 수 있습니다."
    }
    HelmTemplate {
        en: "This is a Helm template, of which helm makes manifests. Open what helm template prints.",
        ko: "이 파일은 Helm 템플릿입니다. helm template이 출력한 매니페스트를 여세요."
    }
    NoObject {
        en: "Document {} of this file, at line {}, is no Kubernetes object: it needs apiVersion, kind and a name. Nothing of the file was taken in.",
        ko: "이 파일의 {}번째 문서({}번째 줄부터)는 Kubernetes 오브젝트가 아닙니다. apiVersion, kind, 이름이 있어야 합니다. 파일에서 아무것도 가져오지 않았습니다."
    }
    NothingToImport { en: "There is nothing in this file that could be made in a cluster.", ko: "이 파일에는 클러스터에 만들 것이 없습니다." }
    LinkBroken {
        en: "This link or file does not hold a whole session: it was probably cut off on its way. Ask for it again; until then, go on here.",
        ko: "이 링크나 파일에 든 세션이 온전하지 않습니다. 전해지는 도중에 잘린 것 같습니다. 다시 받아 보고, 그동안은 여기서 계속하세요."
    }
    LinkNewer {
        en: "This session was made by a newer Kubarium. Load the page again to get that version.",
        ko: "더 새로운 Kubarium에서 만든 세션입니다. 페이지를 다시 불러와 새 버전을 받으세요."
    }
    OtherVersion {
        en: "This session was recorded with another version of Kubarium, and something came out differently here.",
        ko: "다른 버전의 Kubarium에서 기록한 세션이라, 여기서는 결과가 조금 다릅니다."
    }
    Resumed { en: "Your session goes on where you left it.", ko: "두고 간 자리에서 세션을 이어 갑니다." }
    }};
}

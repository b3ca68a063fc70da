//! The inspector: its parts, and the YAML in it.

macro_rules! inspector {
    ([$($rest:ident)*] $($before:tt)*) => { collect! { [$($rest)*] $($before)*
    // The inspector.
    Summary { en: "Summary", ko: "요약" }
    Events { en: "Events", ko: "이벤트" }
    NoEvents { en: "No events.", ko: "이벤트가 없습니다." }
    Yaml { en: "YAML", ko: "YAML" }
    Close { en: "Close", ko: "닫기" }
    Gone { en: "This object no longer exists.", ko: "이 오브젝트는 이제 없습니다." }
    Namespace { en: "Namespace", ko: "네임스페이스" }
    Labels { en: "Labels", ko: "레이블" }
    Selector { en: "Selector", ko: "셀렉터" }
    Status { en: "Status", ko: "상태" }
    Node { en: "Node", ko: "노드" }
    PodIp { en: "Pod IP", ko: "Pod IP" }
    Containers { en: "Containers", ko: "컨테이너" }
    Restarts { en: "Restarts", ko: "재시작" }
    ControlledBy { en: "Controlled by", ko: "관리하는 것" }
    Created { en: "Created", ko: "만들어진 때" }
    Replicas { en: "Replicas", ko: "레플리카" }
    Type { en: "Type", ko: "유형" }
    Ports { en: "Ports", ko: "포트" }

    // The inspector: its parts.
    Why { en: "Why?", ko: "왜?" }
    Related { en: "Related", ko: "관계" }
    Logs { en: "Logs", ko: "로그" }
    Parts { en: "Parts of the inspector", ko: "인스펙터의 부분" }
    Back { en: "Back", ko: "뒤로" }
    FindObject { en: "Go to an object", ko: "오브젝트 찾아가기" }
    NoSuchObject { en: "There is no such object.", ko: "그런 오브젝트가 없습니다." }
    InspectorWidth { en: "Width of the inspector", ko: "인스펙터의 너비" }
    TypeThis { en: "Type this command in the terminal", ko: "이 명령을 터미널에 입력" }
    OpenTerminal { en: "A terminal in the container:", ko: "컨테이너 안의 터미널:" }
    Container { en: "Container", ko: "컨테이너" }
    InitContainer { en: "init container", ko: "초기화 컨테이너" }
    EphemeralContainer { en: "ephemeral container", ko: "임시 컨테이너" }
    PreviousLog { en: "Before the last restart", ko: "마지막 재시작 이전" }
    NoLog { en: "The container has written nothing.", ko: "컨테이너가 아무것도 쓰지 않았습니다." }
    Image { en: "Image", ko: "이미지" }
    LastEnd { en: "Ended last time", ko: "지난번 종료" }
    Exit { en: "Ended", ko: "종료" }
    Requests { en: "Requests", ko: "요청량" }
    Limits { en: "Limits", ko: "상한" }
    Probes { en: "Probes", ko: "프로브" }
    Mounts { en: "Mounts", ko: "마운트" }
    Rules { en: "Rules", ko: "규칙" }
    Address { en: "Address", ko: "주소" }
    Schedule { en: "Schedule", ko: "일정" }
    Capacity { en: "Capacity", ko: "용량" }
    Version { en: "Version", ko: "버전" }
    Data { en: "Keys", ko: "키" }
    OwnersAndDependents { en: "Owners and dependents", ko: "소유자와 딸린 것" }
    SpeaksOf { en: "Connected with", ko: "연결된 것" }

    // The inspector: YAML.
    EditYaml { en: "Edit", ko: "편집" }
    EditYamlText { en: "YAML to be changed", ko: "고칠 YAML" }
    NotAccepted { en: "This was not accepted. Your text is kept.", ko: "받아들여지지 않았습니다. 입력한 내용은 그대로 있습니다." }
    NothingChanged { en: "Nothing is changed yet.", ko: "아직 바뀐 것이 없습니다." }
    YourChange { en: "Your change", ko: "바뀌는 부분" }
    Apply { en: "Apply", ko: "적용" }
    ApplyHint { en: "Apply types this in the terminal:", ko: "적용하면 터미널에 이렇게 입력됩니다:" }
    }};
}

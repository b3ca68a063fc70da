//! The table of messages.

macro_rules! messages {
    ($($(#[$doc:meta])* $id:ident { en: $en:literal, ko: $ko:literal })*) => {
        /// A text of the page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Message { $($(#[$doc])* $id),* }

        impl Message {
            /// All messages.
            #[cfg(test)]
            pub const ALL: &[Message] = &[$(Message::$id),*];

            /// The English and the Korean text.
            pub(super) fn texts(self) -> (&'static str, &'static str) {
                match self { $(Message::$id => ($en, $ko)),* }
            }
        }
    };
}

messages! {
    // The header.
    VirtualTime { en: "Virtual time", ko: "가상 시간" }
    Pause { en: "Pause", ko: "일시 정지" }
    Resume { en: "Resume", ko: "계속" }
    Step { en: "Step: run the next event", ko: "한 단계: 다음 이벤트 실행" }
    Speed { en: "Speed", ko: "속도" }
    UntilQuiet { en: "Until quiet", ko: "잠잠해질 때까지" }
    UntilQuietHint { en: "Run as fast as possible until nothing changes", ko: "더 바뀌는 것이 없을 때까지 최대한 빨리 실행" }
    Clock { en: "Time since the cluster started", ko: "클러스터가 시작된 뒤 흐른 시간" }
    SwitchLanguage { en: "한국어로 보기", ko: "Read in English" }
    LightTheme { en: "Light theme", ko: "밝은 테마" }
    DarkTheme { en: "Dark theme", ko: "어두운 테마" }
    SideBySide { en: "Terminal beside the picture", ko: "터미널을 그림 옆에 두기" }
    Splitter { en: "Height of the picture", ko: "그림의 높이" }

    // The terminal.
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
    ExitStatus { en: "exit status {}", ko: "종료 상태 {}" }
    Done { en: "{}: done, {} lines", ko: "{}: 완료, {}줄" }
    Failed { en: "{}: exit status {}. {}", ko: "{}: 종료 상태 {}. {}" }
    Truncated { en: "Earlier output was dropped here.", ko: "이 앞의 출력은 지워졌습니다." }
    SearchHistory { en: "search:", ko: "검색:" }
    Completions { en: "Completions", ko: "자동 완성" }
    Complete { en: "Complete the word (Tab)", ko: "낱말 자동 완성 (Tab)" }
    MoreCandidates { en: "and {} more: go on typing", ko: "그 밖에 {}개: 더 입력하면 좁혀집니다" }

    // The picture.
    Picture { en: "The cluster", ko: "클러스터" }
    Outside { en: "Outside the cluster", ko: "클러스터 바깥" }
    You { en: "You", ko: "나" }
    Workstation { en: "workstation", ko: "작업용 PC" }
    LoadBalancer { en: "Load balancer", ko: "로드 밸런서" }
    Workloads { en: "Workloads", ko: "워크로드" }
    NoWorkloads {
        en: "Nothing runs here yet: kubectl create deployment mynginx --image=nginx",
        ko: "아직 아무것도 없습니다: kubectl create deployment mynginx --image=nginx"
    }
    Services { en: "Services", ko: "Service" }
    Desired { en: "desired", ko: "desired" }
    Current { en: "current", ko: "current" }
    ReadyCount { en: "ready", ko: "ready" }
    Wanted { en: "completions", ko: "completions" }
    Active { en: "active", ko: "active" }
    Succeeded { en: "succeeded", ko: "succeeded" }
    Ready { en: "Ready", ko: "Ready" }
    NotReady { en: "NotReady", ko: "NotReady" }
    SchedulingDisabled { en: "SchedulingDisabled", ko: "SchedulingDisabled" }
    ControlPlane { en: "control plane", ko: "컨트롤 플레인" }
    Worker { en: "worker", ko: "워커" }
    PendingTray { en: "Waiting for a node", ko: "노드를 기다리는 중" }
    SystemPods { en: "System Pods", ko: "시스템 Pod" }
    PullingImage { en: "pulling image", ko: "이미지 받는 중" }
    ClusterIp { en: "cluster IP", ko: "클러스터 IP" }
    ExternalIp { en: "external IP", ko: "외부 IP" }
    ExternalName { en: "external name", ko: "외부 이름" }
    EndpointsReady { en: "{} of {} ready", ko: "{}/{} Ready" }
    PacketStopped { en: "The packet stops here", ko: "패킷이 여기서 멈췄습니다" }
    AnsweredBy { en: "{} answered", ko: "{}이(가) 응답" }
    Internet { en: "The internet", ko: "인터넷" }

    // The picture's tools.
    PictureTools { en: "How the cluster is shown", ko: "클러스터를 보는 방법" }
    PictureView { en: "View", ko: "보기" }
    ByNode { en: "By node", ko: "노드별" }
    ByApp { en: "By app", ko: "앱별" }
    Closer { en: "Closer: what is in the Pods (+)", ko: "가까이: Pod 안까지 보기 (+)" }
    Farther { en: "Farther: the whole cluster (-)", ko: "멀리: 클러스터 전체 보기 (-)" }
    SearchPicture { en: "Search the cluster (/; Enter: go there)", ko: "클러스터에서 찾기 (/; Enter: 찾은 곳으로)" }
    SearchHint { en: "Search", ko: "찾기" }
    SearchFound { en: "{} found", ko: "{}개 찾음" }
    Filter { en: "Filter", ko: "필터" }
    AllNamespaces { en: "all", ko: "전체" }
    Kinds { en: "Kinds", ko: "종류" }
    ShowAll { en: "Show everything", ko: "모두 보기" }
    FinishedPods { en: "+{} finished", ko: "+완료된 Pod {}개" }
    FoldFinished { en: "Fold", ko: "접기" }
    OldSets { en: "+{} old", ko: "+이전 {}개" }
    Request { en: "Request", ko: "요청" }
    StoryOf { en: "Story of {}", ko: "{} 요청이 지나온 길" }
    StoryForgotten { en: "This request was too long ago: nobody remembers it.", ko: "너무 오래된 요청이라 기록이 남아 있지 않습니다." }
    MapLabel { en: "{} nodes, {} Ready, {} Pods", ko: "노드 {}개, Ready {}개, Pod {}개" }
    MapLegend { en: "from empty to full, something fails, not Ready", ko: "비어 있음에서 가득 참까지, 무언가 실패함, NotReady" }
    FaultsOf { en: "What can happen to {}", ko: "{}에 일어날 수 있는 일" }
    UndoFault { en: "{}: undo", ko: "{}: 되돌리기" }
    FaultPowerOff { en: "Power off", ko: "전원 끄기" }
    FaultKubelet { en: "Stop the kubelet", ko: "kubelet 멈추기" }
    FaultPartition { en: "Pull the network cable", ko: "네트워크 케이블 뽑기" }
    FaultBridge { en: "Take the Pods' bridge down", ko: "Pod 브리지 내리기" }
    FaultMemory { en: "Use up the memory", ko: "메모리 다 쓰기" }
    FaultDisk { en: "Fill the disk", ko: "디스크 채우기" }
    FaultRegistry { en: "Cut off the registry", ko: "레지스트리 막기" }
    FaultSlow { en: "Slow the network down", ko: "네트워크 느리게 하기" }
    Storage { en: "Storage", ko: "스토리지" }

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
    SaveFailed { en: "The browser has no room to save this session.", ko: "브라우저에 이 세션을 저장할 자리가 없습니다." }
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
    NoObject { en: "Document {} of this file is no Kubernetes object.", ko: "이 파일의 {}번째 문서는 Kubernetes 오브젝트가 아닙니다." }
    NothingToImport { en: "There is nothing in this file that could be made in a cluster.", ko: "이 파일에는 클러스터에 만들 것이 없습니다." }
    LinkBroken {
        en: "This link or file does not hold a whole session: it was probably cut off on its way. Here is a new session.",
        ko: "이 링크나 파일에 든 세션이 온전하지 않습니다. 전해지는 도중에 잘린 것 같습니다. 새 세션으로 시작합니다."
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

    // The course of the session.
    Timeline { en: "Timeline", ko: "타임라인" }
    Undo { en: "Undo", ko: "되돌리기" }
    Redo { en: "Redo", ko: "다시 하기" }
    Undone { en: "Undone: {}", ko: "되돌렸습니다: {}" }
    Redone { en: "Done again: {}", ko: "다시 했습니다: {}" }
    BackToNow { en: "Back to now", ko: "지금으로" }
    CompareWithNow { en: "Compare with now", ko: "지금과 비교" }
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
    // The inspector: its parts.
    Why { en: "Why?", ko: "왜?" }
    Related { en: "Related", ko: "관계" }
    Logs { en: "Logs", ko: "로그" }
    Parts { en: "Parts of the inspector", ko: "인스펙터의 부분" }
    Back { en: "Back", ko: "뒤로" }
    FindObject { en: "Go to an object", ko: "오브젝트 찾아가기" }
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

    // The inspector: why.
    WhyHint {
        en: "Newest first. Each step was caused by the one below it.",
        ko: "최근 것이 위에 있습니다. 각 단계는 바로 아래 단계 때문에 일어났습니다."
    }
    YouTyped { en: "You typed", ko: "내가 입력한 명령" }
    CameOf { en: "What came of this command", ko: "이 명령으로 일어난 일" }
    NothingCame { en: "Nothing in the API was changed by it.", ko: "API에서 바뀐 것이 없습니다." }
    BackToWhy { en: "← Why?", ko: "← 왜?" }
    AllChanges { en: "All changes of this object", ko: "이 오브젝트의 모든 변경" }
    FromOutside { en: "Somebody outside asked for it.", ko: "바깥에서 들어온 요청입니다." }
    FromTheStart { en: "It has been so since the cluster began.", ko: "클러스터가 시작될 때부터 그랬습니다." }
    NotKnown { en: "What came before is no longer known.", ko: "그 이전의 일은 더 이상 기록에 없습니다." }
    AndMore { en: "and {} more", ko: "그 밖에 {}개" }
    WasCreated { en: "created", ko: "생성" }
    WasChanged { en: "changed", ko: "변경" }
    WasCondemned { en: "asked to end", ko: "삭제 요청" }
    WasRemoved { en: "removed", ko: "제거" }
    WaitedRetry { en: "tried again after {} s", ko: "{}초 뒤 다시 시도" }
    WaitedBackOff { en: "after a back-off of {} s", ko: "백오프 {}초 뒤" }
    WaitedProbe { en: "at the next probe, after {} s", ko: "{}초 뒤 다음 프로브에서" }
    WaitedGrace { en: "after a grace period of {} s", ko: "유예 기간 {}초 뒤" }
    WaitedToleration { en: "after {} s: as long as the Pod tolerated it", ko: "{}초 뒤: Pod이 견디기로 한 시간이 지남" }
    WaitedSchedule { en: "when its time had come, after {} s", ko: "{}초 뒤 예정된 시각에" }
    WaitedPeriod { en: "at the next regular look, after {} s", ko: "{}초 뒤 다음 정기 점검에서" }
    WaitedSilence { en: "after {} s without a sign of life", ko: "{}초 동안 아무 신호가 없어서" }
    WaitedDeadline { en: "after {} s: its deadline", ko: "{}초 뒤: 기한이 지남" }
    WaitedExit { en: "when the container's process had ended, after {} s", ko: "{}초 뒤 컨테이너의 프로세스가 끝나서" }
    WaitedExpiry { en: "after {} s: its time to live", ko: "{}초 뒤: 보관 기간이 지남" }
    WaitedSettle { en: "after {} s: as long as it had to stay so", ko: "{}초 뒤: 그대로 유지되어야 하는 시간이 지남" }
    WaitedPull { en: "after the image was pulled, {} s", ko: "이미지를 받느라 {}초 뒤" }
    WaitedLaunch { en: "after {} s for starting it", ko: "시작하는 데 {}초 걸림" }
    DidStopKubelet { en: "The kubelet on {} was stopped", ko: "{}의 kubelet이 멈춤" }
    DidStartKubelet { en: "The kubelet on {} was started", ko: "{}의 kubelet이 시작됨" }
    DidPowerOff { en: "{} was switched off", ko: "{}의 전원이 꺼짐" }
    DidPowerOn { en: "{} was switched on", ko: "{}의 전원이 켜짐" }
    DidLinkDown { en: "The network interface of {} was taken down", ko: "{}의 네트워크 인터페이스가 내려감" }
    DidLinkUp { en: "The network interface of {} was brought up", ko: "{}의 네트워크 인터페이스가 올라옴" }
    DidChangeNetwork { en: "The network stack of {} was changed", ko: "{}의 네트워크 설정이 바뀜" }
    DidFillDisk { en: "Something big was written on the disk of {}", ko: "{}의 디스크에 큰 파일이 쓰임" }
    DidWriteManifest { en: "A manifest of a static Pod on {} was changed", ko: "{}에 있는 정적 Pod의 매니페스트를 바꿈" }
    DidTakeMemory { en: "A process on {} took memory", ko: "{}의 프로세스가 메모리를 차지함" }
    DidFreeMemory { en: "A process on {} gave memory back", ko: "{}의 프로세스가 메모리를 돌려줌" }
    DidKill { en: "A process in the Pod {} was ended", ko: "Pod {}의 프로세스가 종료됨" }

    // The inspector: what a kind is.
    IsPod { en: "One or more containers that live together on one node and share one IP address.", ko: "한 노드에서 함께 살고 IP 주소 하나를 나눠 쓰는 컨테이너 묶음입니다." }
    IsReplicaSet { en: "Keeps so many Pods of one template alive. Mostly made by a Deployment.", ko: "같은 틀의 Pod을 정해진 수만큼 살려 둡니다. 보통 Deployment가 만듭니다." }
    IsDeployment { en: "Keeps replicas of a Pod running and rolls new versions out step by step.", ko: "Pod 복제본을 계속 실행하고, 새 버전을 조금씩 바꿔 넣습니다." }
    IsStatefulSet { en: "Runs Pods that have names and storage of their own, one after the other.", ko: "고유한 이름과 저장소를 가진 Pod을 차례로 실행합니다." }
    IsDaemonSet { en: "Runs one Pod on every node that fits.", ko: "조건에 맞는 모든 노드에 Pod을 하나씩 실행합니다." }
    IsJob { en: "Runs Pods until the work is done.", ko: "일이 끝날 때까지 Pod을 실행합니다." }
    IsCronJob { en: "Makes a Job whenever its time comes.", ko: "정해진 시각마다 Job을 만듭니다." }
    IsNode { en: "A machine of the cluster. Its kubelet runs the Pods that are bound to it.", ko: "클러스터의 머신입니다. kubelet이 이 노드에 배정된 Pod을 실행합니다." }
    IsService { en: "One stable name and address for Pods that come and go.", ko: "생겼다 사라지는 Pod들 앞에 놓인 변하지 않는 이름과 주소입니다." }
    IsEndpointSlice { en: "The addresses behind a Service.", ko: "Service 뒤에 있는 주소 목록입니다." }
    IsIngress { en: "Leads HTTP requests to Services by host and path.", ko: "호스트와 경로에 따라 HTTP 요청을 Service로 보냅니다." }
    IsConfigMap { en: "Settings that Pods read as files or variables.", ko: "Pod이 파일이나 변수로 읽는 설정입니다." }
    IsSecret { en: "Settings that not everybody should see.", ko: "아무나 보면 안 되는 설정입니다." }
    IsClaim { en: "A request for storage.", ko: "저장 공간에 대한 요청입니다." }
    IsVolume { en: "A piece of storage that a claim can get.", ko: "클레임이 받을 수 있는 저장 공간입니다." }
    IsStorageClass { en: "A way to make storage when it is asked for.", ko: "요청이 있을 때 저장 공간을 만드는 방법입니다." }
    IsNamespace { en: "A space for names, with rights and limits of its own.", ko: "이름을 나누는 공간으로, 권한과 한도를 따로 둘 수 있습니다." }
    IsAutoscaler { en: "Changes the number of replicas by what the Pods use.", ko: "Pod의 사용량에 따라 복제본 수를 바꿉니다." }
    IsNetworkPolicy { en: "Says who may talk to the Pods that it selects.", ko: "선택한 Pod과 누가 통신할 수 있는지 정합니다." }
    IsServiceAccount { en: "Who a Pod is to the API server.", ko: "API 서버가 보는 Pod의 신분입니다." }

    // The inspector: how it is doing.
    PodReady { en: "Runs and is ready (containers: {}).", ko: "실행 중이고 준비되었습니다 (컨테이너 {}개)." }
    PodStarting { en: "Is being started.", ko: "시작하는 중입니다." }
    PodUnready { en: "Runs, but is not ready: Services send it nothing.", ko: "실행 중이지만 준비되지 않아 Service가 트래픽을 보내지 않습니다." }
    PodLeaving { en: "Is being ended; its containers have {} s for it.", ko: "종료하는 중입니다. 컨테이너에 주어진 시간은 {}초입니다." }
    PodDone { en: "Has done its work.", ko: "할 일을 마쳤습니다." }
    PodFailed { en: "Its containers have ended with an error.", ko: "컨테이너가 오류로 끝났습니다." }
    PodRefused { en: "Was ended: {}.", ko: "종료되었습니다: {}." }
    PodUnschedulable { en: "No node takes it.", ko: "받아 줄 노드가 없습니다." }
    PodNoImage { en: "The image of the container {} cannot be pulled.", ko: "컨테이너 {}의 이미지를 받을 수 없습니다." }
    PodCrashes { en: "The container {} ends again and again.", ko: "컨테이너 {}이(가) 시작할 때마다 끝나 버립니다." }
    PodConfig { en: "The container {} needs something that is not there.", ko: "컨테이너 {}에 필요한 것이 없습니다." }
    PodOom { en: "The container {} was killed: it used more memory than its limit.", ko: "컨테이너 {}이(가) 메모리 상한을 넘어 강제로 종료되었습니다." }
    PodWaits { en: "The container {} does not start.", ko: "컨테이너 {}이(가) 시작하지 못합니다." }
    AllReady { en: "All {} wanted Pods are ready.", ko: "원하는 Pod {}개가 모두 준비되었습니다." }
    SomeReady { en: "{} of {} wanted Pods are ready.", ko: "원하는 Pod {}/{}개가 준비되었습니다." }
    NoneWanted { en: "No Pods are wanted.", ko: "원하는 Pod 수가 0입니다." }
    RolloutStuck { en: "The rollout does not get on.", ko: "롤아웃이 진행되지 않습니다." }
    RolloutPaused { en: "The rollout is paused.", ko: "롤아웃이 멈춰 있습니다." }
    JobDone { en: "Is done: {} Pods succeeded.", ko: "끝났습니다. 성공한 Pod {}개." }
    JobFailed { en: "Has failed.", ko: "실패했습니다." }
    JobRuns { en: "Is at work: {} Pods.", ko: "실행 중입니다. Pod {}개." }
    NodeReady { en: "Is ready for Pods.", ko: "Pod을 받을 준비가 되었습니다." }
    NodeNotReady { en: "Is not ready for Pods.", ko: "Pod을 받을 준비가 되지 않았습니다." }
    NodeSilent { en: "Its kubelet has fallen silent: nobody knows how its Pods are.", ko: "kubelet의 소식이 끊겨 Pod의 상태를 알 수 없습니다." }
    NodePressed { en: "Is short of something: {}.", ko: "자원이 부족합니다: {}." }
    NodeCordoned { en: "Takes no new Pods (cordoned).", ko: "새 Pod을 받지 않습니다 (cordon)." }
    ServiceReady { en: "Leads to {} ready endpoints.", ko: "준비된 엔드포인트 {}개로 이어집니다." }
    ServiceEmpty { en: "Leads nowhere: no ready Pod has its labels.", ko: "이어지는 곳이 없습니다. 레이블이 맞고 준비된 Pod이 없습니다." }
    ServiceNoSelector { en: "Has no selector: somebody else must write its endpoints.", ko: "셀렉터가 없어 엔드포인트를 따로 만들어야 합니다." }
    ServiceAlias { en: "Is another name for {}.", ko: "{}의 다른 이름입니다." }
    BalancerPending { en: "Waits for an external address.", ko: "외부 주소를 기다리는 중입니다." }
    ClaimBound { en: "Has its storage: {}.", ko: "저장 공간을 받았습니다: {}." }
    ClaimPending { en: "Waits for storage.", ko: "저장 공간을 기다리는 중입니다." }
    ScalerWorks { en: "There are {} replicas, and there should be {}.", ko: "지금 복제본은 {}개, 필요한 수는 {}개입니다." }
    ScalerBlind { en: "Does not know what the Pods use.", ko: "Pod의 사용량을 알 수 없습니다." }
    Leaving { en: "Is being deleted, and waits for its finalizers.", ko: "삭제 중이며 finalizer가 끝나기를 기다립니다." }
    Failing { en: "Something fails: {}.", ko: "문제가 있습니다: {}." }
    HintImage { en: "Is the image's name right, and is it public?", ko: "이미지 이름이 맞는지, 공개된 이미지인지 확인해 보세요." }
    HintCrash { en: "The log before the last restart says what it did last.", ko: "마지막 재시작 이전 로그에 무엇을 하다 끝났는지 나옵니다." }
    HintConfig { en: "Is the ConfigMap or Secret that it names there?", ko: "이름이 적힌 ConfigMap이나 Secret이 있는지 확인해 보세요." }
    HintOom { en: "Raise the limit, or find out what uses so much.", ko: "상한을 올리거나 무엇이 메모리를 쓰는지 찾아보세요." }
    HintUnready { en: "Its readiness probe decides: what does it ask, and what is the answer?", ko: "readiness 프로브가 결정합니다. 무엇을 묻고 어떤 답이 오는지 보세요." }
    HintFailed { en: "Its log says what it did last.", ko: "로그에 무엇을 하다 끝났는지 나옵니다." }
    HintUnschedulable { en: "Compare what it asks for with what the nodes have, and its tolerations with their taints.", ko: "Pod의 요청량과 노드의 여유, toleration과 taint를 견주어 보세요." }
    HintRollout { en: "Look at the newest Pods. You can also go back.", ko: "가장 새로운 Pod을 살펴보세요. 이전 버전으로 되돌릴 수도 있습니다." }
    HintPaused { en: "Nothing is rolled out until it goes on.", ko: "다시 시작하기 전에는 바뀌지 않습니다." }
    HintJob { en: "The logs of its Pods say why.", ko: "Pod의 로그에 이유가 나옵니다." }
    HintSilent { en: "Is the machine on, and does its kubelet run?", ko: "머신이 켜져 있는지, kubelet이 실행 중인지 확인해 보세요." }
    HintCordoned { en: "This lets Pods in again:", ko: "이렇게 하면 다시 Pod을 받습니다:" }
    HintService { en: "Compare the selector with the labels of the Pods, and see whether they are ready.", ko: "셀렉터와 Pod의 레이블을 견주고, Pod이 준비되었는지 보세요." }
    HintClaim { en: "Some classes wait for the first Pod that uses the claim.", ko: "이 클레임을 쓰는 첫 Pod을 기다리는 클래스도 있습니다." }
    HintScaler { en: "It needs a metrics-server, and Pods with CPU requests.", ko: "metrics-server와, CPU 요청량이 적힌 Pod이 필요합니다." }

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

    // Lessons.
    Lessons { en: "Lessons", ko: "레슨" }
    LessonMinutes { en: "{} min", ko: "{}분" }
    LessonStep { en: "Step {} of {}", ko: "{}/{}단계" }
    LessonSteps { en: "Steps", ko: "단계" }
    LessonDone { en: "Done", ko: "완료" }
    LessonFold { en: "Fold the lesson", ko: "레슨 접기" }
    LessonAnew { en: "Once more", ko: "처음부터 다시" }
    LessonMissing { en: "This lesson cannot be opened.", ko: "이 레슨을 열 수 없습니다." }
    LessonsMissing { en: "The lessons cannot be fetched just now.", ko: "지금은 레슨을 가져올 수 없습니다." }
    StepAgain { en: "Start this step again", ko: "이 단계 다시" }
    StepNext { en: "Next", ko: "다음" }
    StepDone { en: "That is it.", ko: "해냈습니다." }
    ShowMe { en: "Show me", ko: "보여 주기" }
    Hint { en: "Hint", ko: "힌트" }
    AnotherHint { en: "Another hint", ko: "힌트 더 보기" }
    ChecksMet { en: "{} of {} met", ko: "{}/{} 충족" }
    StillMissing { en: "Still missing", ko: "아직 남은 것" }
    CommandsUsed { en: "You needed {} commands. The shortest way that we know takes {}.", ko: "명령 {}개로 끝냈습니다. 우리가 아는 길은 {}개입니다." }
    CommandsShown {
        en: "{} commands were typed, {} is what our way takes; {} of them were shown to you.",
        ko: "명령이 {}개 입력되었습니다. 우리가 아는 길은 {}개이고, 그 가운데 {}개는 보여 드린 것입니다."
    }
    RecordSave { en: "Save progress", ko: "진도 저장" }
    RecordSaveHint { en: "As a file, to go on at another computer", ko: "다른 컴퓨터에서 이어 가도록 파일로 저장" }
    RecordLoad { en: "Load progress", ko: "진도 불러오기" }
    RecordLoadHint { en: "From a file that was saved here or elsewhere", ko: "저장해 둔 파일에서 불러오기" }
    RecordUnreadable { en: "This file holds no progress in lessons.", ko: "이 파일에는 레슨 진도가 없습니다." }

    // Files, and the menu of an object.
    Files { en: "Files", ko: "파일" }
    NoFiles { en: "No files yet.", ko: "아직 파일이 없습니다." }
    NewFile { en: "New file", ko: "새 파일" }
    ApplyFile { en: "Apply", ko: "적용" }
    DownloadFile { en: "Download", ko: "내려받기" }
    RenameFile { en: "Rename", ko: "이름 바꾸기" }
    DeleteFile { en: "Delete", ko: "삭제" }
    DropFiles { en: "Drop a manifest anywhere to bring it in.", ko: "매니페스트를 끌어다 놓으면 여기로 들어옵니다." }
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

    // When something goes wrong with the page itself.
    Crashed {
        en: "Something broke inside the page. Your session is being restored from what you typed.",
        ko: "페이지 안에서 문제가 생겼습니다. 입력한 명령으로 세션을 되살리고 있습니다."
    }
    NotThere {
        en: "The commands could not be loaded. What you typed waits; press Enter to try again.",
        ko: "명령 프로그램을 불러오지 못했습니다. 입력한 명령은 기다리고 있습니다. Enter를 누르면 다시 시도합니다."
    }
    CrashedAgain {
        en: "The page broke again while restoring your session, so it started a new one.",
        ko: "세션을 되살리는 동안 다시 문제가 생겨 새 세션으로 시작했습니다."
    }
}

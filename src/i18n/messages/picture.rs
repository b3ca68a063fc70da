//! The picture of the cluster, and the tools beside it.

macro_rules! picture {
    ([$($rest:ident)*] $($before:tt)*) => { collect! { [$($rest)*] $($before)*
    // The picture.
    Picture { en: "The cluster", ko: "클러스터" }
    Outside { en: "Outside the cluster", ko: "클러스터 바깥" }
    You { en: "You", ko: "나" }
    Workstation { en: "workstation", ko: "작업용 PC" }
    LoadBalancer { en: "Load balancer", ko: "로드 밸런서" }
    Workloads { en: "Workloads", ko: "워크로드" }
    Nodes { en: "Nodes", ko: "노드" }
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
    FinishedJobs { en: "+{} finished", ko: "+완료된 Job {}개" }
    OldSets { en: "+{} old", ko: "+이전 {}개" }
    Request { en: "Request", ko: "요청" }
    StoryOf { en: "Story of {}", ko: "{} 요청이 지나온 길" }
    StoryForgotten { en: "This request was too long ago: nobody remembers it.", ko: "너무 오래된 요청이라 기록이 남아 있지 않습니다." }
    MapLabel { en: "{} nodes, {} Ready, {} Pods", ko: "노드 {}개, Ready {}개, Pod {}개" }
    MapLegend { en: "from empty to full", ko: "비어 있음에서 가득 참까지" }
    MapFailing { en: "a Pod fails", ko: "Pod이 실패함" }
    MapPressure { en: "short of memory, disk or PIDs", ko: "메모리, 디스크 또는 PID 부족" }
    MorePods { en: "and {} more", ko: "외 {}개" }
    MapKeys { en: "Arrow keys go from node to node, Enter into its room.", ko: "화살표 키로 노드 사이를 이동하고, Enter로 노드 안으로 들어갑니다." }
    FaultsOf { en: "What can happen to {}", ko: "{}에 일어날 수 있는 일" }
    UndoFault { en: "{}: undo", ko: "{}: 되돌리기" }
    FaultPowerOff { en: "Power off", ko: "전원 끄기" }
    FaultKubelet { en: "Stop the kubelet", ko: "kubelet 멈추기" }
    FaultBetween { en: "Drop what {} sends", ko: "{}에서 오는 패킷 버리기" }
    FaultPartition { en: "Pull the network cable", ko: "네트워크 케이블 뽑기" }
    FaultBridge { en: "Take the Pods' bridge down", ko: "Pod 브리지 내리기" }
    FaultMemory { en: "Use up the memory", ko: "메모리 다 쓰기" }
    FaultDisk { en: "Fill the disk", ko: "디스크 채우기" }
    FaultRegistry { en: "Cut off the registry", ko: "레지스트리 막기" }
    FaultSlow { en: "Slow the network down", ko: "네트워크 느리게 하기" }
    Storage { en: "Storage", ko: "스토리지" }
    }};
}

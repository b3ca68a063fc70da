//! The inspector: what a kind is, how an object is doing, and what helps.

macro_rules! health {
    ([$($rest:ident)*] $($before:tt)*) => { collect! { [$($rest)*] $($before)*
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
    IsRole { en: "Rights: what may be done with which resources.", ko: "권한입니다. 어떤 리소스에 무엇을 할 수 있는지 정합니다." }
    IsBinding { en: "Gives the rights of a role to users, groups or ServiceAccounts.", ko: "롤의 권한을 사용자, 그룹 또는 ServiceAccount에 줍니다." }
    IsIngressClass { en: "Says which controller serves an Ingress.", ko: "어느 컨트롤러가 Ingress를 맡는지 정합니다." }
    IsQuota { en: "How much a namespace may use in all.", ko: "네임스페이스 전체가 쓸 수 있는 양을 정합니다." }
    IsLimitRange { en: "How much one Pod or container of a namespace may use, and what it gets if it says nothing.", ko: "네임스페이스의 Pod이나 컨테이너 하나가 쓸 수 있는 양과 기본값을 정합니다." }
    IsBudget { en: "How many Pods must stay when nodes are emptied.", ko: "노드를 비울 때 남아 있어야 하는 Pod 수를 정합니다." }
    IsPriorityClass { en: "Which Pods go first when there is too little room.", ko: "자리가 모자랄 때 어느 Pod이 먼저인지 정합니다." }
    IsDefinition { en: "Adds a kind of its own to the API.", ko: "API에 새로운 종류를 더합니다." }
    IsCustom { en: "A custom resource: a CustomResourceDefinition has added its kind to the API.", ko: "커스텀 리소스입니다. CustomResourceDefinition이 이 종류를 API에 더했습니다." }

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
    JobDone { en: "Is done: {} of its Pods succeeded.", ko: "끝났습니다. 성공한 Pod {}개." }
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
    IngressServed { en: "Is served at {}.", ko: "{}에서 서비스됩니다." }
    IngressIdle { en: "No controller serves it: nothing answers.", ko: "맡은 컨트롤러가 없어 아무도 응답하지 않습니다." }
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
    HintUnbound { en: "A claim that it mounts has got no storage yet: what does the claim say?", ko: "마운트할 클레임이 아직 저장 공간을 받지 못했습니다. 클레임의 상태를 보세요." }
    HintIngress { en: "It needs an Ingress controller, and the name of its class unless one is the default.", ko: "Ingress 컨트롤러가 있어야 하고, 기본 클래스가 없으면 클래스 이름도 적어야 합니다." }
    HintRollout { en: "Look at the newest Pods. You can also go back.", ko: "가장 새로운 Pod을 살펴보세요. 이전 버전으로 되돌릴 수도 있습니다." }
    HintPaused { en: "Nothing is rolled out until it goes on.", ko: "다시 시작하기 전에는 바뀌지 않습니다." }
    HintJob { en: "The logs of its Pods say why.", ko: "Pod의 로그에 이유가 나옵니다." }
    HintSilent { en: "Is the machine on, and does its kubelet run?", ko: "머신이 켜져 있는지, kubelet이 실행 중인지 확인해 보세요." }
    HintCordoned { en: "This lets Pods in again:", ko: "이렇게 하면 다시 Pod을 받습니다:" }
    HintService { en: "Compare the selector with the labels of the Pods, and see whether they are ready.", ko: "셀렉터와 Pod의 레이블을 견주고, Pod이 준비되었는지 보세요." }
    HintClaim { en: "Some classes wait for the first Pod that uses the claim.", ko: "이 클레임을 쓰는 첫 Pod을 기다리는 클래스도 있습니다." }
    HintNoClass { en: "It has no class, and none is the default: it waits for a PersistentVolume that fits.", ko: "클래스가 없고 기본 클래스도 없어, 조건에 맞는 PersistentVolume을 기다립니다." }
    HintScaler { en: "It needs a metrics-server, and Pods with CPU requests.", ko: "metrics-server와, CPU 요청량이 적힌 Pod이 필요합니다." }
    }};
}

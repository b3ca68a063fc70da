//! The inspector's "why?": what caused what.

macro_rules! why {
    ([$($rest:ident)*] $($before:tt)*) => { collect! { [$($rest)*] $($before)*
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
    }};
}

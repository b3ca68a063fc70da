//! The frame of the page: its header, and what is said when something goes wrong with the page itself.

macro_rules! page {
    ([$($rest:ident)*] $($before:tt)*) => { collect! { [$($rest)*] $($before)*
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
    BarHint { en: "Drag it, or click for the next size", ko: "끌어서 옮기거나, 클릭해서 다음 크기로" }

    // When something goes wrong with the page itself.
    Crashed {
        en: "Something broke inside the page. Your session is being restored from what you typed.",
        ko: "페이지 안에서 문제가 생겼습니다. 입력한 명령으로 세션을 되살리고 있습니다."
    }
    Coming {
        en: "The commands are on their way. This runs as soon as they are here.",
        ko: "명령 프로그램을 받고 있습니다. 도착하는 대로 실행합니다."
    }
    NotThere {
        en: "The commands could not be loaded. What you typed waits; press Enter to try again.",
        ko: "명령 프로그램을 불러오지 못했습니다. 입력한 명령은 기다리고 있습니다. Enter를 누르면 다시 시도합니다."
    }
    CrashedAgain {
        en: "The page broke again while restoring your session, so it started a new one.",
        ko: "세션을 되살리는 동안 다시 문제가 생겨 새 세션으로 시작했습니다."
    }
    }};
}

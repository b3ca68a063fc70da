//! Images that the reader describes.

macro_rules! images {
    ([$($rest:ident)*] $($before:tt)*) => { collect! { [$($rest)*] $($before)*
    OwnImages { en: "Images of your own", ko: "내가 만든 이미지" }
    ImagesHint {
        en: "Say what an image does; nodes pull it like any other. Texts may hold variables such as $HOSTNAME.",
        ko: "이미지가 하는 일을 적으면 노드가 다른 이미지처럼 받아 갑니다. 글에는 $HOSTNAME 같은 변수를 쓸 수 있습니다."
    }
    ImageName { en: "Name and tag", ko: "이름과 태그" }
    ImagePorts { en: "Ports it listens on", ko: "듣는 포트" }
    ImageResponse { en: "What it answers", ko: "응답 내용" }
    ImageStatus { en: "HTTP status of the answer", ko: "응답의 HTTP 상태 코드" }
    ImageLogStart { en: "Log lines when it starts", ko: "시작할 때 남기는 로그" }
    ImageLogRequest { en: "Log line for each request", ko: "요청마다 남기는 로그" }
    ImageReady { en: "Seconds until it listens", ko: "포트를 열 때까지 걸리는 시간(초)" }
    ImageCrash { en: "Crashes after so many seconds", ko: "몇 초 뒤에 죽는지(비우면 죽지 않음)" }
    ImageCrashCode { en: "Exit code of the crash", ko: "죽을 때의 종료 코드" }
    ImageCrashWords { en: "Its last words", ko: "죽기 전에 남기는 로그" }
    ImageUser { en: "Who may pull it", ko: "받을 수 있는 사용자" }
    ImagePassword { en: "With which password", ko: "그 사용자의 비밀번호" }
    ImageTyped { en: "This will be typed", ko: "입력될 명령" }
    ImageRun { en: "Run it, too", ko: "실행까지 하기" }
    ImagePush { en: "Push", ko: "올리기" }
    } };
}

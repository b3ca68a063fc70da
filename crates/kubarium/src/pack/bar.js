// A line above the page for what is the platform's and not the page's: it stands before the script that speaks to the platform.

const WORDS = {
  en: {
    leave: "Back to the course",
    refused: "The learning platform has not taken your progress: ",
    unknown: "it does not say why",
    reduced: "The learning platform keeps 4096 characters. The earliest of your solved steps are kept in this browser only: ",
    none: "There is no learning platform here: your progress stays in this browser.",
    waiting: "Waiting for the learning platform …",
    unrecorded: "Nothing that you do now is recorded. Open this unit from your course again. What went wrong: ",
    lost: "The learning platform cannot be reached. What you do is kept until it can, as long as this page is open.",
  },
  ko: {
    leave: "강의로 돌아가기",
    refused: "학습 플랫폼이 진도를 받지 않았습니다: ",
    unknown: "이유는 알려 주지 않았습니다",
    reduced: "학습 플랫폼에는 4096글자까지만 저장됩니다. 먼저 해결한 단계는 이 브라우저에만 남습니다: ",
    none: "학습 플랫폼이 없으므로 진도는 이 브라우저에만 남습니다.",
    waiting: "학습 플랫폼의 응답을 기다리는 중 …",
    unrecorded: "지금 하는 일은 기록되지 않습니다. 강의에서 이 단원을 다시 여세요. 원인: ",
    lost: "학습 플랫폼에 연결할 수 없습니다. 이 페이지를 열어 두는 동안에는 진도를 가지고 있다가 연결되면 보냅니다.",
  },
};
const word = (name) => (WORDS[document.documentElement.lang] ?? WORDS.en)[name];

/** The part of the line that has a name; the line is there as soon as one is. */
function part(name, tag) {
  let bar = document.querySelector(".lms-bar");
  if (!bar) {
    const style = document.createElement("link");
    [style.rel, style.href] = ["stylesheet", "./lms.css"];
    document.head.append(style);
    bar = document.createElement("div");
    bar.className = "lms-bar";
    document.body.prepend(bar);
  }
  let found = bar.querySelector(`[data-part=${name}]`);
  if (!found) {
    found = document.createElement(tag);
    found.dataset.part = name;
    if (tag === "span") found.setAttribute("role", "status");
    bar.append(found);
  }
  return found;
}

/** Tells the learner something; nothing takes it back. */
function tell(text) {
  if (text || document.querySelector(".lms-bar")) part("news", "span").textContent = text;
}

/** A page that comes back from the browser's history has said good-bye to the platform: it begins anew. */
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

/** Offers the way back. */
function offerToLeave(leave) {
  const button = part("leave", "button");
  button.textContent = word("leave");
  button.onclick = leave;
}

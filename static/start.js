// Starts the program, or says why it cannot. A file of its own, because a strict Content-Security-Policy refuses scripts inside
// the page; the build writes the hashed names of the program and its modules onto the tag. It is written for browsers that are
// older than those in which the program runs: without what they would not even read.

import { defer } from "./deferred.js";
import { notice } from "./notice.js";

const { program, module, more } = document.querySelector("script[data-program]").dataset;
const at = (name) => new URL(name, import.meta.url);
const query = new URLSearchParams(location.search);
const embedded = query.has("embed") && query.get("embed") !== "0";

const TROUBLE = {
  off: {
    heading: { en: "WebAssembly is switched off", ko: "WebAssembly가 꺼져 있습니다" },
    text: {
      en: "The cluster runs inside this page, as WebAssembly, and this browser does not allow it: by a setting, an extension, a "
        + "strict security mode or iOS Lockdown Mode. Allow it for this page, or open the page in another browser.",
      ko: "클러스터는 이 페이지 안에서 WebAssembly로 돌아가는데, 이 브라우저가 허용하지 않습니다. 설정이나 확장 프로그램, 강화된 보안 모드, "
        + "iOS 차단 모드 때문일 수 있습니다. 이 페이지에서 허용하거나 다른 브라우저로 여세요.",
    },
  },
  old: {
    heading: { en: "This browser is too old", ko: "브라우저가 너무 오래되었습니다" },
    text: {
      en: "The cluster runs inside this page and needs WebAssembly as browsers have it since 2022. Update this one, or open the page "
        + "in a current Chrome, Edge, Firefox or Safari.",
      ko: "클러스터는 이 페이지 안에서 돌아가며, 2022년 이후 브라우저에 있는 WebAssembly 기능이 필요합니다. 브라우저를 업데이트하거나 최신 "
        + "Chrome, Edge, Firefox, Safari로 여세요.",
    },
  },
  download: {
    heading: { en: "A part of the page did not arrive", ko: "페이지의 일부를 받지 못했습니다" },
    text: {
      en: "The network was interrupted, or a new version has just been put in the place of this one. What you did is kept in this browser.",
      ko: "네트워크가 끊겼거나, 방금 새 버전으로 바뀌었을 수 있습니다. 지금까지 한 일은 이 브라우저에 남아 있습니다.",
    },
  },
  start: {
    heading: { en: "The program could not begin", ko: "프로그램을 시작하지 못했습니다" },
    text: {
      en: "Often the browser has too little memory left: close other tabs, and try again. If that does not help, another browser may.",
      ko: "브라우저에 남은 메모리가 모자랄 때가 많습니다. 다른 탭을 닫고 다시 시도하세요. 그래도 안 되면 다른 브라우저로 열어 보세요.",
    },
  },
};
const AGAIN = { en: "Try again", ko: "다시 시도" };
const WHY = { en: "What the browser says:", ko: "브라우저의 설명:" };

/** Says what is wrong, with a way on, and what the browser says to it. */
function trouble(kind, error) {
  const { heading, text } = TROUBLE[kind];
  const why = error ? [{ en: `${WHY.en} ${error.message}`, ko: `${WHY.ko} ${error.message}` }] : [];
  for (const skeleton of document.querySelectorAll(".skeleton")) skeleton.classList.add("over");
  notice("trouble", heading, [text, ...why], [[AGAIN, () => location.reload()]]);
}

/** The least module that has what the program's has: memory.copy, sign extension, saturating conversion, a table of externrefs. */
const ABLE = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 4, 4, 1, 111, 0, 0, 5, 3, 1, 0, 1, 10, 26, 1, 24, 0,
  65, 0, 65, 0, 65, 0, 252, 10, 0, 0, 65, 0, 192, 26, 67, 0, 0, 0, 0, 252, 0, 26, 11,
);

/** Compiles a module, while it arrives where the host says its type. What was cut off on its way is asked for once more. */
function compile(name, priority = "auto") {
  const get = async () => {
    const response = await fetch(at(name), { priority });
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}: ${name}`);
    return response.headers.get("Content-Type") === "application/wasm" && WebAssembly.compileStreaming
      ? WebAssembly.compileStreaming(response)
      : WebAssembly.compile(await response.arrayBuffer());
  };
  return get().catch(get);
}

/** Whether nothing goes on any more. Once is enough: what comes after a crash follows from it. */
let fallen = false;

/** Sees when the program falls: a panic is a trap, and so is the end of memory; the end of the stack is a RangeError. */
function watch(crashed) {
  const look = (error) => {
    if (!fallen && (error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) {
      fallen = true;
      crashed();
    }
  };
  addEventListener("error", ({ error }) => look(error));
  addEventListener("unhandledrejection", ({ reason }) => look(reason));
}

/** Keeps a copy of the page for when there is no network, once nobody waits for anything. In another page's frame nothing is
 *  kept; but a worker that is there may ask which version this is. */
function keep() {
  let workers;
  try {
    workers = navigator.serviceWorker;
  } catch {
    return; // A frame without an origin of its own.
  }
  if (!workers || (embedded && !workers.controller)) return;
  const begin = () => import("./offline.js").then((offline) => offline.begin(program, !embedded)).catch(() => {});
  setTimeout(() => (globalThis.requestIdleCallback || setTimeout)(begin, { timeout: 10000 }), 3000);
}

/** Lets the browser draw and listen. */
const turn = () => (globalThis.scheduler && scheduler.yield ? scheduler.yield() : new Promise((done) => setTimeout(done)));

const SETTING_UP = {
  en: "A large cluster is being set up: its nodes join one after the other.",
  ko: "큰 클러스터를 준비하고 있습니다. 노드가 하나씩 합류합니다.",
};
/** What is there within this time needs no words, in milliseconds. */
const SOON = 600;
/** And so often the browser draws while it takes long. */
const DRAWN = 40;

/** Sets the cluster up in pieces, between which the browser draws and listens; where it takes long, it says how far it is. */
async function setUp(prepare) {
  const began = performance.now();
  let [bar, drawn] = [undefined, began];
  for (let share; (share = prepare()) < 1; await turn()) {
    const now = performance.now();
    if (!bar && now - began > SOON) bar = showSettingUp();
    if (!bar || now - drawn < DRAWN) continue;
    bar.value = share;
    // A tab in the background has no frames.
    await new Promise((done) => (document.hidden ? setTimeout(done) : requestAnimationFrame(() => setTimeout(done))));
    drawn = performance.now();
  }
}

function showSettingUp() {
  const words = SETTING_UP[document.documentElement.lang] || SETTING_UP.en;
  const [line, bar] = ["p", "progress"].map((name) => document.createElement(name));
  line.className = "setting-up";
  line.setAttribute("role", "status");
  line.textContent = words;
  bar.setAttribute("aria-label", words);
  line.append(bar);
  document.querySelector(".skeleton").append(line);
  return bar;
}

async function begin() {
  if (typeof WebAssembly !== "object") return trouble("off");
  if (!WebAssembly.validate(ABLE)) return trouble("old");
  const compiling = compile(module);
  // In a frame, somebody has come to see commands run: all of the program is there before it says that it is ready. A session that
  // goes on, and a lesson, need all of it, too.
  const whole = embedded || document.documentElement.classList.contains("known");
  const early = whole && more ? compile(more) : undefined;
  let parts;
  try {
    // In another page's frame the page has a host, which it hears and tells.
    parts = await Promise.all([import(at(program).href), compiling, embedded && import("./embed.js")]);
  } catch (error) {
    return trouble("download", error);
  }
  const [{ default: start, prepare, run, crashed }, compiled] = parts;
  // Loading the page again would not help, and without a network there would be nothing left of it.
  const broken = (error) => {
    fallen = true;
    trouble("download", error);
  };
  let atRest;
  try {
    const first = await start({ module_or_path: compiled });
    atRest = defer(first, more && at(more), compile, early, broken);
    if (whole) await fetchDeferred().catch(() => {});
  } catch (error) {
    return trouble("start", error);
  }
  watch(crashed);
  await setUp(prepare);
  run();
  atRest();
  keep();
}

begin();

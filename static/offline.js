// Registers the service worker (static/worker.js), by which the page opens without a network, and offers a new version when one
// is there. static/start.js loads this when the page is open and idle.

import { notice } from "./notice.js";

const HOUR = 3_600_000;

const TEXTS = {
  heading: { en: "A new version of Kubarium is there.", ko: "Kubarium의 새 버전이 있습니다." },
  text: { en: "Your session goes on after it.", ko: "바꾼 뒤에도 세션은 그대로 이어집니다." },
  yes: { en: "Reload", ko: "새로 불러오기" },
  no: { en: "Later", ko: "나중에" },
};

let offered = false;

function offer(worker) {
  if (offered) return;
  offered = true;
  const taken = notice("update", TEXTS.heading, [TEXTS.text], [
    [TEXTS.yes, () => {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
      worker.postMessage("begin");
    }],
    [TEXTS.no, () => taken.remove()],
  ]);
}

/** A worker's address is a script's; the page's Content-Security-Policy wants to know who made it. */
const script = (address) =>
  globalThis.trustedTypes?.createPolicy("kubarium", { createScriptURL: () => address }).createScriptURL("") ?? address;

/** Answers the worker when it asks which version this page is; with `whole`, registers it. */
export async function begin(program, whole) {
  const workers = navigator.serviceWorker;
  workers.addEventListener("message", ({ data, ports: [port] }) => data === "which" && port.postMessage(program));
  workers.startMessages();
  workers.controller?.postMessage("here");
  const saves = navigator.connection?.saveData;
  if (!whole || (saves && !workers.controller)) return;
  const found = await workers.register(script(new URL("worker.js", import.meta.url).href));
  const look = (worker) => {
    // The first version has nobody to take over from.
    if (worker?.state === "installed" && workers.controller) offer(worker);
  };
  look(found.waiting);
  found.addEventListener("updatefound", () => {
    const worker = found.installing;
    worker.addEventListener("statechange", () => look(worker));
  });
  // A page that is open for days asks now and then, when somebody comes back to it.
  let asked = Date.now();
  addEventListener("visibilitychange", () => {
    if (document.hidden || Date.now() - asked < HOUR) return;
    asked = Date.now();
    found.update().catch(() => {});
  });
}

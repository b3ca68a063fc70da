// The program's second module: what opening the page does not need (xtask/src/split). It is fetched when the page has been at
// rest for a moment, or at the first sign of a reader, and nobody stands still for it. Lines that are typed meanwhile wait in the
// program (src/app/waiting.rs); what else is done waits here, and is done when the module is there, in its order.

import { notice } from "./notice.js";

/** So long the page is left alone after it was opened, in milliseconds. */
const REST = 1000;
/** What comes within this time needs no words, in milliseconds. */
const SOON = 300;
/** What a reader gives signs by. */
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel"];

/** What the program only answers by a look, such as a highlight: it does not hear of it. The browser does what it means to it. */
const UNHEARD = [
  "pointerdown", "pointerup", "pointermove", "pointerover", "pointerout", "pointerenter", "pointerleave", "mousedown", "mouseup",
  "mousemove", "mouseover", "mouseout", "mouseenter", "mouseleave", "touchstart", "touchmove", "touchend", "wheel",
  "focus", "blur", "focusin", "focusout",
];
/** What it does something for. */
const HEARD = ["click", "dblclick", "contextmenu", "change", "input", "keydown"];
/** Keys that mean something to the program: at the prompt, there with Control, in other fields, and elsewhere. */
const KEYS = { prompt: /^(Escape|ArrowUp|ArrowDown)$/, control: /^[acdefgklnpruwyz]$/i, field: /^(Enter|Escape)$/, other: /^(Escape|Arrow\w+|Home|End|Delete|[^ ])$/ };

const COMING = { en: "The rest of Kubarium is on its way.", ko: "Kubarium의 나머지 부분을 받고 있습니다." };
const LOST = {
  heading: { en: "A part of the page did not arrive", ko: "페이지의 일부를 받지 못했습니다" },
  text: { en: "The network may be gone. What you did waits.", ko: "네트워크가 끊겼을 수 있습니다. 하려던 일은 기다리고 있습니다." },
  again: { en: "Try again", ko: "다시 시도" },
};

const isPrompt = (target) => target.matches("textarea") && target.closest(".terminal");

/** What is to become of a key: whether the program hears of it now, later, or not at all. */
function fate({ target, key, ctrlKey, altKey, metaKey }) {
  const later = (keys) => (keys.test(key) ? "later" : "never");
  if (altKey || metaKey) return "never";
  if (ctrlKey) return isPrompt(target) && getSelection().isCollapsed ? later(KEYS.control) : "never";
  // An empty line lets Tab leave the field.
  if (isPrompt(target)) return KEYS.prompt.test(key) || (key === "Tab" && target.value.trim()) ? "later" : key === "Tab" ? "never" : "now";
  return later(target.matches("input, textarea, select") ? KEYS.field : KEYS.other);
}

/** Keeps what is done from the program, until what this returns is called. */
function hold() {
  const held = [];
  let [said, asked] = [undefined, false];
  const keep = (event) => {
    held.push([event.target, new event.constructor(event.type, event)]);
    event.stopImmediatePropagation();
    if (event.type !== "input") event.preventDefault();
    if (!asked) ask();
  };
  const hear = (event) => {
    const { type, target, isTrusted } = event;
    // What was kept before comes by here once more; and links go where they lead.
    if (!isTrusted || !(target instanceof Element) || target.closest("a[href], .notice")) return;
    const becomes = type === "keydown" ? fate(event) : !isPrompt(target) ? "later" : type === "input" || type === "change" ? "now" : "never";
    if (becomes === "later") keep(event);
    else if (becomes === "never") event.stopImmediatePropagation();
  };
  const ignore = (event) => event.stopImmediatePropagation();
  const ask = () => {
    asked = true;
    const soon = setTimeout(() => (said = notice("coming", COMING, [], [])), SOON);
    const over = () => {
      clearTimeout(soon);
      said?.remove();
      [said, asked] = [undefined, false];
    };
    fetchDeferred().then(over, () => {
      over();
      const lost = notice("lost", LOST.heading, [LOST.text], [[LOST.again, () => {
        lost.remove();
        ask();
      }]]);
    });
  };
  const listen = (change) => {
    for (const type of UNHEARD) change(type, ignore, { capture: true, passive: true });
    for (const type of HEARD) change(type, hear, true);
  };
  listen(addEventListener);
  return () => {
    listen(removeEventListener);
    // Lines that were typed have gone on by then.
    setTimeout(() => held.splice(0).forEach(([target, event]) => target.isConnected && target.dispatchEvent(event)));
  };
}

/** Lets the browser draw. What nobody sees has no frames. */
const turn = () => new Promise((done) => {
  requestAnimationFrame(() => setTimeout(done));
  setTimeout(done, 100);
});

/** Stands still until a module is there. */
function compileAtOnce(address) {
  const request = new XMLHttpRequest();
  request.open("GET", address, false);
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  return new WebAssembly.Module(Uint8Array.from(request.responseText, (character) => character.charCodeAt(0)));
}

/** Promises the second module, of the address `more`, to the instance of the first. What is `early` is on its way already. The page
 *  calls what this returns when it is open. */
export function defer(first, more, compile, early, broken) {
  let [loading, release, compiled, joined, tell] = [];
  const there = new Promise((done) => (tell = done));
  globalThis.deferredIsThere = () => there;
  // A page that was built for working on it has one module only.
  if (!more) {
    tell();
    return (globalThis.fetchDeferred = async () => {});
  }
  const forget = (error) => {
    early = loading = undefined;
    throw error;
  };
  const fetchEarly = (priority) => (early = early || compile(more, priority)).then((module) => (compiled = module));
  const load = async () => {
    const module = await fetchEarly("high");
    // What was just typed is seen first.
    await turn();
    join(module);
  };
  const join = (module) => {
    if (joined) return;
    new WebAssembly.Instance(module, { first });
    joined = true;
    release();
    tell();
  };
  globalThis.fetchDeferred = () => (loading = loading || load().catch(forget));
  const begin = () => {
    for (const sign of SIGNS) removeEventListener(sign, begin, true);
    fetchDeferred().catch(() => {});
  };
  for (const sign of SIGNS) addEventListener(sign, begin, { capture: true, passive: true });
  release = hold();
  // The program is in the middle of something and cannot wait. It is rare: what happens by itself was watched.
  globalThis.loadDeferred = () => {
    try {
      join(compiled || compileAtOnce(more));
      loading = Promise.resolve();
    } catch (error) {
      broken(error);
      throw error;
    }
  };
  // Compiled besides what else goes on, and joined to the program at the first sign. Who wants little data sent gets it then, too.
  const fetchIdly = () => fetchEarly("low").catch(() => (early = undefined));
  const rest = () => (globalThis.requestIdleCallback || setTimeout)(fetchIdly, { timeout: 5000 });
  return () => navigator.connection?.saveData || setTimeout(rest, REST);
}

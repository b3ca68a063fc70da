// <kubarium-playground>: a living Kubernetes cluster in the middle of a page. See docs/embed.md.
//
// The element draws a still picture first. The page with the cluster comes in a frame once the reader scrolls to it or clicks;
// frames are filled one after the other, so that all of them share one download. What the two say to each other are messages
// whose origins both check. No style and no text is written as HTML: it works under a strict Content-Security-Policy.

/** Where this file lies. Within `new URL` a bundler would take it for a file that it has to bring along. */
const HERE = import.meta.url;
/** The version of the messages. */
const VERSION = 1;
/** A frame that has not answered for so long is shown as it is, and the next one comes, in milliseconds. */
const PATIENCE = 10000;
/** What has been in the page for less is not scrolled to by a reader, but by a site that shows another page, in milliseconds. */
const FRESH = 250;
/** Whether the reader prefers it dark. */
const DARK = matchMedia("(prefers-color-scheme:dark)");

/** @type {Record<string, Record<string, string>>} */
const WORDS = {
  en: { start: "Start the cluster", loading: "Starting…", label: "Kubernetes playground", plane: "control plane", worker: "worker" },
  ko: { start: "클러스터 시작", loading: "시작하는 중…", label: "Kubernetes 실습", plane: "컨트롤 플레인", worker: "워커" },
};

const STYLE = `
:host { --line: light-dark(#cfdde4, #3a4b58); --paper: light-dark(#fff, #182733); --accent: light-dark(#0c628f, #7fc4e6);
  display: block; margin: 1em 0; border: 1px solid var(--line); border-radius: 12px; overflow: hidden;
  color: light-dark(#1c2b36, #e6eef2); background: light-dark(#eef6f9, #101c26); font: 14px/1.5 system-ui, sans-serif; }
:host([hidden]), .words { display: none; }
:host([theme=light]) { color-scheme: light; }
:host([theme=dark]) { color-scheme: dark; }
.still, iframe, button { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; }
.still { display: flex; flex-direction: column; direction: ltr; text-align: start; text-indent: 0; text-transform: none;
  letter-spacing: normal; word-spacing: normal; }
.box { position: relative; height: 480px; }
iframe { color-scheme: normal; }
.box:not(.alive) iframe { opacity: 0; }
.alive .still { visibility: hidden; }
.nodes { flex: 1; min-height: 0; display: flex; gap: 12px; padding: 16px; overflow: hidden; }
.node { flex: 1; min-width: 90px; padding: 10px 14px; border: 1px solid var(--line); border-radius: 10px; background: var(--paper); }
small { display: block; opacity: .75; }
pre { max-height: 45%; margin: 0; padding: 12px 16px; overflow: auto; border-top: 1px solid var(--line); background: var(--paper);
  font: 13px/1.6 ui-monospace, monospace; white-space: pre-wrap; }
pre:first-child { flex: 1; max-height: none; border: 0; }
button { background: none; font: inherit; cursor: pointer; }
button span { padding: 10px 18px; border-radius: 99px; background: var(--accent); color: var(--paper); font-weight: 600; }
button:focus-visible { outline: 3px solid var(--accent); outline-offset: -6px; }
@media print {
  :host { padding: 12px; }
  .words { display: block; }
  .box { height: auto !important; }
  .words:not(.none) + .box, .nodes, iframe, button { display: none; }
  .box .still { position: static; visibility: visible; }
  pre { max-height: none; }
}
`;
const style = new CSSStyleSheet();
style.replaceSync(STYLE);

/** Makes an element with children. @param {string} tag @param {string} name @param {(Node | string)[]} children */
function make(tag, name, ...children) {
  const made = document.createElement(tag);
  made.className = name;
  made.append(...children);
  return made;
}

/** When the reader has scrolled: the page, or a box in it. */
const scrolled = new WeakMap();
/** @type {Set<Playground>} */
const inSight = new Set();
/** @param {any} event */
const scroll = ({ target }) => {
  scrolled.set(target, performance.now());
  inSight.forEach((playground) => playground.seen());
};
addEventListener("scroll", scroll, { capture: true, passive: true });

/** Frames that are to be filled, one after the other. */
let filled = Promise.resolve();

/**
 * What a text in the page asks for: manifests, or commands. Of a text with `$ ` before commands only those are typed (with `> `
 * before the lines that go on), and the rest is what a reader without a cluster sees.
 * @param {string} text
 */
export function read(text) {
  const lines = text.replace(/\r/g, "").replace(/^\n+|\s+$/g, "").split("\n");
  if (/^(apiVersion|kind):/.test(lines.find((line) => /^\w/.test(line)) ?? "")) return { manifests: lines.join("\n") + "\n", script: "" };
  const prompts = lines.some((line) => line.startsWith("$ "));
  let typed = false;
  const script = lines.filter((line) => (typed = !prompts || line.startsWith("$ ") || (typed && /^> ?/.test(line))));
  return { manifests: "", script: script.map((line) => (prompts ? line.replace(/^[$>] ?/, "") : line)).join("\n") };
}

/** The text of a block, of which some tools end lines with elements. @param {Element} block */
function text(block) {
  const copy = /** @type {Element} */ (block.cloneNode(true));
  copy.querySelectorAll("br").forEach((end) => end.replaceWith("\n"));
  return copy.textContent ?? "";
}

/** A playground. Its attributes, methods and events are in docs/embed.md. */
export class Playground extends HTMLElement {
  static observedAttributes = ["src", "nodes", "run", "manifests", "lesson", "seed", "panels", "read-only", "lang", "theme", "height"];
  /** Where the page is: beside this file, unless somebody says otherwise. */
  static src = new URL(".", HERE).href;

  /** @type {HTMLIFrameElement | undefined} */
  #frame;
  #origin = "";
  /** Questions that wait for an answer. @type {Map<number, { done: (value: any) => void, failed: (error: Error) => void }>} */
  #asked = new Map();
  #count = 0;
  #since = 0;
  #started = false;
  #manifests = "";
  #script = "";
  #root = this.attachShadow({ mode: "open" });
  #box = make("div", "box");
  #words = make("div", "words", make("slot", ""));
  #button = make("button", "");
  #ready = () => {};
  /** The turn of the next frame has come. @type {(value?: any) => void} */
  #over = () => {};
  /** @type {Promise<void>} */
  #alive = new Promise((done) => (this.#ready = done));
  #sight = new IntersectionObserver(([...looks]) => {
    inSight[looks.at(-1)?.isIntersecting ? "add" : "delete"](this);
    if (inSight.has(this)) this.seen();
  });
  /** Tells the frame of language, theme and lock, which change without a new one. */
  #tell = () => this.#send({ ask: "set", lang: this.#lang(), theme: this.#theme(), readOnly: this.hasAttribute("read-only") });
  /** The page around it changes its language or its theme. */
  #mood = new MutationObserver(this.#tell);

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [style];
    this.#root.append(this.#words, this.#box);
  }

  connectedCallback() {
    this.#since = document.readyState === "complete" ? performance.now() + FRESH : 0;
    addEventListener("message", this.#hear);
    this.#draw();
    this.#sight.observe(this);
    for (const root of [document.documentElement, document.body]) this.#mood.observe(root, { attributes: true });
    DARK.addEventListener("change", this.#tell);
    // What stands between the tags may still be on its way.
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => this.#started || this.#draw());
  }

  disconnectedCallback() {
    removeEventListener("message", this.#hear);
    this.#sight.disconnect();
    this.#mood.disconnect();
    DARK.removeEventListener("change", this.#tell);
    inSight.delete(this);
    this.#stop();
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (!this.isConnected || before === now) return;
    if (name === "height") return this.#size();
    const again = this.#started;
    if (again && ["lang", "theme", "read-only"].includes(name)) return this.#tell();
    this.#stop();
    this.#draw();
    if (again) this.start();
  }

  /** The reader sees the element now. */
  seen() {
    const load = this.#get("load");
    /** @type {any} */
    let box = this;
    // Also out of shadow trees. A list beside it that scrolls by itself does not count.
    while (box && !(scrolled.get(box) > this.#since)) box = box.parentNode ?? box.host;
    if (load === "eager" || (box && load !== "click")) this.start();
  }

  /** Begins, if it has not yet: the frame comes as soon as those before it are there. */
  start() {
    const alive = this.#alive;
    if (this.#started) return alive;
    this.#started = true;
    this.#button.replaceChildren(make("span", "", this.#text("loading")));
    filled = filled.then(async () => {
      if (alive !== this.#alive) return;
      const address = await this.#address();
      if (alive !== this.#alive) return;
      const frame = (this.#frame = document.createElement("iframe"));
      this.#origin = address.origin;
      frame.title = this.#get("aria-label") || this.#text("label");
      frame.allow = "clipboard-write";
      frame.src = address.href;
      this.#box.append(frame);
      await new Promise((over) => setTimeout((this.#over = over), PATIENCE));
      if (alive === this.#alive) this.#show();
    }).catch(console.error);
    return alive;
  }

  /** Runs lines as if they were typed; answers what each command printed. @param {...string} commands */
  async run(...commands) {
    return (await this.#ask("run", { commands })).commands;
  }

  /** The cluster as it began. */
  reset() {
    return this.#ask("reset");
  }

  /** What the session is at: its time, its commands, an address that leads to it, and all of it as a text. */
  getState() {
    return this.#ask("state");
  }

  /** Calls with what an event tells; answers a function that ends this. @param {string} event @param {(detail: any) => void} call */
  on(event, call) {
    /** @param {Event} heard */
    const listener = (heard) => call(/** @type {CustomEvent} */ (heard).detail);
    this.addEventListener(event, listener);
    return () => this.removeEventListener(event, listener);
  }

  /** @param {string} ask @param {object} [more] @returns {Promise<any>} */
  async #ask(ask, more) {
    await this.start();
    return new Promise((done, failed) => {
      this.#asked.set(++this.#count, { done, failed });
      this.#send({ id: this.#count, ask, ...more });
    });
  }

  /** @param {object} message */
  #send(message) {
    this.#frame?.contentWindow?.postMessage({ kubarium: VERSION, ...message }, this.#origin);
  }

  /** @param {MessageEvent} message */
  #hear = ({ source, origin, data }) => {
    if (source !== this.#frame?.contentWindow || origin !== this.#origin || data?.kubarium !== VERSION) return;
    const asked = this.#asked.get(data.id);
    this.#asked.delete(data.id);
    if (data.answer) asked?.done(data.answer);
    if (data.error) asked?.failed(Object.assign(new Error(), data.error));
    if (data.event === "ready") {
      this.#show();
      this.#ready();
      this.#over();
    }
    if (data.event) this.dispatchEvent(new CustomEvent(data.event, { detail: data.detail, bubbles: true }));
  };

  #show() {
    this.#box.classList.add("alive");
    // Who has asked for it by keyboard or click goes on there; nobody else's focus moves.
    if (this.#root.activeElement === this.#button) {
      this.#frame?.focus({ preventScroll: true });
      this.#send({ ask: "focus" });
    }
    this.#button.remove();
  }

  #stop() {
    this.#asked.forEach(({ failed }) => failed(new Error("the playground ended")));
    this.#asked.clear();
    this.#frame?.remove();
    this.#frame = undefined;
    this.#started = false;
    this.#over();
    // Who waits for it waits for the next.
    const ready = this.#ready;
    this.#alive = new Promise((done) => (this.#ready = () => (ready(), done())));
    this.#box.className = "box";
  }

  #lang() {
    return /^ko/.test(this.closest("[lang]")?.getAttribute("lang") || navigator.language) ? "ko" : "en";
  }

  /** The element's own (see the style), else the one of the page around it: light, where that says nothing, as for the browser. */
  #theme() {
    const scheme = getComputedStyle(this).colorScheme;
    return /dark/.test(scheme) && (DARK.matches || !/light/.test(scheme)) ? "dark" : "light";
  }

  /** @param {string} name */
  #get(name) {
    return this.getAttribute(name) ?? "";
  }

  /** @param {string} name */
  #text(name) {
    return WORDS[this.#lang()][name];
  }

  #size() {
    const height = this.#get("height");
    this.#box.style.height = +height > 0 ? +height + "px" : height;
  }

  /** The picture before the cluster is there. */
  #draw() {
    this.#size();
    const inside = this.querySelector("pre, script[type='application/yaml']");
    const asks = this.#get("run") + this.#get("manifests") + this.#get("lesson");
    ({ manifests: this.#manifests, script: this.#script } = read(asks || !inside ? "" : text(inside)));
    const workers = Math.min(parseInt(this.#get("nodes") || "3") || 0, 8);
    const nodes = Array.from({ length: workers + 1 }, (_, i) =>
      make("div", "node", make("b", "", i ? `node${i}` : "master"), make("small", "", this.#text(i ? "worker" : "plane"))));
    const lines = (this.#get("run") || this.#script).split(/[;\n]\s*/).map((line) => `$ ${line}`);
    this.#button = make("button", "", make("span", "", this.#text("start")));
    this.#button.onclick = () => this.start();
    const typed = make("pre", "", this.#manifests || lines.join("\n"));
    this.#words.classList.toggle("none", !this.textContent?.trim());
    const panels = this.#get("panels");
    /** @param {string} name @param {Node} part */
    const panel = (name, part) => (!panels || panels.includes(name) ? part : "");
    this.#box.replaceChildren(make("div", "still", panel("picture", make("div", "nodes", ...nodes)), panel("terminal", typed), this.#button));
  }

  /** The page's address, with all that the attributes ask for. */
  async #address() {
    const address = new URL(this.#get("src") || Playground.src, document.baseURI);
    const query = new URLSearchParams({ embed: "1", host: location.origin, lang: this.#lang(), theme: this.#theme() });
    for (const name of ["nodes", "run", "lesson", "seed", "panels"]) if (this.#get(name)) query.set(name, this.#get(name));
    if (this.hasAttribute("read-only")) query.set("readonly", "1");
    let manifests = this.#manifests;
    for (const place of this.#get("manifests").match(/\S+/g) ?? []) {
      const text = await fetch(place).then((answer) => (answer.ok ? answer.text() : ""), () => "");
      // Who reads the page is told, as of other manifests that the cluster does not take.
      manifests += "---\n" + (text || "apiVersion: v1\nkind: " + JSON.stringify(place + " (it cannot be fetched)")) + "\n";
    }
    // A folder's name ends with a slash: not every host says so. On a disk, the page itself says why nothing lives there.
    const page = address.protocol === "file:" ? "/index.html" : "/";
    address.pathname = address.pathname.replace(/\/[^/.]+$/, "$&/").replace(/\/$/, page);
    address.search = `${query}`;
    address.hash = `${new URLSearchParams({ manifests, script: this.#script })}`;
    return address;
  }
}

/** Makes a playground of each `<pre><code class="language-kubarium">` below an element. @param {ParentNode} [below] */
export function enliven(below = document) {
  for (const code of below.querySelectorAll("pre > code.language-kubarium")) {
    const pre = /** @type {Element} */ (code.parentElement);
    if (pre.closest("kubarium-playground")) continue;
    const playground = document.createElement("kubarium-playground");
    for (const { name, value } of code.attributes) if (name.startsWith("data-")) playground.setAttribute(name.slice(5), value);
    pre.replaceWith(playground);
    playground.append(pre);
  }
}

if (!customElements.get("kubarium-playground")) customElements.define("kubarium-playground", Playground);

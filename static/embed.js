// The page in another page's frame: what its host may ask, and what the host is told. docs/embed.md describes the messages.
// Nothing that arrives is trusted: it is heard from one window and one origin only, each field is looked at, and what is handed
// on are lines to type and words from short lists.

/** The version of the messages. */
const VERSION = 1;
/** The longest lines that are run at a time, in characters, and how many questions may wait. */
const LONGEST = 65_536;
const MOST_WAITING = 100;

const framed = parent !== window;
const query = new URLSearchParams(location.search);

/** Whose messages count: whom the address names, else whom the browser says. */
const host = (() => {
  const named = query.get("host") || location.ancestorOrigins?.[0] || document.referrer;
  if (!framed || !named) return "";
  // Pages that lie on a disk, or in a frame with a sandbox, have no origin.
  if (named === "null") return named;
  try {
    return new URL(named).origin;
  } catch {
    return "";
  }
})();

const send = (message) => host && parent.postMessage({ kubarium: VERSION, ...message }, host === "null" ? "*" : host);
const refuse = (id, code, message) => send({ id, error: { code, message } });

let ask = () => {};
/** Questions whose lines have not all run: the first one's run now. */
const runs = [];
/** Questions for the state, by number. */
const states = new Map();
let asked = 0;

/** The program says when the prompt is free. Only then the next lines are typed: what ran before is not among their answer. */
const waitForPrompt = () => runs.length && ask("run", "");

function promptIsFree() {
  const [run] = runs;
  if (run && !run.commands) {
    run.commands = [];
    ask("run", run.lines);
  } else if (run) {
    runs.shift();
    send({ id: run.id, answer: { commands: run.commands } });
    waitForPrompt();
  }
}

/** What can be asked: each gets the message, and answers with its value, or says what is wrong with it. */
const asks = {
  hello: (id) => send({ id, answer: { versions: [VERSION], asks: Object.keys(asks) } }),
  run(id, { commands }) {
    const lines = Array.isArray(commands) ? commands : [commands];
    if (!lines.length || !lines.every((line) => typeof line === "string")) {
      return refuse(id, "malformed", "commands must be a string or a list of strings");
    }
    const text = lines.join("\n");
    if (text.length > LONGEST) return refuse(id, "too-long", `commands must not be longer than ${LONGEST} characters`);
    if (runs.length >= MOST_WAITING) return refuse(id, "busy", `${MOST_WAITING} other questions wait already`);
    runs.push({ id, lines: text });
    if (runs.length === 1) waitForPrompt();
  },
  reset(id) {
    for (const run of runs.splice(0)) refuse(run.id, "reset", "the cluster began anew before the commands were done");
    ask("reset", "");
    send({ id, answer: {} });
  },
  state(id) {
    if (states.size >= MOST_WAITING) return refuse(id, "busy", `${MOST_WAITING} other questions wait already`);
    states.set(String(++asked), id);
    ask("state", String(asked));
  },
  focus(id) {
    // The prompt, if the reader is in the frame already, or comes now.
    const prompt = () => matchMedia("(hover: hover)").matches && document.querySelector(".terminal textarea")?.focus();
    if (document.hasFocus()) prompt();
    else {
      addEventListener("focus", prompt, { once: true });
      setTimeout(() => removeEventListener("focus", prompt), 1000);
    }
    send({ id, answer: {} });
  },
  set(id, message) {
    const { lang, theme, readOnly } = message;
    const wrong = lang !== undefined && !["en", "ko"].includes(lang) ? "lang must be en or ko"
      : theme !== undefined && !["light", "dark"].includes(theme) ? "theme must be light or dark"
      : readOnly !== undefined && typeof readOnly !== "boolean" ? "readOnly must be true or false" : "";
    if (wrong) return refuse(id, "malformed", wrong);
    if (lang) ask("lang", lang);
    if (theme) ask("theme", theme);
    if (readOnly !== undefined) ask("readOnly", String(readOnly));
    send({ id, answer: {} });
  },
};

function hear({ source, origin, data }) {
  // Others talk to frames as well: what does not carry our name is not for us.
  if (source !== parent || origin !== host || typeof data !== "object" || data === null || !("kubarium" in data)) return;
  const id = ["string", "number"].includes(typeof data.id) ? data.id : null;
  if (data.kubarium !== VERSION) return refuse(id, "version", `this page speaks version ${VERSION}`);
  const name = typeof data.ask === "string" ? data.ask : "";
  if (!Object.hasOwn(asks, name)) return refuse(id, "unknown", `nobody here knows what to do with ${JSON.stringify(name)}`);
  asks[name](id, data);
}

/** What the program tells. */
const tells = {
  ready: (detail) => send({ event: "ready", detail: { ...detail, versions: [VERSION] } }),
  command(detail) {
    runs[0]?.commands?.push(detail);
    send({ event: "command", detail });
  },
  idle: promptIsFree,
  lesson: (detail) => send({ event: "lesson", detail }),
  state({ id, address, ...state }) {
    const question = states.get(id);
    states.delete(id);
    send({ id: question, answer: { ...state, address: new URL(address, location.href).href } });
  },
};

globalThis.kubariumHost = {
  listen(call) {
    ask = call;
    if (host) addEventListener("message", hear);
    if (framed) watch();
  },
  tell: (what, json) => tells[what]?.(JSON.parse(json)),
};

/** While nobody can see the frame, the program sleeps, and so does what moves by itself. */
function watch() {
  let moving = [];
  let asleep = false;
  new IntersectionObserver((seen) => {
    const away = !seen.at(-1).isIntersecting;
    if (away === asleep) return;
    asleep = away;
    ask(asleep ? "sleep" : "wake", "");
    if (asleep) {
      moving = document.getAnimations().filter(({ playState }) => playState === "running");
      moving.forEach((animation) => animation.pause());
    } else {
      moving.forEach((animation) => animation.play());
    }
    send({ event: asleep ? "sleep" : "wake", detail: {} });
  }).observe(document.documentElement);
}

// Nothing in the frame takes the focus from the page around it, and nothing scrolls that page: what is to be seen is brought into
// sight within the frame alone.
function bringIntoSight(element) {
  for (let box = element.parentElement; box; box = box.parentElement) {
    const [inner, outer] = [element.getBoundingClientRect(), box.getBoundingClientRect()];
    const beyond = (near, far) => Math.min(near, 0) || Math.max(Math.min(far, near), 0);
    if (box.scrollHeight > box.clientHeight) box.scrollTop += beyond(inner.top - outer.top, inner.bottom - outer.bottom);
    if (box.scrollWidth > box.clientWidth) box.scrollLeft += beyond(inner.left - outer.left, inner.right - outer.right);
  }
}
if (framed) {
  for (const { prototype } of [HTMLElement, SVGElement]) {
    const { focus } = prototype;
    prototype.focus = function (options) {
      if (!document.hasFocus()) return;
      focus.call(this, { ...options, preventScroll: true });
      if (!options?.preventScroll) bringIntoSight(this);
    };
  }
  Element.prototype.scrollIntoView = function () {
    bringIntoSight(this);
  };
  const { showModal } = HTMLDialogElement.prototype;
  HTMLDialogElement.prototype.showModal = function () {
    if (document.hasFocus()) showModal.call(this);
    else this.setAttribute("open", "");
  };
}

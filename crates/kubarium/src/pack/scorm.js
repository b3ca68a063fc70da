// The first script of a page that was packed for SCORM 1.2: finds the platform's API, brings the learner's progress along, starts
// the page, and tells the platform what the page tells.

const KEPT = ["lessons", "attempts", "set", "learner"];
const LESSON = new URLSearchParams(location.search).get("lesson") || "";
/** How long a platform's object is waited for, in milliseconds. */
const LATE = 3000;
/** Frames above that are looked at. */
const DEPTH = 20;
/** The most that SCORM 1.2 keeps of suspend_data, in characters. */
const MOST = 4096;

/** The API object of this frame or of one above; other hosts' frames cannot be looked into. */
function find(from) {
  for (let frame = from, depth = 0; frame && depth < DEPTH; depth++) {
    try {
      if (frame.API) return frame.API;
    } catch {
      return null;
    }
    if (frame.parent === frame) return null;
    frame = frame.parent;
  }
  return null;
}

const look = () => find(window) || (window.opener ? find(window.opener) : null);
let api = look();
// Not every platform has its object ready before the unit comes.
for (const end = Date.now() + LATE; !api && (parent !== window || window.opener) && Date.now() < end; api = look()) {
  await new Promise((later) => setTimeout(later, 100));
}
const began = Date.now();
let thrown = "";
/** What the platform answers, as a text. Some throw where they should refuse: the page goes on. */
function call(name, ...values) {
  try {
    return String(api?.[name]?.(...values) ?? "");
  } catch (error) {
    thrown = String(error?.message ?? error);
    return "";
  }
}
const get = (name) => call("LMSGetValue", name);
/** Whether the platform has taken it. */
const set = (name, value) => call("LMSSetValue", name, String(value)) === "true";
const commit = () => call("LMSCommit", "") === "true";

/** What the platform says of its last refusal. */
function why() {
  const code = call("LMSGetLastError");
  const said = code && code !== "0" ? call("LMSGetErrorString", code) || code : "";
  return said || thrown || word("unknown");
}

/**
 * What is kept of the progress, in no more characters than there is room for: which steps were solved first is left out first, as
 * the step to go on with says as much of them.
 */
function fitting(entry) {
  const solved = [...(entry.solved ?? [])];
  for (let left = 0; ; left++) {
    const text = JSON.stringify({ ...entry, solved });
    if (text.length <= MOST || !solved.length) return { text, left };
    solved.shift();
  }
}

/** Progress is the platform's: what another learner has left in this browser is not this one's. */
function recall(entry) {
  try {
    KEPT.forEach((name) => localStorage.removeItem(`kubarium.${name}`));
    sessionStorage.removeItem("kubarium.session");
    if (entry) {
      localStorage.setItem("kubarium.lessons", JSON.stringify({ kubarium: "progress", version: 1, lessons: { [LESSON]: entry } }));
    }
    const learner = get("cmi.core.student_name");
    if (learner) localStorage.setItem("kubarium.learner", learner);
  } catch {
    // Without storage the page begins where the lesson does.
  }
}

function parse(text) {
  try {
    const entry = JSON.parse(text);
    return entry && typeof entry === "object" ? entry : null;
  } catch {
    return null;
  }
}

let running = false;
let status = "";
/** Whether the platform wants results: neither when somebody looks again at what is graded, nor when he only looks in. */
let counts = false;

if (!api) {
  tell(word("none"));
} else if ((running = call("LMSInitialize", "") === "true")) {
  status = get("cmi.core.lesson_status");
  counts = !["browse", "review"].includes(get("cmi.core.lesson_mode"));
  recall(parse(get("cmi.suspend_data")));
  if (counts && !["passed", "completed"].includes(status)) {
    status = "incomplete";
    set("cmi.core.lesson_status", status);
    commit();
  }
} else {
  tell(word("unrecorded") + why());
  recall(null);
}

addEventListener("kubarium:progress", ({ detail }) => {
  const { lesson, step, steps, solved, done, record } = JSON.parse(detail);
  if (!counts || lesson !== LESSON) return;
  const { text, left } = fitting(JSON.parse(record).lessons[lesson]);
  const taken = [
    set("cmi.suspend_data", text),
    set("cmi.core.lesson_location", step),
    set("cmi.core.score.raw", Math.round((100 * Math.min(done ? steps : solved, steps)) / steps)),
  ];
  // Not every platform has these two.
  set("cmi.core.score.min", 0);
  set("cmi.core.score.max", 100);
  if (status !== "passed") {
    status = done ? "passed" : "incomplete";
    taken.push(set("cmi.core.lesson_status", status));
  }
  taken.push(commit());
  tell(taken.includes(false) ? word("refused") + why() : left ? word("reduced") + left : "");
});

/** `0001:02:03.45`, as SCORM 1.2 writes a span of time. */
function span(ms) {
  const hundredths = Math.floor(ms / 10);
  const pad = (number, digits) => String(number).padStart(digits, "0");
  const [hours, minutes, seconds] = [hundredths / 360000, (hundredths / 6000) % 60, (hundredths / 100) % 60].map(Math.floor);
  return `${pad(Math.min(hours, 9999), 4)}:${pad(minutes, 2)}:${pad(seconds, 2)}.${pad(hundredths % 100, 2)}`;
}

let finished = false;
addEventListener("pagehide", () => {
  if (!running || finished) return;
  finished = true;
  set("cmi.core.session_time", span(Date.now() - began));
  set("cmi.core.exit", status === "passed" ? "" : "suspend");
  commit();
  call("LMSFinish", "");
});

await import("./start.js");

// The first script of a page that was packed for cmi5: reads how it was launched, fetches the token, brings the learner's progress
// along, starts the page, and sends statements of what the page tells. It speaks to the addresses of the launch and to no other.

const launch = new URLSearchParams(location.search);
const LESSON = launch.get("lesson") || "";
const [endpoint, fetchAt, actor, activity, registration] =
  ["endpoint", "fetch", "actor", "activityId", "registration"].map((name) => launch.get(name) || "");
const launched = Boolean(endpoint && fetchAt && actor && activity && registration);

const KEPT = ["lessons", "attempts", "set", "learner"];
const VERBS = "http://adlnet.gov/expapi/verbs/";
const CATEGORY = "https://w3id.org/xapi/cmi5/context/categories/";
const STATE = "kubarium-progress";

let authorization = "";
let data = {};
let preferences = {};
/** What is kept for the next time: progress, and which statements may be sent once only. */
let state = {};
const began = Date.now();

const at = (path, query = {}) =>
  `${endpoint.replace(/\/?$/, "/")}${path}${Object.keys(query).length ? `?${new URLSearchParams(query)}` : ""}`;
const ask = (address, options = {}) =>
  fetch(address, {
    ...options,
    headers: { Authorization: authorization, "X-Experience-API-Version": "1.0.3", "Content-Type": "application/json" },
  });
const read = async (path, query) => {
  const response = await ask(at(path, query));
  return response.ok ? response.json() : {};
};
const where = (stateId) => ({ stateId, activityId: activity, agent: actor, registration });

/** A random UUID; not every page may call the browser's own. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** `PT123.45S` */
const span = () => `PT${((Date.now() - began) / 1000).toFixed(2)}S`;

/** A statement that cmi5 defines; "moveon" ones decide whether the unit is done. */
function statement(verb, result, moveon) {
  const context = structuredClone(data.contextTemplate || {});
  context.registration = registration;
  context.contextActivities = context.contextActivities || {};
  const categories = [`${CATEGORY}cmi5`, ...(moveon ? [`${CATEGORY}moveon`] : [])].map((id) => ({ id }));
  context.contextActivities.category = [...(context.contextActivities.category || []), ...categories];
  return {
    id: uuid(),
    actor: JSON.parse(actor),
    verb: { id: VERBS + verb, display: { en: verb } },
    object: { objectType: "Activity", id: activity },
    context,
    timestamp: new Date().toISOString(),
    ...(result ? { result } : {}),
  };
}

/** One after the other: cmi5 wants statements in order. */
let queue = Promise.resolve();
function send(what, keepalive = false) {
  const put = () =>
    ask(at("statements", { statementId: what.id }), { method: "PUT", body: JSON.stringify(what), keepalive }).catch(() => {});
  queue = keepalive ? Promise.all([queue, put()]) : queue.then(put);
  return queue;
}

const keep = () => {
  const put = () => ask(at("activities/state", where(STATE)), { method: "PUT", body: JSON.stringify(state) }).catch(() => {});
  queue = queue.then(put);
};

/** Progress is the platform's: what another learner has left in this browser is not this one's. */
function recall() {
  try {
    KEPT.forEach((name) => localStorage.removeItem(`kubarium.${name}`));
    sessionStorage.removeItem("kubarium.session");
    if (state.record) {
      const record = { kubarium: "progress", version: 1, lessons: { [LESSON]: state.record } };
      localStorage.setItem("kubarium.lessons", JSON.stringify(record));
    }
    const { name } = JSON.parse(actor || "{}");
    if (name) localStorage.setItem("kubarium.learner", name);
    // The platform's choice of language; the first that the page speaks.
    const [lang] = (preferences.languagePreference || "").split(",").map((tag) => tag.trim().slice(0, 2));
    if (lang === "en" || lang === "ko") localStorage.setItem("kubarium.lang", lang);
  } catch {
    // Without storage the page begins where the lesson does.
  }
}

async function begin() {
  const response = await fetch(fetchAt, { method: "POST" });
  const token = (await response.json())["auth-token"];
  if (!token) throw new Error("the platform gives no token");
  authorization = `Basic ${token}`;
  data = await read("activities/state", where("LMS.LaunchData"));
  preferences = await read("agents/profile", { agent: actor, profileId: "cmi5LearnerPreferences" });
  state = await read("activities/state", where(STATE));
  await send(statement("initialized"));
}

let speaks = false;
if (launched) {
  try {
    await begin();
    speaks = true;
  } catch (error) {
    console.warn(`cmi5: ${error.message}`);
  }
}
recall();

/** Whether the platform wants results: neither when somebody looks again at what is graded, nor when he only looks in. */
const counts = () => speaks && (data.launchMode || "Normal") === "Normal";

addEventListener("kubarium:progress", ({ detail }) => {
  const { lesson, done, record } = JSON.parse(detail);
  if (!counts() || lesson !== LESSON) return;
  state.record = JSON.parse(record).lessons[lesson];
  if (done && !state.passed) {
    send(statement("completed", { completion: true, duration: span() }, true));
    send(statement("passed", { success: true, score: { scaled: 1 }, duration: span() }, true));
    state.passed = true;
  }
  keep();
});

let finished = false;
addEventListener("pagehide", () => {
  if (!speaks || finished) return;
  finished = true;
  send(statement("terminated", { duration: span() }), true);
});

await import("./start.js");

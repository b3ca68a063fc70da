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
const MASTERY = "https://w3id.org/xapi/cmi5/context/extensions/masteryscore";
const STATE = "kubarium-progress";

let authorization = "";
let finished = false;
let data = {};
/** What is kept for the next time: progress, and which statements may be sent once only. */
let state = {};
const began = Date.now();
/** Waits between attempts to reach the record store, and the longest wait for its answer, in milliseconds. */
const AGAIN = 5000;
const LATE = 20000;
/** So often the platform is asked for what the page cannot begin without. */
const TRIES = 3;

const at = (path, query = {}) =>
  `${endpoint.replace(/\/?$/, "/")}${path}${Object.keys(query).length ? `?${new URLSearchParams(query)}` : ""}`;
const ask = (address, options = {}) =>
  fetch(address, {
    signal: AbortSignal.timeout(LATE),
    ...options,
    headers: { Authorization: authorization, "X-Experience-API-Version": "1.0.3", "Content-Type": "application/json" },
  });

/** What comes of it; whoever is not there, or busy, is asked again. */
async function patiently(act) {
  for (let left = TRIES - 1; ; left--) {
    try {
      const response = await act();
      if (response.status < 500 || !left) return response;
    } catch (error) {
      if (!left) throw error;
    }
    tell(word("waiting"));
    await new Promise((later) => setTimeout(later, AGAIN));
  }
}

/** What the platform keeps. 404 means that it keeps nothing yet; anything else, that what it keeps would be lost. */
const read = async (path, query) => {
  const response = await patiently(() => ask(at(path, query)));
  if (response.ok) return response.json();
  if (response.status === 404) return {};
  throw new Error(`HTTP ${response.status}`);
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

let stamp = 0;
/** Now; later than what was stamped before, as the order of statements is the order of their times. */
function now() {
  stamp = Math.max(Date.now(), stamp + 1);
  return new Date(stamp).toISOString();
}

/** A statement that cmi5 defines; "moveon" ones decide whether the unit is done. */
function statement(verb, result, moveon) {
  const context = structuredClone(data.contextTemplate || {});
  context.registration = registration;
  context.contextActivities = context.contextActivities || {};
  const categories = [`${CATEGORY}cmi5`, ...(moveon ? [`${CATEGORY}moveon`] : [])].map((id) => ({ id }));
  context.contextActivities.category = [...(context.contextActivities.category || []), ...categories];
  if (verb === "passed" && data.masteryScore !== undefined) {
    context.extensions = { ...context.extensions, [MASTERY]: data.masteryScore };
  }
  return {
    id: uuid(),
    actor: JSON.parse(actor),
    verb: { id: VERBS + verb, display: { en: verb } },
    object: { objectType: "Activity", id: activity },
    context,
    timestamp: now(),
    ...(result ? { result } : {}),
  };
}

/** What is to be sent, the oldest first: statements, and the state as `null`, of which only the last counts. */
const unsent = [];
let sending = null;

const put = (path, query, body) => ask(at(path, query), { method: "PUT", body: JSON.stringify(body), keepalive: true });

/** What is on its way just now. */
let flying;

/**
 * Sends one after the other, as cmi5 wants statements in order. Whoever is not there is asked again; what is refused is told, and
 * stays refused.
 */
async function sendAll() {
  while (unsent.length) {
    const what = (flying = unsent[0]);
    const status = await (what ? put("statements", { statementId: what.id }, what) : put("activities/state", where(STATE), state))
      .then((response) => response.status, () => 0);
    flying = undefined;
    if (finished) return;
    const gone = status === 0 || status >= 500;
    // 409: it is there already.
    tell(gone ? word("lost") : status < 400 || status === 409 ? "" : `${word("refused")}HTTP ${status}`);
    if (gone) await new Promise((later) => setTimeout(later, AGAIN));
    else unsent.shift();
  }
}

function send(what) {
  if (what || unsent.lastIndexOf(null) < 1) unsent.push(what);
  sending ??= sendAll().finally(() => (sending = null));
  return sending;
}

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
  } catch {
    // Without storage the page begins where the lesson does.
  }
}

/** The learner's choice of language at the platform, the first that the page speaks, before that of the package. */
function speak({ languagePreference }) {
  const tags = (languagePreference || "").split(",").map((tag) => tag.trim().slice(0, 2));
  const lang = tags.find((tag) => tag in WORDS);
  if (!lang) return;
  document.documentElement.lang = lang;
  launch.set("lang", lang);
  history.replaceState(null, "", `?${launch}`);
}

async function begin() {
  const response = await patiently(() => fetch(fetchAt, { method: "POST", signal: AbortSignal.timeout(LATE) }));
  const { "auth-token": token, "error-text": refused } = await response.json();
  if (!token) throw new Error(refused || `HTTP ${response.status}`);
  authorization = `Basic ${token}`;
  data = await read("activities/state", where("LMS.LaunchData"));
  speak(await read("agents/profile", { agent: actor, profileId: "cmi5LearnerPreferences" }));
  state = await read("activities/state", where(STATE));
  send(statement("initialized"));
}

let speaks = false;
if (launched) {
  const late = setTimeout(() => tell(word("waiting")), 2000);
  try {
    await begin();
    speaks = true;
    tell("");
  } catch (error) {
    tell(word("unrecorded") + error.message);
  }
  clearTimeout(late);
  recall();
} else {
  tell(word("none"));
}

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
  send(null);
});

/** The session is over: what is under way arrives by itself, the rest goes in one request, "terminated" last. */
function finish() {
  if (!speaks || finished) return;
  finished = true;
  const rest = unsent.slice(flying === undefined ? 0 : 1);
  if (rest.includes(null)) put("activities/state", where(STATE), state).catch(() => {});
  const statements = [...rest.filter(Boolean), statement("terminated", { duration: span() })];
  ask(at("statements"), { method: "POST", body: JSON.stringify(statements), keepalive: true }).catch(() => {});
}
addEventListener("pagehide", finish);

await import("./start.js");

if (speaks && data.returnURL) {
  offerToLeave(() => {
    finish();
    location.assign(data.returnURL);
  });
}

// The service worker: a copy of every file of the page, so that it opens without a network. `cargo xtask build` writes above this
// text which version it is and which files there are: const VERSION, and const FILES with the hash of each.
//
// A version is whole or is not there: what arrives must have the hash that the build saw. A new version is fetched while the old
// one is in use, and begins when the reader agrees (static/offline.js asks). A page that is still open from an older version goes
// on with the files of that one.

const SCOPE = registration.scope;
/** Other copies of Kubarium may live at the same origin, each with its own scope. */
const PREFIX = `kubarium ${SCOPE} `;
const OWN = PREFIX + VERSION;
/** What stays out of every version for ever has this many hexadecimal digits of its content in its name. */
const HASHED = /-[0-9a-f]{14,16}(_bg)?\.\w+$/;
/** How long a page may take to say which version it is, in milliseconds. */
const PATIENCE = 1500;

const address = (name) => new URL(name, SCOPE).href;
const versions = async () => (await caches.keys()).filter((name) => name.startsWith(PREFIX));

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(clients.claim().then(clean)));
addEventListener("message", (event) => {
  if (event.data === "begin") event.waitUntil(skipWaiting());
  if (event.data === "here") event.waitUntil(clean());
});
addEventListener("fetch", (event) => {
  const place = new URL(event.request.url);
  place.search = place.hash = "";
  if (event.request.method !== "GET" || !place.href.startsWith(SCOPE)) return;
  event.respondWith(answer(event, place.href.slice(SCOPE.length).replace(/^index\.html$/, "")));
});

async function install() {
  const own = await caches.open(OWN);
  const others = (await versions()).filter((name) => name !== OWN);
  // One after the other: whoever uses the page meanwhile has the network to himself.
  for (const [name, hash] of Object.entries(FILES)) {
    if (await own.match(address(name))) continue;
    await own.put(address(name), (await copy(others, name, hash)) ?? (await download(name, hash)));
  }
}

/** The file out of another version, if it is the same there. */
async function copy(others, name, hash) {
  for (const other of others) {
    const found = await (await caches.open(other)).match(address(name));
    if (!found) continue;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await found.clone().arrayBuffer()));
    if (`sha256-${btoa(String.fromCharCode(...digest))}` === hash) return found;
  }
  return undefined;
}

async function download(name, integrity) {
  const found = await fetch(address(name), { integrity, cache: HASHED.test(name) ? "default" : "no-cache" });
  if (!found.ok) throw new Error(`${found.status} ${name}`);
  // A page must not come from a redirection, which hosts like for the sake of shorter addresses.
  return found.redirected ? new Response(found.body, { headers: found.headers }) : found;
}

async function answer(event, name) {
  const version = event.request.mode === "navigate" ? own(event.resultingClientId) : await versionOf(event.clientId);
  const found = await (await caches.open(version)).match(address(name));
  return found ?? fetch(event.request);
}

/** Which version a page is, by its client's id, as far as this was looked up. */
const known = new Map();

function own(id) {
  known.set(id, OWN);
  return OWN;
}

/** The version that a page came with. A worker may end and begin anew at any time, so it asks. */
async function versionOf(id) {
  if ((await versions()).length < 2) return OWN;
  if (!known.has(id)) {
    const page = await clients.get(id);
    const program = page && (await ask(page));
    known.set(id, (program && (await versionWith(program))) ?? OWN);
  }
  return known.get(id);
}

async function versionWith(program) {
  for (const name of [OWN, ...(await versions())]) {
    if (await (await caches.open(name)).match(address(program))) return name;
  }
  return undefined;
}

/** Asks a page for its program's name, which has a hash; nothing if it does not answer. */
function ask(page) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((done) => {
    port1.onmessage = ({ data }) => done(data);
    setTimeout(done, PATIENCE);
    page.postMessage("which", [port2]);
  });
}

/** Forgets the versions that no open page needs any more. */
async function clean() {
  // The newest version is somebody else's concern until it has begun.
  if (registration.waiting || registration.installing) return;
  const pages = (await clients.matchAll({ includeUncontrolled: true })).filter(({ url }) => url.startsWith(SCOPE));
  const programs = await Promise.all(pages.map(ask));
  // A page that does not answer may need anything.
  if (programs.includes(undefined)) return;
  const needed = [OWN, ...(await Promise.all(programs.map(versionWith)))];
  await Promise.all((await versions()).filter((name) => !needed.includes(name)).map((name) => caches.delete(name)));
}

// Opens the page whose module carries marks (cargo xtask profile), in each language, and prints one digit for each mark: 1 if
// what it marks has run. A line is entered, but what would run it does not come, as when the network is slow or gone.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CLOCK_STANDS, DIST, open } from "./kubarium.mjs";

const [base, count] = process.argv.slice(2).map(Number);
/** How long the page is watched, in milliseconds: heartbeats and leases come every ten seconds. */
const WATCHED = 45_000;

/** After so long the second module does not come, in milliseconds: several lines wait for it by then. */
const SLOW = 6_000;

/** Keeps the module's instance where we can find it. */
function keepInstance() {
  const instantiate = WebAssembly.instantiate;
  WebAssembly.instantiate = async (...given) => {
    const made = await instantiate(...given);
    globalThis.instance ??= made;
    return made;
  };
}

/** A host that says that there is a second module, and keeps one waiting in vain for it. */
function withhold(name, response) {
  if (name.startsWith("kubarium-more")) setTimeout(() => response.writeHead(404).end(), SLOW);
  else if (name === "" || name === "index.html") {
    const page = readFileSync(join(DIST, "index.html"), "utf8");
    response.writeHead(200, { "Content-Type": "text/html" });
    response.end(page.replace("data-module=", 'data-more="kubarium-more.wasm" data-module='));
  } else return false;
  return true;
}

/** Opens one page and notes what has run. */
async function watch({ lang, query, context }) {
  const kube = await open({ lang, query, context, change: withhold, script: keepInstance });
  await kube.page.waitForTimeout(WATCHED);
  await enter(kube);
  await note(kube);
}

/** The same where the clock goes frame by frame: of what happens in one, another thing comes first. Nothing is entered. */
async function watchFrames({ lang, query }) {
  const kube = await open({ lang, query, change: withhold, script: keepInstance, ...CLOCK_STANDS });
  for (let passed = 0; passed < WATCHED; passed += 1000) await kube.page.clock.runFor(1000);
  await note(kube);
}

/** Enters lines, and waits until they are refused. */
async function enter(kube) {
  await kube.page.getByRole("group", { name: "node1" }).hover();
  // What is entered before the rest has come waits for it, and is told when it does not come: lines that are typed, put in as a
  // whole, and several at once.
  await kube.prompt.pressSequentially("kubectl get pods ");
  await kube.prompt.press("Enter");
  for (const text of ["kubectl create deployment web --image=nginx --replicas=3", "echo 'one' | cat\necho $two"]) {
    await kube.prompt.fill(text);
    await kube.prompt.press("Enter");
  }
  await kube.prompt.pressSequentially("kub");
  await kube.prompt.press("Backspace");
  const refused = () => kube.page.getByText(/The commands could not be loaded|명령 프로그램을 불러오지 못했습니다/);
  await refused().first().waitFor();
  await kube.prompt.press("Enter");
  await refused().nth(1).waitFor();
  // What is clicked waits as well, until one does not want to try again.
  await kube.page.getByRole("group", { name: "node1" }).click();
  await kube.page.locator(".notice button").last().click();
  await kube.page.waitForTimeout(1000);
}

async function note(kube) {
  // Characters, because so many numbers are slow to hand over.
  const marks = await kube.page.evaluate(([from, length]) => {
    const marks = new Uint8Array(globalThis.instance.exports.memory.buffer, from, length);
    return Array.from(marks, (mark) => (mark ? "1" : "0")).join("");
  }, [base, count]);
  for (let i = 0; i < count; i++) ran[i] |= marks[i] === "1";
  await kube.close();
}

const ran = new Uint8Array(count);
const phone = { viewport: { width: 390, height: 844 } };
// What runs depends a little on names and chances: each variant has its own.
const VARIANTS = [
  { lang: "en", context: { colorScheme: "light" } },
  { lang: "ko", context: { colorScheme: "dark", ...phone, reducedMotion: "reduce" } },
  { lang: "ko", query: { seed: 2 }, context: { viewport: { width: 1600, height: 1000 } } },
  { lang: "en", query: { seed: 3 }, context: { ...phone, reducedMotion: "no-preference" } },
  { lang: "en", query: { seed: 4, nodes: 5 }, context: { colorScheme: "dark" } },
];
await Promise.all(VARIANTS.map(watch));
await Promise.all([{ lang: "en" }, { lang: "ko", query: { seed: 2 } }].map(watchFrames));
console.log(ran.join(""));

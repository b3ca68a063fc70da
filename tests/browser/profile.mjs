// Opens the page whose module carries marks (cargo xtask profile), in each language, and prints one digit for each mark:
// 1 if what it marks has run. A line is begun, but nothing more is done: with the first key or click the rest is fetched.

import { open } from "./kubarium.mjs";

const [base, count] = process.argv.slice(2).map(Number);
/** How long the page is watched, in milliseconds: heartbeats and leases come every ten seconds. */
const WATCHED = 25_000;

/** Keeps the module's instance where we can find it. */
function keepInstance() {
  const instantiate = WebAssembly.instantiate;
  WebAssembly.instantiate = async (...given) => {
    const made = await instantiate(...given);
    globalThis.instance ??= made;
    return made;
  };
}

/** Opens one page and notes what has run. */
async function watch({ lang, query, context }) {
  const kube = await open({ lang, query, context, script: keepInstance });
  await kube.page.waitForTimeout(WATCHED);
  await kube.page.getByRole("group", { name: "node1" }).hover();
  await kube.prompt.pressSequentially("kubectl get pods ");
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
console.log(ran.join(""));

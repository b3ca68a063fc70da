// Opens the page whose module carries marks (cargo xtask profile), in each language, and prints one digit for each function:
// 1 if it has run. A line is begun, but nothing more is done: with the first key or click the rest is fetched.

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

const ran = new Uint8Array(count);
for (const [lang, context] of [
  ["en", { colorScheme: "light" }],
  ["ko", { colorScheme: "dark", viewport: { width: 390, height: 844 }, reducedMotion: "reduce" }],
]) {
  const kube = await open({ lang, context, script: keepInstance });
  await kube.page.waitForTimeout(WATCHED);
  await kube.page.getByRole("group", { name: "node1" }).hover();
  await kube.prompt.pressSequentially("kubectl get pods ");
  const marks = await kube.page.evaluate(
    ([from, length]) => Array.from(new Uint8Array(globalThis.instance.exports.memory.buffer, from, length)),
    [base, count],
  );
  marks.forEach((mark, i) => (ran[i] |= mark));
  await kube.close();
}
console.log(ran.join(""));

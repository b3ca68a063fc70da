// How many frames a second the picture has while much changes: `node tests/browser/speed/frames.mjs`, after a build. Numbers are
// printed and not judged: they depend on the machine, whose load is said with them.

import { loadavg } from "node:os";
import { open } from "../kubarium.mjs";

/** For so long frames are counted, in milliseconds, and so often; the best counts. */
const SPAN = 4000;
const ROUNDS = 2;
/** The most that thousands of nodes may take to join, in milliseconds. */
const PATIENCE = 240_000;

/** Runs in the page: the frames of a while. */
const count = (span) => new Promise((done) => {
  const lengths = [];
  const end = performance.now() + span;
  let last;
  const step = (now) => {
    if (last !== undefined) lengths.push(now - last);
    last = now;
    if (performance.now() < end) return requestAnimationFrame(step);
    const sum = lengths.reduce((sum, length) => sum + length, 0);
    lengths.sort((a, b) => a - b);
    done({ rate: (1000 * lengths.length) / sum, p95: lengths[Math.floor(lengths.length * 0.95)], worst: lengths.at(-1) });
  };
  requestAnimationFrame(step);
});

async function tell(kube, what, before = async () => {}) {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    await before(round);
    rounds.push(await kube.page.evaluate(count, SPAN));
  }
  const { rate, p95, worst } = rounds.reduce((best, round) => (round.rate > best.rate ? round : best));
  console.log(`${rate.toFixed(1).padStart(7)} frames/s, p95 ${p95.toFixed(1)} ms, worst ${worst.toFixed(1)} ms  ${what} (load ${loadavg()[0].toFixed(1)})`);
}

const few = await open();
try {
  await few.run("kubectl create deployment web --image=nginx --replicas=0");
  await tell(few, "300 Pods come, by node", (round) => few.run(`kubectl scale deployment web --replicas=${300 + round * 300}`));
  await few.run("kubectl scale deployment web --replicas=300");
  await few.speed("10");
  await few.run("kubectl rollout status deployment web; sleep 60");
  await few.speed("1");
  await tell(few, "300 Pods change their image", (round) => few.run(`kubectl set image deployment web nginx=nginx:1.${25 + round}`));
} finally {
  await few.close();
}

const began = Date.now();
const many = await open({ query: { nodes: "5000" }, until: "commit", ready: (kube) => kube.prompt.waitFor({ timeout: PATIENCE }) });
try {
  console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(7)} s until 5,000 nodes are there (load ${loadavg()[0].toFixed(1)})`);
  await many.page.getByRole("grid", { name: /^5,001 nodes, 5,001 Ready/ }).waitFor();
  await tell(many, "the map of 5,000 nodes, at rest");
  await tell(many, "300 Pods come to 5,000 nodes", (round) => many.run(`kubectl create deployment web${round} --image=nginx --replicas=300`));
} finally {
  await many.close();
}

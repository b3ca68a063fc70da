// What commands and keys cost in the browser with 100 Pods: `node tests/browser/speed/commands.mjs`, after a build. Numbers are
// printed and not judged: they depend on the machine.
//
// A command's cost is the time for which it keeps the main thread, from Enter until what it printed is painted, less what as many
// frames take when nothing is typed. Of that, the thread's own time on a processor is told first: what else the machine does meanwhile
// does not count, other than by what it takes from caches; then by the clock, as the reader has it. Virtual time flows a hundred times
// faster than usual, or it would be the time that a real kubectl waits for its answers.
//
// Of the same time, what the thread does at one go is told last: until that is over, nothing moves and no key is heard.

import { open } from "../kubarium.mjs";

const ROUNDS = 40;
/** So often a command is played before it is measured: meanwhile the browser compiles what it takes. */
const WARM_UP = 5;
/** And so often nothing is typed. */
const IDLE = 8;
const COMMANDS = [
  "kubectl get pods", "kubectl get pods -o wide", "kubectl get pods -o yaml", "kubectl get pods -o json", "kubectl get all",
  "kubectl get pods -A --show-labels", "kubectl get pods -o jsonpath='{.items[*].status.podIP}'",
  "kubectl get pods --sort-by=.metadata.name", "kubectl get pods -l app=web -o name", "kubectl get events",
  "kubectl get nodes -o wide", "kubectl describe node node1", "kubectl describe deployment web", "kubectl describe pods",
  "kubectl explain pod.spec.containers", "kubectl api-resources", "kubectl top pods", "kubectl logs deploy/web",
  "kubectl create configmap c --from-literal=a=1; kubectl delete configmap c", "kubectl label deployment web x=1 --overwrite",
  "kubectl get pods -o yaml | grep podIP | sort | head -3", "kubectl get deployment web -o yaml | kubectl diff -f -",
];

const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
const times = (values) => `${percentile(values, 0.5).toFixed(1).padStart(7)} ms ${percentile(values, 0.95).toFixed(1).padStart(7)} ms p95`;

/** Runs in the page: types a line (or nothing) and waits for its end; how many frames that took. */
async function play(line) {
  const frame = () => new Promise((done) => setTimeout(() => requestAnimationFrame(() => setTimeout(done))));
  const prompt = document.querySelector(".terminal textarea");
  const log = document.querySelector("[role=log]");
  if (line) {
    prompt.value = line;
    prompt.dispatchEvent(new InputEvent("input", { bubbles: true }));
    prompt.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  }
  let frames = 0;
  do {
    await frame();
    frames++;
  } while (frames < 3 || log.getAttribute("aria-busy") === "true");
  return frames;
}

/** What the main thread has done so far, in milliseconds: by its own time and by the clock. */
async function meter(page) {
  const clocks = await Promise.all(["threadTicks", "timeTicks"].map(async (timeDomain) => {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Performance.enable", { timeDomain });
    return async () => (await devtools.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration").value * 1000;
  }));
  return () => Promise.all(clocks.map((clock) => clock()));
}

/** The costs of a command by both clocks. */
async function measure(page, spent, command) {
  const round = async (line) => {
    const before = await spent();
    const frames = await page.evaluate(play, line);
    const after = await spent();
    return { frames, took: after.map((now, i) => now - before[i]) };
  };
  for (let i = 0; i < WARM_UP; i++) await round(command);
  const idle = [];
  for (let i = 0; i < IDLE; i++) idle.push(await round(""));
  const frame = [0, 1].map((clock) => percentile(idle.map(({ frames, took }) => took[clock] / frames), 0.5));
  const costs = [[], []];
  for (let i = 0; i < ROUNDS; i++) {
    await round("clear");
    const { frames, took } = await round(command);
    costs.forEach((costs, clock) => costs.push(took[clock] - frame[clock] * frames));
  }
  return costs;
}

/** The longest task of a command, by the thread's own time. */
async function longest(page, command) {
  const devtools = await page.context().newCDPSession(page);
  const events = [];
  devtools.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const over = new Promise((done) => devtools.once("Tracing.tracingComplete", done));
  await devtools.send("Tracing.start", { traceConfig: { includedCategories: ["toplevel", "blink.user_timing"], excludedCategories: ["*"] } });
  const mark = (name) => page.evaluate((name) => void performance.mark(name), name);
  for (let i = 0; i < ROUNDS; i++) {
    await page.evaluate(play, "clear");
    await mark("typed");
    await page.evaluate(play, command);
    await mark("shown");
  }
  await devtools.send("Tracing.end");
  await over;
  await devtools.detach();
  const marks = (wanted) => events.filter(({ name, cat }) => name === wanted && cat.startsWith("blink.user_timing"));
  const [typed, shown] = [marks("typed"), marks("shown")].map((marks) => marks.sort((a, b) => a.ts - b.ts));
  const tasks = events.filter(({ name, pid, tid }) => name.endsWith("RunTask") && pid === typed[0].pid && tid === typed[0].tid);
  return typed.map(({ ts }, i) => Math.max(...tasks.filter((task) => task.ts > ts && task.ts < shown[i].ts).map(({ tdur }) => (tdur ?? 0) / 1000)));
}

/** A page of its own with 100 Pods: what a command costs does not depend on which were measured before it. */
async function withPods(act) {
  const kube = await open();
  try {
    await kube.speed("100");
    await kube.run("kubectl create deployment web --image=nginx --replicas=100");
    await kube.run("kubectl rollout status deployment web");
    await kube.page.waitForTimeout(2000);
    return await act(kube);
  } finally {
    await kube.close();
  }
}

const all = [[], [], []];
const tell = ([own, clock, task], what) => console.log(`${times(own)} (by the clock ${times(clock)}; at one go ${times(task)})  ${what}`);
for (const command of process.argv.length > 2 ? process.argv.slice(2) : COMMANDS) {
  await withPods(async ({ page }) => {
    const costs = [...await measure(page, await meter(page), command), await longest(page, command)];
    all.forEach((all, which) => all.push(...costs[which]));
    tell(costs, command);
  });
}
tell(all, "all of them");
// From a key to the frame in which it shows, as the browser itself times it (in steps of 8 ms).
await withPods(async (kube) => {
  const { page } = kube;
  await kube.speed("1");
  await page.evaluate(() => {
    globalThis.keys = [];
    new PerformanceObserver((list) => keys.push(...list.getEntries().filter(({ name }) => name === "keydown").map(({ duration }) => duration)))
      .observe({ type: "event", durationThreshold: 16, buffered: false });
  });
  await kube.prompt.fill("");
  await page.keyboard.type("kubectl get pods -o wide --sort-by=.metadata.name | grep web", { delay: 40 });
  await page.waitForTimeout(500);
  console.log(`${times(await page.evaluate(() => (keys.length ? keys : [16])))}  from a key to its frame, of those that took 16 ms or more`);
});

// What commands and keys cost in the browser with 100 Pods: `node tests/browser/speed/commands.mjs`, after a build. Numbers are
// printed and not judged: they depend on the machine.
//
// All is measured in the page, so that nobody's questions are counted. A command's cost is the time for which it keeps the main
// thread, from Enter until what it printed is painted: each frame from its first callback until the browser is free again after it,
// less what a frame takes when nothing is typed. Virtual time flows a hundred times faster than usual, or it would be the time that
// a real kubectl waits for its answers.

import { open } from "../kubarium.mjs";

const ROUNDS = 15;
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
const tell = (values, what) => console.log(`${percentile(values, 0.5).toFixed(1).padStart(7)} ms ${percentile(values, 0.95).toFixed(1).padStart(7)} ms p95  ${what}`);

/** Runs in the page before its program: how long each frame keeps the main thread. */
function watchFrames() {
  globalThis.frames = [];
  const { port1, port2 } = new MessageChannel();
  let began = 0;
  // What is posted in a frame arrives after it is painted.
  port2.onmessage = () => frames.push([began, performance.now() - began]);
  const request = globalThis.requestAnimationFrame.bind(globalThis);
  let first = true;
  globalThis.requestAnimationFrame = (call) => request((ms) => {
    if (first) {
      first = false;
      began = performance.now();
      port1.postMessage(0);
      queueMicrotask(() => (first = true));
    }
    call(ms);
  });
}

/** Runs in the page: the costs of a command, in milliseconds. */
async function measure([command, rounds]) {
  const frame = () => new Promise((done) => setTimeout(() => requestAnimationFrame(() => setTimeout(done))));
  const middle = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
  const prompt = document.querySelector(".terminal textarea");
  const log = document.querySelector("[role=log]");
  const enter = (line) => {
    prompt.value = line;
    prompt.dispatchEvent(new InputEvent("input", { bubbles: true }));
    const began = performance.now();
    prompt.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    return began;
  };
  const done = async () => {
    for (;;) {
      await frame();
      if (log.getAttribute("aria-busy") !== "true") return;
    }
  };
  const costs = [];
  for (let round = 0; round < rounds; round++) {
    enter("clear");
    await done();
    frames.length = 0;
    for (let i = 0; i < 12; i++) await frame();
    const idle = middle(frames.map(([, length]) => length));
    frames.length = 0;
    const began = enter(command);
    const key = performance.now() - began;
    await done();
    await frame();
    costs.push(key + frames.filter(([at]) => at >= began).reduce((sum, [, length]) => sum + Math.max(0, length - idle), 0));
  }
  return costs;
}

const kube = await open({ script: watchFrames });
try {
  const { page } = kube;
  await kube.speed("100");
  await kube.run("kubectl create deployment web --image=nginx --replicas=100");
  await kube.run("kubectl rollout status deployment web");
  await page.waitForTimeout(2000);
  const all = [];
  for (const command of COMMANDS) {
    const costs = await page.evaluate(measure, [command, ROUNDS]);
    all.push(...costs);
    tell(costs, command);
  }
  tell(all, "all of them");
  // From a key to the frame in which it shows, as the browser itself times it (in steps of 8 ms).
  await kube.speed("1");
  await page.evaluate(() => {
    globalThis.keys = [];
    new PerformanceObserver((list) => keys.push(...list.getEntries().filter(({ name }) => name === "keydown").map(({ duration }) => duration)))
      .observe({ type: "event", durationThreshold: 16, buffered: false });
  });
  await kube.prompt.fill("");
  await page.keyboard.type("kubectl get pods -o wide --sort-by=.metadata.name | grep web", { delay: 40 });
  await page.waitForTimeout(500);
  tell(await page.evaluate(() => (keys.length ? keys : [16])), "from a key to its frame, of those that took 16 ms or more");
} finally {
  await kube.close();
}

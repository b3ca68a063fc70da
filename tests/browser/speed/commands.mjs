// What commands and keys cost in the browser with 100 Pods: `node tests/browser/speed.mjs`, after a build. Numbers are printed and
// not judged: they depend on the machine. A command's cost is the time that the page's main thread worked on it, without what the
// page does anyway in that time.

import { open } from "./kubarium.mjs";

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

const kube = await open();
try {
  const { page } = kube;
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  const work = async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value * 1000]));
  };
  await kube.speed("100");
  await kube.run("kubectl create deployment web --image=nginx --replicas=100");
  await kube.run("kubectl rollout status deployment web");
  await page.waitForTimeout(2000);
  const [from, began] = [await work(), Date.now()];
  await page.waitForTimeout(2000);
  const idle = ((await work()).TaskDuration - from.TaskDuration) / (Date.now() - began);
  console.log(`idle: ${(idle * 100).toFixed(1)} % of the main thread`);
  const all = [];
  for (const command of COMMANDS) {
    const costs = [];
    for (let round = 0; round < ROUNDS; round++) {
      await kube.prompt.fill("clear");
      await kube.prompt.press("Enter");
      await page.waitForTimeout(60);
      await kube.prompt.fill(command);
      const [before, at] = [await work(), Date.now()];
      await kube.prompt.press("Enter");
      await page.waitForFunction((log) => log.getAttribute("aria-busy") !== "true" && log.querySelector("[data-entry]"), await kube.transcript.elementHandle());
      costs.push((await work()).TaskDuration - before.TaskDuration - idle * (Date.now() - at));
    }
    all.push(...costs);
    console.log(`${percentile(costs, 0.5).toFixed(1).padStart(7)} ms ${percentile(costs, 0.95).toFixed(1).padStart(7)} ms p95  ${command}`);
  }
  console.log(`${percentile(all, 0.5).toFixed(1).padStart(7)} ms ${percentile(all, 0.95).toFixed(1).padStart(7)} ms p95  all of them`);
  // From a key to the frame in which it shows, as the browser itself times it (in steps of 8 ms).
  await kube.speed("1");
  await page.evaluate(() => {
    globalThis.keys = [];
    new PerformanceObserver((list) => keys.push(...list.getEntries().filter(({ name }) => name === "keydown").map(({ duration }) => duration)))
      .observe({ type: "event", durationThreshold: 0, buffered: false });
  });
  await kube.prompt.fill("");
  await page.keyboard.type("kubectl get pods -o wide --sort-by=.metadata.name | grep web", { delay: 40 });
  await page.waitForTimeout(500);
  const keys = await page.evaluate(() => keys);
  console.log(`${percentile(keys, 0.5)} ms ${percentile(keys, 0.95)} ms p95 from a key to its frame (${keys.length} keys)`);
  await kube.prompt.fill("kubectl describe pod web-");
  const before = await work();
  await page.keyboard.press("Tab");
  await page.getByRole("listbox").waitFor();
  console.log(`${((await work()).TaskDuration - before.TaskDuration).toFixed(1)} ms for Tab among 100 Pods`);
} finally {
  await kube.close();
}

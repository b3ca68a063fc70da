// What opening the page costs, under Lighthouse's throttling of network and processor as DevTools applies it. Also a program:
// `node tests/browser/speed/load.mjs`, after a build, prints the metrics, Lighthouse's score of them, and how long clicks and keys
// take to the next frame.

import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { DIST, open } from "../kubarium.mjs";
import { score } from "./score.mjs";

/** Lighthouse's constants (core/config/constants.js): with DevTools' throttling a round trip counts 3.75 times, for it delays requests. */
const FORMS = {
  mobile: { context: { viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true }, latency: 150 * 3.75, kilobits: 1638.4 * 0.9, slower: 4 },
  desktop: { context: { viewport: { width: 1350, height: 940 } }, latency: 40 * 3.75, kilobits: 10 * 1024 * 0.9, slower: 1 },
};
/** For so long nothing may keep the main thread for the page to count as at rest, in milliseconds; and the longest that is watched. */
const REST = 5000;
const LONGEST = 30_000;

const compressed = new Map();

/** Answers as static hosts do: compressed. */
function compress(name, response) {
  const path = join(DIST, name || "index.html");
  const type = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".json": "application/json" }[extname(path)];
  if (!type) return false;
  const answer = async () => {
    if (!compressed.has(path)) {
      compressed.set(path, brotliCompressSync(await readFile(path), { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 } }));
    }
    response.writeHead(200, { "Content-Type": type, "Content-Encoding": "br", "Content-Length": compressed.get(path).length }).end(compressed.get(path));
  };
  answer().catch(() => response.writeHead(404).end());
  return true;
}

/** Runs in the page, before anything else there: what the browser itself measures. */
function observe() {
  globalThis.seen = { lcp: 0, what: "", cls: 0, tasks: [], events: [] };
  const on = (type, call, more = {}) => new PerformanceObserver((list) => list.getEntries().forEach(call)).observe({ type, buffered: true, ...more });
  on("largest-contentful-paint", (entry) => Object.assign(seen, { lcp: entry.startTime, what: entry.element?.className || entry.element?.tagName || "" }));
  on("layout-shift", (entry) => (seen.cls += entry.hadRecentInput ? 0 : entry.value));
  on("longtask", (entry) => seen.tasks.push([entry.startTime, entry.duration]));
  on("event", (entry) => entry.interactionId && seen.events.push([entry.startTime, entry.duration, entry.name]), { durationThreshold: 16 });
}

/** How much of a picture was there at each moment, by its colours: Lighthouse's Speed Index is the area above that curve. */
async function speedIndex(kube, frames, start) {
  const page = await kube.page.context().newPage();
  try {
    const histograms = await page.evaluate(async (pictures) => {
      const canvas = new OffscreenCanvas(160, 160);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      const all = [];
      for (const data of pictures) {
        const picture = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${data}`)).blob());
        context.drawImage(picture, 0, 0, 160, 160);
        const counts = new Array(768).fill(0);
        context.getImageData(0, 0, 160, 160).data.forEach((value, i) => i % 4 < 3 && counts[(i % 4) * 256 + value]++);
        all.push(counts);
      }
      return all;
    }, frames.map(({ data }) => data));
    const apart = (a, b) => a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0);
    const [first, last] = [histograms[0], histograms.at(-1)];
    const whole = apart(first, last) || 1;
    let [index, missing, at] = [0, 1, start];
    frames.forEach(({ time }, i) => {
      index += missing * (time - at);
      [missing, at] = [Math.max(0, Math.min(1, apart(histograms[i], last) / whole)), time];
    });
    return index;
  } finally {
    await page.close();
  }
}

/** Opens the page as a phone or a desktop; the metrics in milliseconds, and the page. */
export async function load(form) {
  const { context, latency, kilobits, slower } = FORMS[form];
  const bytes = (kilobits * 1000) / 8;
  let [received, devtools] = [0, undefined];
  const frames = [];
  const prepare = async (page) => {
    devtools = await page.context().newCDPSession(page);
    await devtools.send("Network.enable");
    devtools.on("Network.loadingFinished", ({ encodedDataLength }) => (received += encodedDataLength));
    await devtools.send("Network.emulateNetworkConditions", { offline: false, latency, downloadThroughput: bytes, uploadThroughput: bytes / 2 });
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: slower });
    devtools.on("Page.screencastFrame", ({ data, metadata, sessionId }) => {
      frames.push({ data, time: metadata.timestamp * 1000 });
      devtools.send("Page.screencastFrameAck", { sessionId }).catch(() => {});
    });
    await devtools.send("Page.startScreencast", { format: "jpeg", quality: 40, maxWidth: 412, maxHeight: 412 });
  };
  const kube = await open({ context, script: observe, change: compress, prepare, until: "commit" });
  const { page } = kube;
  const shown = await page.evaluate(() => performance.now());
  await page.waitForTimeout(500);
  await devtools.send("Page.stopScreencast");
  const seen = await page.evaluate(async ([rest, longest]) => {
    const busy = () => performance.now() - Math.max(0, ...seen.tasks.map(([at, length]) => at + length));
    while (busy() < rest && performance.now() < longest) await new Promise((done) => setTimeout(done, 250));
    const [{ startTime: fcp }] = performance.getEntriesByName("first-contentful-paint");
    const module = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".wasm")).at(0);
    return { ...seen, fcp, origin: performance.timeOrigin, arrived: module?.responseEnd ?? 0 };
  }, [REST, LONGEST]);
  const tbt = seen.tasks.filter(([at]) => at >= seen.fcp).reduce((sum, [, length]) => sum + length - 50, 0);
  const si = Math.max(seen.fcp, await speedIndex(kube, frames, seen.origin));
  return { kube, received, shown, metrics: { fcp: seen.fcp, si, lcp: seen.lcp, tbt, cls: seen.cls }, arrived: seen.arrived, what: seen.what, tasks: seen.tasks };
}

/** What a person does; how long each takes to the next frame, the longest first. */
export async function interact({ page, prompt }, form) {
  const did = [];
  const act = async (name, deed) => {
    await page.evaluate(() => (seen.events.length = 0));
    await deed();
    await page.waitForTimeout(600);
    const events = await page.evaluate(() => seen.events);
    did.push([name, Math.max(0, ...events.map(([, duration]) => duration))]);
  };
  // What can be undone is named behind the colon.
  const button = (name) => page.getByRole("button", { name: new RegExp(`^${name}(:|$)`), disabled: false });
  const press = (name) => button(name)[form === "mobile" ? "tap" : "click"]();
  const enter = async (line) => {
    await prompt.focus();
    await page.keyboard.type(line, { delay: 30 });
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("[role=log]").getAttribute("aria-busy") !== "true");
  };
  for (const line of ["kubectl get nodes -o wide", "kubectl create deployment web --image=nginx --replicas=6", "kubectl get pods -A", "kubectl get pod -A -o yaml", "kubectl describe nodes"]) {
    await act(line, () => enter(line));
  }
  await act("Tab", () => page.keyboard.type("kubectl get po\t", { delay: 30 }));
  await act("Escape", () => page.keyboard.press("Escape"));
  for (const name of ["Pause", "Resume", "Dark theme", "Light theme", "한국어로 보기", "Read in English", "By app", "By node", "Undo", "Redo"]) {
    if (await button(name).isVisible()) await act(name, () => press(name));
  }
  await act("Session", () => press("Session"));
  await act("Escape in its menu", () => page.keyboard.press("Escape"));
  await act("Lessons", () => press("Lessons"));
  await act("Lessons again", () => press("Lessons"));
  return did.sort((a, b) => b[1] - a[1]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const form of Object.keys(FORMS)) {
    // The first time compresses.
    const { kube, received, shown, metrics, what, tasks } = await load(form);
    try {
      const { fcp, si, lcp, tbt, cls } = Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, name === "cls" ? value.toFixed(3) : Math.round(value)]));
      console.log(`${form}: performance ${score(form, metrics)} of 100; ${Math.round(received / 1000)} KB, the prompt is there after ${Math.round(shown)} ms`);
      console.log(`  FCP ${fcp} ms, SI ${si} ms, LCP ${lcp} ms (${what}), TBT ${tbt} ms, CLS ${cls}; long tasks: ${tasks.map(([at, length]) => `${Math.round(length)} at ${Math.round(at)}`).join(", ")}`);
      const did = await interact(kube, form);
      console.log(`  INP ${did[0][1]} ms; ${did.slice(0, 8).map(([name, length]) => `${length} ${name}`).join(", ")}`);
    } finally {
      await kube.close();
    }
  }
}

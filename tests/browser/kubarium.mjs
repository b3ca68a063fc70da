// The page as a person meets it: a prompt, a transcript, nodes and Pods by their accessible names. Nothing here knows
// how the page is made.

import { chromium } from "playwright-core";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { host } from "./host.mjs";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const DIST = process.env.DIST ?? join(ROOT, "dist");
const SCREENSHOTS = join(ROOT, "target/screenshots");
export const BROWSERS = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A browser that looks up and fetches nothing by itself. */
export const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-domain-reliability", "--no-default-browser-check",
];

/** The first of these files that is there. */
export const installed = (files) => files.find((file) => file && existsSync(file));

/** A browser with a cache and a profile of its own; `context` as for `open`. */
export async function launch(context = {}) {
  const profile = await mkdtemp(join(tmpdir(), "kubarium-browser-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: installed(BROWSERS),
    args: FLAGS,
    viewport: { width: 1280, height: 860 },
    serviceWorkers: "block",
    ...context,
  });
  const close = async () => {
    await browser.close();
    await rm(profile, { recursive: true, force: true });
  };
  return { browser, close };
}

/** The longest that the page may take for one thing, in milliseconds: far more than it takes on a slow machine. */
const PATIENCE = 30_000;

/** Asks again and again until the answer is as `wanted`; returns it. `told` says what was seen instead. */
export async function eventually(ask, wanted, told = (seen) => `what was seen last: ${JSON.stringify(seen)}`) {
  for (const end = Date.now() + PATIENCE; ;) {
    const seen = await ask();
    if (wanted(seen)) return seen;
    if (Date.now() > end) throw new Error(told(seen));
    await new Promise((later) => setTimeout(later, 50));
  }
}

/** The names of the page's parts, which are an interface, in the page's languages. */
const NAMES = {
  en: { prompt: "kubectl command" },
  ko: { prompt: "kubectl 명령" },
};

const BEGINNING = Date.UTC(2026, 0, 5, 9);
const FRAMES = 100;
/** Options of `open`: the page's clock stands until it is let go on, so that what happens does not depend on how busy the machine is.
 * It goes on frame by frame until the page is open, which takes a few. */
export const CLOCK_STANDS = {
  prepare: async (page) => {
    await page.clock.install({ time: BEGINNING - 60_000 });
    await page.clock.pauseAt(BEGINNING);
  },
  ready: async ({ page, prompt }) => {
    await page.waitForFunction(() => globalThis.loadDeferred || document.querySelector(".app:not(.skeleton)"), null, { polling: 50 }).catch(() => {});
    for (let frame = 0; frame < FRAMES && !(await prompt.isVisible()); frame++) await page.clock.runFor(20);
  },
};

/**
 * Serves dist/ (or `folder`) below `path`, opens a browser and the page in it. `query` becomes the address's parameters, `context`
 * goes to the browser (viewport, colorScheme, reducedMotion ...), `script` runs before the page's own. The page keeps no copy of
 * itself, unless `context` has `serviceWorkers: "allow"`; `change` goes to the host; `prepare` gets the page before it is
 * opened; `ready` is what is waited for, after the page's event `until`.
 */
export async function open({ path = "/", query = {}, lang = "en", context = {}, script, folder = DIST, change, until, prepare, ready = (kubarium) => kubarium.prompt.waitFor() } = {}) {
  const site = await host(folder, path, change);
  const { browser, close } = await launch({ locale: lang === "ko" ? "ko-KR" : "en-US", ...context });
  const page = browser.pages()[0] ?? (await browser.newPage());
  page.setDefaultTimeout(PATIENCE);
  await page.addInitScript(() => addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) =>
    console.error(`policy: ${effectiveDirective} ${blockedURI} ${sample}`)));
  if (script) await page.addInitScript(script);
  const kubarium = new Kubarium(page, site.address, lang);
  kubarium.site = site;
  kubarium.close = async () => {
    await close();
    await site.close();
  };
  try {
    await prepare?.(page);
    await page.goto(site.address + "?" + new URLSearchParams({ lang, ...query }), { waitUntil: until });
    await ready(kubarium);
  } catch (error) {
    await kubarium.close();
    throw error;
  }
  return kubarium;
}

/** Opens the page, and closes it whatever happens. */
export async function withPage(options, use) {
  const kube = await open(options);
  try {
    await use(kube);
  } finally {
    await kube.close();
  }
}

export class Kubarium {
  constructor(page, address, lang) {
    this.page = page;
    this.prompt = page.getByRole("textbox", { name: NAMES[lang].prompt });
    this.transcript = page.getByRole("log");
    /** What went wrong in the page, and every address asked for outside its own folder. */
    this.complaints = [];
    page.on("pageerror", (error) => this.complaints.push(`error: ${error.message}`));
    page.on("console", (message) => message.type() === "error" && this.complaints.push(`console: ${message.text()}`));
    page.on("request", (request) => {
      const asked = request.url();
      if (!asked.startsWith(address) && !/^(data|blob):/.test(asked)) this.complaints.push(`request: ${asked}`);
    });
  }

  /** Types a command and waits until it is done; returns what it printed. */
  async run(command) {
    await this.start(command);
    return this.finish();
  }

  /** Types a command and leaves it running. */
  async start(command) {
    this.before = await this.entries().count();
    await this.prompt.fill(command);
    await this.prompt.press("Enter");
    await this.entries().nth(this.before).waitFor();
  }

  /** Waits for the started command; returns what it printed. */
  async finish() {
    await this.page.waitForFunction((log) => log.getAttribute("aria-busy") !== "true", await this.transcript.elementHandle());
    return this.output(this.before);
  }

  /** Presses Enter on what has been typed and waits until it is done; returns what it printed. */
  async entered() {
    this.before = await this.entries().count();
    await this.prompt.press("Enter");
    await this.entries().nth(this.before).waitFor();
    return this.finish();
  }

  /** Pastes several lines at the prompt and waits until all are done; returns what the last one printed. */
  async paste(text) {
    this.before = await this.entries().count();
    await this.prompt.focus();
    await this.prompt.evaluate((prompt, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      prompt.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, text);
    await this.prompt.press("Enter");
    await this.entries().nth(this.before).waitFor();
    return this.finish();
  }

  /** Waits until the started command has printed something that matches. */
  async until(pattern) {
    return eventually(() => this.output(this.before), (printed) => pattern.test(printed), (printed) => `${pattern} is not in:\n${printed}`);
  }

  /** The editor that `kubectl edit` opens. */
  get editor() {
    const dialog = this.page.getByRole("dialog");
    return { text: dialog.getByRole("textbox"), save: dialog.getByRole("button", { name: "Save" }) };
  }

  /** Chooses how fast virtual time flows: "1", "10", "100". */
  async speed(times) {
    await this.page.getByRole("combobox", { name: "Speed" }).selectOption(times);
  }

  /** The commands of the transcript, each with what it printed. */
  entries() {
    return this.transcript.locator("[data-entry]");
  }

  /** What the Nth command printed, byte for byte. */
  async output(nth) {
    return this.entries().nth(nth).locator("[data-output]").evaluate((output) => output.textContent);
  }

  /** A node in the picture. */
  node(name) {
    return this.page.getByRole("group", { name, exact: true });
  }

  /** The Pods that the picture shows in a node (or in all): their accessible names, e.g. "web-1 Running 10.44.0.1". */
  async pods(prefix, node) {
    const where = node ? this.node(node) : this.page;
    const names = await where.getByRole("button", { name: prefix }).evaluateAll((buttons) =>
      buttons.map((button) => button.getAttribute("aria-label") ?? button.textContent));
    return names.filter((name) => name.startsWith(prefix));
  }

  /** What `look` finds in the page, which it is asked in each frame until it is anything: for what is seen for a moment only. */
  seen(look) {
    return this.page.waitForFunction(look).then((found) => found.jsonValue());
  }

  /** Waits until the picture shows Pods as the predicate wants them. */
  async podsUntil(prefix, wanted, node) {
    return eventually(() => this.pods(prefix, node), wanted, (pods) => `the picture still shows: ${JSON.stringify(pods)}`);
  }

  /** Takes a picture of the page into target/screenshots. */
  async screenshot(name) {
    await mkdir(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }
}

/** Whether a Pod's accessible name says that it runs and has an address. */
export const isRunning = (pod) => /\bRunning\b/.test(pod) && !/Terminating/.test(pod) && /\d+\.\d+\.\d+\.\d+/.test(pod);

/** The rows of a table that kubectl printed, as objects by its headings; the server's warnings are no rows. */
export function table(text) {
  const [head, ...lines] = text.split("\n").filter((line) => line.trim() && !line.startsWith("Warning: "));
  const columns = [...(head ?? "").matchAll(/\S+(?: \S+)*/g)].map((match) => ({ name: match[0], from: match.index }));
  return lines.map((line) => Object.fromEntries(columns.map(({ name, from }, i) =>
    [name, line.slice(from, columns[i + 1]?.from).trim()])));
}

/** Opens the builder of lessons (in English); the panel that it is in, and a button there by its name. */
export async function openBuilder(page) {
  const panel = page.getByRole("complementary");
  const button = (name) => panel.getByRole("button", { name, exact: true });
  await page.getByRole("button", { name: "Lessons", exact: true }).click();
  await panel.getByText("Progress and class").click();
  await button("Build a lesson").click();
  return { panel, button };
}

// What people trust the page with, in Firefox too: driven over WebDriver BiDi, by the accessible names that Chromium's journeys
// use. What is typed goes through the keyboard alone.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, describe, test } from "node:test";
import puppeteer from "puppeteer-core";
import { host } from "./host.mjs";
import { DIST, eventually, isRunning } from "./kubarium.mjs";

const FIREFOX = [process.env.FIREFOX, "/usr/bin/firefox-esr", "/usr/bin/firefox"].find((file) => file && existsSync(file));
const RECORDING = fileURLToPath(new URL("../oracle/A1-seed.jsonl", import.meta.url));
const PATIENCE = 60_000;

/** Firefox asks nobody for anything by itself. */
const PREFERENCES = {
  "app.normandy.enabled": false,
  "app.update.auto": false,
  "browser.safebrowsing.downloads.remote.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "intl.accept_languages": "en-US",
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,",
  "toolkit.telemetry.reportingpolicy.firstRun": false,
};

describe("Firefox", { timeout: 400_000, skip: FIREFOX ? false : "there is no Firefox: install firefox-esr, or set FIREFOX" }, () => {
  let browser, page, site, profile;
  const complaints = [];

  before(async () => {
    site = await host(DIST, "/some/path/");
    profile = await mkdtemp(join(tmpdir(), "kubarium-firefox-"));
    browser = await puppeteer.launch({
      browser: "firefox", executablePath: FIREFOX, headless: true, userDataDir: profile, extraPrefsFirefox: PREFERENCES,
      protocolTimeout: 2 * PATIENCE,
    });
    page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 860 });
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    page.on("console", (message) => message.type() === "error" && complaints.push(`console: ${message.text()}`));
    await visit("?lang=en&seed=1");
  });
  after(async () => {
    await browser?.close();
    await site?.close();
    if (profile) await rm(profile, { recursive: true, force: true });
  });

  const visit = async (query) => {
    await page.goto(site.address + query);
    await page.waitForSelector("[role=log]");
  };
  /** Waits until a function in the page returns something true; returns that. */
  const until = async (seen, ...values) => (await page.waitForFunction(seen, { polling: 100 }, ...values)).jsonValue();
  const focusPrompt = () => page.focus("[aria-label='kubectl command']");
  const count = () => page.$$eval("[data-entry]", (entries) => entries.length);
  /** Types a line and waits until it is done; returns what it printed. */
  const run = async (line) => {
    const before = await count();
    await focusPrompt();
    await page.keyboard.type(line);
    await page.keyboard.press("Enter");
    return until((before) => {
      const entry = document.querySelectorAll("[data-entry]")[before];
      const done = entry?.querySelector(".exit") && document.querySelector("[role=log]").getAttribute("aria-busy") === "false";
      return done ? { text: entry.querySelector("[data-output]").textContent } : null;
    }, before).then(({ text }) => text);
  };
  const pods = () => page.$$eval("button[data-object^='Pod/default/']", (pods) => pods.map((pod) => pod.getAttribute("aria-label")));
  const podsUntil = async (wanted) => {
    await eventually(pods, wanted);
  };
  const running = (number) => (pods) => pods.length === number && pods.every(isRunning);
  /** Presses the button whose name begins so. */
  const press = async (name) => {
    const button = await until((name) => {
      const named = (button) => (button.getAttribute("aria-label") ?? button.textContent).trim().startsWith(name);
      const button = [...document.querySelectorAll("button:not(:disabled)")].find(named);
      button?.focus();
      return Boolean(button);
    }, name);
    assert.ok(button);
    await page.keyboard.press("Enter");
  };
  const settled = () => until(() => document.querySelector("section.course").getAttribute("aria-busy") === "false");
  /** The state as a number, while time stands. */
  const state = async () => {
    await settled();
    return until(() => document.querySelector("section.course").dataset.state);
  };
  const commands = () => page.$$eval("button.command", (commands) => commands.map((command) => command.textContent));

  test("the story's beginning, by keyboard", async () => {
    assert.equal(await run("kubectl create deployment web --image=nginx"), "deployment.apps/web created\n");
    await podsUntil(running(1));
    assert.equal(await run("kubectl scale deployment web --replicas=3"), "deployment.apps/web scaled\n");
    await podsUntil(running(3));
    // One announcement says what has become of it.
    await until(() => /scale deployment web.*all 3 Pods are running/s.test(document.querySelector(".terminal [role=status]").textContent));
    await page.keyboard.type("kubectl get dep");
    await page.keyboard.press("Tab");
    assert.match(await page.$eval("[aria-label='kubectl command']", (prompt) => prompt.value), /^kubectl get deployments?/);
    await page.keyboard.down("Control");
    await page.keyboard.press("c");
    await page.keyboard.up("Control");
  });

  test("the editor and the inspector, by keyboard", async () => {
    await focusPrompt();
    await page.keyboard.type("kubectl edit deployment web");
    await page.keyboard.press("Enter");
    await until(() => document.activeElement.matches("dialog textarea"));
    const at = await page.$eval("dialog textarea", (text) => {
      const at = text.value.indexOf("replicas: 3") + "replicas: ".length;
      text.setSelectionRange(at, at + 1);
      return at;
    });
    assert.ok(at > 10);
    await page.keyboard.type("2");
    await page.keyboard.down("Control");
    await page.keyboard.press("s");
    await page.keyboard.up("Control");
    await until(() => !document.querySelector("dialog"));
    await podsUntil(running(2));
    await page.focus("button[data-object^='Pod/default/web']");
    await page.keyboard.press("Enter");
    await until(() => document.activeElement.getAttribute("role") === "tab");
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Why?");
    await page.keyboard.press("Escape");
    await until(() => document.activeElement.matches("button[data-object^='Pod/']"));
  });

  test("undo, redo and rewinding lead to the same state", async () => {
    await press("Pause");
    const end = await state();
    await press("Undo: kubectl edit");
    await podsUntil((pods) => pods.length === 3);
    const before = await state();
    assert.notEqual(before, end);
    await press("Undo: kubectl scale");
    await press("Redo: kubectl scale");
    assert.equal(await state(), before);
    await page.focus("input[type=range]");
    await page.keyboard.press("Home");
    await settled();
    await podsUntil((pods) => pods.length === 0);
    await press("Back to now");
    assert.equal(await state(), end);
    await press("Resume");
  });

  test("a reload goes on where it was", async () => {
    const before = await commands();
    await page.reload();
    await page.waitForSelector("[role=log]");
    await podsUntil((pods) => pods.length === 2);
    assert.deepEqual(await commands(), before);
    assert.match(await run("kubectl get deployments"), /^web +2\/2/m);
  });

  test("a link holds the whole session", async () => {
    await press("Session");
    await press("Copy a link");
    const link = await until(() => document.querySelector("input.link")?.value);
    assert.match(link, /#s=/);
    const other = await browser.newPage();
    await other.goto(link);
    await other.waitForFunction(() => document.querySelectorAll("button[data-object^='Pod/default/']").length === 2, { timeout: PATIENCE });
    await other.close();
    await page.keyboard.press("Escape");
  });

  test("a real cluster's dump is opened", async () => {
    const lines = (await readFile(RECORDING, "utf8")).split("\n").filter(Boolean).map((line) => JSON.parse(line));
    const dump = lines.find(({ cmd }) => cmd === "kubectl get deploy mynginx -o yaml").stdout;
    const file = join(profile, "dump.yaml");
    await writeFile(file, dump);
    await press("Session");
    const chosen = page.waitForFileChooser().catch(() => null);
    await press("Open a file");
    const chooser = await chosen;
    if (chooser) await chooser.accept([file]);
    else await (await page.waitForSelector("input[type=file]")).uploadFile(file);
    await podsUntil((pods) => pods.some((pod) => pod.startsWith("mynginx-") && isRunning(pod)));
  });

  test("a playground of another origin under a strict policy: it runs, tells, and takes neither focus nor place", async () => {
    const cluster = await host(DIST);
    const reader = await browser.newPage();
    const policy = `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; frame-src ${new URL(cluster.address).origin}`;
    const text = "<p>Some text that a reader reads.</p>".repeat(60);
    const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Docs</title><link rel="icon" href="/icon.svg">
      <script type="module" src="/kubarium.js"></script><input id="search" aria-label="Search" autofocus>${text}
      <kubarium-playground src="${cluster.address}" run="kubectl create deployment web --image=nginx" height="420"></kubarium-playground>${text}`;
    const docs = await host(DIST, "/", (name, response) => {
      if (name !== "docs.html") return false;
      response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy }).end(html);
      return true;
    });
    reader.setDefaultTimeout(PATIENCE);
    reader.on("console", (message) => message.type() === "error" && complaints.push(`console: ${message.text()}`));
    try {
      const before = cluster.sent.length;
      await reader.goto(`${docs.address.replace("127.0.0.1", "localhost")}docs.html`);
      await reader.waitForFunction(() => customElements.get("kubarium-playground") && document.activeElement.id === "search");
      await new Promise((later) => setTimeout(later, 500));
      assert.equal(cluster.sent.length, before, "nothing is fetched before the reader comes");
      await reader.evaluate(() => {
        globalThis.heard = [];
        globalThis.playground = document.querySelector("kubarium-playground");
        for (const name of ["ready", "command"]) playground.on(name, (detail) => heard.push(detail.command ?? name));
        playground.scrollIntoView({ block: "center" });
      });
      await reader.waitForFunction(() => heard.includes("kubectl create deployment web --image=nginx") && heard.includes("ready"));
      const where = () => reader.evaluate(() => [document.activeElement.id, scrollY]);
      const there = await where();
      assert.equal(there[0], "search");
      const ran = await reader.evaluate(() => playground.run("kubectl rollout status deployment web", "kubectl get deployment web -o name"));
      assert.deepEqual(ran.map(({ exit }) => exit), [0, 0]);
      assert.equal(ran[1].stdout, "deployment.apps/web\n");
      // An editor would take the focus in the whole reader.
      const edit = reader.evaluate(() => playground.run("kubectl edit deployment web"));
      const frame = reader.frames().find((frame) => frame.url().startsWith(cluster.address));
      await frame.waitForSelector("[role=dialog], dialog");
      assert.deepEqual(await where(), there);
      await frame.evaluate(() => [...document.querySelectorAll("[role=dialog] button, dialog button")].find((button) => button.textContent === "Cancel").click());
      assert.match((await edit)[0].stderr, /Edit cancelled/);
      const state = await reader.evaluate(() => playground.getState());
      assert.deepEqual([state.nodes, state.busy, await where()], [3, false, there]);
      assert.deepEqual(complaints, []);
    } finally {
      await reader.close();
      await Promise.all([docs.close(), cluster.close()]);
    }
  });

  test("the network goes, and the page opens all the same", async () => {
    await until(() => navigator.serviceWorker.ready.then(({ active }) => active?.state === "activated"));
    const before = await commands();
    await site.close();
    await page.reload();
    await page.waitForSelector("[role=log]");
    await podsUntil((pods) => pods.some((pod) => pod.startsWith("mynginx-") && isRunning(pod)));
    assert.deepEqual(await commands(), before);
    assert.match(await run("kubectl get nodes"), /^node3 +Ready/m);
    assert.deepEqual(complaints.splice(0).filter((complaint) => !/network|fetch|load|update/i.test(complaint)), []);
  });

  test("nothing went wrong meanwhile", () => assert.deepEqual(complaints, []));
});

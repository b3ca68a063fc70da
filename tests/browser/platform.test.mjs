// Platforms that are late, away or wrong. The adapter alone: the page behind it only says that it has begun.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { host } from "./host.mjs";
import { eventually, launch } from "./kubarium.mjs";
import { statementProblems } from "./packages.mjs";
import { pack, recordStore } from "./platform.mjs";

const ACTOR = { objectType: "Agent", account: { homePage: "https://lms.example", name: "7" } };
const PROGRESS = { solved: ["a"], step: 1, done: false };
const sites = {};
let folder, browser, close, page, lrs;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "kubarium-platform-"));
  for (const format of ["scorm12", "cmi5"]) {
    const { files } = await pack(folder, format, "--format", format, "deployment");
    const bare = join(folder, `bare-${format}`);
    await mkdir(bare);
    const frame = `<!doctype html><title>x</title><link rel=icon href=data:><script>setTimeout(() => (globalThis.API = {
      LMSInitialize: () => "true", LMSGetValue: () => "", LMSSetValue: () => "true", LMSCommit: () => "true" }), 800)</script><iframe src="./"></iframe>`;
    for (const [name, text] of [
      ["lms.js", files.get("lms.js")], ["lms.css", files.get("lms.css")], ["start.js", 'globalThis.begun = localStorage.getItem("kubarium.lessons") ?? "nothing";'],
      ["index.html", "<!doctype html><html lang=en><link rel=icon href=data:><title>x</title><body><script type=module src=lms.js></script>"],
      ["frame.html", frame],
    ]) await writeFile(join(bare, name), text);
    sites[format] = await host(bare);
  }
  ({ browser, close } = await launch());
});
after(async () => {
  await close?.();
  for (const site of Object.values(sites)) await site.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  page = await browser.newPage();
  lrs = await recordStore();
});
afterEach(async () => {
  await page.close();
  await lrs.close();
});

const begun = () => page.waitForFunction(() => globalThis.begun).then((found) => found.jsonValue());
const bar = () => page.locator(".lms-bar").getByRole("status");
const launched = () => new URLSearchParams({
  lesson: "deployment", lang: "en", endpoint: `${lrs.address}/xapi`, fetch: `${lrs.address}/fetch`, actor: JSON.stringify(ACTOR),
  activityId: "urn:test:unit", registration: "11111111-2222-4333-8444-555555555555",
});
/** Tells as the page does that the learner has solved all. */
const done = (where = page) => where.evaluate(() => {
  const record = JSON.stringify({ lessons: { deployment: { solved: ["a"], step: 0, done: true } } });
  dispatchEvent(new CustomEvent("kubarium:progress", { detail: JSON.stringify({ lesson: "deployment", step: 1, steps: 1, solved: 1, done: true, record }) }));
});

test("a cmi5 session in which much goes wrong is in order", { timeout: 60_000 }, async () => {
  const site = sites.cmi5;
  const verbs = () => lrs.statements.map(({ verb }) => verb.id.split("/").pop());
  const session = async (act, wanted) => {
    [lrs.statements, lrs.fetched] = [[], 0];
    await page.goto(`${site.address}?${launched()}`);
    if (!lrs.away) await eventually(verbs, (said) => said.includes("initialized"));
    await act();
    await eventually(verbs, (said) => said.includes("terminated"));
    assert.deepEqual(verbs(), wanted);
    const launch = { ...lrs.launch, actor: ACTOR, activityId: "urn:test:unit", registration: launched().get("registration") };
    assert.deepEqual(statementProblems(lrs.statements, launch), []);
    assert.equal(lrs.fetched, 1);
  };
  // Who only looks in, or looks again, is not judged.
  for (const mode of ["Browse", "Review"]) {
    lrs.launch.launchMode = mode;
    await session(async () => (await done(), page.goto("about:blank")), ["initialized", "terminated"]);
  }
  // The store is away when the lesson is passed, and the learner leaves before it is back.
  [lrs.launch.launchMode, lrs.launch.returnURL, lrs.away] = ["Normal", `${site.address}lms.css`, 2];
  await session(async () => {
    await page.getByText("cannot be reached").waitFor();
    await done();
    lrs.away = 0;
    await page.getByRole("button", { name: "Back to the course" }).click();
    await page.waitForURL(/lms\.css$/);
  }, ["initialized", "completed", "passed", "terminated"]);
  assert.deepEqual(lrs.complaints, []);
});

test("cmi5: what the store keeps is waited for, and the learner's language is the page's", { timeout: 60_000 }, async () => {
  lrs.states.set("kubarium-progress", { record: PROGRESS });
  [lrs.busy, lrs.preferences] = [1, { languagePreference: "fr-FR,ko-KR,en", audioPreference: "off" }];
  await page.goto(`${sites.cmi5.address}?${launched()}`);
  await bar().getByText("Waiting for the learning platform").waitFor();
  assert.deepEqual(JSON.parse(await begun()).lessons.deployment, PROGRESS);
  assert.equal(await page.locator(".lms-bar").isVisible(), false, "nothing is left to say");
  assert.equal(new URL(page.url()).searchParams.get("lang"), "ko");
  assert.equal(await page.locator("html").getAttribute("lang"), "ko");
});

test("cmi5: who is not recorded is told so", { timeout: 60_000 }, async () => {
  lrs.refuses = "The token was fetched before";
  await page.goto(`${sites.cmi5.address}?${launched()}`);
  assert.equal(await begun(), "nothing");
  await bar().getByText("Nothing that you do now is recorded").and(page.getByText(/: The token was fetched before$/)).waitFor();
  await done();
  // Opened without any platform.
  await page.goto(sites.cmi5.address);
  await begun();
  await bar().getByText("There is no learning platform here").waitFor();
  assert.deepEqual([lrs.statements, lrs.complaints], [[], []]);
});

test("SCORM: a platform that comes late is found, one that throws stops nothing", { timeout: 60_000 }, async () => {
  const { address } = sites.scorm12;
  await page.goto(`${address}frame.html`);
  const unit = await eventually(async () => page.frames()[1], Boolean);
  await unit.waitForFunction(() => globalThis.begun);
  assert.equal(await unit.locator(".lms-bar").count(), 0);
  await page.goto(`${address}?lesson=deployment`);
  await begun();
  await bar().getByText("There is no learning platform here").waitFor();
  await page.addInitScript(() => {
    const fails = () => { throw new Error("the session has ended"); };
    globalThis.API = { LMSInitialize: fails, LMSGetValue: fails, LMSSetValue: fails, LMSCommit: fails, LMSFinish: fails };
  });
  await page.goto(`${address}?lesson=deployment`);
  await begun();
  await bar().getByText(/Nothing that you do now is recorded.*: the session has ended$/).waitFor();
  await page.addInitScript(() => (globalThis.API.LMSInitialize = () => "true"));
  await page.goto(`${address}?lesson=deployment`);
  await begun();
  await done();
  await bar().getByText("has not taken your progress: the session has ended").waitFor();
});

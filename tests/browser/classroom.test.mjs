// A class: packages for learning platforms that report to them, progress that is carried along, reports that are replayed.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { Kubarium, ROOT, open, openBuilder } from "./kubarium.mjs";
import { courseProblems, manifestProblems, statementProblems, xml } from "./packages.mjs";
import { KUBARIUM, pack, recordStore } from "./platform.mjs";

const run = promisify(execFile);

let folder;
before(async () => { folder = await mkdtemp(join(tmpdir(), "kubarium-class-")); });
after(async () => rm(folder, { recursive: true, force: true }));

/** Solves the first two steps of the lesson "deployment". */
async function work(kube) {
  const panel = kube.page.getByRole("complementary");
  await panel.locator(".checks").waitFor();
  for (const line of ["kubectl create deployment mynginx --image=nginx", "kubectl get replicasets"]) {
    await kube.run(line);
    await panel.locator(".lesson-done").waitFor();
    await kube.page.keyboard.press("Control+Enter");
    await panel.locator(".lesson-done").waitFor({ state: "detached" });
  }
  return panel;
}

describe("a SCORM 1.2 package", { timeout: 240_000 }, () => {
  let kube;
  let packed;
  before(async () => {
    packed = await pack(folder, "scorm", "--lang", "ko", "deployment", "cluster");
    const script = () => {
      const key = "test.cmi";
      const kept = () => JSON.parse(localStorage.getItem(key) ?? "{}");
      const log = (...what) => localStorage.setItem("test.log", JSON.stringify([...JSON.parse(localStorage.getItem("test.log") ?? "[]"), what]));
      let running = false;
      globalThis.API = {
        LMSInitialize: () => (log("LMSInitialize"), (running = true), "true"),
        LMSGetValue: (name) => kept()[name] ?? { "cmi.core.student_name": "Kim, Minji", "cmi.core.lesson_status": "not attempted" }[name] ?? "",
        LMSSetValue: (name, value) => {
          if (!running || typeof value !== "string") throw new Error(`${name}: not running, or no text`);
          localStorage.setItem(key, JSON.stringify({ ...kept(), [name]: value }));
          return "true";
        },
        LMSCommit: () => (log("LMSCommit"), "true"),
        LMSFinish: () => (log("LMSFinish"), (running = false), "true"),
      };
    };
    kube = await open({ folder: packed.dist, script, query: { lesson: "deployment" } });
  });
  after(async () => kube?.close());

  test("its manifest is as SCORM 1.2 wants it", async () => {
    const text = packed.files.get("imsmanifest.xml").toString("utf8");
    const problems = async (text) => manifestProblems(await xml(kube, text), [...packed.files.keys()]);
    assert.deepEqual(await problems(text), []);
    assert.equal(text.match(/parameters="([^"]+)"/)[1], "?lesson=deployment&amp;lang=ko");
    // Each of these packages is none.
    for (const [from, to] of [
      ["<organizations", "<x/><organizations"], ["default=\"course\"", "default=\"other\""], ["<schemaversion>1.2", "<schemaversion>2004"],
      ["identifier=\"item-cluster\"", "identifier=\"item-deployment\""], ["identifier=\"page\"", "identifier=\"1 page\""],
      ["identifierref=\"lesson-cluster\"", "identifierref=\"lesson-none\""], ["scormtype=\"sco\"", "scormtype=\"SCO\""],
      ["<file href=\"start.js\"/>", ""], ["href=\"start.js\"", "href=\"stort.js\""], ["<title>", `<title>${"x".repeat(201)}`],
      ["parameters=\"?", "parameters=\""], ["isvisible=\"true\"", "isvisible=\"yes\""], ["type=\"webcontent\" ", ""],
      ["imscp_rootv1p1p2", "imscp_v1p1"], ["identifierref=\"page\"", "identifierref=\"lesson-deployment\""],
    ]) {
      assert.ok(text.includes(from), from);
      assert.notDeepEqual(await problems(text.replace(from, to)), [], to);
    }
  });

  test("what is done is told to the platform, and comes back from it", async () => {
    const cmi = () => kube.page.evaluate(() => JSON.parse(localStorage.getItem("test.cmi")));
    await kube.page.locator(".checks").waitFor();
    assert.equal((await cmi())["cmi.core.lesson_status"], "incomplete");
    await work(kube);
    const told = await cmi();
    assert.equal(told["cmi.core.score.raw"], "33");
    assert.equal(told["cmi.core.lesson_status"], "incomplete");
    assert.deepEqual(JSON.parse(told["cmi.suspend_data"]).solved, ["create", "chain"]);
    // Another learner has used this browser since; the platform remembers.
    await kube.page.evaluate(() => {
      sessionStorage.clear();
      localStorage.setItem("kubarium.lessons", '{"kubarium":"progress","version":1,"lessons":{"deployment":{"step":5}}}');
    });
    await kube.page.reload();
    await kube.page.locator(".lesson-steps [aria-current]").waitFor();
    assert.equal(await kube.page.locator(".lesson-steps .done").count(), 2);
    const log = await kube.page.evaluate(() => JSON.parse(localStorage.getItem("test.log")));
    assert.equal(log.filter(([name]) => name === "LMSFinish").length, 1);
    const after = await cmi();
    assert.match(after["cmi.core.session_time"], /^\d{4}:\d\d:\d\d\.\d\d$/);
    assert.equal(after["cmi.core.exit"], "suspend");
    // What the platform refuses is said, and so is what is too long for it.
    const bar = kube.page.locator(".lms-bar").getByRole("status");
    await kube.page.evaluate(() => {
      const solved = Array.from({ length: 500 }, (_, at) => `step-${at}`);
      const record = JSON.stringify({ lessons: { deployment: { solved, step: 500, done: false } } });
      dispatchEvent(new CustomEvent("kubarium:progress", { detail: JSON.stringify({ lesson: "deployment", step: 500, steps: 600, solved: 500, record }) }));
    });
    const kept = (await cmi())["cmi.suspend_data"];
    const { solved } = JSON.parse(kept);
    assert.ok(kept.length <= 4096 && kept.length > 4080 && solved.at(-1) === "step-499");
    assert.match(await bar.textContent(), new RegExp(`: ${500 - solved.length}$`));
    await kube.page.evaluate(() => {
      [globalThis.API.taken, globalThis.API.LMSSetValue] = [globalThis.API.LMSSetValue, () => "false"];
      globalThis.API.LMSGetLastError = () => "402";
      globalThis.API.LMSGetErrorString = (code) => (code === "402" ? "Invalid set value" : "");
      const record = JSON.stringify({ lessons: { deployment: { solved: [], step: 0, done: false } } });
      dispatchEvent(new CustomEvent("kubarium:progress", { detail: JSON.stringify({ lesson: "deployment", step: 0, steps: 6, solved: 0, record }) }));
      globalThis.API.LMSSetValue = globalThis.API.taken;
    });
    await bar.getByText("has not taken your progress: Invalid set value").waitFor();
    await kube.screenshot("classroom-lms");
    await solveRest(kube);
    assert.equal(await kube.page.locator(".lms-bar").isVisible(), false, "nothing is left to say");
    assert.deepEqual([(await cmi())["cmi.core.score.raw"], (await cmi())["cmi.core.lesson_status"]], ["100", "passed"]);
    assert.deepEqual(kube.complaints, []);
  });
});

/** The steps of "deployment" after the second. */
async function solveRest(kube) {
  const panel = kube.page.getByRole("complementary");
  for (const line of [
    "kubectl scale deployment mynginx --replicas=4",
    "kubectl delete $(kubectl get pods -l app=mynginx -o name | head -1)",
    "kubectl exec deployment/mynginx -- sh -c 'echo hello > /usr/share/nginx/html/index.html'",
    "kubectl delete pods -l app=mynginx",
  ]) {
    await kube.run(line);
    await panel.locator(".lesson-done").waitFor();
    await kube.page.keyboard.press("Control+Enter");
    await panel.locator(".lesson-done").waitFor({ state: "detached" });
  }
}

test("a cmi5 package speaks to its record store, and to no other", { timeout: 240_000 }, async () => {
  const lrs = await recordStore();
  const packed = await pack(folder, "cmi5", "--format", "cmi5", "--lrs", lrs.address, "deployment");
  const actor = { objectType: "Agent", name: "Minji", account: { homePage: "https://lms.example", name: "7" } };
  const kube = await open({
    folder: packed.dist,
    query: {
      lesson: "deployment", endpoint: `${lrs.address}/xapi/`, fetch: `${lrs.address}/fetch`, actor: JSON.stringify(actor),
      activityId: "urn:test:unit", registration: "11111111-2222-4333-8444-555555555555",
    },
  });
  try {
    const text = packed.files.get("cmi5.xml").toString("utf8");
    const problems = async (text) => courseProblems(await xml(kube, text), [...packed.files.keys()]);
    assert.deepEqual(await problems(text), []);
    assert.match(text, /moveOn="Passed" masteryScore="1.0" launchMethod="AnyWindow"/);
    for (const [from, to] of [
      ["CourseStructure.xsd", "Course.xsd"], ["<url>", "<url>x"], ["<url>index.html?", "<url>index.html?endpoint=x&amp;"], ["<course id=\"urn:kubarium:", "<course id=\""],
      ["masteryScore=\"1.0\"", "masteryScore=\"1.01\""], ["moveOn=\"Passed\"", "moveOn=\"passed\""], ["lang=\"en\"", "lang=\"e n\""], ["<au id", "<au title=\"x\" id"],
      [/<title>.*?<\/title>/s, ""], [/(<title>.*?<\/title>)\s*(<description>.*?<\/description>)/s, "$2$1"], [/<au.*<\/au>/s, ""], [/(<au.*<\/au>)/s, "$1$1"],
    ]) {
      const broken = text.replace(from, to);
      assert.notEqual(broken, text, `${from}`);
      assert.notDeepEqual(await problems(broken), [], `${from} → ${to}`);
    }

    await work(kube);
    await solveRest(kube);
    const verbs = () => lrs.statements.map(({ verb }) => verb.id.split("/").pop());
    // The state and the statement are sent side by side.
    const isKept = () => lrs.states.get("kubarium-progress")?.record.done;
    await assert.doesNotReject(async () => {
      for (const end = Date.now() + 10_000; !verbs().includes("passed") || !isKept();) {
        if (Date.now() > end) throw new Error(`${verbs()}`);
        await kube.page.waitForTimeout(50);
      }
    });
    const solved = lrs.states.get("kubarium-progress");
    assert.deepEqual([solved.record.done, solved.record.solved.length], [true, 6]);
    // Nothing but the store that the package names may be asked.
    const refused = await kube.page.evaluate(() => fetch("https://elsewhere.example/").then(() => false, () => true));
    assert.ok(refused);
    // That there is no state and no preference yet is said by a 404, as xAPI has it.
    const expected = [lrs.address, "elsewhere.example", "status of 404"];
    kube.complaints = kube.complaints.filter((text) => !expected.some((part) => text.includes(part)));
    assert.deepEqual(kube.complaints, []);
    await kube.page.goto("about:blank");
    for (const end = Date.now() + 10_000; !verbs().includes("terminated") && Date.now() < end;) {
      await new Promise((later) => setTimeout(later, 50));
    }
    assert.deepEqual(verbs(), ["initialized", "completed", "passed", "terminated"]);
    const launched = { ...lrs.launch, actor, activityId: "urn:test:unit", registration: "11111111-2222-4333-8444-555555555555" };
    assert.deepEqual(statementProblems(lrs.statements, launched), []);
    // Each of these is none of cmi5's.
    for (const spoil of [
      ([a, b, c, d]) => [b, a, c, d], ([a, b, c, d]) => [a, b, d, c], ([a, b, c]) => [a, b, c], ([a, b, c, d]) => [a, b, c, c, d],
      ([a, ...rest]) => [{ ...a, result: { success: true } }, ...rest], ([a, ...rest]) => [{ ...a, timestamp: "2026-01-01T00:00:00" }, ...rest],
      ([a, b, c, d]) => [a, b, { ...c, result: { ...c.result, score: { scaled: 0.5 } } }, d], ([a, b, ...rest]) => [a, { ...b, result: { completion: true } }, ...rest],
      ([a, b, c, d]) => [a, b, { ...c, context: { ...c.context, extensions: lrs.launch.contextTemplate.extensions } }, d],
      ([a, ...rest]) => [{ ...a, context: { ...a.context, registration: "x" } }, ...rest], ([a, ...rest]) => [{ ...a, id: "1" }, ...rest],
      ([a, ...rest]) => [{ ...a, object: { id: "urn:kubarium:lesson:deployment" } }, ...rest], ([a, ...rest]) => [{ ...a, actor: {} }, ...rest],
    ]) assert.notDeepEqual(statementProblems(spoil(lrs.statements), launched), [], `${spoil}`);
    assert.deepEqual([lrs.fetched, lrs.complaints], [1, []]);
  } finally {
    await kube.close();
    await lrs.close();
  }
});

test("a teacher builds a lesson, and presents a script", { timeout: 240_000 }, async () => {
  const kube = await open({ context: { acceptDownloads: true } });
  const { page } = kube;
  try {
    const { panel, button } = await openBuilder(page);
    await panel.getByLabel("Title").fill("Four <i>webs</i>");
    await panel.getByLabel("What it is about").fill("A Deployment of four.");
    await panel.getByLabel("What is said first").fill("Four are better than one.");
    await panel.getByLabel("Step", { exact: true }).fill("Make it");
    await panel.getByLabel("Goal").fill("**Make a Deployment `web` of four.** <img src=x>");
    await panel.getByLabel("What is said", { exact: true }).first().fill("Think of a Deployment.");
    // The start, a solution, another way, two mistakes: each is typed.
    await kube.run("kubectl create namespace shop");
    await button("Take what was typed").click();
    for (const more of ["+ Another way", "+ A mistake", "+ A mistake", "+ A note"]) await button(more).click();
    const record = async (nth, lines, meanwhile) => {
      await panel.getByRole("button", { name: "Record what I type" }).nth(nth).click();
      for (const line of lines) await kube.run(line);
      await meanwhile?.();
      await panel.getByRole("button", { name: "That is all" }).click();
    };
    await record(1, ["kubectl create deployment web --image=nginx", "kubectl scale deployment web --replicas=4"]);
    // What was another way is taken back.
    await kube.podsUntil("web-", (pods) => pods.length === 0);
    // While the mistake is there, what it left behind is clicked: when that is there, the note appears.
    await record(2, ["kubectl run web --image=nginx"], async () => {
      await panel.getByRole("button", { name: "Choose by clicking" }).nth(1).click();
      await page.getByRole("button", { name: /^web / }).first().click();
      await panel.getByRole("button", { name: "pod/web: is there", exact: true }).click();
    });
    await panel.getByLabel("What is said", { exact: true }).last().fill("That is a Pod alone.");
    await record(3, ["kubectl create deployment web --image=nginx"]);
    await record(0, ["kubectl create deployment web --image=nginx --replicas=4"]);
    const pods = await kube.podsUntil("web-", (pods) => pods.length === 4 && pods.every((pod) => /Running/.test(pod)));
    await panel.getByRole("button", { name: "Choose by clicking" }).first().click();
    await panel.getByRole("combobox", { name: "Choose an object" }).selectOption("deployment/web");
    await panel.getByRole("button", { name: "deployment/web: ready", exact: true }).waitFor();
    await page.getByRole("button", { name: pods[0].split(" ")[0] }).first().click();
    await panel.getByRole("button", { name: "pods of deployment/web: STATUS = Running, 4 of them" }).click();
    // A check written by hand: it counts as soon as it is one.
    await panel.getByRole("combobox", { name: "Write one" }).first().selectOption("absent: pod/web");
    const written = panel.getByRole("textbox", { name: "pod/web: is gone" });
    await written.fill("absent: nonsense/web");
    await panel.getByRole("alert").getByText("nonsense").waitFor();
    await written.fill("absent: pod/web\n");
    await panel.getByRole("alert").waitFor({ state: "detached" });
    await button("+ A question").click();
    await panel.getByLabel("Question").fill("Who made the Pods?");
    await panel.getByLabel("Answer", { exact: true }).first().fill("A ReplicaSet");
    await panel.getByLabel("Answer", { exact: true }).last().fill("I did");
    await kube.screenshot("classroom-builder");
    // The other language: each text has its place there, and shows what it is in the first.
    await button("한국어").click();
    await panel.getByPlaceholder("Four are better than one.").waitFor();
    for (const text of await panel.locator(":is(input, textarea)[lang=ko][placeholder]").all()) {
      if (await text.getAttribute("placeholder")) await text.fill("글");
    }
    // What is played is shown.
    await page.evaluate(() => new MutationObserver(() => {
      globalThis.played ??= document.querySelector("#checking")?.innerText;
    }).observe(document.body, { childList: true, subtree: true }));
    await button("Check it").click();
    await panel.getByText("It can be handed out.").waitFor();
    // Nothing that has the same name elsewhere in the page squeezes it.
    const { height } = await panel.locator(".said-now .verdict").first().boundingBox();
    assert.ok(height > 30, `${height}`);
    assert.equal(await page.evaluate(() => globalThis.played), "Playing way 1 of 2: your solutions");
    const coming = page.waitForEvent("download");
    await button("Save as a file").click();
    const file = await coming;
    assert.match(file.suggestedFilename(), /^own-four-i-webs-i-[0-9a-f]+\.json$/);
    const saved = join(folder, "four.json");
    await writeFile(saved, await readFile(await file.path()));
    const { stdout } = await run(KUBARIUM, ["check", saved], { cwd: ROOT });
    assert.match(stdout, /own-four-i-webs-i-[0-9a-f]+: 2 routes accepted, 2 mistakes refused/);
    const [{ files }] = JSON.parse(await readFile(saved, "utf8")).lessons;
    assert.match(files["lesson.yaml"], /note: note-1/);
    assert.match(files["lesson.ko.md"], /:::quiz quiz-\d\n글\n\n- \[x\] 글\n- \[ \] 글\n:::/);

    // A folder's files are opened in it, changed, and what was there comes back.
    await panel.getByText("Several lessons in one file").click();
    const chooser = page.waitForEvent("filechooser");
    await button("Open a file or a folder's files").click();
    const example = ["lesson.yaml", "lesson.en.md", "lesson.ko.md", "web.yaml", "greeting.yaml"];
    await (await chooser).setFiles(example.map((name) => join(ROOT, "docs/example-lesson", name)));
    await panel.getByText(/^Opened: /).waitFor();
    assert.match(await panel.getByLabel("Title").inputValue(), /[가-힣]/);
    await button("Back to what was here").click();
    await button("English ✓").click();
    assert.equal(await panel.getByLabel("Title").inputValue(), "Four <i>webs</i>");

    // She plays it herself, and comes back.
    await button("Try it").click();
    await panel.getByRole("heading", { name: "Make it" }).waitFor();
    assert.equal(await panel.locator("img, i:not(.pips i)").count(), 0, "nothing of a lesson is HTML");
    await kube.run("kubectl create deployment web --image=nginx --replicas=4");
    await panel.locator(".lesson-done").waitFor();
    await button("Back to the list").click();
    await button("Copy a link").click();
    const link = await panel.getByRole("textbox", { name: "The link" }).inputValue();
    assert.match(link, /#l=[\w-]+$/);
    await button("Close").click();

    // A learner opens the link.
    await page.evaluate(() => localStorage.clear());
    await page.goto("about:blank");
    await page.goto(link);
    await panel.getByRole("button", { name: /Four <i>webs<\/i>/ }).click();
    await panel.getByRole("heading", { name: "Make it" }).waitFor();
    assert.match(await kube.run("kubectl get namespace shop"), /Active/);

    // The desk for presenting.
    await button("Back to the list").click();
    await panel.getByText("Progress and class").click();
    await button("Present a script").click();
    const dialog = page.getByRole("dialog", { name: "Script" });
    await dialog.getByRole("textbox").fill("# Make\nkubectl create deployment a --image=nginx\n# Look\nkubectl get deployments\n");
    await dialog.getByRole("button", { name: "Take it" }).click();
    await page.waitForFunction(() => document.activeElement.matches(".terminal textarea"));
    const desk = page.getByRole("region", { name: "Presenter" });
    assert.ok((await page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize))) > 20);
    await page.keyboard.press("F8");
    await page.getByText("deployment.apps/a created").waitFor();
    await page.keyboard.press("Shift+ArrowUp");
    await page.locator(".keys kbd").getByText("↑").waitFor();
    await kube.screenshot("classroom-presenter");
    await page.keyboard.press("F9");
    await page.getByText("deployment.apps/a created").waitFor({ state: "detached" });
    await desk.getByRole("button", { name: "Look" }).click();
    await page.keyboard.press("F8");
    await page.locator("[data-output]").filter({ hasText: /\ba\s+[01]\/1/ }).waitFor();
    await desk.getByRole("button", { name: "Stop presenting" }).click();
    assert.deepEqual(kube.complaints, []);
  } finally {
    await kube.close();
  }
});

test("progress is carried along, and a report is replayed", { timeout: 240_000 }, async () => {
  const kube = await open({ query: { lesson: "deployment" }, context: { acceptDownloads: true } });
  const { page } = kube;
  const download = async (act) => {
    const coming = page.waitForEvent("download");
    await act();
    const file = await coming;
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
  };
  try {
    const panel = await work(kube);
    await panel.getByRole("button", { name: "Report" }).click();
    const sheet = page.getByRole("dialog", { name: /^Report: / });
    await sheet.getByRole("textbox", { name: "Your name" }).fill("Kim Minji");
    const report = await download(() => sheet.getByRole("button", { name: "Save for the teacher" }).click());
    assert.equal(report.name, "deployment-Kim Minji.json");
    const table = await download(() => sheet.getByRole("button", { name: "Table (CSV)" }).click());
    assert.equal(table.text.trim().split("\r\n").length, 3);
    await kube.screenshot("classroom-report");
    await page.emulateMedia({ media: "print" });
    await kube.screenshot("classroom-report-print");
    await page.emulateMedia({ media: null });
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });

    // The teacher, natively: the honest one passes, one with a made-up step does not.
    const claimed = JSON.parse(report.text);
    claimed.solved.push("scale");
    claimed.learner = "<b>Lee</b>";
    const [honest, made] = [join(folder, "honest.json"), join(folder, "made.json")];
    await writeFile(honest, report.text);
    await writeFile(made, JSON.stringify(claimed));
    const { stdout } = await run(KUBARIUM, ["check", "--report", honest], { cwd: ROOT });
    assert.match(stdout, /Kim Minji, deployment: 2 of 6 steps, 2 commands .*replayed, and true/);
    const refused = await run(KUBARIUM, ["check", "--report", "--csv", honest, made], { cwd: ROOT }).catch((error) => error);
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /<b>Lee<\/b>,deployment,scale,yes,.*,NO,/);

    // And in the page.
    await panel.getByRole("button", { name: "Back to the list" }).click();
    await panel.getByText("Progress and class").click();
    const openFile = async (path) => {
      const chooser = page.waitForEvent("filechooser");
      await panel.getByRole("button", { name: "Open a file" }).click();
      await (await chooser).setFiles(path);
    };
    await openFile(honest);
    await sheet.getByText("the recording leads to what the report says").waitFor();
    await page.keyboard.press("Escape");
    await openFile(made);
    await sheet.getByRole("alert").getByText("no recording shows it").waitFor();
    assert.equal(await sheet.getByText("<b>Lee</b>").count(), 1, "a name is text");
    await kube.screenshot("classroom-report-untrue");
    await page.keyboard.press("Escape");

    // Progress: a file, and a link that another browser opens. What was solved there stays solved.
    const saved = await download(() => panel.getByRole("button", { name: "Save progress" }).click());
    assert.deepEqual(JSON.parse(saved.text).lessons.deployment.solved, ["create", "chain"]);
    await panel.getByRole("button", { name: "Copy a link" }).click();
    const link = await panel.getByRole("textbox", { name: "The link" }).inputValue();
    assert.match(link, /#p=[\w-]+$/);
    await page.evaluate(() => {
      localStorage.clear();
      const mine = { solved: ["chain", "gone"], step: 1, done: false, commands: 1, shown: 0 };
      localStorage.setItem("kubarium.lessons", JSON.stringify({ kubarium: "progress", version: 1, lessons: { deployment: mine } }));
    });
    await page.goto("about:blank");
    await page.goto(link);
    await panel.getByText("1 lessons, 3 solved steps").waitFor();
    const record = await page.evaluate(() => JSON.parse(localStorage.getItem("kubarium.lessons")).lessons.deployment);
    assert.deepEqual([record.solved.sort(), record.step], [["chain", "create", "gone"], 2]);
    const broken = join(folder, "broken.json");
    await writeFile(broken, '{"kubarium":"progress","version":1,"lessons":{"pod":{"step":"x"}}}');
    await panel.getByText("Progress and class").click();
    await openFile(broken);
    await panel.getByRole("alert").getByText("what it says of the lesson \"pod\" makes no sense").waitFor();
    await page.goto("about:blank");
    await page.goto(link.slice(0, -9));
    await panel.getByRole("alert").getByText("cut off on its way").waitFor();
    assert.deepEqual(kube.complaints, []);
  } finally {
    await kube.close();
  }
});

test("two tabs keep what is solved in either", { timeout: 120_000 }, async () => {
  const kube = await open({ query: { lesson: "deployment" } });
  try {
    const solve = async (tab, line) => {
      await tab.page.bringToFront();
      await tab.run(line);
      await tab.page.getByRole("complementary").locator(".lesson-done").waitFor();
    };
    await kube.page.locator(".checks").waitFor();
    const other = new Kubarium(await kube.page.context().newPage(), kube.site.address, "en");
    await other.page.goto(`${kube.site.address}?lang=en&lesson=pod`);
    await other.page.locator(".checks").waitFor();
    await solve(kube, "kubectl create deployment mynginx --image=nginx");
    await solve(other, "kubectl run web --image=nginx");
    await kube.page.bringToFront();
    await kube.page.keyboard.press("Control+Enter");
    await solve(kube, "kubectl get replicasets");
    const kept = (name) => kube.page.evaluate((name) => JSON.parse(localStorage.getItem(`kubarium.${name}`)), name);
    const { lessons } = await kept("lessons");
    assert.deepEqual([lessons.deployment.solved, lessons.pod.solved.length], [["create", "chain"], 1]);
    assert.deepEqual(Object.keys(await kept("attempts")).sort(), ["deployment", "pod"]);
  } finally {
    await kube.close();
  }
});

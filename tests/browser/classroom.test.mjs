// A class: packages for learning platforms that report to them, progress that is carried along, reports that are replayed.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DIST, open } from "./kubarium.mjs";
import { unzip } from "./zip.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const KUBARIUM = process.env.KUBARIUM ?? join(ROOT, "target/debug/kubarium");
const run = promisify(execFile);

/** Packs lessons; the files of the package, and the folder that they were unpacked into. */
async function pack(folder, name, ...options) {
  const out = join(folder, `${name}.zip`);
  await run(KUBARIUM, ["pack", "--dist", DIST, "--out", out, ...options], { cwd: ROOT });
  const files = unzip(await readFile(out));
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, name, path)), { recursive: true });
    await writeFile(join(folder, name, path), content);
  }
  return { files, dist: join(folder, name) };
}

/** The elements below one, as [name, attributes, children or text]. */
async function xml(kube, text) {
  // Not in the page itself: its Content-Security-Policy lets nobody make documents of texts.
  const page = await kube.page.context().newPage();
  const read = page.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, "application/xml");
    if (parsed.querySelector("parsererror")) throw new Error(parsed.documentElement.textContent);
    const read = (element) => [
      element.nodeName,
      Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
      element.children.length ? [...element.children].map(read) : element.textContent,
    ];
    return { namespace: parsed.documentElement.namespaceURI, root: read(parsed.documentElement) };
  }, text);
  return read.finally(() => page.close());
}

const named = ([, , children], name) => children.filter(([found]) => found === name);
const one = (element, name) => {
  const found = named(element, name);
  assert.equal(found.length, 1, `one ${name}`);
  return found[0];
};
/** The children stand in this order, as the schema's sequence wants. */
const inOrder = ([name, , children], order) => {
  const places = children.map(([child]) => order.indexOf(child));
  assert.ok(places.every((place, at) => place >= 0 && place >= (places[at - 1] ?? 0)), `${name}: ${children.map(([child]) => child)}`);
};

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

  test("its manifest is as the schemas want it", async () => {
    const { namespace, root } = await xml(kube, packed.files.get("imsmanifest.xml").toString("utf8"));
    assert.equal(namespace, "http://www.imsproject.org/xsd/imscp_rootv1p1p2");
    assert.match(root[1].identifier, /^[A-Za-z_][\w.-]*$/);
    inOrder(root, ["metadata", "organizations", "resources"]);
    const metadata = one(root, "metadata");
    assert.deepEqual([one(metadata, "schema")[2], one(metadata, "schemaversion")[2]], ["ADL SCORM", "1.2"]);
    const organizations = one(root, "organizations");
    const organization = one(organizations, "organization");
    assert.equal(organization[1].identifier, organizations[1].default);
    const items = named(organization, "item");
    assert.deepEqual(items.map(([, { parameters }]) => parameters), ["?lesson=deployment&lang=ko", "?lesson=cluster&lang=ko"]);
    items.forEach((item) => inOrder(item, ["title", "adlcp:masteryscore"]));
    assert.match(one(items[0], "title")[2], /Deployment/);
    const resources = named(one(root, "resources"), "resource");
    const ids = [root, organization, ...items, ...resources].map(([, { identifier }]) => identifier);
    assert.equal(new Set(ids).size, ids.length, "identifiers are unique");
    for (const [, { identifierref }] of items) {
      const [, attributes] = resources.find(([, { identifier }]) => identifier === identifierref);
      assert.deepEqual([attributes["adlcp:scormtype"], attributes.type, attributes.href], ["sco", "webcontent", "index.html"]);
    }
    const listed = resources.flatMap((resource) => named(resource, "file").map(([, { href }]) => href));
    assert.deepEqual([...new Set(listed)].sort(), [...packed.files.keys()].filter((name) => name !== "imsmanifest.xml").sort());
    resources.forEach((resource) => {
      inOrder(resource, ["file", "dependency"]);
      named(resource, "dependency").forEach(([, { identifierref }]) => assert.ok(ids.includes(identifierref)));
    });
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
    await solveRest(kube);
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

/** A record store on loopback, as cmi5 wants it: tokens, states, statements. */
async function recordStore() {
  const lrs = { statements: [], states: new Map(), complaints: [] };
  const launch = {
    contextTemplate: {
      contextActivities: { grouping: [{ id: "urn:test:course" }] },
      extensions: { "https://w3id.org/xapi/cmi5/context/extensions/sessionid": "session-1" },
    },
    launchMode: "Normal",
    moveOn: "Passed",
    masteryScore: 1,
  };
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://127.0.0.1");
    let body = "";
    for await (const chunk of request) body += chunk;
    const answer = (status, value) => response.writeHead(status, {
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Headers": "authorization,content-type,x-experience-api-version",
      "Access-Control-Allow-Methods": "GET,PUT,POST",
      "Content-Type": "application/json",
    }).end(value === undefined ? "" : JSON.stringify(value));
    if (request.method === "OPTIONS") return answer(204);
    if (pathname === "/fetch") return answer(200, { "auth-token": Buffer.from("key:secret").toString("base64") });
    if (request.headers.authorization !== `Basic ${Buffer.from("key:secret").toString("base64")}`) lrs.complaints.push(`${pathname}: no token`);
    if (!/^1\.0\./.test(request.headers["x-experience-api-version"] ?? "")) lrs.complaints.push(`${pathname}: no version`);
    if (pathname === "/xapi/statements") {
      const statement = JSON.parse(body);
      if (statement.id !== searchParams.get("statementId")) lrs.complaints.push("a statement's id");
      lrs.statements.push(statement);
      return answer(204);
    }
    if (pathname === "/xapi/activities/state") {
      const id = searchParams.get("stateId");
      if (request.method === "PUT") return lrs.states.set(id, JSON.parse(body)), answer(204);
      if (id === "LMS.LaunchData") return answer(200, launch);
      return lrs.states.has(id) ? answer(200, lrs.states.get(id)) : answer(404, {});
    }
    if (pathname === "/xapi/agents/profile") return answer(404, {});
    lrs.complaints.push(`${request.method} ${pathname}`);
    answer(404, {});
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  lrs.address = `http://127.0.0.1:${server.address().port}`;
  lrs.close = () => new Promise((closed) => (server.close(closed), server.closeAllConnections()));
  return lrs;
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
    const { namespace, root } = await xml(kube, packed.files.get("cmi5.xml").toString("utf8"));
    assert.equal(namespace, "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd");
    inOrder(root, ["course", "au"]);
    const texts = (element) => ["title", "description"].map((name) => one(one(element, name), "langstring"));
    const [course, unit] = [one(root, "course"), one(root, "au")];
    for (const part of [course, unit]) {
      assert.match(part[1].id, /^[a-z][a-z0-9+.-]*:\S+$/i);
      texts(part).forEach(([, { lang }, text]) => assert.ok(lang === "en" && text.length > 3));
    }
    inOrder(unit, ["title", "description", "url"]);
    assert.deepEqual([unit[1].moveOn, unit[1].masteryScore, unit[1].launchMethod], ["Passed", "1.0", "AnyWindow"]);
    assert.equal(one(unit, "url")[2], "index.html?lesson=deployment&lang=en");

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
    for (const { actor: who, object, context, timestamp, result, verb } of lrs.statements) {
      assert.deepEqual(who, actor);
      assert.equal(object.id, "urn:test:unit");
      assert.equal(context.registration, "11111111-2222-4333-8444-555555555555");
      const categories = context.contextActivities.category.map(({ id }) => id.split("/").pop());
      assert.deepEqual(categories, /completed|passed/.test(verb.id) ? ["cmi5", "moveon"] : ["cmi5"]);
      assert.deepEqual(context.contextActivities.grouping, [{ id: "urn:test:course" }]);
      assert.ok(Date.parse(timestamp));
      if (verb.id.endsWith("passed")) assert.deepEqual([result.success, result.score.scaled], [true, 1]);
      if (!verb.id.endsWith("initialized")) assert.match(result.duration, /^PT[\d.]+S$/);
    }
    assert.deepEqual(lrs.complaints, []);
  } finally {
    await kube.close();
    await lrs.close();
  }
});

test("a teacher builds a lesson, and presents a script", { timeout: 240_000 }, async () => {
  const kube = await open({ context: { acceptDownloads: true } });
  const { page } = kube;
  try {
    const panel = page.getByRole("complementary");
    const button = (name) => panel.getByRole("button", { name, exact: true });
    await page.getByRole("button", { name: "Lessons", exact: true }).click();
    await panel.getByText("Progress and class").click();
    await button("Build a lesson").click();
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
    await button("Check it").click();
    await panel.getByText("It can be handed out.").waitFor();
    const coming = page.waitForEvent("download");
    await button("Save as a file").click();
    const file = await coming;
    assert.equal(file.suggestedFilename(), "four-i-webs-i.json");
    const saved = join(folder, "four.json");
    await writeFile(saved, await readFile(await file.path()));
    const { stdout } = await run(KUBARIUM, ["check", saved], { cwd: ROOT });
    assert.match(stdout, /four-i-webs-i: 2 routes accepted, 2 mistakes refused/);
    const [{ files }] = JSON.parse(await readFile(saved, "utf8")).lessons;
    assert.match(files["lesson.yaml"], /note: note-1/);
    assert.match(files["lesson.ko.md"], /:::quiz quiz-\d\n글\n\n- \[x\] 글\n- \[ \] 글\n:::/);

    // A folder's files are opened in it, changed, and what was there comes back.
    await panel.getByText("Several lessons in one file").click();
    const chooser = page.waitForEvent("filechooser");
    await button("Open a file or a folder's files").click();
    const example = ["lesson.yaml", "lesson.en.md", "lesson.ko.md", "web.yaml", "greeting.yaml"];
    await (await chooser).setFiles(example.map((name) => join(ROOT, "docs/example-lesson", name)));
    await panel.getByText("Opened: lesson").waitFor();
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
    await button("Lessons").click();
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
    await button("Lessons").click();
    await panel.getByText("Progress and class").click();
    await button("Present a script").click();
    const dialog = page.getByRole("dialog", { name: "Script" });
    await dialog.getByRole("textbox").fill("# Make\nkubectl create deployment a --image=nginx\n# Look\nkubectl get deployments\n");
    await dialog.getByRole("button", { name: "Take it" }).click();
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
    await panel.getByRole("button", { name: "Lessons" }).click();
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
    assert.deepEqual(kube.complaints, []);
  } finally {
    await kube.close();
  }
});

// A docs page of another origin, under a strict Content-Security-Policy, with clusters in the middle of its text.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { host } from "./host.mjs";
import { DIST, launch } from "./kubarium.mjs";

/** The most bytes that a reader downloads for the element before he asks for a cluster. */
const MOST_BYTES = 10_000;

const TEXT = "<p class=tall>Some text that a reader reads.</p>".repeat(30);
const POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: given\nspec:\n  containers:\n  - name: it\n    image: nginx\n";
let site, docs, browser, page;
const requests = [];

function hostPage() {
  const playground = (id, attributes, inside = "") => `<kubarium-playground id="${id}" src="${site.address}" ${attributes}>${inside}</kubarium-playground>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Docs</title>
    <link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/docs.css"><script type="module" src="/kubarium.js"></script></head><body>
    <input id="search" aria-label="Search" autofocus>${TEXT}
    ${playground("first", 'height="420" seed="7"', `<pre><code>$ kubectl create deployment web --image=nginx
deployment.apps/web created
$ kubectl rollout status deployment web</code></pre>`)}
    ${TEXT}${playground("second", 'run="kubectl get nodes" lang="ko" theme="dark" read-only panels="terminal" nodes="2"')}
    ${TEXT}${playground("third", 'manifests="/web.yaml" load="click"')}${TEXT}
    <script type="module" src="/host.js"></script></body></html>`;
}

/** Serves texts beside what is in dist/. */
const pages = (texts, policy) => host(DIST, "/", (name, response) => {
  if (!(name in texts)) return false;
  const type = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css" }[name.split(".").at(-1)] ?? "text/plain";
  response.writeHead(200, { "Content-Type": type, ...(policy && { "Content-Security-Policy": policy }) }).end(texts[name]);
  return true;
});

before(async () => {
  site = await host(DIST);
  const origin = new URL(site.address).origin;
  const policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    + `frame-src ${origin}; base-uri 'none'; form-action 'none'`;
  docs = await pages({
    "docs.html": hostPage(), "docs.css": "p { margin: 1em; } iframe { height: 300px; }", "web.yaml": POD,
    "host.js": `window.heard = [];
      for (const name of ["ready", "command", "sleep", "wake"]) addEventListener(name, ({ target, detail }) => heard.push({ name, id: target.id, detail }));`,
  }, policy);
  // Another site, not only another origin: 127.0.0.1 is not localhost.
  docs.address = docs.address.replace("127.0.0.1", "localhost");
  browser = await launch({ viewport: { width: 900, height: 700 }, locale: "en-US" });
  page = browser.browser.pages()[0] ?? (await browser.browser.newPage());
  page.setDefaultTimeout(30_000);
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${docs.address}docs.html`);
});
const complaints = [];

after(async () => {
  await browser?.close();
  await Promise.all([site?.close(), docs?.close()]);
});

const focus = () => page.evaluate(() => document.activeElement.id);
const scroll = () => page.evaluate(() => scrollY);
const heard = (name, id) => page.waitForFunction(([name, id]) => heard.some((event) => event.name === name && event.id === id), [name, id]);
const frame = (id) => page.frameLocator(`#${id} iframe`);
/** The reader's own scrolling. */
async function scrollTo(id) {
  await page.evaluate((id) => document.getElementById(id).scrollIntoView({ block: "center" }), id);
  await page.mouse.wheel(0, 2);
}

test("before the reader comes to it, the element is a small file and a still picture", async () => {
  await page.waitForTimeout(500);
  assert.deepEqual(requests.filter((url) => url.startsWith(site.address)), []);
  const loader = docs.sent.filter(({ path }) => path === "/kubarium.js");
  assert.equal(loader.length, 1);
  assert.ok(loader[0].bytes < MOST_BYTES, `${loader[0].bytes}`);
  assert.equal(await page.locator("#first .node").count(), 4);
  assert.deepEqual([await page.locator("#second .node").count(), await page.locator("#second .still pre").count()], [0, 1]);
  assert.match(await page.locator("#first .still pre").textContent(), /^\$ kubectl create deployment web --image=nginx\n\$ kubectl rollout/);
  assert.ok(await page.locator("#second").getByRole("button", { name: "클러스터 시작" }).count());
  assert.equal(await focus(), "search");
});

test("who scrolls to it gets a cluster, keeps the focus and stays where he is", async () => {
  await scrollTo("first");
  await heard("ready", "first");
  const there = await scroll();
  await frame("first").getByText('deployment "web" successfully rolled out').waitFor();
  await frame("first").getByRole("button", { name: /^web-.*Running/ }).waitFor();
  assert.deepEqual([await focus(), await scroll()], ["search", there]);
  assert.match(await frame("first").locator("html").getAttribute("data-theme"), /light/);
  // What would take the focus in the whole page does not take it here.
  const opened = page.evaluate(() => document.getElementById("first").run("kubectl edit deployment web"));
  await frame("first").getByRole("dialog").waitFor();
  assert.deepEqual([await focus(), await scroll()], ["search", there]);
  await frame("first").getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  assert.match((await opened)[0].stderr, /Edit cancelled/);
});

test("run, reset, getState and on", async () => {
  const told = await page.evaluate(async () => {
    const playground = document.getElementById("first");
    const commands = [];
    const end = playground.on("command", ({ command }) => commands.push(command));
    const ran = await playground.run("kubectl scale deployment web --replicas=2", "false");
    const both = await Promise.all([playground.run("echo one; echo two >&2"), playground.run("cat <<'END'\nit's\nEND")]);
    end();
    await playground.run("echo unheard");
    return { commands, ran, both, state: await playground.getState() };
  });
  assert.deepEqual(told.ran.map(({ command, exit }) => [command, exit]), [["kubectl scale deployment web --replicas=2", 0], ["false", 1]]);
  assert.equal(told.ran[0].stdout, "deployment.apps/web scaled\n");
  assert.deepEqual(told.both.map(([{ stdout, stderr }]) => [stdout, stderr]), [["one\n", "two\n"], ["it's\n", ""]]);
  assert.equal(told.commands.length, 4);
  assert.match(told.state.commands, /rollout status[^]*scale[^]*unheard\n$/);
  assert.deepEqual([told.state.seed, told.state.nodes, told.state.busy], [7, 3, false]);
  assert.equal(JSON.parse(told.state.session).seed, 7);
  assert.match(told.state.address, new RegExp(`^${site.address}\\?seed=7&.*#s=`));
  const again = await page.evaluate(async () => {
    const playground = document.getElementById("first");
    await playground.reset();
    // The first commands run once more; they are not among the answer.
    const answer = await playground.run("true");
    if (answer.length !== 1) throw new Error(JSON.stringify(answer));
    return playground.getState();
  });
  assert.doesNotMatch(again.commands, /scale/);
  assert.match(again.commands, /create deployment web/);
});

test("language, theme, panels and a terminal for reading", async () => {
  await page.locator("#search").focus();
  await scrollTo("second");
  await heard("ready", "second");
  const second = frame("second");
  await second.getByText("control-plane").waitFor();
  assert.equal(await second.locator("html").getAttribute("lang"), "ko");
  assert.equal(await second.locator("html").getAttribute("data-theme"), "dark");
  assert.ok(!(await second.locator(".picture").isVisible()) && !(await second.getByRole("group", { name: "가상 시간" }).isVisible()));
  const prompt = second.getByRole("textbox", { name: "kubectl 명령" });
  assert.ok(await prompt.isDisabled());
  assert.match(await prompt.getAttribute("placeholder"), /^읽기 전용/);
  await page.evaluate(() => {
    const playground = document.getElementById("second");
    playground.lang = "en";
    playground.setAttribute("theme", "light");
    playground.removeAttribute("read-only");
  });
  await second.getByRole("textbox", { name: "kubectl command" }).and(second.locator(":enabled")).waitFor();
  assert.equal(await second.locator("html").getAttribute("data-theme"), "light");
  assert.equal(await focus(), "search");
});

test("manifests are there from the start, and a click moves the focus where it was meant to go", async () => {
  await scrollTo("third");
  await page.waitForTimeout(300);
  assert.equal(await page.locator("#third iframe").count(), 0);
  await page.locator("#third").getByRole("button", { name: "Start the cluster" }).click();
  await heard("ready", "third");
  await frame("third").getByRole("button", { name: /^given.*Running/ }).waitFor();
  assert.equal(await frame("third").locator("[data-entry]").count(), 0);
  await frame("third").getByRole("textbox", { name: "kubectl command" }).and(frame("third").locator(":focus")).waitFor();
  await page.keyboard.type("kubectl get pod given");
  await page.keyboard.press("Enter");
  await frame("third").getByText(/given +1\/1 +Running/).waitFor();
});

test("three clusters are one download", async () => {
  const wasm = site.sent.filter(({ path }) => path.endsWith(".wasm")).map(({ path }) => path);
  assert.ok(wasm.length >= 1);
  assert.deepEqual(wasm, [...new Set(wasm)]);
});

test("the link takes the session along", async () => {
  const link = frame("first").getByRole("link", { name: "Open in full" });
  await link.hover();
  await page.waitForTimeout(300);
  const whole = page.context().waitForEvent("page");
  await link.click();
  const opened = await whole;
  await opened.getByText("deployment.apps/web created").waitFor();
  assert.equal(new URL(opened.url()).searchParams.get("embed"), null);
  await opened.close();
  await page.locator("#search").focus();
});

test("off screen, time stands", async () => {
  await scrollTo("first");
  const clock = frame("first").getByRole("timer");
  const read = () => clock.textContent();
  await page.evaluate(() => (heard.length = 0));
  await scrollTo("third");
  await heard("sleep", "first");
  const asleep = await read();
  await page.waitForTimeout(700);
  assert.equal(await read(), asleep);
  await scrollTo("first");
  await heard("wake", "first");
  await page.waitForTimeout(700);
  assert.notEqual(await read(), asleep);
});

test("what nobody understands is refused, and what comes from elsewhere is not heard", async () => {
  const answers = await page.evaluate(async (address) => {
    const bare = async (named) => {
      const frame = document.createElement("iframe");
      frame.src = `${address}?embed=1&host=${encodeURIComponent(named)}`;
      document.body.append(frame);
      const answers = [];
      addEventListener("message", ({ source, data }) => source === frame.contentWindow && answers.push(data));
      await new Promise((done) => (frame.onload = done));
      frame.scrollIntoView();
      const ask = (message) => frame.contentWindow.postMessage(message, "*");
      return { frame, answers, ask };
    };
    const right = await bare(location.origin);
    while (!right.answers.length) await new Promise((done) => setTimeout(done, 50));
    const asked = [
      { ask: "hello" }, { ask: "explode" }, { ask: 7 }, {}, { ask: "constructor" }, { ask: "run" }, { ask: "run", commands: [1] },
      { ask: "run", commands: "x".repeat(100_000) }, { ask: "set", theme: "<b>" }, { ask: "set", lang: {} }, { ask: "set", readOnly: "no" },
      { ask: "hello", kubarium: 99 }, { ask: "run", commands: ["echo '<img src=x onerror=alert(1)>'"] },
    ];
    asked.forEach((message, id) => right.ask({ kubarium: 1, id, ...message }));
    for (const other of [null, 7, "kubarium", [], { type: "webpackOk" }]) right.ask(other);
    while (right.answers.filter((answer) => "id" in answer).length < asked.length) await new Promise((done) => setTimeout(done, 50));
    const wrong = await bare("http://elsewhere.example");
    for (let i = 0; i < 20; i++) {
      wrong.ask({ kubarium: 1, id: 1, ask: "hello" });
      await new Promise((done) => setTimeout(done, 100));
    }
    // Somebody else speaks to the element as if he were its frame.
    const element = document.getElementById("first");
    let fooled = 0;
    element.on("command", () => fooled++);
    postMessage({ kubarium: 1, event: "command", detail: {} }, "*");
    right.frame.contentWindow.postMessage({ kubarium: 1, id: 1, ask: "hello" }, "*");
    await new Promise((done) => setTimeout(done, 300));
    const result = { right: right.answers.filter(({ id }) => id !== undefined), wrong: wrong.answers, fooled };
    right.frame.remove();
    wrong.frame.remove();
    return result;
  }, site.address);
  const codes = answers.right.slice(0, 13).sort((a, b) => a.id - b.id).map(({ error, answer }) => error?.code ?? Object.keys(answer).join());
  assert.deepEqual(codes, [
    "versions,asks", "unknown", "unknown", "unknown", "unknown", "malformed", "malformed", "too-long", "malformed", "malformed", "malformed",
    "version", "commands",
  ]);
  assert.deepEqual([answers.wrong, answers.fooled], [[], 0]);
});

test("whatever stands in a message's fields, nothing of it becomes HTML and nothing stops", async () => {
  const last = await page.evaluate(async (address) => {
    const frame = document.createElement("iframe");
    frame.id = "hostile";
    frame.src = `${address}?embed=1&lang=en&host=${encodeURIComponent(location.origin)}`;
    document.body.append(frame);
    frame.scrollIntoView();
    const answers = [];
    addEventListener("message", ({ source, data }) => source === frame.contentWindow && answers.push(data));
    const answered = async (wanted) => {
      while (!answers.some(wanted)) await new Promise((done) => setTimeout(done, 50));
      return answers.find(wanted);
    };
    await answered(({ event }) => event === "ready");
    const markup = `<img src=x onerror="parent.postMessage('hit','*')">`;
    const values = [null, 0, -1, NaN, true, "", "x".repeat(200_000), markup, "\ud800x", "\0\x1b[31m\r\n\t", [], [[]], [markup, 7], {}, { toString: 1 },
      new Date(0), new Map([[1, 2]]), /x/, new Uint8Array(9), "__proto__", "constructor", "toString", 10n, new Error("x")];
    for (const field of ["kubarium", "id", "ask", "commands", "lang", "theme", "readOnly", "more"]) {
      for (const value of values) {
        for (const base of [{ ask: "run", commands: "true" }, { ask: "set" }, { ask: "state" }]) {
          frame.contentWindow.postMessage({ kubarium: 1, id: 1, ...base, [field]: value }, "*");
        }
      }
    }
    frame.contentWindow.postMessage({ kubarium: 1, id: "reset", ask: "reset" }, "*");
    await answered(({ id }) => id === "reset");
    frame.contentWindow.postMessage({ kubarium: 1, id: "on", ask: "set", lang: "en", theme: "light", readOnly: false }, "*");
    frame.contentWindow.postMessage({ kubarium: 1, id: "last", ask: "run", commands: [`echo "${markup.replaceAll('"', "'")}"`] }, "*");
    const { answer } = await answered(({ id, answer }) => id === "last" && answer);
    return { printed: answer.commands.at(-1).stdout, hit: answers.includes("hit") };
  }, site.address);
  assert.deepEqual(last, { printed: "<img src=x onerror='parent.postMessage('hit','*')'>\n", hit: false });
  const frame = page.frameLocator("#hostile");
  assert.equal(await frame.locator("img[src=x], [onerror]").count(), 0);
  await page.locator("#hostile").evaluate((frame) => frame.remove());
});

test("manifests that no cluster takes are answered in words", async () => {
  await page.evaluate((address) => {
    const frame = document.createElement("iframe");
    frame.id = "refused";
    frame.src = `${address}?embed=1&lang=en#manifests=${encodeURIComponent("kind: Nonsense\napiVersion: v1\nmetadata:\n  name: x\n")}`;
    document.body.append(frame);
    frame.scrollIntoView();
  }, site.address);
  const refused = page.frameLocator("#refused");
  await refused.getByText("could not be prepared").waitFor();
  await refused.getByText('no matches for kind "Nonsense" in version "v1"').waitFor();
});

test("nobody else was asked, and nothing was refused by the policy", () => {
  const own = [site.address, docs.address];
  assert.deepEqual(requests.filter((url) => !own.some((address) => url.startsWith(address)) && !/^(data|blob):/.test(url)), []);
  assert.deepEqual(complaints, []);
});

test("a fenced block becomes a cluster by the plain script; print and no JavaScript show its text", async () => {
  const plain = `<!doctype html><html lang="ko"><meta charset="utf-8"><title>Docs</title><script src="/kubarium.global.js"></script>
    <pre><code class="language-kubarium" data-src="${site.address}" data-height="300">$ kubectl get nodes
NAME   STATUS</code></pre><script src="/enliven.js"></script></html>`;
  const other = await pages({ "plain.html": plain, "enliven.js": "Kubarium.enliven();" });
  try {
    await page.goto(`${other.address}plain.html`);
    await page.locator("kubarium-playground").getByRole("button", { name: "클러스터 시작" }).click();
    await page.frameLocator("iframe").getByText("control-plane").waitFor();
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.getByText("NAME STATUS").isVisible());
    assert.ok(!(await page.locator("iframe").isVisible()));
    const devtools = await browser.browser.newCDPSession(page);
    await devtools.send("Emulation.setScriptExecutionDisabled", { value: true });
    await page.emulateMedia({ media: "screen" });
    await page.goto(`${docs.address}docs.html`);
    assert.ok(await page.getByText("deployment.apps/web created").isVisible());
  } finally {
    await other.close();
  }
});

test("in a frame of any width nothing lies on what the terminal says", async () => {
  const narrow = await browser.browser.newPage();
  for (const [width, height] of [[320, 260], [320, 420], [800, 420]]) {
    await narrow.setViewportSize({ width, height });
    await narrow.goto(`${site.address}?embed=1&lang=en&run=kubectl%20get%20nodes%20-o%20wide`);
    await narrow.getByText("control-plane").waitFor();
    const box = (part) => part.boundingBox();
    const terminal = await box(narrow.locator(".terminal"));
    for (const name of ["Commands", "Files"]) {
      const button = await box(narrow.getByRole("button", { name, exact: true }));
      assert.ok(button.x >= terminal.x + terminal.width && button.x + button.width <= width, `${name} at ${width}: ${JSON.stringify(button)}`);
      assert.ok(button.y + button.height <= height, `${name} in ${height}: ${JSON.stringify(button)}`);
    }
  }
  for (const lang of ["ko", "en"]) {
    await narrow.setViewportSize({ width: 320, height: 420 });
    await narrow.goto(`${site.address}?embed=1&lang=${lang}&readonly=1`);
    const prompt = narrow.locator(".line textarea");
    await prompt.waitFor();
    // What a placeholder needs is measured with its own letters.
    const [needs, has] = await prompt.evaluate((prompt) => {
      const measure = document.createElement("canvas").getContext("2d");
      measure.font = getComputedStyle(prompt).font;
      return [measure.measureText(prompt.placeholder).width, prompt.clientWidth];
    });
    assert.ok(needs <= has, `${lang}: ${needs} of ${has}`);
  }
  await narrow.close();
});

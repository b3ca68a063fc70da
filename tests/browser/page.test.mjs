// The page itself: any folder of any host, languages, themes, small screens, and whatever a person types.

import { test } from "node:test";
import assert from "node:assert/strict";
import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { CLOCK_STANDS, DIST, eventually, isRunning, withPage } from "./kubarium.mjs";

test("it works below any path and asks nothing of other hosts", { timeout: 120_000 }, () =>
  withPage({ path: "/some/path/" }, async (kube) => {
    assert.match(await kube.run("kubectl get nodes"), /^node3 +Ready/m);
    assert.deepEqual(kube.complaints, []);
  }));

/** Where the parts of the page are that are there before the program, and what stands in the terminal. */
const places = (page) => page.evaluate(() => {
  const shown = (selector) => [...document.querySelectorAll(selector)].find((element) => element.getClientRects().length);
  const parts = [".bar", ".course", ".picture", ".cluster > .rooms", ".room", ".room:nth-child(2)", ".splitter", ".terminal", ".welcome .out"];
  const box = (selector) => {
    const { x, y, width } = shown(selector).getBoundingClientRect();
    return [selector, ...[x, y, width].map(Math.round)].join(" ");
  };
  return [...parts.map(box), shown(".welcome .out").textContent.trim(), document.documentElement.lang, getComputedStyle(document.body).backgroundColor];
});

for (const [lang, viewport, theme] of [["en", { width: 1280, height: 860 }, "light"], ["ko", { width: 390, height: 844 }, "dark"]]) {
  test(`what is there before the program is where the program puts it, at ${viewport.width} px in ${lang}`, { timeout: 60_000 }, async () => {
    let go;
    const waits = new Promise((done) => (go = done));
    // The program comes when it is wanted.
    const change = (name, response) => {
      if (!/^kubarium.*\.wasm$/.test(name)) return false;
      waits.then(() => createReadStream(join(DIST, name)).pipe(response));
      return true;
    };
    const before = [];
    const ready = async ({ page, prompt }) => {
      before.push(...(await places(page)));
      go();
      await prompt.waitFor();
    };
    const options = { lang, query: { theme }, context: { viewport }, change, ready, until: "domcontentloaded" };
    await withPage(options, async (kube) => assert.deepEqual(await places(kube.page), before));
  });
}

test("it speaks Korean, and input by IME loses nothing", { timeout: 120_000 }, () =>
  withPage({ lang: "ko" }, async (kube) => {
    assert.equal(await kube.page.locator("html").getAttribute("lang"), "ko");
    const before = await kube.entries().count();
    await kube.prompt.focus();
    // Syllables are composed from letters, and Enter ends the composition before it runs the command.
    const devtools = await kube.page.context().newCDPSession(kube.page);
    await kube.page.keyboard.type("echo ");
    for (const [text, at] of [["ㅎ", 1], ["하", 1], ["한", 1]]) {
      await devtools.send("Input.imeSetComposition", { text, selectionStart: at, selectionEnd: at });
    }
    await devtools.send("Input.insertText", { text: "한" });
    await kube.page.keyboard.type("글");
    await kube.prompt.press("Enter");
    await kube.entries().nth(before).waitFor();
    kube.before = before;
    assert.equal(await kube.finish(), "한글\n");
    await kube.screenshot("korean");
  }));

test("what the page has said is said in the other language, wherever it stands", { timeout: 120_000 }, () =>
  withPage({}, async (kube) => {
    const { page } = kube;
    await kube.run("false");
    await page.getByRole("button", { name: "Session", exact: true }).click();
    await page.getByRole("button", { name: "Copy a link to this session" }).click();
    await page.getByText(/^The link is copied/).waitFor();
    await page.getByRole("button", { name: "한국어" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("이 페이지 안에 Kubernetes 클러스터 하나가").waitFor();
    assert.equal(await page.locator(".exit").textContent(), "종료 상태 1");
    assert.equal(await page.getByText(/^The link is copied/).count(), 0);
    const rest = () => page.evaluate(() => document.body.innerText.match(/.*(?:lives in this page|exit status).*/g));
    assert.equal(await rest(), null);
    await page.keyboard.press("Enter");
    await page.getByText("A whole Kubernetes cluster lives in this page").waitFor();
    assert.equal(await page.locator(".exit").textContent(), "exit status 1");
  }));

for (const theme of ["light", "dark"]) {
  for (const [size, viewport] of Object.entries({ desktop: { width: 1280, height: 860 }, tablet: { width: 761, height: 1024 }, phone: { width: 390, height: 844 } })) {
    test(`it fits a ${size} in ${theme}`, { timeout: 120_000 }, () =>
      withPage({ query: { theme, run: "kubectl create deployment web --image=nginx --replicas=6" }, context: { viewport } }, async (kube) => {
        await kube.podsUntil("web-", (pods) => pods.length === 6 && pods.every(isRunning));
        const overflow = await kube.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `the page is ${overflow} px wider than the screen`);
        const title = await kube.page.locator(".brand h1").evaluate((title) => title.getBoundingClientRect().height / parseFloat(getComputedStyle(title).lineHeight));
        assert.ok(title < 1.5, "its name stands in one line");
        await kube.screenshot(`${size}-${theme}`);
      }));
  }
}

test("nothing typed can end it", { timeout: 240_000 }, () =>
  withPage({}, async (kube) => {
    for (const [typed, answer] of MISTAKES) {
      assert.match(await kube.run(typed), answer, typed);
    }
    assert.match(await kube.run("kubectl get nodes"), /^master +Ready/m);
    assert.deepEqual(kube.complaints, []);
  }));

test("a crash is told, and the session restored", { timeout: 120_000 }, () =>
  withPage({}, async (kube) => {
    await kube.run("kubectl create namespace before");
    await kube.run("kubectl get nodes");
    // No line that anybody knows brings the program down, so that the test lets the browser report a trap.
    const loaded = kube.page.waitForEvent("load");
    await kube.page.evaluate(() => {
      const error = new WebAssembly.RuntimeError("unreachable");
      setTimeout(() => dispatchEvent(new ErrorEvent("error", { error })));
    });
    await loaded;
    await kube.page.getByText("kubectl create namespace before").first().waitFor();
    assert.match(await kube.run("kubectl get namespaces"), /^before +Active/m);
  }));

/** It is at rest so long after it has been opened, in milliseconds; and all that comes again and again has come after this. */
const REST = 1000;
const ALONE = 45_000;

/** What an address leads to when a page that was built for working on it, and has one module only, gets an empty second one. */
function secondModule(name, response) {
  if (!["", "index.html"].includes(name)) return false;
  const page = readFileSync(join(DIST, "index.html"), "utf8");
  response.writeHead(200, { "Content-Type": "text/html" }).end(page.replace("data-module=", 'data-more="kubarium-more-none.wasm" data-module='));
  return true;
}

const twoModules = readFileSync(join(DIST, "index.html"), "utf8").includes("data-more=");
for (const [lang, query] of [["en", {}], ["ko", { seed: "2" }]]) {
  test(`opening it needs the first module only, the second comes at rest: ${lang}`, { timeout: 120_000 }, async () => {
    const asked = [];
    const change = (name, response) => (name.startsWith("kubarium-more") ? asked.push([name, response]) : !twoModules && secondModule(name, response));
    const script = () => {
      globalThis.stood = [];
      XMLHttpRequest.prototype.open = () => stood.push(new Error("stood still").stack);
    };
    await withPage({ lang, query, change, script, ...CLOCK_STANDS }, async ({ page }) => {
      const stood = () => page.evaluate(() => globalThis.stood);
      const names = () => asked.map(([name]) => name);
      assert.deepEqual([names(), await stood()], [[], []], "it is open");
      await page.clock.runFor(REST / 2);
      // What was asked for would have arrived by then.
      await page.evaluate(() => fetch("icon.svg"));
      assert.deepEqual([names(), await stood()], [[], []], "it is not at rest yet");
      await page.clock.runFor(REST);
      await eventually(names, (names) => names.length === 1);
      // Nobody does anything, and it does not arrive: what runs by itself does without.
      for (let passed = 0; passed < ALONE; passed += 1000) await page.clock.runFor(1000);
      assert.deepEqual(await stood(), [], "what runs by itself has changed: cargo xtask profile");
      assert.equal(asked.length, 1);
      assert.match(await page.getByRole("timer").textContent(), /^0:4\d/);
    });
  });
}

const MISTAKES = [
  ["kubectl gett pods", /unknown command "gett" for "kubectl"/],
  ["kubectl get podz", /the server doesn't have a resource type "podz"/],
  ["kubectl get pods --nosuch", /unknown flag: --nosuch/],
  ["kubectl get pod nosuch", /pods "nosuch" not found/],
  ["kubectl", /kubectl controls/],
  ["nosuch", /nosuch: command not found/],
  ["kubectl get pods -o jsonpath='{.items['", /./],
  ["kubectl apply -f nosuch.yaml", /the path "nosuch.yaml" does not exist/],
  ["echo '{{{: [' > bad.yaml; kubectl apply -f bad.yaml", /error/],
  ["kubectl create deployment 한글 --image=nginx", /Invalid value: "한글"/],
  ["kubectl scale deployment x --replicas=99999999999999999999", /invalid argument/],
];

test("the bars between the panels are dragged, or clicked by who cannot drag, and stay there", { timeout: 120_000 }, () =>
  withPage({}, async (kube) => {
    const { page } = kube;
    // All that comes later has come, or the first move of the pointer would fetch it and be late.
    await kube.run("true");
    for (const [name, reach] of [["Height of the picture", () => {}], ["Width of the inspector", () => page.locator("[data-object='Node//node1']").first().click()]]) {
      await reach();
      const bar = page.getByRole("separator", { name });
      const value = async () => Number(await bar.getAttribute("aria-valuenow"));
      const { x, y, width, height } = await bar.boundingBox();
      const [from, across] = [{ x: x + width / 2, y: y + height / 2 }, width > height];
      // Where it is taken hold of it is 24 pixels thick.
      const [aside, before] = [{ x: from.x - (across ? 0 : 11), y: from.y - (across ? 11 : 0) }, await value()];
      await page.mouse.move(aside.x, aside.y);
      await page.mouse.down();
      await page.mouse.move(aside.x - (across ? 0 : 60), aside.y - (across ? 60 : 0), { steps: 3 });
      await page.mouse.up();
      const dragged = await value();
      assert.notEqual(dragged, before, `${name} is dragged`);
      const seen = new Set([dragged]);
      for (let i = 0; i < 3; i += 1) {
        const at = await bar.boundingBox();
        await page.mouse.click(at.x + at.width / 2, at.y + at.height / 2);
        seen.add(await value());
      }
      assert.ok(seen.size >= 3, `${name}: ${[...seen]}`);
      // Who drags it further than it goes has not clicked it.
      await bar.press("End");
      const [end, far] = [await value(), await bar.boundingBox()];
      await page.mouse.move(far.x + far.width / 2, far.y + far.height / 2);
      await page.mouse.down();
      await page.mouse.move(far.x + far.width / 2 - (across ? 0 : 70), far.y + far.height / 2 + (across ? 70 : 0), { steps: 3 });
      await page.mouse.up();
      assert.equal(await value(), end, `${name} at its end`);
    }
    const bars = () => page.getByRole("separator").evaluateAll((bars) => bars.map((bar) => bar.getAttribute("aria-valuenow")));
    const [height] = await bars();
    await page.reload();
    await page.getByRole("textbox", { name: "kubectl command" }).waitFor();
    assert.deepEqual(await bars(), [height]);
  }));

test("headings are an outline, nodes have their own, and no two buttons have one name while a lesson is open", { timeout: 120_000 }, () =>
  withPage({}, async ({ page }) => {
    const outline = () => page.locator("h1, h2, h3, h4").evaluateAll((all) => all.map((heading) => `${heading.tagName[1]} ${heading.textContent}`));
    const picture = ["2 Workloads", "2 Nodes", "3 master", "3 node1", "3 node2", "3 node3", "2 Services"];
    assert.deepEqual(await outline(), ["1 Kubarium", ...picture]);
    await page.getByRole("button", { name: "Lessons", exact: true }).click();
    await page.locator(".lesson-entry").first().click();
    await page.locator("#lesson-step").waitFor();
    assert.match((await outline()).join("\n"), /^1 Kubarium\n2 [^\n]+\n3 [^\n]+\n2 Workloads/);
    assert.equal(await page.getByRole("button", { name: "Lessons" }).count(), 1);
  }));

test("at 320 px the first words of the page are not broken within a flag", { timeout: 120_000 }, () =>
  withPage({ context: { viewport: { width: 320, height: 640 } } }, async ({ page }) => {
    const broken = () => page.evaluate(() => {
      const walker = document.createTreeWalker(document.querySelector(".app"), NodeFilter.SHOW_TEXT);
      const broken = [];
      for (let node; (node = walker.nextNode());) {
        for (const flag of node.data.matchAll(/--[a-z][^\s]*/g)) {
          const range = document.createRange();
          range.setStart(node, flag.index);
          range.setEnd(node, flag.index + flag[0].length);
          if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1) broken.push(flag[0]);
        }
      }
      return [broken, document.body.innerText.match(/--image/g).length];
    });
    assert.deepEqual(await broken(), [[], 2]);
  }));

test("what went wrong is read without pushing it aside, and copied as it was printed", { timeout: 120_000 }, () =>
  withPage({ context: { viewport: { width: 390, height: 844 } } }, async (kube) => {
    const command = "kubectl create deployment Web --image=nginx";
    const printed = await kube.run(command);
    assert.match(printed, /^error: failed to create deployment: .*RFC 1123[^\n]*\n$/);
    const wide = () => kube.transcript.evaluate((log) => [log.scrollWidth - log.clientWidth, log.querySelector("[data-entry] .out").offsetHeight]);
    const [beyond, height] = await wide();
    assert.ok(beyond <= 0 && height > 60, `${beyond} px beyond, ${height} px high`);
    await kube.run("kubectl get nodes -o wide");
    assert.ok((await wide())[0] > 100, "a table keeps its columns");
  }));

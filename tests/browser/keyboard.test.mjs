// The story by keyboard alone: no pointer is ever used, and no element is reached but by keys. Where the focus is, is always
// seen; what a screen reader is told of each command says what has changed in the picture.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isRunning, open } from "./kubarium.mjs";

describe("by keyboard alone", { timeout: 400_000 }, () => {
  let kube, page, keys;
  before(async () => {
    kube = await open({ query: { seed: "1" } });
    page = kube.page;
    keys = page.keyboard;
    // Whoever presses a pointer here fails.
    await page.evaluate(() => addEventListener("pointerdown", () => console.error("a pointer was pressed"), true));
  });
  after(async () => kube?.close());

  const running = (count) => (pods) => pods.length === count && pods.every(isRunning);
  /** What has the focus: its name, its role, and whether its focus can be seen. */
  const focused = () => page.evaluate(() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    const around = element.parentElement && getComputedStyle(element.closest(".line, .sheet, .search, .track") ?? element);
    // The way of a request is a line, which becomes a thick one.
    const way = element.tagName === "g" && parseFloat(getComputedStyle(element.querySelector(".line")).strokeWidth) >= 2.5;
    const drawn = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
    const name = (element.getAttribute("aria-label") ?? element.textContent).trim().slice(0, 200);
    return { name, tag: element.tagName, role: element.getAttribute("role"), object: element.dataset.object ?? "",
      visible: element.tagName !== "BODY" && (way || drawn(style) || drawn(around)) };
  });
  /** Presses Tab until something has the focus that the test wants. */
  const tabTo = async (wanted, key = "Tab", most = 80) => {
    const passed = [];
    for (let i = 0; i < most; i += 1) {
      await keys.press(key);
      const here = await focused();
      // Behind the last control is the browser's own.
      if (here.tag === "BODY" && passed.at(-1) !== "") {
        passed.push("");
        continue;
      }
      assert.ok(here.visible, `the focus on ${JSON.stringify(here)} is not seen`);
      if (wanted(here)) return here;
      passed.push(here.name.slice(0, 30));
    }
    throw new Error(`${key} did not lead there, but to: ${passed.join(" | ")}`);
  };
  const named = (pattern) => ({ name }) => pattern.test(name);
  const atPrompt = ({ tag, name }) => tag === "TEXTAREA" && name === "kubectl command";
  /** From wherever the keyboard is to the prompt, by the skip link at the page's beginning. */
  const toPrompt = async () => {
    if (atPrompt(await focused())) return;
    await tabTo(named(/^Skip to the prompt$/), "Shift+Tab", 300);
    await keys.press("Enter");
    assert.ok(atPrompt(await focused()));
  };
  /** Types a line at the prompt; returns what it printed. */
  const type = async (line) => {
    await toPrompt();
    kube.before = await kube.entries().count();
    await keys.type(line);
    await keys.press("Enter");
    await kube.entries().nth(kube.before).waitFor();
    return kube.finish();
  };
  /** What was announced last, once it matches. */
  const told = (pattern) => page.waitForFunction(
    (pattern) => new RegExp(pattern).test(document.querySelector(".terminal [role=status]").textContent), pattern.source, { timeout: 60_000 });
  /** From the page's beginning into the picture. */
  const toPicture = async () => {
    await toPrompt();
    await tabTo(named(/^Skip to the picture$/), "Shift+Tab", 300);
    await keys.press("Enter");
    assert.ok((await focused()).object);
  };
  /** Walks to an object of the picture. */
  const toObject = async (pattern) => {
    await toPicture();
    if (!pattern.test((await focused()).object)) await tabTo(({ object }) => pattern.test(object));
  };

  test("the skip links come first, and the prompt is where one begins", async () => {
    assert.ok(atPrompt(await focused()), "on a device with a keyboard one can type at once");
    await toPicture();
    await keys.press("Escape");
    assert.ok(atPrompt(await focused()), "Escape leaves the picture");
  });

  test("create, scale, delete: each is told once its effect is there", async () => {
    await type("kubectl create deployment mynginx --image=nginx");
    await told(/create deployment mynginx.*: done.*mynginx: its Pod is running/);
    await type("kubectl scale deployment mynginx --replicas=4");
    await told(/mynginx: all 4 Pods are running/);
    const [pod] = await kube.podsUntil("mynginx-", running(4));
    await type(`kubectl delete pod ${pod.split(" ")[0]} --wait=false`);
    await told(/delete pod.*mynginx-\S+ is Running on node\d.*Pod mynginx-\S+ is gone/);
    await type("kubectl get podz");
    await told(/exit status 1.*the server doesn't have a resource type "podz"/);
  });

  test("completion is chosen by arrow keys", async () => {
    await toPrompt();
    await keys.type("kubectl describe deployment myn");
    await keys.press("Tab");
    assert.match(await kube.prompt.inputValue(), /^kubectl describe deployment mynginx ?$/);
    await keys.press("Enter");
    await kube.finish();
  });

  test("a Deployment is edited", async () => {
    await toPrompt();
    kube.before = await kube.entries().count();
    await keys.type("kubectl edit deployment mynginx");
    await keys.press("Enter");
    await kube.editor.text.waitFor();
    assert.equal((await focused()).tag, "TEXTAREA");
    // To the line by the arrow keys, as anybody would.
    const lines = (await kube.editor.text.inputValue()).split("\n");
    const at = lines.findIndex((line) => line === "  replicas: 4");
    for (let i = 0; i < at; i += 1) await keys.press("ArrowDown");
    await keys.press("End");
    await keys.press("Backspace");
    await keys.type("3");
    await keys.press("Control+s");
    await kube.finish();
    await kube.podsUntil("mynginx-", running(3));
    assert.ok(atPrompt(await focused()), "the focus is at the prompt again");
  });

  test("a Pod is found in the picture, and every part of its inspector", async () => {
    await toObject(/^Pod\/default\/mynginx/);
    const first = (await focused()).object;
    await keys.press("ArrowRight");
    const next = (await focused()).object;
    assert.ok(next && next !== first, "arrows go from object to object");
    await toObject(new RegExp(`^${first}$`));
    await keys.press("Enter");
    for (const name of ["Summary", "Why?", "Events", "Related", "Containers", "Logs", "YAML"]) {
      assert.deepEqual([(await focused()).name, (await focused()).role], [name, "tab"]);
      await keys.press("ArrowRight");
    }
    await keys.press("Escape");
    // The panel is gone in the next frame, and gives the focus back then.
    await page.waitForFunction((first) => document.activeElement.dataset.object === first, first);
  });

  test("the menu of an object opens and closes, and the focus goes back", async () => {
    const { object } = await focused();
    await keys.press("Shift+F10");
    await page.getByRole("menu").waitFor();
    await keys.press("ArrowDown");
    assert.match((await focused()).name, /^Describe/);
    await keys.press("Escape");
    await page.getByRole("menu").waitFor({ state: "detached" });
    await page.waitForFunction((object) => document.activeElement.dataset.object === object, object);
  });

  test("what had the focus goes away, and its neighbour has it", async () => {
    const { object } = await focused();
    await toPrompt();
    kube.before = await kube.entries().count();
    await keys.type(`sleep 9; kubectl delete pod ${object.split("/").at(-1)}`);
    await keys.press("Enter");
    // The shortest way: out of the prompt backwards, and a search.
    await tabTo(({ object }) => object, "Shift+Tab");
    await keys.type(`/${object.split("/").at(-1)}`);
    await keys.press("Enter");
    assert.equal((await focused()).object, object);
    await kube.podsUntil("mynginx-", (pods) => !pods.some((pod) => object.endsWith(pod.split(" ")[0])));
    await page.waitForFunction(() => document.activeElement.tagName !== "BODY");
    assert.match((await focused()).object, /^(Pod|Node)\//, "a neighbour has the focus");
    assert.ok((await focused()).visible);
    await keys.press("/");
    await keys.press("Escape");
    await kube.finish();
  });
  const tabToItem = async (pattern) => {
    for (let i = 0; i < 12 && !pattern.test((await focused()).name); i += 1) await keys.press("ArrowDown");
    assert.match((await focused()).name, pattern);
  };

  test("a node is powered off by the picture's button, and on again", async () => {
    await toObject(/^Node\/\/node1$/);
    await tabTo(({ tag }) => tag === "SUMMARY");
    await keys.press("Enter");
    await keys.press("Escape");
    assert.equal((await focused()).tag, "SUMMARY", "Escape closes the menu, and its button has the focus");
    await keys.press("Enter");
    await keys.press("ArrowDown");
    assert.match((await focused()).name, /Power off/);
    const commands = await kube.entries().count();
    await keys.press("Enter");
    await kube.entries().nth(commands).waitFor();
    assert.match(await kube.entries().nth(commands).innerText(), /poweroff|shutdown|power/);
    await toPrompt();
    await tabTo(named(/^Speed$/), "Shift+Tab", 300);
    await keys.press("End");
    await type("sleep 60");
    await told(/node1 is NotReady/);
    await toObject(/^Node\/\/node1$/);
    await tabTo(({ tag }) => tag === "SUMMARY");
    await keys.press("Enter");
    await keys.press("ArrowDown");
    await tabToItem(/undo/);
    await keys.press("Enter");
    await type("sleep 120");
    await told(/node1 is Ready/);
    await toPrompt();
    await tabTo(named(/^Speed$/), "Shift+Tab", 300);
    await keys.press("Home");
    for (let i = 0; i < 3; i += 1) await keys.press("ArrowDown");
    assert.equal(await page.getByRole("combobox", { name: "Speed" }).inputValue(), "1");
  });

  test("time: pause, undo, the past, and back", async () => {
    await toPrompt();
    await tabTo(named(/^Pause$/), "Shift+Tab", 300);
    await keys.press("Enter");
    await tabTo(named(/^Undo/));
    await keys.press("Enter");
    await page.waitForFunction(() => document.querySelector("section.course").dataset.live === "false");
    await tabTo(named(/^Back to now/));
    await keys.press("Enter");
    await page.waitForFunction(() => document.querySelector("section.course").dataset.live === "true");
    // The button is gone, the focus is not: it is found a place with the next frame.
    await page.waitForFunction(() => document.activeElement !== document.body);
    await tabTo(named(/^Resume$/), "Shift+Tab");
    await keys.press("Enter");
  });

  test("every control of the page is reached, in the order of the page, and the end is the beginning", async () => {
    await toPrompt();
    await tabTo(named(/^Skip to the prompt$/), "Shift+Tab", 300);
    const order = [];
    for (let i = 0; i < 120; i += 1) {
      await keys.press("Tab");
      const here = await focused();
      if (here.tag === "BODY" || /^Skip to the prompt/.test(here.name)) break;
      order.push(here);
    }
    const index = (pattern) => order.findIndex(({ name, object }) => pattern.test(name) || pattern.test(object));
    const places = [/^Skip to the picture/, /^Pause$/, /^Session$/, /^Undo/, /^By node$/, /^Deployment\/default\/mynginx/, /^Node\/\/node1/,
      /^Pod\/default\/mynginx/, /^Height of the picture/, /^kubectl command$/].map(index);
    assert.ok(places.every((place) => place >= 0), JSON.stringify({ places, order: order.map(({ name }) => name.slice(0, 24)) }));
    assert.deepEqual([...places].sort((a, b) => a - b), places, "in the order in which they are seen");
  });

  test("a lesson is opened, worked on and closed", async () => {
    await toPrompt();
    await tabTo(named(/^Lessons$/), "Shift+Tab", 300);
    await keys.press("Enter");
    await page.locator(".lesson-body button").first().waitFor();
    await tabTo(named(/Deployment/));
    await keys.press("Enter");
    await page.getByRole("button", { name: "Hint" }).waitFor();
    await tabTo(named(/^Hint$/));
    await keys.press("Enter");
    await page.locator(".lesson-hint").first().waitFor();
    await tabTo(named(/^Close$/), "Shift+Tab");
    await keys.press("Enter");
    await page.locator(".lesson").waitFor({ state: "detached" });
    await page.waitForFunction(() => document.activeElement.tagName !== "BODY");
  });

  test("nothing went wrong meanwhile, and no pointer was used", () => assert.deepEqual(kube.complaints, []));
});

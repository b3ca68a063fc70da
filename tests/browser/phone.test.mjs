// The story by finger, on a phone: taps, long presses and drags. Each shows the kubectl command that it runs; nothing is typed.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isRunning, open } from "./kubarium.mjs";

describe("the story on a phone", { timeout: 300_000 }, () => {
  let kube, page, touch;
  before(async () => {
    kube = await open({ query: { seed: "1", theme: "light" }, context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } });
    page = kube.page;
    const devtools = await page.context().newCDPSession(page);
    touch = (type, ...points) => devtools.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
    // Whoever types here fails.
    await page.evaluate(() => addEventListener("keydown", () => console.error("a key was pressed"), true));
  });
  after(async () => kube?.close());

  const running = (count) => (pods) => pods.length === count && pods.every(isRunning);
  const middle = async (locator) => {
    await locator.scrollIntoViewIfNeeded();
    const box = await locator.boundingBox();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  const commands = () => kube.entries().locator("button.command").allTextContents();
  const palette = () => page.getByRole("group", { name: "Commands" });
  /** Puts a command together from what is on the screen; it is shown, and runs when it is told to. */
  const compose = async (object, verb, command, more = 0) => {
    await page.getByRole("button", { name: "Commands" }).tap();
    if (object) await palette().getByRole("list", { name: "What", exact: true }).getByRole("button", { name: object }).first().tap();
    await palette().getByRole("list", { name: "What to do with it" }).getByRole("button", { name: verb, exact: true }).tap();
    for (let i = 0; i < more; i += 1) await palette().getByRole("button", { name: "One more" }).tap();
    const shown = palette().getByRole("status");
    assert.match(await shown.innerText(), command);
    const text = await shown.innerText();
    const before = await kube.entries().count();
    await palette().getByRole("button", { name: "Run" }).tap();
    await palette().waitFor({ state: "detached" });
    await kube.entries().nth(before).waitFor();
    assert.equal((await commands()).at(-1), text, "what was shown is what ran");
    kube.before = before;
    return kube.finish();
  };
  /** A finger that stays. */
  const longPress = async (locator) => {
    const at = await middle(locator);
    await touch("touchStart", at);
    await page.getByRole("menu").waitFor();
    await touch("touchEnd");
    // The menu stays when the finger leaves.
    await page.waitForTimeout(100);
    await page.getByRole("menu").waitFor();
  };

  test("a Deployment is made by the palette", async () => {
    assert.equal(await compose(null, "kubectl create deployment mynginx --image=nginx", /^kubectl create deployment mynginx --image=nginx$/),
      "deployment.apps/mynginx created\n");
    await kube.podsUntil("mynginx-", running(1));
  });

  test("it is scaled by dragging its number", async () => {
    const grip = page.getByRole("button", { name: /^Number of Pods of mynginx/ });
    const [x, y] = await middle(grip);
    await touch("touchStart", [x, y]);
    for (const up of [8, 20, 34, 50]) await touch("touchMove", [x, y - up]);
    // While the finger is there, the command is shown and has not run.
    await page.getByText("kubectl scale deployment mynginx --replicas=4").waitFor();
    assert.equal((await commands()).length, 1);
    await kube.screenshot("phone-drag");
    await touch("touchEnd");
    await kube.podsUntil("mynginx-", running(4));
    assert.equal((await commands()).at(-1), "kubectl scale deployment mynginx --replicas=4");
  });

  test("and by stepping, for who cannot drag", async () => {
    await page.getByRole("button", { name: /^Number of Pods of mynginx/ }).tap();
    const sheet = page.getByRole("group", { name: "Number of Pods of mynginx" });
    await sheet.getByRole("button", { name: "One less" }).tap();
    assert.equal(await sheet.getByRole("status").innerText(), "kubectl scale deployment mynginx --replicas=3");
    await sheet.getByRole("button", { name: "Run" }).tap();
    await kube.podsUntil("mynginx-", running(3));
    await compose(/^mynginx Deployment/, "Scale", /--replicas=4$/, 1);
    await kube.podsUntil("mynginx-", running(4));
  });

  test("a Pod is held: its menu has the commands", async () => {
    const [pod] = await kube.podsUntil("mynginx-", running(4));
    const name = pod.split(" ")[0];
    await longPress(page.getByRole("button", { name: new RegExp(`^${name}`) }));
    await kube.screenshot("phone-menu");
    await page.getByRole("menuitem", { name: /^Describe/ }).tap();
    await page.getByText(`Successfully assigned default/${name}`).waitFor();
    assert.equal((await commands()).at(-1), `kubectl describe pod ${name}`);
    await compose(new RegExp(`^${name}`), "Delete", new RegExp(`^kubectl delete pod ${name}$`));
    await kube.podsUntil("mynginx-", (pods) => running(4)(pods) && !pods.some((other) => other.startsWith(name)));
  });

  test("a Service is made, and asked from outside", async () => {
    await compose(/^mynginx Deployment/, "Make a Service", /^kubectl expose deployment mynginx --port=80 --type=NodePort$/);
    await page.getByRole("button", { name: "Commands" }).tap();
    await palette().getByRole("button", { name: /^mynginx Service/ }).tap();
    const request = palette().getByRole("button", { name: /^curl http:/ });
    const text = await request.innerText();
    await request.tap();
    await kube.screenshot("phone-palette");
    await palette().getByRole("button", { name: "Close" }).tap();
    await palette().waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Commands" }).tap();
    await palette().getByRole("button", { name: /^mynginx Service/ }).tap();
    await request.tap();
    const before = await kube.entries().count();
    await palette().getByRole("button", { name: "Run" }).tap();
    await kube.entries().nth(before).getByText("Welcome to nginx!").first().waitFor();
    assert.equal((await commands()).at(-1), text);
  });

  test("nodes stand side by side, and what opens lies on the screen and is as high as what it holds", async () => {
    const [first, second] = await Promise.all(["master", "node1"].map((name) => kube.node(name).boundingBox()));
    assert.ok(Math.abs(first.y - second.y) < 1 && second.x > first.x + first.width, JSON.stringify([first, second]));
    const inside = async (sheet) => {
      await sheet.waitFor();
      const box = await sheet.boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= 390 && box.y >= 0 && box.y + box.height <= 844, JSON.stringify(box));
      const empty = await sheet.evaluate((sheet) => sheet.getBoundingClientRect().bottom - sheet.lastElementChild.getBoundingClientRect().bottom);
      assert.ok(empty < 24, `${empty} px of it are empty`);
    };
    const session = page.getByRole("button", { name: "Session", exact: true });
    await session.tap();
    await inside(page.locator("#session-menu"));
    await kube.screenshot("phone-session");
    await session.tap();
    const power = kube.node("master").locator("summary");
    await power.tap();
    await kube.node("master").locator(".menu").waitFor();
    const box = await kube.node("master").locator(".menu").boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 390 && box.y + box.height <= 844, JSON.stringify(box));
    await kube.screenshot("phone-faults");
    await page.getByRole("heading", { name: "Kubarium" }).tap();
    await kube.node("master").locator(".menu").waitFor({ state: "hidden" });
  });

  test("a node loses its power by its switch, and gets it again", async () => {
    await kube.speed("100");
    const node = kube.node("node1");
    await node.locator("summary").tap();
    await node.getByRole("button", { name: /^Power off ssh/ }).or(node.getByRole("button", { name: "Power offssh" })).first().tap();
    await node.getByText("NotReady").waitFor();
    assert.match((await commands()).at(-1), /ssh node1 poweroff/);
    await node.locator("summary").tap();
    await node.getByRole("button", { name: /^Power off: undo/ }).tap();
    await node.getByText("NotReady").waitFor({ state: "detached" });
    await kube.speed("1");
  });

  test("what was done is undone by a tap, and an object looked into", async () => {
    await page.getByRole("button", { name: /^Undo/ }).tap();
    await page.getByRole("button", { name: "Back to now" }).tap();
    await page.getByRole("button", { name: /^mynginx-/ }).first().tap();
    await page.getByRole("tab", { name: "Why?" }).tap();
    await page.getByRole("tabpanel").getByText("replicaset-controller").first().waitFor();
    await page.getByRole("complementary").getByRole("button", { name: "Close" }).tap();
  });

  test("nothing is wider than the screen, nothing went wrong, and nothing was typed", async () => {
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    assert.deepEqual(kube.complaints, []);
  });
});

test("at 400 % zoom the page scrolls in one direction, and all of it is there", { timeout: 120_000 }, async () => {
  const kube = await open({ query: { run: "kubectl create deployment web --image=nginx" }, context: { viewport: { width: 320, height: 256 } } });
  try {
    await kube.podsUntil("web-", (pods) => pods.length === 1 && pods.every(isRunning));
    const { page } = kube;
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "it is no wider than the window");
    assert.match(await kube.run("kubectl get pods"), /^web-.*Running/m);
    for (const part of [page.getByRole("button", { name: "Session" }), kube.prompt, page.getByRole("button", { name: /^web-/ }).first()]) {
      await part.scrollIntoViewIfNeeded();
      const box = await part.boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= 320 && box.y >= 0 && box.y + box.height <= 256, JSON.stringify(box));
    }
    await kube.screenshot("zoom-400");
    assert.deepEqual(kube.complaints, []);
  } finally {
    await kube.close();
  }
});

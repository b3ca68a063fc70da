// Going back and forth: undo and redo, rewinding, branches, comparing. What counts is the state's own number.

import assert from "node:assert/strict";
import { test } from "node:test";
import { withPage } from "./kubarium.mjs";

/** A journey along the timeline, at the end of which nothing went wrong. */
const alongTheTimeline = (journey) =>
  withPage({}, async (kube) => {
    await journey(kube, bar(kube.page));
    assert.deepEqual(kube.complaints, []);
  });

/** The timeline as a person meets it. */
function bar(page) {
  const section = page.locator("section.course");
  const settled = () => page.waitForFunction(() => document.querySelector("section.course").getAttribute("aria-busy") === "false");
  return {
    slider: page.getByRole("slider", { name: "Timeline" }),
    button: (name) => section.getByRole("button", { name }),
    branches: page.getByRole("combobox", { name: "Other courses" }),
    settled,
    async state() {
      await settled();
      await page.waitForFunction(() => document.querySelector("section.course").dataset.state);
      return section.evaluate((section) => section.dataset.state);
    },
    live: () => section.evaluate((section) => section.dataset.live === "true"),
    async click(name) {
      await section.getByRole("button", { name }).click();
      await settled();
    },
  };
}

const pause = (page) => page.getByRole("button", { name: "Pause" }).click();
const commands = (kube) => kube.entries().locator("button.command").allTextContents();

test("undo and redo lead to the same state, in the transcript and in the picture", { timeout: 120_000 }, () =>
  alongTheTimeline(async (kube, bar) => {
    await kube.run("kubectl create deployment web --image=nginx");
    await kube.podsUntil("web-", (pods) => pods.length === 1);
    await kube.run("cd /tmp; kubectl scale deployment web --replicas=3");
    await kube.podsUntil("web-", (pods) => pods.length === 3 && pods.every((pod) => /Running/.test(pod)));
    await pause(kube.page);
    const end = await bar.state();

    await bar.click(/^Undo: cd \/tmp/);
    await kube.podsUntil("web-", (pods) => pods.length === 1);
    assert.deepEqual(await commands(kube), ["kubectl create deployment web --image=nginx"]);
    assert.equal(await bar.live(), false);
    const before = await bar.state();
    assert.notEqual(before, end);
    await bar.click(/^Undo: kubectl create/);
    await kube.podsUntil("web-", (pods) => pods.length === 0);
    assert.ok(await bar.button("Undo").isDisabled());

    await bar.click(/^Redo: kubectl create/);
    assert.equal(await bar.state(), before);
    await bar.click(/^Redo: cd/);
    assert.equal(await bar.state(), end);
    assert.equal(await bar.live(), true);
    assert.equal((await commands(kube)).length, 2);
    await kube.podsUntil("web-", (pods) => pods.length === 3);
    await kube.page.getByRole("button", { name: "Resume" }).click();
    assert.match(await kube.run("pwd"), /^\/tmp$/m);
  }));

test("what is there at both moments keeps its identity, and only what changed moves", { timeout: 120_000 }, () =>
  alongTheTimeline(async (kube, bar) => {
    await kube.run("kubectl create deployment web --image=nginx --replicas=4; kubectl create deployment api --image=redis");
    await kube.podsUntil("web-", (pods) => pods.length === 4 && pods.every((pod) => /Running/.test(pod)));
    await kube.podsUntil("api-", (pods) => pods.length === 1 && pods.every((pod) => /Running/.test(pod)));
    await kube.run("kubectl scale deployment web --replicas=6");
    await kube.podsUntil("web-", (pods) => pods.length === 6 && pods.every((pod) => /Running/.test(pod)));
    await pause(kube.page);
    for (const view of ["By node", "By app"]) {
      await kube.page.getByRole("button", { name: view, exact: true }).click();
      await kube.page.waitForTimeout(1500);
      await kube.page.evaluate(() => {
        const shown = () => [...document.querySelectorAll(".scene :is(.pod, .card)[data-uid]")];
        const before = new Map(shown().map((element) => [element.dataset.uid, element]));
        globalThis.kept = () => shown().map((element) => before.get(element.dataset.uid) === element);
        globalThis.arrived = 0;
        const animate = (globalThis.animate ??= Element.prototype.animate);
        Element.prototype.animate = function (frames, options) {
          globalThis.arrived += frames.opacity?.[0] === 0;
          return animate.call(this, frames, options);
        };
      });
      const kept = () => kube.page.evaluate(() => [globalThis.kept(), globalThis.arrived]);
      await bar.click(/^Undo: kubectl scale/);
      await kube.podsUntil("web-", (pods) => pods.length === 4);
      const [after, arrived] = await kept();
      assert.ok(after.length >= 7 && after.every(Boolean), `${view}: ${after}`);
      assert.equal(arrived, 0, view);
      await bar.click(/^Redo: kubectl scale/);
      await kube.podsUntil("web-", (pods) => pods.length === 6);
      const [again, come] = await kept();
      assert.equal(again.filter((same) => !same).length, 2, `${view}: ${again}`);
      assert.equal(come, 2, view);
    }
  }));

test("keys undo and redo, but never what is being written", { timeout: 120_000 }, () =>
  alongTheTimeline(async (kube, bar) => {
    await kube.run("kubectl create namespace a");
    await kube.prompt.fill("kubectl get");
    await kube.prompt.press("Control+z");
    assert.equal(await bar.live(), true);
    await kube.prompt.fill("");
    await kube.prompt.press("Control+z");
    await bar.settled();
    assert.equal(await bar.live(), false);
    assert.deepEqual(await commands(kube), []);
    await kube.prompt.press("Control+Shift+Z");
    await bar.settled();
    assert.deepEqual(await commands(kube), ["kubectl create namespace a"]);
    // Time had not been stopped by the reader: at the end it goes on.
    assert.match(await kube.run("kubectl get namespaces"), /^a +Active/m);
  }));

test("typing in the past begins another course, and the old one can be returned to", { timeout: 120_000 }, () =>
  alongTheTimeline(async (kube, bar) => {
    await kube.run("kubectl create deployment web --image=nginx");
    await kube.run("kubectl delete deployment web");
    await bar.click(/^Undo/);
    await kube.run("kubectl scale deployment web --replicas=2");
    await kube.podsUntil("web-", (pods) => pods.length === 2);
    const [, option] = await bar.branches.locator("option").allTextContents();
    assert.match(option, /kubectl delete deployment web/);
    await bar.branches.selectOption("0");
    await bar.settled();
    await kube.podsUntil("web-", (pods) => pods.length === 0 || pods.every((pod) => /Terminating/.test(pod)));
    assert.equal((await commands(kube)).at(-1), "kubectl delete deployment web");
  }));

test("one can go to any moment, and see what changed since", { timeout: 120_000 }, () =>
  alongTheTimeline(async (kube, bar) => {
    await kube.run("kubectl create deployment web --image=nginx");
    await kube.podsUntil("web-", (pods) => pods.some((pod) => /Running/.test(pod)));
    await kube.run("kubectl scale deployment web --replicas=2; kubectl create configmap extra");
    await kube.podsUntil("web-", (pods) => pods.length === 2 && pods.every((pod) => /Running/.test(pod)));
    await pause(kube.page);
    const end = await bar.state();
    // By a click on the bar, the first as well as the next: there, and nowhere else.
    for (const place of [0.5, 0.8]) {
      const { x, y, width, height } = await bar.slider.boundingBox();
      await kube.page.mouse.click(x + width * place, y + height / 2);
      await bar.settled();
      const there = Number(await bar.slider.inputValue()) / 1000;
      assert.ok(Math.abs(there - place) < 0.03, `${there} is not ${place}`);
      await bar.click("Back to now");
      await bar.settled();
    }
    // And by the knob, which stays at the pointer.
    const { x, y, width, height } = await bar.slider.boundingBox();
    await kube.page.mouse.move(x + width - 9, y + height / 2);
    await kube.page.mouse.down();
    for (const place of [0.9, 0.8, 0.7]) {
      await kube.page.mouse.move(x + width * place, y + height / 2);
      await bar.settled();
      assert.ok(Math.abs(Number(await bar.slider.inputValue()) / 1000 - place) < 0.03, `${await bar.slider.inputValue()} at ${place}`);
    }
    await kube.page.mouse.up();
    await bar.click("Back to now");
    // What was typed at the pointer is said inside the window.
    await kube.page.setViewportSize({ width: 390, height: 844 });
    const narrow = await bar.slider.boundingBox();
    for (const place of [0.1, 0.45, 0.9]) {
      await kube.page.mouse.move(narrow.x + narrow.width * place, narrow.y + narrow.height / 2);
      const said = await kube.page.locator(".track .bubble").evaluate((bubble) => [bubble.textContent, bubble.getBoundingClientRect()].map((of) => of.right ? [of.left, of.right] : of));
      assert.ok(said[1][0] >= 0 && said[1][1] <= 390, JSON.stringify(said));
    }
    await kube.page.setViewportSize({ width: 1280, height: 860 });
    // It can be gone to and read; Escape puts it away, and so does leaving it.
    const bubble = kube.page.locator(".track .bubble");
    const wide = await bar.slider.boundingBox();
    const [across, below] = [wide.x + wide.width / 2, wide.y + wide.height + 10];
    const reach = async () => {
      await kube.page.mouse.move(across, wide.y + wide.height / 2);
      const said = await bubble.textContent();
      await kube.page.mouse.move(across, below, { steps: 8 });
      await kube.page.waitForTimeout(300);
      assert.deepEqual([await bubble.isVisible(), await bubble.textContent()], [true, said]);
    };
    await reach();
    await kube.page.keyboard.press("Escape");
    assert.equal(await bubble.isVisible(), false);
    await kube.page.mouse.move(across, below + 200);
    await reach();
    await kube.page.mouse.move(across, below + 200);
    assert.equal(await bubble.isVisible(), false);
    await bar.click(/^Undo/);
    await bar.click("Compare with now");
    const changes = kube.page.getByRole("complementary", { name: /What changes/ });
    assert.match(await changes.innerText(), /Deployment web[\s\S]*spec\.replicas 1 → 2/);
    assert.match(await changes.innerText(), /ConfigMap extra\s*is created/);
    await kube.screenshot("time-compare-light");
    await bar.click("Compare with now");

    // Any two moments: from this one to the start, and from it to the end.
    await bar.click("Compare from here");
    assert.match(await changes.innerText(), /go to the other moment/);
    await bar.slider.focus();
    await bar.slider.press("Home");
    await bar.settled();
    await kube.podsUntil("web-", (pods) => pods.length === 0);
    assert.match(await changes.innerText(), /from 0:00\.0 to [\s\S]*Deployment web\s*is created/);
    assert.doesNotMatch(await changes.innerText(), /ConfigMap extra/);
    await kube.screenshot("time-compare-two-light");
    await kube.page.getByRole("button", { name: /^Compared from/ }).press("Enter");
    assert.equal(await changes.count(), 0);
    assert.match(await bar.slider.getAttribute("aria-valuetext"), /^0:00\.0/);
    await bar.click("Back to now");
    assert.equal(await bar.state(), end);

    // Played from the start, what was typed is done again.
    await bar.slider.press("Home");
    await bar.settled();
    await kube.speed("10");
    await kube.page.getByRole("button", { name: "Resume" }).click();
    await kube.podsUntil("web-", (pods) => pods.length === 2 && pods.every((pod) => /Running/.test(pod)));
  }));

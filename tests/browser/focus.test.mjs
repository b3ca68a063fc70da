// Whatever closes by a key: the focus is somewhere in each moment after it, so that the next key is not lost, and it is where one
// would go on.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isRunning, open } from "./kubarium.mjs";

describe("the focus is never nowhere", { timeout: 300_000 }, () => {
  let kube, page, keys;
  before(async () => {
    kube = await open({ query: { seed: "1" } });
    ({ page } = kube);
    keys = page.keyboard;
    // What has the focus, in each task of the page and before each picture.
    await page.evaluate(() => {
      const { port1, port2 } = new MessageChannel();
      const look = () => {
        const { activeElement: here } = document;
        const name = here === document.body ? "nowhere" : here.dataset.object ?? here.getAttribute("aria-label") ?? here.textContent.trim();
        if (globalThis.seen?.at(-1) !== name) globalThis.seen?.push(name);
      };
      const paint = () => (look(), requestAnimationFrame(paint));
      paint();
      port1.onmessage = () => (look(), port2.postMessage(0));
      port2.postMessage(0);
    });
    await kube.run("kubectl create deployment web --image=nginx --replicas=2; kubectl expose deployment web --port=80 --type=NodePort");
    await kube.podsUntil("web-", (pods) => pods.length === 2 && pods.every(isRunning));
    await kube.run("curl -s http://node1:$(kubectl get service web -o jsonpath='{.spec.ports[0].nodePort}')");
  });
  after(async () => kube?.close());

  const button = (name, where = page) => where.getByRole("button", { name, exact: typeof name === "string" });
  const press = async (control, key = "Enter") => {
    await control.first().focus();
    await keys.press(key);
  };
  /** Does something by keys, after which `where` has the focus, and never nothing had it. */
  const keeps = async (act, where) => {
    await page.evaluate(() => (globalThis.seen = []));
    await act();
    await page.waitForFunction((where) => new RegExp(where).test(globalThis.seen.at(-1)), where.source).catch(() => {});
    await page.waitForTimeout(100);
    const seen = await page.evaluate(() => globalThis.seen);
    assert.match(seen.at(-1), where, seen.join(" | "));
    assert.ok(!seen.includes("nowhere"), seen.join(" | "));
  };
  const escape = () => keys.press("Escape");

  test("an object's inspector and its menu", async () => {
    const pod = page.locator("[data-object^='Pod/default/web-']");
    await press(pod);
    await page.getByRole("tabpanel").waitFor();
    await keeps(escape, /^Pod\/default\/web-/);
    for (const key of ["Escape", "Tab"]) {
      await press(pod, "Shift+F10");
      await page.getByRole("menu").waitFor();
      await keeps(() => keys.press(key), /^Pod\/default\/web-/);
    }
    await press(pod, "Shift+F10");
    await keys.press("ArrowDown");
    await keeps(() => keys.press("Enter"), /^Pod\/default\/web-/);
    await kube.finish();
  });

  test("what is of no use while a command runs keeps it", async () => {
    await press(page.locator("[data-object^='Pod/default/web-']"));
    const command = page.getByRole("tabpanel").locator(".types").first();
    await command.focus();
    const line = await command.textContent();
    await keeps(() => keys.press("Enter"), new RegExp(`^${line.slice(0, 12)}`));
    await kube.finish();
    await keeps(escape, /^Pod\/default\/web-/);
  });

  test("the menu of a node", async () => {
    const opener = kube.node("node3").locator("summary");
    await press(opener);
    await keys.press("ArrowDown");
    await keeps(escape, /node3$/);
    await keys.press("Enter");
    await keys.press("ArrowDown");
    await keeps(() => keys.press("Enter"), /node3$/);
    await kube.finish();
  });

  test("session, filter, files, images and commands", async () => {
    await press(button("Session"));
    await page.getByRole("group", { name: "Session" }).waitFor();
    await keeps(escape, /^Session$/);
    await press(page.locator(".filter summary"));
    await keys.press("ArrowDown");
    await keeps(escape, /^Filter$/);
    const drawer = page.getByRole("complementary", { name: "Files" });
    for (const way of [() => press(drawer.getByRole("textbox"), "Escape"), () => press(button("Close", drawer))]) {
      await press(button("Files"));
      await drawer.waitFor();
      await keeps(way, /^Files$/);
    }
    await press(button("Files"));
    await press(button(/^Images of your own/, drawer));
    await page.getByRole("dialog").waitFor();
    await keeps(escape, /^Images of your own/);
    await press(drawer.getByRole("textbox"), "Escape");
    await press(button("Commands"));
    await keeps(() => press(page.locator(".palette .chip"), "Escape"), /^Commands$/);
  });

  test("the farthest and the nearest view, and the last command that can be undone", async () => {
    for (const [name, times] of [[/^Farther/, 3], [/^Closer/, 5]]) {
      for (let i = 0; i < times; i += 1) await keeps(() => press(button(name)), name);
    }
    await press(button(/^Farther/));
    await press(button(/^Farther/));
    for (let i = 0; i < 8; i += 1) await keeps(() => press(button(/^Undo/)), /^Undo/);
    await keeps(() => press(button("Compare with now")), /^Compare/);
    await keeps(escape, /^Compare/);
    await keeps(() => press(button("Back to now")), /./);
  });

  test("lessons, one of them, its report, and the builder", async () => {
    const panel = page.locator("#lesson");
    await press(button("Lessons"));
    await panel.getByRole("listitem").first().waitFor();
    await keeps(() => press(panel.locator(".lesson-entry")), /kubectl command/);
    await press(button("Report", panel));
    await page.getByRole("dialog").waitFor();
    await keeps(escape, /^Report$/);
    await keeps(() => press(button("Back to the list", panel)), /./);
    await press(panel.locator(".class-desk summary"));
    await keeps(() => press(button("Build a lesson", panel)), /./);
    assert.ok(await page.evaluate(() => document.activeElement.closest("#lesson")), "it is in the panel that came");
    await keeps(() => press(button("Close", panel)), /./);
  });

  test("nothing went wrong meanwhile", () => assert.deepEqual(kube.complaints, []));
});

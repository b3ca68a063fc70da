// At 400 % zoom a laptop's window is 320 px by 256: there panels lie over most of the page. What the keyboard is at is seen all
// the same, whatever is open, and Escape closes what lies on top and nothing else.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isRunning, open } from "./kubarium.mjs";

describe("a window as small as a hand", { timeout: 400_000 }, () => {
  let kube, page, keys;
  before(async () => {
    kube = await open({ query: { seed: "1" }, context: { viewport: { width: 320, height: 256 }, reducedMotion: "reduce" } });
    ({ page } = kube);
    keys = page.keyboard;
    await kube.run("kubectl create deployment web --image=nginx --replicas=3; kubectl expose deployment web --port=80 --type=NodePort");
    await kube.podsUntil("web-", (pods) => pods.length === 3 && pods.every(isRunning));
    await kube.run("curl -s http://node1:$(kubectl get service web -o jsonpath='{.spec.ports[0].nodePort}'); touch a.yaml");
  });
  after(async () => kube?.close());

  const button = (name, where = page) => where.getByRole("button", { name, exact: typeof name === "string" }).first();
  const press = async (control, key = "Enter") => {
    await control.focus();
    await keys.press(key);
  };
  const settled = () => page.evaluate(() => new Promise((next) => requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(next)))));
  /** What has the focus, and what of it is seen: nothing if something else lies on each place of it, or if it is out of sight. */
  const here = () => page.evaluate(() => {
    const element = document.activeElement;
    const rects = [...element.getClientRects()];
    // The way of a request is a line through much else.
    const line = element.tagName === "g" && element.querySelector("path");
    const along = (path) => Array.from({ length: 200 }, (_, at) =>
      path.getPointAtLength(path.getTotalLength() * at / 200).matrixTransform(path.getScreenCTM()));
    const points = line ? along(line) : rects.flatMap(({ left, top, width, height }) => Array.from({ length: 45 }, (_, at) =>
      ({ x: left + width * ((at % 9) + 0.5) / 9, y: top + height * (Math.floor(at / 9) + 0.5) / 5 })));
    const places = points.map(({ x, y }) => document.elementFromPoint(x, y));
    const name = (element.getAttribute("aria-label") ?? element.textContent).trim().slice(0, 40);
    const again = "walked" in element.dataset;
    element.dataset.walked = "";
    return { name, again, nowhere: element === document.body, seen: places.some((hit) => hit && (element.contains(hit) || hit.contains(element))) };
  });
  /** Goes through the page by one key; what has the focus and is not seen. */
  const unseen = async (key) => {
    await page.evaluate(() => document.querySelectorAll("[data-walked]").forEach((element) => delete element.dataset.walked));
    const hidden = [];
    let stops = 0;
    // Behind the last control is the browser's own, then the first again.
    for (let once = false; stops < 200; stops += 1) {
      await keys.press(key);
      await settled();
      const { name, again, nowhere, seen } = await here();
      if (nowhere ? once : again && once) break;
      once ||= nowhere;
      if (!nowhere && !seen) hidden.push(name);
    }
    assert.ok(stops > 40, `only ${stops} places`);
    return hidden;
  };

  test("a way that runs over a Pod takes neither a click nor its menu from it", async () => {
    // What moved is where it belongs, and the way is laid anew.
    await page.waitForTimeout(1500);
    let over = 0;
    for (const pod of await page.locator("[data-object^='Pod/default/web-']").all()) {
      await pod.scrollIntoViewIfNeeded();
      const at = await pod.evaluate((pod) => {
        const path = document.querySelector(".routes .hit");
        const { left, right, top, bottom } = pod.getBoundingClientRect();
        const points = Array.from({ length: 2000 }, (_, at) => path.getPointAtLength(path.getTotalLength() * at / 2000).matrixTransform(path.getScreenCTM()));
        const crossed = points.find(({ x, y }) => x > left && x < right && y > top && y < bottom && document.elementFromPoint(x, y)?.closest(".routes"));
        return crossed && [crossed.x, crossed.y];
      });
      if (!at) continue;
      over += 1;
      const object = await pod.getAttribute("data-object");
      await page.mouse.click(...at, { button: "right" });
      assert.equal(await page.getByRole("menu").getAttribute("data-object"), object);
      await keys.press("Escape");
      await page.mouse.click(...at);
      await page.getByRole("complementary", { name: `Pod ${object.split("/")[2]}` }).waitFor();
      await keys.press("Escape");
    }
    assert.ok(over > 0, "a way runs over one of them");
  });

  const STATES = {
    "nothing is open": async () => {},
    "the inspector": async () => {
      await press(page.locator("[data-object^='Pod/default/web-']").first());
      await page.getByRole("tabpanel").waitFor();
    },
    "the story of a request": async () => {
      await press(page.locator(".routes [tabindex='0']").first());
      await page.getByRole("complementary", { name: /^Story/ }).waitFor();
    },
    "files": async () => {
      await press(button("Files"));
      await page.getByRole("complementary", { name: "Files" }).waitFor();
    },
    "what has changed": async () => {
      await press(button(/^Undo/));
      await press(button(/^Compare/));
      await page.locator(".changes").waitFor();
    },
    "a lesson": async () => {
      await press(button("Lessons"));
      await press(page.locator(".lesson-entry").first());
      await button("Hint").waitFor();
    },
  };
  for (const [state, reach] of Object.entries(STATES)) {
    for (const key of ["Tab", "Shift+Tab"]) {
      test(`${state}, by ${key}`, async () => {
        if (key === "Tab" || !["what has changed", "a lesson"].includes(state)) await reach();
        assert.deepEqual(await unseen(key), []);
      });
    }
  }
  test("nothing went wrong meanwhile", () => assert.deepEqual(kube.complaints, []));
});

describe("what lies on top", { timeout: 300_000 }, () => {
  let kube, page, keys;
  before(async () => {
    kube = await open({ query: { seed: "1" }, context: { viewport: { width: 390, height: 700 }, reducedMotion: "reduce" } });
    ({ page } = kube);
    keys = page.keyboard;
    await kube.run("kubectl create deployment web --image=nginx --replicas=2; kubectl expose deployment web --port=80 --type=NodePort");
    await kube.podsUntil("web-", (pods) => pods.length === 2 && pods.every(isRunning));
    await kube.run("curl -s http://node1:$(kubectl get service web -o jsonpath='{.spec.ports[0].nodePort}')");
  });
  after(async () => kube?.close());
  const inspector = () => page.locator(".inspector");
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent.trim());

  test("Escape closes it from anywhere, and the focus stays", async () => {
    await page.locator("[data-object^='Pod/default/web-']").first().focus();
    await keys.press("Enter");
    await inspector().waitFor();
    await page.getByRole("button", { name: "Session" }).focus();
    await keys.press("Escape");
    await inspector().waitFor({ state: "detached" });
    assert.equal(await focused(), "Session");
  });

  test("what has opened a panel gets the focus back", async () => {
    for (const opener of ["[data-object='Node//node2']", "[data-object^='Pod/default/web-']", ".routes [tabindex='0']"]) {
      await page.locator(opener).first().focus();
      const before = await page.evaluate(() => (globalThis.opener = document.activeElement) && document.activeElement.outerHTML.slice(0, 80));
      await keys.press("Enter");
      await inspector().waitFor();
      await keys.press("Escape");
      await inspector().waitFor({ state: "detached" });
      assert.ok(await page.evaluate(() => document.activeElement === globalThis.opener), before);
    }
  });

  test("a popup over it closes first, a dialog leaves it alone", async () => {
    await page.locator("[data-object^='Pod/default/web-']").first().focus();
    await keys.press("Enter");
    await inspector().waitFor();
    await page.getByRole("button", { name: "Session" }).focus();
    await keys.press("Enter");
    await page.getByRole("group", { name: "Session" }).waitFor();
    await keys.press("Escape");
    await page.getByRole("group", { name: "Session" }).waitFor({ state: "detached" });
    assert.equal(await inspector().count(), 1);
    await keys.press("Escape");
    await inspector().waitFor({ state: "detached" });
  });

  test("the prompt is never typed at unseen, and what was written in the panel is still there", async () => {
    await page.locator("[data-object^='Pod/default/web-']").first().focus();
    await keys.press("Enter");
    await page.getByRole("tab", { name: "YAML" }).click();
    await page.getByRole("button", { name: "Edit" }).click();
    const text = page.getByRole("tabpanel").getByRole("textbox");
    await text.fill("kind: Mine");
    await kube.prompt.focus();
    await inspector().waitFor({ state: "detached" });
    assert.equal(await focused(), "kubectl command");
    await page.locator("[data-object^='Pod/default/web-']").first().focus();
    await keys.press("Enter");
    await page.getByRole("tab", { name: "YAML" }).click();
    assert.equal(await text.inputValue(), "kind: Mine");
    await page.getByRole("button", { name: "Cancel" }).click();
    await keys.press("Escape");
  });

  test("nothing went wrong meanwhile", () => assert.deepEqual(kube.complaints, []));
});

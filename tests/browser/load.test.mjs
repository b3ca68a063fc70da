// Opening the page as a slow phone does: what the reader reads first is there before the program has arrived, and nothing moves
// when it takes over; then what a person does. The metrics are told, and not judged: they depend on the machine.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DIST, withPage } from "./kubarium.mjs";
import { interact, load } from "./speed/load.mjs";
import { score } from "./speed/score.mjs";

// A page that was built for working on it is many times as large, and would be on its way for minutes.
const skip = !readFileSync(join(DIST, "index.html"), "utf8").includes("data-more=") && "not the release";

for (const form of ["mobile", "desktop"]) {
  test(`with a throttled ${form}'s network and processor the page is read before its program is there, and nothing moves`, { timeout: 180_000, skip }, async (t) => {
    const { kube, metrics, arrived, received } = await load(form);
    try {
      t.diagnostic(`performance ${score(form, metrics)} of 100, ${Math.round(received / 1000)} KB: ${JSON.stringify(metrics)}`);
      assert.ok(metrics.lcp < arrived, `the largest text comes after ${metrics.lcp} ms, the program after ${arrived} ms`);
      assert.ok(metrics.cls < 0.01, `layout shift ${metrics.cls}`);
      const [[slowest, took], ...others] = await interact(kube, form);
      t.diagnostic(`INP ${took} ms (${slowest}); ${others.slice(0, 4).map(([name, took]) => `${took} ${name}`).join(", ")}`);
      assert.deepEqual(kube.complaints, []);
    } finally {
      await kube.close();
    }
  });
}

// The same in a build of any kind: the program waits until the first picture has been looked at.
for (const [lang, width] of [["ko", 390], ["en", 390], ["ko", 1280], ["en", 1280]]) {
  test(`the first picture stands where the program draws it: ${lang}, ${width} pixels`, { timeout: 60_000 }, async () => {
    const look = (page, picture) => page.evaluate((picture) => {
      const all = (what) => [...document.querySelectorAll(`${picture} ${what}`)].filter((part) => part.checkVisibility());
      const box = (part) => ["x", "y", "width", "height"].map((side) => Math.round(part.getBoundingClientRect()[side]));
      const [hint] = all(".lane .empty");
      const whole = hint.scrollWidth <= hint.clientWidth && hint.parentElement.scrollWidth <= hint.parentElement.clientWidth;
      return { hint: { said: hint.textContent, whole, at: box(hint) }, lane: box(all(".lane")[0]), rooms: all(".room").map(box) };
    }, picture);
    let first;
    const prepare = (page) => page.route("**/*.wasm", async (route) => {
      if (!first) {
        // The program is fetched as early as the page itself.
        await page.locator(".skeleton .empty").filter({ visible: true }).waitFor();
        await page.evaluate(() => document.fonts.ready);
        first = await look(page, ".skeleton");
      }
      await route.continue();
    });
    await withPage({ lang, prepare, context: { viewport: { width, height: 844 } } }, async (kube) => {
      await kube.page.waitForFunction(() => !document.querySelector(".skeleton"));
      const now = await look(kube.page, ".picture");
      assert.ok(now.hint.whole, "the hint of an empty cluster is whole");
      assert.deepEqual([now.hint, now.lane], [first.hint, first.lane]);
      // Of what stands in a room, one word may begin a line of its own.
      const apart = now.rooms.map(([x, y, width], i) => [x - first.rooms[i][0], y - first.rooms[i][1], width - first.rooms[i][2]]);
      assert.ok(apart.flat().every((pixels) => Math.abs(pixels) < 16), `the rooms are elsewhere: ${JSON.stringify(apart)}`);
    });
  });
}

test("Lighthouse's curves", () => {
  const median = { fcp: 3000, si: 5800, lcp: 4000, tbt: 600, cls: 0.25 };
  const tenth = { fcp: 1800, si: 3387, lcp: 2500, tbt: 200, cls: 0.1 };
  assert.deepEqual([median, tenth, { fcp: 0, si: 0, lcp: 0, tbt: 0, cls: 0 }].map((metrics) => score("mobile", metrics)), [50, 90, 100]);
});

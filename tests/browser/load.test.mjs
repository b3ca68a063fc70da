// Opening the page as a slow phone does: what the reader reads first is there before the program has arrived, and nothing moves
// when it takes over. The metrics are told, and not judged: they depend on the machine.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DIST } from "./kubarium.mjs";
import { load } from "./speed/load.mjs";
import { score } from "./speed/score.mjs";

// A page that was built for working on it is many times as large, and would be on its way for minutes.
const skip = !readFileSync(join(DIST, "index.html"), "utf8").includes("data-more=") && "not the release";

test("on a slow phone the page is read before its program is there, and nothing moves", { timeout: 120_000, skip }, async (t) => {
  const { kube, metrics, arrived, received } = await load("mobile");
  try {
    t.diagnostic(`performance ${score("mobile", metrics)} of 100, ${Math.round(received / 1000)} KB: ${JSON.stringify(metrics)}`);
    assert.ok(metrics.lcp < arrived, `the largest text comes after ${metrics.lcp} ms, the program after ${arrived} ms`);
    assert.ok(metrics.cls < 0.01, `layout shift ${metrics.cls}`);
    assert.deepEqual(kube.complaints, []);
  } finally {
    await kube.close();
  }
});

test("Lighthouse's curves", () => {
  const median = { fcp: 3000, si: 5800, lcp: 4000, tbt: 600, cls: 0.25 };
  const tenth = { fcp: 1800, si: 3387, lcp: 2500, tbt: 200, cls: 0.1 };
  assert.deepEqual([median, tenth, { fcp: 0, si: 0, lcp: 0, tbt: 0, cls: 0 }].map((metrics) => score("mobile", metrics)), [50, 90, 100]);
});

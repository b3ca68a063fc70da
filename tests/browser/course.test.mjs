// The whole course, replayed in the browser: every way that a lesson accepts, and every mistake that it must notice, as the builder
// plays them for a teacher who checks a lesson.

import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT, eventually, open, openBuilder } from "./kubarium.mjs";

const COURSE = join(ROOT, "static/lessons");
const GOOD = "It can be handed out.";

/** The files of a lesson, as a file chooser takes them; `change` is made in its plan. */
const files = (name, change = (plan) => plan) =>
  readdirSync(join(COURSE, name)).map((file) => {
    const text = readFileSync(join(COURSE, name, file), "utf8");
    return { name: file, mimeType: "text/plain", buffer: Buffer.from(file === "lesson.yaml" ? change(text) : text) };
  });

test("every lesson's ways and mistakes are what they say, in the browser", { timeout: 480_000 }, async () => {
  const kube = await open();
  const { page } = kube;
  try {
    const { panel, button } = await openBuilder(page);
    await panel.getByText("Several lessons in one file").click();
    const verdict = panel.locator(".verdict").filter({ hasText: /handed out|missing or wrong/ });
    /** What the builder says of a lesson. */
    const check = async (lesson) => {
      const chooser = page.waitForEvent("filechooser");
      await button("Open a file or a folder's files").click();
      await (await chooser).setFiles(lesson);
      const titles = lesson.map((file) => /^title: "?(.*?)"?$/m.exec(file.buffer)?.[1]);
      await eventually(() => panel.getByLabel("Title").inputValue(), (title) => titles.includes(title));
      await verdict.waitFor({ state: "detached" });
      await button("Check it").click();
      await verdict.waitFor({ timeout: 60_000 });
      return verdict.innerText();
    };
    const spoilt = (plan) => plan.replace("kubectl set selector service shop app=shop", "kubectl get service shop");
    // One whose own solution does not solve it any more: the builder must see that.
    assert.doesNotMatch(await check(files("repair-1", spoilt)), new RegExp(GOOD));
    const lessons = readdirSync(COURSE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    assert.ok(lessons.length >= 27 && !lessons.some(({ name }) => name.startsWith("own-")));
    const not = [];
    for (const { name } of lessons) {
      const said = await check(files(name));
      if (!said.includes(GOOD)) not.push(`${name}: ${said}`);
    }
    assert.deepEqual(not, []);
    assert.deepEqual(kube.complaints, []);
  } finally {
    await kube.close();
  }
});

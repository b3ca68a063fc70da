// The lessons as a learner meets them, in both languages and by keyboard alone: what is missing is said in words, a mistake gets
// its note, hints come by stages, "Show me" types, and the last step says how many commands it took.

import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DIST, open } from "./kubarium.mjs";

const WORDS = {
  en: {
    lessons: "Lessons", open: /^\d*\s*Deployment: many/, hint: /Hint|Another hint/, show: "Show me", create: "Create it", next: "Next lesson", end: "As many as you want",
    missing: /There is no Deployment mynginx yet\. There is a Pod of this name, though\./, note: /single Pod/, used: /needed 8 commands.* takes 6/,
  },
  ko: {
    lessons: "레슨", open: /^\d*\s*Deployment: 여럿을/, hint: /힌트/, show: "보여 주기", create: "만들기", next: "다음 레슨", end: "원하는 만큼",
    missing: /Deployment mynginx가 아직 없습니다\. 이 이름의 Pod은 있습니다\./, note: /Pod 하나만/, used: /명령이? 8개/,
  },
};

/** What solves the steps after the first, each in one line. */
const SOLUTIONS = [
  "kubectl get replicasets",
  "kubectl scale deployment mynginx --replicas=4",
  "kubectl delete $(kubectl get pods -l app=mynginx -o name | head -1)",
  "kubectl exec deployment/mynginx -- sh -c 'echo hello > /usr/share/nginx/html/index.html'",
  "kubectl delete pods -l app=mynginx",
];

/** The first six lessons, as the course numbers them. */
const FIRST = ["cluster", "pod", "replicaset", "deployment", "finding-out", "service"];

/** What solves the steps of a lesson, from its own file: the solutions, or the first of its other routes. */
async function scripts(name, other) {
  const plan = JSON.parse(await readFile(join(DIST, `lessons/${name}.json`), "utf8")).files["lesson.yaml"];
  const [steps, rest] = plan.split(/^steps:$/m)[1].split(/^routes:$/m);
  const route = rest.split(/^- name/m)[1].split(/^mistakes:$/m)[0];
  /** The text at a key, on its line or in the block below. */
  const text = (part, key, indent) => {
    const block = new RegExp(`^${indent}${key}: \\|\\n((?:(?:${indent}  .*|)\\n)+)`, "m").exec(part);
    const line = new RegExp(`^${indent}${key}: (?!\\|$)(.+)`, "m").exec(part);
    return block ? block[1].trimEnd().split("\n").map((line) => line.slice(indent.length + 2)) : line && [line[1]];
  };
  return steps.split(/^notes:$/m)[0].split(/^- id: /m).slice(1).map((step) => {
    const id = step.split("\n", 1)[0].trim();
    return (other && text(route, id, "    ")) || text(step, "solution", "  ");
  });
}

for (const lang of ["en", "ko"]) {
  const words = WORDS[lang];
  describe(`a lesson in ${lang}, by keyboard`, { timeout: 300_000 }, () => {
    /** @type {import("./kubarium.mjs").Kubarium} */
    let kube;
    let panel;
    before(async () => {
      kube = await open({ lang, query: { theme: lang === "ko" ? "dark" : "light" } });
      panel = kube.page.getByRole("complementary");
    });
    after(async () => kube?.close());

    /** Presses Tab until what has the focus has this name; fails after a whole round. */
    const tabTo = async (name) => {
      for (let i = 0; i < 80; i++) {
        await kube.page.keyboard.press("Tab");
        const focused = await kube.page.evaluate(() => document.activeElement?.textContent?.trim() ?? "");
        if (name instanceof RegExp ? name.test(focused) : focused === name) return;
      }
      assert.fail(`Tab does not reach ${name}`);
    };
    // Keys as fast as they come: nobody waits for what the page draws between two of them.
    const type = async (line) => {
      const { keyboard } = kube.page;
      await Promise.all([...line].map((key) => (/[ -~]/.test(key) ? keyboard.press(key) : keyboard.insertText(key))));
      assert.equal(await kube.prompt.inputValue(), line);
      await keyboard.press("Enter");
    };
    /** Virtual time flows as fast as it can. */
    const fast = async () => {
      await tabTo(/^0\.1×/);
      await kube.page.keyboard.press("End");
    };
    const done = () => panel.locator(".lesson-done").waitFor();

    test("it is opened, done and counted", async () => {
      const { page } = kube;
      await fast();
      await page.getByRole("button", { name: words.lessons }).focus();
      await page.keyboard.press("Enter");
      await panel.locator(".catalogue button").first().waitFor();
      await page.keyboard.press("F6");
      await tabTo(words.open);
      await page.keyboard.press("Enter");
      await panel.getByRole("heading", { name: words.create }).waitFor();
      assert.match(page.url(), /lesson=deployment/);

      // The prompt has the focus: a mistake, which is noticed in words.
      await type("kubectl run mynginx --image=nginx");
      await panel.getByRole("note").filter({ hasText: words.note }).waitFor();
      assert.match(await panel.locator(".checks").innerText(), words.missing);
      await kube.screenshot(`lesson-${lang}-note`);
      await type("kubectl delete pod mynginx");
      await panel.getByRole("note").waitFor({ state: "detached" });

      // Hints by stages, and the solution typed for the reader.
      await page.keyboard.press("F6");
      await tabTo(words.hint);
      await page.keyboard.press("Enter");
      await panel.locator(".lesson-hint").waitFor();
      await page.keyboard.press("Enter");
      await panel.locator(".lesson-hint").nth(1).waitFor();
      await page.keyboard.press("F6");
      assert.ok(await kube.prompt.evaluate((prompt) => prompt === document.activeElement), "F6 goes back to the prompt");
      await page.keyboard.press("F6");
      await tabTo(words.show);
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelector(".terminal textarea").value.startsWith("kubectl cr"));
      await done();
      assert.equal((await kube.entries().last().innerText()).includes("kubectl create deployment mynginx --image=nginx"), true);

      for (const line of SOLUTIONS) {
        await page.keyboard.press("Control+Enter");
        await panel.locator(".lesson-done").waitFor({ state: "detached" });
        await type(line);
        await done();
      }
      await kube.screenshot(`lesson-${lang}-done`);
      await page.keyboard.press("Control+Enter");
      await panel.getByRole("heading", { name: words.end }).waitFor();
      assert.match(await panel.locator(".lesson-count").innerText(), /8.*6.*1/s, "typed, reference, shown");
      assert.deepEqual(kube.complaints, []);
    });

    test("it is remembered", async () => {
      await kube.page.reload();
      await panel.getByRole("heading", { name: words.create }).waitFor();
      const record = await kube.page.evaluate(() => JSON.parse(localStorage.getItem("kubarium.lessons")));
      const { lessons } = record;
      assert.deepEqual([lessons.deployment.step, lessons.deployment.done, lessons.deployment.solved.length], [0, true, 6]);
    });

    test("the first six lessons are completed", async () => {
      const { page } = kube;
      await fast();
      // Back to the list, from whatever lesson is open.
      const toList = async () => {
        await page.keyboard.press("F6");
        await tabTo("‹");
        await page.keyboard.press("Enter");
        await panel.locator(".catalogue button").first().waitFor();
      };
      await kube.prompt.focus();
      for (const [at, name] of FIRST.entries()) {
        await toList();
        await tabTo(new RegExp(`^[✓\\d]+.*`));
        for (let number = 0; number < at; number++) await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
        await page.waitForURL((url) => url.searchParams.get("lesson") === name);
        for (const script of await scripts(name, lang === "ko")) {
          await panel.locator(".checks").waitFor();
          for (const line of script) {
            await type(line);
            await page.waitForFunction((log) => log.getAttribute("aria-busy") !== "true", await kube.transcript.elementHandle());
          }
          await done();
          await page.keyboard.press("Control+Enter");
        }
        await panel.locator(".lesson-count").waitFor();
        assert.equal(await panel.getByRole("button", { name: words.next, exact: true }).count(), 1);
      }
      // The end of a lesson leads to the next one.
      await page.keyboard.press("F6");
      await tabTo(words.next);
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => url.searchParams.get("lesson") === "apply");
      const record = await page.evaluate(() => JSON.parse(localStorage.getItem("kubarium.lessons")).lessons);
      assert.deepEqual(FIRST.filter((name) => !record[name]?.done), []);
      assert.deepEqual(kube.complaints, []);
    });
  });
}

test("on a phone the lesson is a sheet that can be folded", { timeout: 120_000 }, async () => {
  const kube = await open({ query: { lesson: "cluster" }, context: { viewport: { width: 390, height: 844 } } });
  try {
    await kube.page.getByRole("heading", { name: "Who is there?" }).waitFor();
    await kube.screenshot("lesson-phone");
    /** Whether the last of these lies in what the sheet shows. */
    const isSeen = (what) => kube.page.locator(`#lesson ${what}`).last().evaluate((last) => {
      const [shown, box] = [last.closest(".lesson-body"), last].map((element) => element.getBoundingClientRect());
      return box.top > shown.top - 2 && box.bottom < shown.bottom + 2;
    });
    for (const [number, name] of [[1, "Hint"], [2, "Another hint"]]) {
      await kube.page.getByRole("button", { name, exact: true }).click();
      await kube.page.waitForFunction((number) => document.querySelectorAll(".lesson-hint").length === number, number);
      assert.ok(await isSeen(".lesson-hint"), `${name}: what has been asked for is seen`);
    }
    const height = () => kube.page.locator("#lesson").evaluate((sheet) => sheet.getBoundingClientRect().height);
    const open = await height();
    assert.ok(open < 400, `${open} px`);
    await kube.page.getByRole("button", { name: "Fold the lesson" }).click();
    assert.ok((await height()) < 90);
    await kube.run("kubectl get nodes");
    await kube.page.getByRole("button", { name: "Fold the lesson" }).click();
    await kube.page.locator(".lesson-done").waitFor();
    assert.ok(await isSeen(".lesson-done"), "what is said when a step is done can be read without scrolling");
    assert.equal(await kube.page.evaluate(() => document.documentElement.scrollWidth), 390);
  } finally {
    await kube.close();
  }
});

// Korean and English: what the browser asks for, what the address asks for, and a switch in the midst of things. Whole passages in
// another language than the page's say which it is, so that a screen reader takes its voice.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isRunning, open } from "./kubarium.mjs";

describe("two languages", { timeout: 300_000 }, () => {
  let kube, page;
  before(async () => {
    kube = await open({ query: { seed: "1" } });
    ({ page } = kube);
  });
  after(async () => kube?.close());

  const language = () => page.evaluate(() => document.documentElement.lang);
  const switched = async () => {
    await page.locator(".settings > button").nth(-2).click();
    await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => setTimeout(next))));
  };
  /** In which language an element says that its text is. */
  const voice = (locator) => locator.first().evaluate((element) => element.closest("[lang]").lang);
  const KOREAN = { prompt: "kubectl 명령" };

  test("a switch while a command prints and the inspector is open", async () => {
    await kube.run("kubectl create deployment web --image=nginx --replicas=2");
    await kube.podsUntil("web-", (pods) => pods.length === 2 && pods.every(isRunning));
    await page.locator("[data-object^='Pod/default/web-']").first().click();
    await page.getByRole("tab", { name: "Events" }).click();
    await kube.start("kubectl get pods -w");
    await kube.until(/web-.*Running/);
    await switched();
    assert.equal(await language(), "ko");
    const prompt = page.getByRole("textbox", { name: KOREAN.prompt });
    assert.equal(await prompt.getAttribute("placeholder") ?? "", "", "the command still runs");
    const before = await kube.output(kube.before);
    assert.ok(before.startsWith("NAME "));
    await prompt.press("Control+c");
    await kube.finish();
    const again = await kube.run.call(Object.assign(Object.create(kube), { prompt }), "kubectl get pods -o name");
    assert.match(again, /^pod\/web-/);
  });

  test("what Kubernetes says is English on a Korean page, and says so", async () => {
    assert.equal(await language(), "ko");
    const prompt = page.getByRole("textbox", { name: KOREAN.prompt });
    assert.equal(await voice(kube.entries().last().locator("[data-output]")), "en");
    assert.equal(await voice(page.locator(".happenings li p")), "en");
    await page.getByRole("tab", { name: "YAML" }).click();
    assert.equal(await voice(page.getByRole("tabpanel").locator("pre")), "en");
    await page.getByRole("tab", { name: "로그" }).click();
    assert.equal(await voice(page.getByRole("tabpanel").locator("pre")), "en");
    assert.equal(await voice(page.getByRole("tab", { name: "로그" })), "ko");
    await Object.assign(Object.create(kube), { prompt }).run("echo 안녕하세요");
    assert.equal(await voice(kube.entries().last().locator("[data-output]")), "ko");
  });

  test("and back: what was said in Korean says so, the welcome is English again", async () => {
    assert.equal(await voice(page.locator(".welcome .out")), "ko");
    await switched();
    assert.equal(await language(), "en");
    assert.equal(await voice(page.locator(".welcome .out")), "en");
    assert.equal(await voice(kube.entries().last().locator("[data-output]")), "ko");
  });

  test("a lesson goes on in the other language", async () => {
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Lessons" }).first().click();
    await page.locator(".lesson-entry").first().click();
    await page.getByRole("button", { name: "Hint" }).click();
    await page.locator(".lesson-hint").first().waitFor();
    const english = await page.locator("#lesson-step").innerText();
    await switched();
    const korean = await page.locator("#lesson-step").innerText();
    assert.notEqual(korean, english);
    assert.match(korean + await page.locator(".lesson-hint").first().innerText(), /[가-힣]/);
    assert.equal(await voice(page.locator(".lesson-body")), "ko");
    await switched();
    assert.equal(await page.locator("#lesson-step").innerText(), english);
  });

  test("the browser's languages, the last choice, and the address", async () => {
    const shown = async (languages, query = "", chosen) => {
      await page.addInitScript(([languages, chosen]) => {
        Object.defineProperty(navigator, "languages", { get: () => languages, configurable: true });
        if (chosen) localStorage.setItem(chosen[0], chosen[1]);
        else localStorage.clear();
      }, [languages, chosen]);
      await page.goto(kube.page.url().split(/[?#]/)[0] + query);
      await page.locator(".app:not(.skeleton) .line textarea").waitFor();
      const said = await page.locator(".line textarea").getAttribute("aria-label");
      return `${await language()} ${said === KOREAN.prompt ? "ko" : "en"}`;
    };
    for (const [languages, wanted] of [[["ko-KR", "ko"], "ko"], [["ko"], "ko"], [["en-US"], "en"], [["fr"], "en"], [["fr-CA", "ko-KR", "en"], "ko"], [[], "en"]]) {
      assert.equal(await shown(languages), `${wanted} ${wanted}`, languages.join());
    }
    for (const [query, wanted] of [["?lang=ko", "ko"], ["?lang=en", "en"], ["?lang=KO-kr", "ko"], ["?lang=xx", "en"], ["?lang=%3Cb%3E", "en"]]) {
      assert.equal(await shown(["en-US"], query), `${wanted} ${wanted}`, query);
    }
  });

  test("nothing went wrong meanwhile", () => assert.deepEqual(kube.complaints, []));
});

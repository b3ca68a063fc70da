// Every state of the page in both languages and both themes, and in high contrast: axe-core finds nothing against WCAG 2.2 AA
// or its own best practices. One page goes from state to state; language and theme are switched where it is.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { isRunning, open } from "./kubarium.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const OPTIONS = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  // Off by default: targets of at least 24 px.
  rules: { "target-size": { enabled: true } },
  resultTypes: ["violations"],
};
/** Of the rules only one looks at colours. */
const CONTRAST = { runOnly: { type: "rule", values: ["color-contrast"] }, resultTypes: ["violations"] };
/** A still page: nothing is measured half faded in. */
const STILL = { reducedMotion: "reduce" };

/** What axe-core finds wrong in a part of the page as it is, one line each. */
async function violations(page, part, options = OPTIONS) {
  const found = await page.evaluate(([part, options]) => globalThis.axe.run(part, options), [part, options]);
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary.split("\n").slice(1).join(";").trim().slice(0, 240)}`));
}

/** Presses a button of the header without the pointer: also where a dialog is in front of it. */
const press = (page, nth) => page.evaluate((nth) => {
  const buttons = [...document.querySelectorAll(".settings > button")];
  buttons.at(nth).click();
}, nth);
const LANGUAGE = -2;
const THEME = -1;

/** Asserts that nothing is found in two languages, two themes, and once in high contrast. Another theme and more contrast change
 *  colours and nothing else: all rules see each language once, and what looks at colours sees all. */
async function clean(page, part) {
  const wrong = new Map();
  const known = new Set();
  const look = async (contrast) => {
    await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => setTimeout(next))));
    const { lang, theme } = await page.evaluate(() => ({ lang: document.documentElement.lang, theme: document.documentElement.dataset.theme }));
    const options = known.has(lang) ? CONTRAST : OPTIONS;
    known.add(lang);
    for (const line of await violations(page, part, options)) wrong.set(line, [...(wrong.get(line) ?? []), `${lang} ${theme}${contrast}`]);
    return `${lang} ${theme}`;
  };
  const seen = new Set();
  for (const next of [THEME, LANGUAGE, THEME, LANGUAGE]) {
    seen.add(await look(""));
    const { scrollWidth, clientWidth } = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.scrollingElement;
      return { scrollWidth, clientWidth };
    });
    if (scrollWidth > clientWidth) wrong.set(`the page is ${scrollWidth - clientWidth} px wider than the window`, [...seen]);
    await press(page, next);
  }
  assert.deepEqual([...seen].sort(), ["en dark", "en light", "ko dark", "ko light"]);
  await page.emulateMedia({ contrast: "more" });
  await look(" high contrast");
  await page.emulateMedia({ contrast: "no-preference" });
  if (wrong.size > 0) assert.fail([...wrong].map(([line, where]) => `${line} (${where.join(", ")})`).join("\n"));
}

/** What is new in a state: it is looked at alone, where the rest of the page was looked at before. */
const only = (part, reach) => Object.assign(reach, { part });

/** A page that goes from state to state; a state that fails does not stop those after it. */
function states(title, options, steps) {
  describe(title, { timeout: 300_000 }, () => {
    let kube;
    before(async () => {
      kube = await open({ ...options, query: { theme: "light", ...options.query }, context: { ...STILL, ...options.context } });
      await kube.page.evaluate(AXE);
    });
    after(async () => kube?.close());
    for (const [name, reach] of Object.entries(steps)) {
      test(name, async () => {
        await reach(kube, kube.page);
        await clean(kube.page, reach.part ?? "html");
      });
    }
    test("nothing went wrong meanwhile", () => assert.deepEqual(kube.complaints, []));
  });
}

const button = (page, name) => page.getByRole("button", { name });
const tab = (name) => only(".inspector", async (_, page) => {
  await page.getByRole("tab", { name, exact: true }).click();
  await page.getByRole("tabpanel").waitFor();
});

states("the whole page", {}, {
  "it has just opened": async () => {},
  "Pods run, a Service leads to them, and a request was answered": async (kube) => {
    await kube.run("kubectl create deployment web --image=nginx --replicas=3; kubectl expose deployment web --port=80 --type=NodePort");
    await kube.podsUntil("web-", (pods) => pods.length === 3 && pods.every(isRunning));
    await kube.run("curl -s http://node1:$(kubectl get service web -o jsonpath='{.spec.ports[0].nodePort}')");
  },
  "a command that failed": async (kube) => {
    await kube.run("kubectl get podz");
    await kube.run("kubectl describe deployment web; kubectl get pods -o wide; kubectl get service web -o yaml");
  },
  "Pods that wait, fail and crash; a node that is cordoned": async (kube) => {
    await kube.run("kubectl run nowhere --image=nginx --overrides='{\"spec\":{\"nodeName\":\"\",\"nodeSelector\":{\"disk\":\"none\"}}}'");
    await kube.run("kubectl run crash --image=busybox -- false; kubectl run missing --image=nosuch; kubectl cordon node3");
    await kube.speed("10");
    await kube.run("sleep 30");
  },
  "completion": only(".terminal", async (kube) => {
    await kube.prompt.fill("kubectl get de");
    await kube.prompt.press("Tab");
    await kube.prompt.press("Tab");
    await kube.page.getByRole("listbox").first().waitFor();
  }),
  "the number of a workload, and the palette": only(".palette", async (kube, page) => {
    await kube.prompt.fill("");
    await kube.prompt.press("Escape");
    await button(page, /^Number of Pods of web/).click();
    await page.getByRole("group", { name: "Number of Pods of web" }).waitFor();
    await clean(page, ".scaler");
    await button(page, "Commands").click();
    await page.locator(".palette .chip").nth(1).click();
  }),
  "the menu of a Pod": async (kube, page) => {
    await page.keyboard.press("Escape");
    await button(page, /^web-/).first().click({ button: "right" });
    await page.getByRole("menu").waitFor();
  },
  "the menu of a node": only(".rooms", async (kube, page) => {
    await page.keyboard.press("Escape");
    await kube.node("node1").locator("summary").click();
  }),
  "a filter and a search": only(".tools", async (kube, page) => {
    await page.keyboard.press("Escape");
    await page.getByRole("searchbox").fill("web");
    await page.locator(".filter summary").click();
  }),
  "close by": async (_, page) => {
    await page.keyboard.press("Escape");
    await page.getByRole("searchbox").fill("");
    await button(page, /^Closer/).click();
  },
  "far away": async (_, page) => {
    await button(page, /^Farther/).click();
    await button(page, /^Farther/).click();
  },
  "by app": async (_, page) => {
    await button(page, /^Closer/).click();
    await button(page, "By app").click();
  },
  "the inspector of a Pod: summary": async (_, page) => {
    await button(page, "By node").click();
    await button(page, /^web-/).first().click();
    await page.getByRole("tabpanel").waitFor();
  },
  "why": tab("Why?"),
  "events": tab("Events"),
  "related": tab("Related"),
  "containers": tab("Containers"),
  "logs": tab("Logs"),
  "YAML": tab("YAML"),
  "YAML that is changed, and refused": only(".inspector", async (kube, page) => {
    await button(page, "Edit").click();
    const text = page.getByRole("tabpanel").getByRole("textbox");
    await text.fill((await text.inputValue()).replace("image: nginx", "image: [nginx]"));
    await button(page, "Apply").click();
    await page.getByRole("alert").waitFor();
  }),
  "the inspector of a node": only(".inspector", async (_, page) => {
    await button(page, "Cancel").click();
    await page.keyboard.press("Escape");
    await page.locator("[data-object='Node//node1']").first().click();
    await page.getByRole("tabpanel").waitFor();
  }),
  "the inspector of a Deployment": only(".inspector", async (_, page) => {
    await page.keyboard.press("Escape");
    await page.locator("[data-object='Deployment/default/web']").first().click();
  }),
  "the story of a request": only(".inspector", async (_, page) => {
    await page.keyboard.press("Escape");
    await page.locator(".routes [tabindex='0']").first().focus();
    await page.keyboard.press("Enter");
    await page.locator(".story").waitFor();
  }),
  "share and keep": async (_, page) => {
    await page.keyboard.press("Escape");
    await button(page, "Session").click();
    await button(page, "Copy a link").click();
  },
  "files": only(".desk", async (kube, page) => {
    await page.keyboard.press("Escape");
    await kube.run("kubectl create deployment a --image=nginx --dry-run=client -o yaml > a.yaml; mkdir b");
    await button(page, "Files").click();
  }),
  "images of the reader's own, with a mistake": only(".images", async (_, page) => {
    await button(page, /^Images of your own/).last().click();
    await page.getByRole("dialog").getByRole("textbox").first().fill("shop web");
    await button(page, "Push").click();
    await page.locator("[aria-invalid=true]:focus").waitFor();
  }),
  "the editor with a mistake": only(".editor", async (kube, page) => {
    await page.keyboard.press("Escape");
    await page.getByRole("complementary").getByRole("button", { name: "Close" }).click();
    await kube.start("nano a.yaml");
    await kube.editor.text.waitFor();
    await kube.editor.text.fill((await kube.editor.text.inputValue()).replace("replicas: 1", "replicas: one"));
    await page.getByRole("dialog").getByRole("status").getByRole("button").first().waitFor();
  }),
  "what applying it would change": only(".editor", async (_, page) => {
    await page.getByRole("dialog").getByRole("textbox").fill(
      (await page.getByRole("dialog").getByRole("textbox").inputValue()).replace("replicas: one", "replicas: 2"));
    await button(page, "What changes").click();
  }),
  "an edit that was refused": only(".editor", async (kube, page) => {
    await button(page, "Cancel").click();
    await kube.finish();
    await kube.start("kubectl edit deployment web");
    await kube.editor.text.fill((await kube.editor.text.inputValue()).replace("replicas: 3", "replicas: three"));
    await kube.editor.save.click();
    await page.getByRole("alert").waitFor();
  }),
  "the past": async (kube, page) => {
    await page.keyboard.press("Escape");
    await kube.finish();
    await button(page, /^Undo/).click();
    await button(page, "Compare with now").click();
  },
  "lessons": only(".lesson", async (_, page) => {
    await button(page, "Back to now").click();
    await button(page, "Lessons").click();
    await page.locator(".lesson-body li").first().waitFor();
  }),
  "the builder with a part of each kind, and what is wrong with it": only(".lesson", async (_, page) => {
    await page.getByText("Progress and class").click();
    await button(page, "Build a lesson").click();
    for (const more of ["+ Another way", "+ A mistake", "+ A note", "+ A question", "+ Words of your own"]) await button(page, more).click();
    await page.getByRole("combobox", { name: "Write one" }).first().selectOption("absent: pod/web");
    for (const summary of await page.locator(".builder summary").all()) await summary.click();
    await button(page, "Check it").click();
    await page.locator(".builder [role=alert]").waitFor();
  }),
});

states("a lesson", { query: { lesson: "deployment" } }, {
  "its first step": async (_, page) => void await page.locator(".lesson-body h3").first().waitFor(),
  "with a hint": only(".lesson", async (_, page) => {
    await button(page, "Hint").click();
    await page.locator(".lesson-hint").first().waitFor();
  }),
  "a step that is done": only(".lesson", async (_, page) => {
    await button(page, "Show me").click();
    await page.locator(".lesson-done").waitFor();
  }),
  "its report": only(".report", async (_, page) => {
    await button(page, "Report").click();
    await page.getByRole("dialog").waitFor();
  }),
  "a script to present": only(".script", async (_, page) => {
    await page.keyboard.press("Escape");
    await button(page, "Back to the list").click();
    await page.getByText("Progress and class").click();
    await button(page, "Present a script").click();
    await page.getByRole("dialog").waitFor();
  }),
  "the desk of who presents it": async (_, page) => {
    await page.getByRole("dialog").getByRole("textbox").fill("# Nodes\nkubectl get nodes\n");
    await page.getByRole("dialog").getByRole("button").last().click();
    await page.locator(".presenter").waitFor();
  },
});

states("many nodes", { query: { nodes: "60" } }, {
  "their map, and one of them": async (kube, page) => {
    const map = page.getByRole("grid");
    await map.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await kube.node("node1").waitFor();
  },
});

test("in another page's frame, as wide as a column", { timeout: 120_000 }, async () => {
  const kube = await open({ query: { embed: "1" }, context: { ...STILL, viewport: { width: 640, height: 480 } } });
  try {
    // There the address alone says which language and theme.
    for (const [lang, theme] of [["en", "light"], ["en", "dark"], ["ko", "dark"], ["ko", "light"]]) {
      const run = "kubectl create deployment web --image=nginx --replicas=2";
      await kube.page.goto(`${kube.page.url().split("?")[0]}?${new URLSearchParams({ embed: "1", lang, theme, run })}`);
      await kube.podsUntil("web-", (pods) => pods.length === 2 && pods.every(isRunning));
      await kube.page.evaluate(AXE);
      assert.deepEqual(await violations(kube.page, "html"), [], `${lang} ${theme}`);
    }
  } finally {
    await kube.close();
  }
});

for (const width of [390, 320]) {
  states(`${width} px wide`, { context: { viewport: { width, height: 700 }, hasTouch: true } }, {
    "Pods run": async (kube) => {
      await kube.run("kubectl create deployment web --image=nginx --replicas=3; kubectl expose deployment web --port=80 --type=NodePort");
      await kube.podsUntil("web-", (pods) => pods.length === 3 && pods.every(isRunning));
      await kube.run("kubectl get pods -o wide");
    },
    "the inspector": only(".inspector", async (_, page) => void await button(page, /^web-/).first().click()),
    "share and keep": only(".keep", async (_, page) => {
      await page.keyboard.press("Escape");
      await button(page, "Session").click();
    }),
    "lessons": only(".lesson", async (_, page) => {
      await page.keyboard.press("Escape");
      await button(page, "Lessons").click();
      await page.locator(".lesson-body li").first().waitFor();
    }),
    "a lesson with a hint": only(".lesson", async (_, page) => {
      await page.locator(".lesson-entry").nth(3).click();
      await button(page, "Hint").click();
      await page.locator(".lesson-hint").first().waitFor();
    }),
    "its report": only(".report", async (_, page) => {
      await button(page, "Report").click();
      await page.getByRole("dialog").waitFor();
    }),
  });
}

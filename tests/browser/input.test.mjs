// Typing as a learner does it: completion with a word on each candidate, colour, history, by keys and by touch.

import { test } from "node:test";
import assert from "node:assert/strict";
import { eventually, open } from "./kubarium.mjs";

/** Opens the page, and closes it whatever happens. */
async function withPage(options, use) {
  const kube = await open(options);
  try {
    await use(kube);
    assert.deepEqual(kube.complaints, []);
  } finally {
    await kube.close();
  }
}

/** What the list offers: each candidate's word and what it says of it. */
const offered = (kube) =>
  kube.page.getByRole("listbox").getByRole("option").evaluateAll((options) =>
    options.map((option) => [...option.children].map((part) => part.textContent)));

test("Tab completes verbs, kinds, names and fields, and says what each is", { timeout: 120_000 }, () =>
  withPage({}, async (kube) => {
    await kube.run("kubectl create deployment web --image=nginx; kubectl rollout status deployment web");
    await kube.prompt.focus();
    const { keyboard } = kube.page;
    await keyboard.type("kube");
    await keyboard.press("Tab");
    await keyboard.type("desc");
    await keyboard.press("Tab");
    await keyboard.type("deployments/");
    await keyboard.press("Tab");
    assert.equal(await kube.prompt.inputValue(), "kubectl describe deployments/web ");
    await kube.prompt.fill("kubectl get pods -o ");
    await keyboard.press("Tab");
    const [first] = await offered(kube);
    assert.deepEqual(first, ["wide", "A table with more columns"]);
    // The list narrows with what is typed, and the field keeps the focus and says which option is active.
    await keyboard.type("j");
    assert.ok((await offered(kube)).every(([word]) => word.startsWith("j")));
    await keyboard.press("ArrowDown");
    await keyboard.press("ArrowDown");
    const active = await kube.prompt.getAttribute("aria-activedescendant");
    assert.match(await kube.page.locator(`#${active}`).innerText(), /^jsonpath=/);
    await keyboard.press("Enter");
    assert.equal(await kube.prompt.inputValue(), "kubectl get pods -o jsonpath=");
    // What goes on is offered at once.
    assert.deepEqual(await offered(kube), [["'{.items[*].", "Pod"]]);
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await keyboard.type("status.podI");
    await keyboard.press("Tab");
    assert.equal((await offered(kube))[0][0], "podIP");
    await keyboard.press("Enter");
    await keyboard.type("}'");
    assert.match(await kube.entered(), /^10\.\d+\.\d+\.\d+/);
  }));

test("Korean explains in Korean, and a finger completes as a key does", { timeout: 120_000 }, () =>
  withPage({ lang: "ko", context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } }, async (kube) => {
    await kube.run("kubectl create deployment web --image=nginx --replicas=2; kubectl rollout status deployment web");
    await kube.prompt.tap();
    await kube.page.keyboard.type("kubectl logs w");
    await kube.page.getByRole("button", { name: "낱말 자동 완성 (Tab)" }).tap();
    const pods = await offered(kube);
    assert.equal(pods.length, 2);
    assert.match(pods[0][1], /^Running, node\d에서, 1\/1 준비$/);
    await kube.screenshot("completion-phone");
    await kube.page.getByRole("listbox").getByRole("option").nth(1).tap();
    assert.equal(await kube.prompt.inputValue(), `kubectl logs ${pods[1][0]} `);
    const overflow = await kube.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `the page is ${overflow} px wider than the screen`);
  }));

test("history goes back by beginning, by search and by suggestion", { timeout: 120_000 }, () =>
  withPage({}, async (kube) => {
    for (const line of ["echo one", "kubectl version", "echo two"]) await kube.run(line);
    const { keyboard } = kube.page;
    await kube.prompt.focus();
    await keyboard.type("kub");
    await keyboard.press("ArrowUp");
    assert.equal(await kube.prompt.inputValue(), "kubectl version");
    await keyboard.press("ArrowDown");
    assert.equal(await kube.prompt.inputValue(), "kub");
    await keyboard.press("ArrowRight");
    assert.equal(await kube.prompt.inputValue(), "kubectl version", "the suggestion is taken");
    await keyboard.press("Control+u");
    await keyboard.press("Control+r");
    await keyboard.type("echo");
    await keyboard.press("Control+r");
    assert.equal(await kube.entered(), "one\n");
  }));

test("what is typed and printed has colour and is the same text", { timeout: 120_000 }, () =>
  withPage({ lang: "ko" }, async (kube) => {
    await kube.prompt.focus();
    await kube.page.keyboard.type("kubectl get pods -o yaml | grep '");
    const devtools = await kube.page.context().newCDPSession(kube.page);
    for (const [text, at] of [["ㅎ", 1], ["하", 1], ["한", 1]]) {
      await devtools.send("Input.imeSetComposition", { text, selectionStart: at, selectionEnd: at });
    }
    const painted = kube.page.locator(".painted");
    assert.equal((await painted.textContent()).replace("\u200b", ""), "kubectl get pods -o yaml | grep '한", "while it is composed");
    await devtools.send("Input.insertText", { text: "한" });
    assert.equal(await kube.prompt.inputValue(), "kubectl get pods -o yaml | grep '한");
    const classes = await painted.locator("span").evaluateAll((spans) => spans.map((span) => [span.textContent, span.className]));
    assert.deepEqual(classes.slice(0, 3), [["kubectl", "k-program"], ["get", "k-verb"], ["-o", "k-flag"]]);
    // A long line wraps, and the field is as high as what is typed.
    await kube.prompt.fill("echo " + "word ".repeat(80));
    const sizes = await kube.prompt.evaluate((field) => [field.scrollHeight, field.clientHeight]);
    assert.ok(sizes[0] <= sizes[1] + 1, `the field hides a part: ${sizes}`);
    await kube.prompt.fill("");
    assert.match(await kube.run("kubectl get nodes"), /^NAME +STATUS[^]*node3 +Ready/);
    assert.equal(await kube.entries().last().locator(".s-good").count(), 4);
    await kube.screenshot("colour");
    // Of a long output only what is seen is laid out; it is as high, as wide and the same text as if all were.
    const lines = Array.from({ length: 2000 }, (_, i) => (i % 5 ? `k${i}: v` : "")).join("\n") + "\n";
    await kube.run("for i in $(seq 0 1999); do test $((i % 5)) = 0 && echo || echo k$i: v; done > long.yaml");
    assert.equal(await kube.run("cat long.yaml"), lines);
    await kube.run("printf %0300d 7");
    await kube.run("echo end");
    const seen = await kube.transcript.evaluate((log) => {
      const [long, wide] = [...log.querySelectorAll("[data-output]")].slice(-3);
      getSelection().selectAllChildren(long);
      const copied = getSelection().toString();
      getSelection().removeAllRanges();
      const keys = [...long.querySelectorAll(".y-key")];
      return {
        copied, keys: keys.length, shown: keys.filter((key) => key.checkVisibility({ contentVisibilityAuto: true })).length,
        rows: long.getBoundingClientRect().height / parseFloat(getComputedStyle(long).lineHeight),
        below: log.scrollHeight - log.scrollTop - log.clientHeight, hidden: wide.scrollWidth - log.scrollWidth,
      };
    });
    assert.equal(seen.copied.trimEnd(), lines.trimEnd());
    assert.deepEqual([Math.round(seen.rows), Math.round(seen.below)], [2000, 0]);
    assert.ok(seen.keys < 800, `${seen.keys} lines of 1600 are coloured`);
    assert.ok(seen.shown < 400, `${seen.shown} lines are laid out`);
    assert.ok(seen.hidden <= 0, `${seen.hidden} px of an older wide line cannot be reached`);
    // What comes into sight is coloured then, and is the same text.
    const top = () => kube.transcript.evaluate((log) => {
      const long = [...log.querySelectorAll("[data-output]")].at(-3);
      long.scrollIntoView({ block: "start" });
      return { key: long.querySelector(".piece").querySelector(".y-key")?.textContent, text: long.textContent };
    });
    await eventually(top, ({ key, text }) => key === "k1" && text.trimEnd() === lines.trimEnd());
  }));

test("clear leaves nothing, as in a terminal, and watch only what it shows now", { timeout: 120_000 }, () =>
  withPage({}, async (kube) => {
    const shown = () => kube.transcript.evaluate((log) => log.innerText.trim());
    const enter = async (line) => {
      await kube.prompt.fill(line);
      await kube.prompt.press("Enter");
    };
    await kube.run("echo before");
    await enter("clear");
    await eventually(shown, (text) => text === "");
    await enter("echo one; clear; echo two");
    await eventually(shown, (text) => text === "two");
    await kube.run("echo three");
    await kube.start("watch -n 1 date");
    await kube.until(/Every 1\.0s: date .*:0\d(.|\n)*UTC/);
    const first = await kube.output(kube.before);
    await eventually(() => kube.output(kube.before), (text) => text !== first);
    assert.equal((await kube.output(kube.before)).match(/Every/g).length, 1);
    await kube.prompt.press("Control+c");
    await kube.finish();
    assert.match(await shown(), /^two\n(.*\n)*three\n/);
  }));

test("the editor completes, checks, shows what would change, and applies by a command", { timeout: 120_000 }, () =>
  withPage({}, async (kube) => {
    const { page } = kube;
    await kube.run("kubectl create deployment web --image=nginx; kubectl create deployment web --image=nginx --dry-run=client -o yaml > web.yaml");
    await kube.start("nano web.yaml");
    const dialog = page.getByRole("dialog");
    const field = dialog.getByRole("textbox");
    await dialog.getByText("The API server would accept this.").waitFor();
    await field.evaluate((text) => {
      const at = text.value.indexOf("replicas: 1") + "replicas: 1".length;
      text.setSelectionRange(at, at);
    });
    await page.keyboard.press("Enter");
    await page.keyboard.type("pau");
    assert.equal(await dialog.getByRole("option").innerText(), "paused:\nWhether changes of the template wait.");
    await page.keyboard.press("Enter");
    // What is between: true and false are offered at once.
    await dialog.getByRole("option", { name: "false" }).waitFor();
    assert.deepEqual(await dialog.getByRole("option").allInnerTexts(), ["true", "false"]);
    await page.keyboard.type("maybe");
    const problem = dialog.getByRole("button", { name: /^9:3 .*cannot unmarshal string into Go struct field DeploymentSpec.spec.paused of type bool/ });
    await problem.waitFor();
    await problem.click();
    await page.keyboard.type("replicas: 3");
    await dialog.getByText("The API server would accept this.").waitFor({ state: "hidden" });
    await field.evaluate((text) => text.setSelectionRange(text.value.indexOf("  replicas: 1"), text.value.indexOf("  replicas: 3")));
    await page.keyboard.press("Delete");
    await dialog.getByText("The API server would accept this.").waitFor();
    await dialog.getByRole("button", { name: "What changes" }).click();
    assert.match(await dialog.getByRole("region").innerText(), /^# Deployment web\n@@ [^]*\n-  replicas: 1\n\+  replicas: 3\n/);
    await kube.screenshot("editor");
    await dialog.getByRole("button", { name: "Save and apply" }).click();
    await kube.podsUntil("web-", (pods) => pods.length === 3);
    assert.match(await kube.transcript.innerText(), /kubectl apply -f web.yaml/);
  }));

test("several pasted lines run one after the other", { timeout: 120_000 }, () =>
  withPage({}, async (kube) => {
    // Many lines are made once each, where they are typed and where they wait: a browser tells of each of them.
    await kube.page.evaluate(() => {
      const count = (place, what, fits) => new MutationObserver((records) =>
        records.forEach(({ addedNodes }) => (globalThis.made[what] += [...addedNodes].filter(fits).length)))
        .observe(document.querySelector(place), { childList: true, subtree: true });
      globalThis.made = { pieces: 0, lines: 0 };
      count(".painted", "pieces", () => true);
      count("[role=log]", "lines", (node) => node.matches?.(".typed"));
    });
    const many = Array.from({ length: 100 }, (_, i) => `line ${i}`);
    await kube.prompt.fill(`cat <<EOF | tail -1\n${many.join("\n")}\nEOF`);
    const pieces = await kube.page.locator(".painted").evaluate((painted) => painted.childNodes.length);
    assert.equal(await kube.entered(), "line 99\n");
    const made = await kube.page.evaluate(() => globalThis.made);
    assert.ok(pieces > 300 && made.pieces < 1.5 * pieces, `${made.pieces} nodes for ${pieces}`);
    assert.ok(made.lines >= 102 && made.lines < 3 * 102, `${made.lines} lines for 102`);
    await kube.paste("cat <<EOF > a.txt\nfirst\nsecond\nEOF\ncat a.txt");
    await kube.page.waitForFunction((log) => log.querySelectorAll("[data-entry]").length === 3, await kube.transcript.elementHandle());
    assert.equal(await kube.output(2), "first\nsecond\n");
  }));

for (const [lang, refused] of [
  ["en", [/^pictures\.zip is not text/m, /^old\.txt is not text/m, /^dump\.yaml is larger than the 256 KB/m]],
  ["ko", [/^pictures\.zip은 텍스트\(UTF-8\)가 아닙니다/m, /^old\.txt는 텍스트/m, /^dump\.yaml은 256KB보다/m]],
]) {
  test(`of files that were dropped, all texts come, and of the others it is said why not: ${lang}`, { timeout: 120_000 }, () =>
    withPage({ lang }, async (kube) => {
      await kube.page.evaluate(() => {
        const dataTransfer = new DataTransfer();
        const korean = new Uint8Array([0xc7, 0xd1, 0xb1, 0xdb]);
        const files = {
          "pictures.zip": new Uint8Array([80, 75, 3, 4, 0, 0]), "a.yaml": "\ufeffa: 1\r\nb: 2\r\n", "old.txt": korean,
          "empty.txt": "", "dump.yaml": "a".repeat(20 * 1024 * 1024), "c.yaml": "c: 3\n",
        };
        for (const [name, text] of Object.entries(files)) dataTransfer.items.add(new File([text], name));
        document.querySelector(".app").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
      });
      const drawer = kube.page.locator(".drawer");
      await drawer.getByRole("button", { name: "c.yaml", exact: true }).waitFor();
      for (const why of refused) assert.match(await kube.transcript.innerText(), why);
      assert.equal(await kube.run("ls; cat -A *.yaml empty.txt"), "a.yaml\nc.yaml\nempty.txt\na: 1$\nb: 2$\nc: 3$\n");
      assert.deepEqual(kube.complaints, []);
    }));
}

test("files are brought in, opened, applied and deleted by commands", { timeout: 120_000 }, () =>
  withPage({}, async (kube) => {
    const { page } = kube;
    // A manifest is dropped from the desktop.
    await page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      const text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: dropped\ndata:\n  a: 'b'\n";
      dataTransfer.items.add(new File([text], "my map.yaml", { type: "text/yaml" }));
      document.querySelector(".app").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    });
    const drawer = page.getByRole("complementary", { name: "Files" });
    await drawer.getByRole("button", { name: "my-map.yaml", exact: true }).waitFor();
    await kube.screenshot("drawer");
    await drawer.getByRole("button", { name: "Apply: my-map.yaml" }).click();
    await page.getByText("configmap/dropped created").waitFor();
    assert.equal(await kube.run("kubectl get configmap dropped -o jsonpath='{.data.a}'"), "b");
    await drawer.getByRole("textbox", { name: "New file" }).fill("new.yaml");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox").waitFor();
    await page.keyboard.type("kind: Pod");
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await drawer.getByRole("button", { name: "new.yaml", exact: true }).waitFor();
    assert.equal(await kube.run("cat new.yaml"), "kind: Pod");
    const saved = page.waitForEvent("download");
    await drawer.getByRole("button", { name: "Download: new.yaml" }).click();
    assert.equal((await saved).suggestedFilename(), "new.yaml");
    // What cannot be undone by another command is left to the reader's Enter.
    await drawer.getByRole("button", { name: "Delete: new.yaml" }).click();
    assert.equal(await kube.prompt.inputValue(), "rm new.yaml");
    await kube.entered();
    await drawer.getByRole("button", { name: "new.yaml", exact: true }).waitFor({ state: "detached" });
    // An image of one's own is a file, too.
    await drawer.getByRole("button", { name: /^Images of your own/ }).click();
    const form = page.getByRole("dialog", { name: "Images of your own" });
    await form.getByLabel("Name and tag").fill("shop:1.0");
    await form.getByLabel("Ports it listens on").fill("8080, eighty");
    await form.getByText(/must be between 1 and 65535/).waitFor();
    await form.getByLabel("Ports it listens on").fill("8080");
    await form.getByLabel("What it answers").fill("Hello from the shop");
    await form.getByLabel("HTTP status of the answer").fill("999");
    await form.getByText(/must be between 200 and 599/).waitFor();
    await form.getByLabel("HTTP status of the answer").fill("418");
    await form.getByLabel("Log lines when it starts").fill("open");
    await form.getByRole("button", { name: "Push", exact: true }).click();
    await kube.run("kubectl rollout status deployment/shop --timeout=60s");
    const address = "$(kubectl get pods -l app=shop -o jsonpath='{.items[0].status.podIP}')";
    assert.equal(await kube.run(`ssh node1 curl -sw '%{http_code}' ${address}:8080`), "Hello from the shop418");
    assert.equal((await kube.run("kubectl logs deployment/shop")).trim(), "open");
    await drawer.getByRole("button", { name: "Close" }).click();
    await page.getByRole("button", { name: "Commands" }).click();
    await page.getByRole("group", { name: "Commands" }).getByRole("button", { name: /^Images of your own/ }).click();
    await form.getByRole("button", { name: "Edit: shop:1.0" }).click();
    assert.equal(await form.getByLabel("What it answers").inputValue(), "Hello from the shop");
    await form.getByRole("button", { name: "Delete: shop:1.0" }).click();
    await form.getByText("shop:1.0", { exact: true }).waitFor({ state: "detached" });
    await kube.screenshot("images");
    await form.getByRole("button", { name: "Cancel" }).click();
    assert.equal((await kube.run("registry list")).trim().split("\n").length, 1, "its head alone");
  }));

test("an object has a menu of commands", { timeout: 120_000 }, () =>
  withPage({ lang: "ko" }, async (kube) => {
    await kube.run("kubectl create deployment web --image=nginx");
    const [pod] = await kube.podsUntil("web-", (pods) => pods.length === 1 && /Running/.test(pods[0]));
    const button = kube.page.getByRole("button", { name: new RegExp(`^${pod.split(" ")[0]}`) }).first();
    await button.click({ button: "right" });
    await kube.screenshot("menu");
    await kube.page.keyboard.press("ArrowDown");
    await kube.page.keyboard.press("Enter");
    await kube.page.getByText(`kubectl describe pod ${pod.split(" ")[0]}`).first().waitFor();
    await kube.prompt.fill("kubectl get ");
    await button.click({ button: "right" });
    await kube.page.getByRole("menuitem", { name: "이름 넣기" }).click();
    assert.equal(await kube.prompt.inputValue(), `kubectl get pod/${pod.split(" ")[0]}`);
  }));

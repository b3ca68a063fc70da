// What is kept and shared: a reload, a link, a file, another tab, a dump of a real cluster.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { FLAGS, Kubarium, eventually, isRunning, open } from "./kubarium.mjs";

const ORACLE = fileURLToPath(new URL("../oracle", import.meta.url));

async function withPage(options, journey) {
  const kube = await open(options);
  try {
    await journey(kube, menu(kube.page));
    assert.deepEqual(kube.complaints, []);
  } finally {
    await kube.close();
  }
}

function menu(page) {
  const button = page.getByRole("button", { name: "Session", exact: true });
  const panel = page.getByRole("group", { name: "Session", exact: true });
  return {
    panel,
    async choose(name) {
      if (!(await panel.isVisible())) await button.click();
      await panel.getByRole("button", { name }).first().click();
    },
    async download(name) {
      const download = page.waitForEvent("download");
      await this.choose(name);
      const file = await download;
      const bytes = await readFile(await file.path());
      return { name: file.suggestedFilename(), text: bytes.toString("utf8"), bytes };
    },
    /** Opens a file of this name and text. */
    async upload(name, text) {
      const chooser = page.waitForEvent("filechooser");
      await this.choose(/^Open a file/);
      await (await chooser).setFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
    },
    async link() {
      await this.choose("Copy a link to this session");
      const field = panel.getByRole("textbox", { name: "Link to this session" });
      await field.waitFor();
      return field.inputValue();
    },
  };
}

const commands = (kube) => kube.entries().locator("button.command").allTextContents();

/** Time stands, and the state's own number is told. */
async function state(kube) {
  const resume = kube.page.getByRole("button", { name: "Resume" });
  if (!(await resume.isVisible())) await kube.page.getByRole("button", { name: "Pause" }).click();
  const bar = kube.page.locator("section.course[data-state]");
  await bar.waitFor();
  return bar.getAttribute("data-state");
}

test("a session survives a reload", { timeout: 120_000 }, () =>
  withPage({}, async (kube) => {
    await kube.run("kubectl create deployment web --image=nginx --replicas=2; cd /tmp; x=5");
    await kube.podsUntil("web-", (pods) => pods.length === 2 && pods.every((pod) => /Running/.test(pod)));
    await kube.page.waitForTimeout(4500);
    await kube.page.reload();
    await kube.page.getByText("Your session goes on where you left it.").waitFor();
    await kube.podsUntil("web-", (pods) => pods.length === 2 && pods.every((pod) => /Running/.test(pod)));
    assert.match(await kube.run("echo $x $PWD"), /^5 \/tmp$/m);
    assert.equal((await commands(kube)).length, 2);
  }));

test("what had a colour has it again, whatever was there before it and however it is called", { timeout: 120_000 }, () =>
  withPage({}, async (kube) => {
    const { page } = kube;
    await kube.run("kubectl create job zebra --image=nginx; kubectl create deployment middle --image=nginx");
    await kube.run("kubectl create deployment ant --image=nginx; kubectl delete deployment middle");
    await kube.podsUntil("zebra", (pods) => pods.some(isRunning));
    const colours = () => page.getByRole("region", { name: "Workloads" }).locator(".card").evaluateAll((cards) =>
      cards.map((card) => [card.querySelector(".name").textContent, getComputedStyle(card).borderInlineStartColor]).sort());
    const before = await colours();
    assert.deepEqual(before.map(([name]) => name), ["ant", "zebra"]);
    assert.notEqual(before[0][1], before[1][1]);
    await page.reload();
    await kube.podsUntil("ant", (pods) => pods.some(isRunning));
    assert.deepEqual(await colours(), before);
  }));

test("a link holds the whole session", { timeout: 120_000 }, () =>
  withPage({}, async (kube, menu) => {
    await kube.run("kubectl create deployment web --image=nginx");
    await kube.podsUntil("web-", (pods) => pods.some((pod) => /Running/.test(pod)));
    const there = await state(kube);
    const link = await menu.link();
    assert.match(link, /#s=[\w-]+$/);
    assert.ok(link.length < 500, `${link.length}`);

    const page = await kube.page.context().newPage();
    await page.goto(link);
    await page.getByText("deployment.apps/web created").waitFor();
    await page.getByRole("button", { name: /^web-.*Running/ }).waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    // Time went on there: back to where the link ends, it is the same state.
    const text = JSON.parse((await menu.download("Save as a file")).text);
    assert.equal(text.hash, there);
    assert.equal(await page.getByText("another version").count(), 0);

    const broken = await kube.page.context().newPage();
    await broken.goto(link.slice(0, -20));
    await broken.getByText("does not hold a whole session").first().waitFor();

    // What no link can hold is said, with the numbers and with what helps; no half of a link is left.
    await kube.run(`: ${randomBytes(30_000).toString("base64")}`);
    await menu.choose("Copy a link to this session");
    await menu.panel.getByText(/too long for a link: [34]\d,\d{3} characters, of which 32,000 would arrive safely\. Save it as a file/).waitFor();
    assert.equal(await menu.panel.getByRole("textbox", { name: "Link to this session" }).count(), 0);
  }));

test("a saved file, a script and manifests lead back", { timeout: 120_000 }, () =>
  withPage({ context: { acceptDownloads: true } }, async (kube, menu) => {
    await kube.run("kubectl create deployment web --image=nginx");
    await kube.podsUntil("web-", (pods) => pods.some((pod) => /Running/.test(pod)));
    const there = await state(kube);
    const file = await menu.download("Save as a file");
    assert.equal(file.name, "session.kubarium");
    const manifests = await menu.download(/^Manifests/);
    assert.match(manifests.text, /kind: Deployment/);
    assert.doesNotMatch(manifests.text, /status:|uid:|resourceVersion/);
    assert.match((await menu.download(/^A kind cluster/)).text, /kind create cluster --config/);
    assert.equal((await menu.download(/^The commands/)).text, "#!/bin/bash\nkubectl create deployment web --image=nginx\n");
    // What the scheduler found fades; what has faded is not in the picture.
    await kube.page.waitForFunction(() => ![...document.querySelectorAll(".room .caption b")].some((score) => score.checkVisibility({ opacityProperty: true })));
    const picture = await menu.download(/^The picture \(SVG\)/);
    assert.match(picture.text, /<foreignObject/);
    assert.doesNotMatch(picture.text, /type="search"/, "it has nothing to press");
    const alone = await kube.page.context().newPage();
    const shown = (page) => page.evaluate(() => [...document.querySelectorAll(".room, .room *, .cards *")].filter((part) => part.checkVisibility({ opacityProperty: true }))
      .map((part) => part.localName).join());
    await alone.goto(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture.text)}`);
    assert.equal(await shown(alone), await shown(kube.page), "it shows what was shown at that moment");
    await alone.close();
    const png = await menu.download(/^The picture \(PNG\)/);
    assert.match(png.name, /\.png$/);
    // With the session in it, it is still a picture.
    assert.deepEqual(await kube.page.evaluate(async (data) => {
      const image = await createImageBitmap(new Blob([Uint8Array.from(atob(data), (byte) => byte.charCodeAt(0))]));
      return image.width === 2 * document.querySelector(".picture").clientWidth;
    }, png.bytes.toString("base64")), true);

    for (const [name, text] of [["s.kubarium", file.text], ["p.svg", picture.text], ["p.png", png.bytes]]) {
      await menu.choose("New session");
      await kube.podsUntil("web-", (pods) => pods.length === 0);
      await menu.upload(name, text);
      await kube.podsUntil("web-", (pods) => pods.some((pod) => /Running/.test(pod)));
    }
    assert.equal(JSON.parse(file.text).hash, there);

    await menu.choose("New session");
    await menu.upload("m.yaml", manifests.text);
    await kube.podsUntil("web-", (pods) => pods.some((pod) => /Running/.test(pod)));

    await menu.upload("x.yaml", "hello: world\n");
    await menu.panel.getByText("Document 1 of this file, at line 1, is no Kubernetes object: it needs apiVersion, kind and a name.").waitFor();
  }));

test("a dump of a real cluster is taken in", { timeout: 120_000 }, () =>
  withPage({}, async (kube, menu) => {
    const recorded = async (file, command) => {
      const lines = (await readFile(join(ORACLE, `${file}.jsonl`), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
      return lines.find(({ cmd }) => cmd.startsWith(command)).stdout;
    };
    const items = [
      await recorded("A1-seed", "kubectl get deploy mynginx -o yaml"), await recorded("A2-services", "kubectl get svc mynginx -o yaml"),
      await recorded("A3-nodes", "kubectl get node node1 -o yaml"),
    ];
    const list = `apiVersion: v1\nkind: List\nitems:\n${items.map((item) => `- ${item.trimEnd().replaceAll("\n", "\n  ")}\n`).join("")}`;
    await menu.upload("dump.yaml", list);
    await kube.podsUntil("mynginx-", (pods) => pods.some((pod) => /Running/.test(pod)));
    assert.match(await kube.run("kubectl get svc mynginx"), /NodePort|ClusterIP/);
  }));

test("each tab has a session of its own, and a closed one can be resumed", { timeout: 120_000 }, () =>
  withPage({}, async (kube, menu) => {
    await kube.run("kubectl create namespace first");
    await kube.page.waitForTimeout(1500);
    const other = await kube.page.context().newPage();
    await other.goto(kube.page.url());
    const prompt = other.getByRole("textbox", { name: "kubectl command" });
    await prompt.hover();
    await other.getByText("Your last session is kept, in the menu Session: kubectl create namespace first (1)").waitFor();
    await other.getByRole("button", { name: "한국어" }).click();
    await other.getByText("지난 세션은 세션 메뉴에 보관되어 있습니다: kubectl create namespace first (1)").waitFor();
    assert.equal(await other.locator(".entry.welcome").count(), 1);
    await other.getByRole("button", { name: "English" }).click();
    await prompt.fill("kubectl create namespace second");
    await prompt.press("Enter");
    await other.getByText("namespace/second created").waitFor();
    await other.waitForTimeout(1500);
    await other.close();
    await menu.choose(/^kubectl create namespace second/);
    await kube.page.getByText("namespace/second created").waitFor();
    assert.deepEqual(await commands(kube), ["kubectl create namespace second"]);
    await menu.choose(/^kubectl create namespace first/);
    await kube.page.getByText("namespace/first created").waitFor();
  }));

test("on a page that came unencrypted, links are copied, and two tabs do not overwrite each other", { timeout: 120_000 }, () => {
  // Only addresses of this machine count as safe without encryption.
  const context = { args: [...FLAGS, "--host-resolver-rules=MAP kubarium.example 127.0.0.1"] };
  return withPage({ context }, async ({ page: safe, site }) => {
    const page = await safe.context().newPage();
    const address = site.address.replace("127.0.0.1", "kubarium.example");
    const kube = new Kubarium(page, address, "en");
    await page.goto(address);
    await kube.prompt.waitFor();
    assert.equal(await page.evaluate(() => isSecureContext), false);
    await kube.run("kubectl create namespace first");
    const link = await menu(page).link();
    await page.getByText("The link is copied").waitFor();
    await page.keyboard.press("Escape");
    await kube.prompt.focus();
    await page.keyboard.press("Control+V");
    await eventually(() => kube.prompt.inputValue(), (typed) => typed === link);
    await kube.prompt.fill("");
    await page.waitForTimeout(1500);

    // Another tab takes the same session: it goes on with a copy.
    const other = await safe.context().newPage();
    await other.goto(address);
    await menu(other).choose(/^kubectl create namespace first/);
    await other.getByText("namespace/first created").waitFor();
    const prompt = other.getByRole("textbox", { name: "kubectl command" });
    await prompt.fill("kubectl create namespace second");
    await prompt.press("Enter");
    await other.getByText("namespace/second created").waitFor();
    await other.waitForTimeout(1500);
    await page.bringToFront();
    await page.reload();
    await page.getByText("namespace/first created").waitFor();
    assert.deepEqual(await commands(kube), ["kubectl create namespace first"]);
    // Either is there under its own name, which is how it began and how long it is.
    await menu(page).choose(/^New session/);
    await kube.entries().first().waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Session", exact: true }).click();
    await eventually(() => page.locator(".saved button > span").allTextContents(), (names) =>
      names.sort().join() === "kubectl create namespace first (1),kubectl create namespace first (2)");
    assert.deepEqual(kube.complaints, []);
  });
});

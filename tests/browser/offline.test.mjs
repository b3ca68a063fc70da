// Without a network: the page is kept whole, and a new version takes its place when the reader agrees.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { host } from "./host.mjs";
import { DIST, Kubarium, eventually, open } from "./kubarium.mjs";

const PATH = "/some/path/";
const ALLOWED = { serviceWorkers: "allow" };

/** The next version of the page: its program has another name, and every lesson's title is in capitals. */
async function next() {
  const folder = await mkdtemp(join(tmpdir(), "kubarium-next-"));
  await cp(DIST, folder, { recursive: true });
  const rewrite = async (name, change) => {
    const path = join(folder, name);
    await writeFile(path, change(await readFile(path, "utf8")));
  };
  const [, hash] = /data-program="kubarium-page-(\w+)\.js"/.exec(await readFile(join(folder, "index.html"), "utf8"));
  const anew = (text) => text.replaceAll(`kubarium-page-${hash}`, "kubarium-page-feedfeedfeedfeed");
  for (const name of await readdir(folder)) {
    if (anew(name) !== name) await rename(join(folder, name), join(folder, anew(name)));
  }
  await rewrite("index.html", anew);
  await rewrite("lessons/index.json", (text) => text.replaceAll(/"title":\{"en":"([^"]*)"/g, (all, title) => all.replace(title, title.toUpperCase())));
  const sum = async (name) => `sha256-${createHash("sha256").update(await readFile(join(folder, name))).digest("base64")}`;
  const [page, lessons] = [await sum("index.html"), await sum("lessons/index.json")];
  await rewrite("worker.js", (text) => anew(text).replace(/VERSION = "\w+"/, 'VERSION = "next"')
    .replace(/^ {2}"": ".*"/m, `  "": "${page}"`).replace(/^ {2}"lessons\/index.json": ".*"/m, `  "lessons/index.json": "${lessons}"`));
  return folder;
}

/** Waits until the page is kept. */
const kept = (page) => page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
const versions = (page) => page.evaluate(async () => (await caches.keys()).map((name) => name.split(" ").at(-1)));
const lessons = (page) => page.evaluate(async () => (await (await fetch("lessons/index.json")).json()).map(({ title }) => title.en));

test("the network goes, comes back, and brings a new version", { timeout: 180_000 }, async () => {
  const kube = await open({ path: PATH, context: ALLOWED });
  const { page, site } = kube;
  const port = new URL(site.address).port;
  const folder = await next();
  let second;
  try {
    await kube.run("kubectl create namespace before");
    await kept(page);
    const [old] = await versions(page);

    // The network goes. The page opens as it was, in any language, runs commands and opens lessons.
    await site.close();
    await page.reload();
    await page.getByText("Your session goes on where you left it.").waitFor();
    await page.getByText("namespace/before created").waitFor();
    assert.match(await kube.run("kubectl get namespaces"), /^before +Active/m);
    await page.getByRole("button", { name: "Lessons" }).click();
    const [first] = await lessons(page);
    await page.getByRole("button", { name: first }).click();
    await page.getByRole("heading", { name: first }).waitFor();
    await kube.screenshot("offline");

    // It comes back with a new version, which is there for both tabs and forced upon none.
    const tab = await page.context().newPage();
    await tab.goto(`${site.address}?lang=ko`);
    const other = new Kubarium(tab, site.address, "ko");
    await other.prompt.waitFor();
    second = await host(folder, PATH, undefined, port);
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
    const notice = page.getByRole("status").filter({ hasText: "A new version" });
    await notice.waitFor();
    await tab.getByText("Kubarium의 새 버전이 있습니다.").waitFor({ timeout: 20_000 });
    await kube.screenshot("new-version");
    await other.screenshot("new-version-ko");
    await notice.getByRole("button", { name: "Later" }).click();
    assert.equal(await notice.count(), 0);
    assert.match(await kube.run("kubectl get nodes"), /^node3 +Ready/m);

    // One tab takes it. The other goes on with its own files, although its host does not have them any more.
    await other.run("kubectl create namespace other");
    await tab.getByRole("button", { name: "새로 불러오기" }).click();
    await tab.waitForFunction(() => document.querySelector("script[data-program*=feedfeed]"));
    await tab.getByText("namespace/other created").waitFor();
    assert.match(await other.run("kubectl get namespaces"), /^other +Active/m);
    assert.equal((await lessons(tab))[0], first.toUpperCase());
    assert.equal((await lessons(page))[0], first);
    const program = await page.locator("script[data-program]").getAttribute("data-program");
    assert.equal(await page.evaluate(async (name) => (await fetch(name)).status, program), 200);
    assert.deepEqual((await versions(page)).sort(), [old, "next"].sort());

    // When nobody needs the old version any more, it goes.
    await page.close();
    await tab.reload();
    await other.prompt.waitFor();
    await eventually(() => versions(tab), (kept) => kept.length === 1);
    assert.deepEqual(await versions(tab), ["next"]);
    assert.deepEqual(other.complaints, []);
    const complaints = kube.complaints.filter((complaint) => !/ERR_CONNECTION_REFUSED|update/.test(complaint));
    assert.deepEqual(complaints, []);
  } finally {
    await kube.close();
    await second?.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test("it can be installed; in another page's frame it keeps nothing", { timeout: 120_000 }, async () => {
  const kube = await open({ path: PATH, query: { embed: "1" }, context: ALLOWED });
  const { page } = kube;
  try {
    const { manifest, problems } = await page.evaluate(async () => {
      const address = document.querySelector("link[rel=manifest]").href;
      const manifest = await (await fetch(address)).json();
      const problems = [];
      const size = async (src) => {
        const image = new Image();
        image.src = new URL(src, address);
        await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`;
      };
      for (const { src, sizes } of manifest.icons) {
        const found = await size(src).catch(() => "nothing");
        if (found !== sizes && !(sizes === "any" && found !== "nothing")) problems.push(`${src}: ${found}`);
      }
      const apple = await size(document.querySelector("link[rel=apple-touch-icon]").href);
      if (apple !== "180x180") problems.push(`apple-touch-icon: ${apple}`);
      return { manifest, problems };
    });
    assert.deepEqual(problems, []);
    // From whatever folder it is served, it begins there.
    assert.deepEqual([manifest.start_url, manifest.scope, manifest.display], ["./", "./", "standalone"]);
    assert.deepEqual(manifest.icons.map(({ purpose }) => purpose ?? "any").sort(), ["any", "any", "any", "maskable", "maskable"]);
    const devtools = await page.context().newCDPSession(page);
    const { errors } = await devtools.send("Page.getAppManifest");
    assert.deepEqual(errors, []);
    await page.waitForTimeout(2500);
    assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
    assert.deepEqual(kube.complaints, []);
  } finally {
    await kube.close();
  }
});

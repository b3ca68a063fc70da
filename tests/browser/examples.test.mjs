// The examples: what the integrations make of a page's source, and that it lives in a browser.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { attributes, html } from "../../embed/fence.mjs";
import { book, chapter } from "../../embed/mdbook.mjs";
import remarkKubarium from "../../embed/remark.mjs";
import { host } from "./host.mjs";
import { DIST, launch } from "./kubarium.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const EXAMPLES = join(ROOT, "examples");
const read = (name) => readFileSync(join(EXAMPLES, name), "utf8");
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".json": "application/json", ".svg": "image/svg+xml" };

test("the words behind a fence are the element's attributes", () => {
  assert.deepEqual(attributes(`height=420 nodes="2" read_only panels='picture terminal' onclick=alert(1) Theme=dark`),
    [["height", "420"], ["nodes", "2"], ["read-only", ""], ["panels", "picture terminal"], ["theme", "dark"]]);
  assert.deepEqual(attributes(null), []);
  assert.equal(html("a\n\n<b>\n", [["run", 'echo "x"'], ["read-only", ""]]),
    '<kubarium-playground run="echo &quot;x&quot;" read-only>\n<pre><code class="language-kubarium">a&#10;&#10;&lt;b&gt;</code></pre>\n</kubarium-playground>');
});

test("mdBook: blocks that are indented or quoted change, those that show another block do not", () => {
  const quoted = chapter("> ```kubarium nodes=2\n> $ ls\n>\n> $ pwd\n> ```\nafter", "k/");
  assert.equal(quoted, '>\n> <kubarium-playground nodes="2" src="k/">\n> <pre><code class="language-kubarium">$ ls&#10;&#10;$ pwd</code></pre>\n> </kubarium-playground>\n>\nafter');
  for (const left of ["````md\n```kubarium\nx\n```\n````\n", "```kubariumx\nx\n```", "    text `kubarium`", "~~~\n```kubarium\n~~~\n"]) assert.equal(chapter(left), left);
  assert.match(chapter("~~~kubarium\nends nowhere"), /ends nowhere<\/code>/);
  const deep = { Chapter: { path: "a/b/c.md", content: "```kubarium\nls\n```", sub_items: [{ Chapter: { path: null, content: "", sub_items: [] } }, "Separator"] } };
  for (const list of ["sections", "items"]) {
    const changed = book([{ config: { preprocessor: { kubarium: { src: "kubarium/" } } } }, { [list]: [structuredClone(deep)] }]);
    assert.match(changed[list][0].Chapter.content, /src="\.\.\/\.\.\/kubarium\/"/);
  }
});

test("mdBook's protocol", () => {
  const run = (args, input) => spawnSync("node", [join(ROOT, "embed/mdbook.mjs"), ...args], { input, encoding: "utf8" });
  assert.deepEqual([run(["supports", "html"]).status, run(["supports", "latex"]).status], [0, 1]);
  const broken = run([], "{");
  assert.equal(broken.status, 1);
  assert.match(broken.stderr, /^kubarium: /);
  for (const [lang, source] of [["", "pods.md"], ["ko/", "pods.ko.md"]]) {
    const chapters = [{ Chapter: { name: "Pods", path: source, content: read(`mdbook/src/${source}`), sub_items: [] } }];
    const made = JSON.parse(run([], JSON.stringify([{}, { sections: chapters }])).stdout).sections[0].Chapter.content;
    const elements = made.match(/<kubarium-playground[^]*?<\/kubarium-playground>/g);
    assert.equal(elements.length, 3);
    for (const element of elements) assert.ok(read(`site/${lang}mdbook.html`).includes(element), "examples/site is old: node examples/make.mjs");
  }
});

test("MDX: a fenced block becomes the element, wherever it stands", () => {
  const code = { type: "code", lang: "kubarium", meta: "height=300 read-only", value: "ls" };
  const tree = { type: "root", children: [{ type: "list", children: [{ type: "listItem", children: [code] }] }, { type: "code", lang: "sh", value: "x" }] };
  remarkKubarium({ src: "/k/" })(tree);
  const made = tree.children[0].children[0].children[0];
  assert.deepEqual([made.type, made.name, made.children[0].value], ["mdxJsxFlowElement", "kubarium-playground", "ls"]);
  assert.deepEqual(made.attributes.map(({ name, value }) => [name, value]), [["height", "300"], ["read-only", ""], ["src", "/k/"]]);
  assert.equal(tree.children[1].type, "code");
});

const python = spawnSync("python3", ["--version"]).status === 0;
test("MkDocs: the format for superfences", { skip: !python && "there is no Python here" }, () => {
  const program = `import kubarium_mkdocs as k
found = {}
assert k.options("kubarium", {"height": "420", "read_only": "read_only", "onclick": "x"}, found, {}, None)
print(k.fence('a <b> "c"', "kubarium", "kubarium", found, None), end="")`;
  const done = spawnSync("python3", ["-c", program], { encoding: "utf8", env: { ...process.env, PYTHONPATH: join(ROOT, "embed/mkdocs"), PYTHONDONTWRITEBYTECODE: "1" } });
  assert.equal(done.stdout, '<div><kubarium-playground height="420" read-only><pre><code class="language-kubarium">a &lt;b&gt; "c"</code></pre></kubarium-playground></div>', done.stderr);
});

let site, browser, page;
const complaints = [];

before(async () => {
  // As `cargo xtask serve --examples` does it: the page below /kubarium/.
  site = await host(join(EXAMPLES, "site"), "/", (name, response) => {
    if (!name.startsWith("kubarium/")) return false;
    const file = name === "kubarium/" || name === "kubarium/index.html" ? "index.html" : name.slice("kubarium/".length);
    const cache = /-[0-9a-f]{12,16}/.test(file) ? "public, max-age=31536000, immutable" : "no-cache";
    response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "text/plain", "Cache-Control": cache }).end(readFileSync(join(DIST, file)));
    return true;
  });
  browser = await launch({ viewport: { width: 1100, height: 900 } });
  page = browser.browser.pages()[0] ?? (await browser.browser.newPage());
  page.setDefaultTimeout(30_000);
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => !request.url().startsWith(site.address) && complaints.push(request.url()));
});
after(async () => {
  await browser?.close();
  await site?.close();
});

const pod = (nth) => page.frameLocator("iframe").nth(nth).getByRole("button", { name: /^web-.*Running/ }).first();

for (const tool of ["mdbook", "docusaurus", "hugo", "mkdocs"]) {
  test(`${tool}: what comes out of it lives`, async () => {
    await page.goto(`${site.address}${tool === "hugo" ? "ko/" : ""}${tool}.html`);
    const playgrounds = page.locator("kubarium-playground");
    assert.equal(await playgrounds.count(), 3);
    // Each holds its own text, for readers without JavaScript.
    const texts = await playgrounds.evaluateAll((all) => all.map(({ textContent }) => textContent.trim()));
    assert.match(texts[0], /^\$ kubectl create deployment web --image=nginx --replicas=3\ndeployment\.apps\/web created\n/);
    assert.match(texts[1], /^apiVersion: v1\nkind: Pod\n[^]*image: nginx\n\n---\napiVersion/);
    await page.locator("kubarium-playground").first().click();
    await pod(0).waitFor();
    if (tool !== "mdbook") return;
    for (const nth of [1, 2]) await playgrounds.nth(nth).evaluate((playground) => playground.start());
    await page.frameLocator("kubarium-playground:nth-of-type(2) iframe").getByRole("button", { name: /^greeter.*Running/ }).first().waitFor();
    const reader = page.frameLocator("kubarium-playground:nth-of-type(3) iframe");
    await playgrounds.nth(2).scrollIntoViewIfNeeded();
    await reader.getByText("control-plane").waitFor();
    assert.ok(await reader.getByRole("textbox", { name: "kubectl command" }).isDisabled());
  });
}

test("plain HTML: methods, a block that was there, and a frame without any script", async () => {
  await page.goto(`${site.address}plain.html`);
  await page.getByRole("button", { name: 'run("kubectl get pods")' }).click();
  await page.getByText("run: 2 Pods").waitFor();
  await page.getByRole("button", { name: "getState()" }).click();
  await page.getByText(/#s=/).waitFor();
  await page.getByRole("button", { name: "reset()" }).click();
  await page.getByText(/^reset$/m).waitFor();
  const block = page.locator("kubarium-playground").nth(1);
  assert.match(await block.locator("pre").first().textContent(), /kubectl get nodes/);
  await block.scrollIntoViewIfNeeded();
  await block.click();
  await block.locator("iframe").waitFor();
  const bare = page.frameLocator("main > iframe");
  await page.locator("main > iframe").scrollIntoViewIfNeeded();
  await bare.getByRole("textbox", { name: "kubectl command" }).waitFor();
  // The lesson stands beside the picture, and nothing lies on anything.
  await bare.getByText("One container").first().waitFor();
  const [lesson, picture] = await Promise.all([".lesson", ".picture"].map((part) => bare.locator(part).boundingBox()));
  assert.ok(lesson.x + lesson.width <= picture.x + 1, JSON.stringify([lesson, picture]));
});

test("the list of all, in both languages", async () => {
  for (const [folder, button] of [["", "Start the cluster"], ["ko/", "클러스터 시작"]]) {
    await page.goto(`${site.address}${folder}index.html`);
    await page.getByRole("button", { name: button }).waitFor();
    const links = await page.locator(".cards a").evaluateAll((all) => all.map(({ href }) => href));
    assert.equal(links.length, 5);
    for (const link of links) assert.ok((await page.request.get(link)).ok(), link);
  }
  assert.deepEqual(complaints, []);
});

// The examples: what the integrations make of a page's source, and that it lives in a browser.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { OWN, TOOLS, page as framed } from "../../examples/page.mjs";
import { attributes, html } from "../../embed/fence.mjs";
import { book, chapter } from "../../embed/mdbook.mjs";
import remarkKubarium from "../../embed/remark.mjs";
import { host } from "./host.mjs";
import { DIST, ROOT, launch } from "./kubarium.mjs";

const EXAMPLES = join(ROOT, "examples");
const read = (name) => readFileSync(join(EXAMPLES, name), "utf8");

test("the words behind a fence are the element's attributes", () => {
  assert.deepEqual(attributes(`height=420 nodes="2" read_only panels='picture terminal' onclick=alert(1) Theme=dark`),
    [["height", "420"], ["nodes", "2"], ["read-only", ""], ["panels", "picture terminal"], ["theme", "dark"]]);
  assert.deepEqual([attributes(null), attributes("src=a", "b"), attributes("", "b")], [[], [["src", "a"]], [["src", "b"]]]);
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
});

test("examples/site is what comes of its sources", () => {
  const old = "examples/site is old: node examples/make.mjs";
  const plain = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)).replace(/&(lt|gt|quot|amp);/g, (_, name) => ({ lt: "<", gt: ">", quot: '"', amp: "&" })[name]);
  for (const lang of ["en", "ko"]) {
    const kept = (name) => read(`site/${lang === "en" ? "" : "ko/"}${name}.html`);
    for (const [name, body] of Object.entries(OWN)) assert.equal(kept(name), framed(lang, name, body[lang]), old);
    for (const [tool, { config, source }] of Object.entries(TOOLS)) {
      // The frame, and the two files that are shown in it, as they are now; around what the tool has made.
      const found = kept(tool);
      const files = [config, source[lang]].map((file) => [file, read(`${tool}/${file}`)]);
      const made = found.slice(found.indexOf(`<!-- ${tool} -->\n`) + tool.length + 10, found.indexOf("\n<!-- end -->"));
      assert.equal(found, framed(lang, tool, made, files), old);
      // Its blocks, each with the attributes behind its fence.
      const blocks = [...files[1][1].matchAll(/^```kubarium *(.*)\n([^]*?)\n```$/gm)].map(([, words, text]) => [attributes(words.replace(/[{}]/g, "")), text]);
      const elements = [...made.matchAll(/<kubarium-playground([^>]*)>\s*<pre><code class="language-kubarium">([^]*?)<\/code><\/pre>\s*<\/kubarium-playground>/g)];
      const sorted = (given) => given.map(([name, value]) => [name, value === "true" ? "" : value]).sort();
      assert.deepEqual(elements.map(([, given, text]) => [sorted(attributes(given)), plain(text).trimEnd()]),
        blocks.map(([given, text]) => [sorted(given), text.trimEnd()]), old);
      assert.ok(blocks.length >= 2);
    }
  }
});

test("MDX: a fenced block becomes the element, wherever it stands", () => {
  const code = { type: "code", lang: "kubarium", meta: "height=300 read-only", value: "kind: Pod\nmetadata:\n  name: x" };
  const tree = { type: "root", children: [{ type: "list", children: [{ type: "listItem", children: [code] }] }, { type: "code", lang: "sh", value: "x" }] };
  remarkKubarium({ src: "/k/" })(tree);
  const made = tree.children[0].children[0].children[0];
  assert.deepEqual([made.type, made.name, made.children[0].name], ["mdxJsxFlowElement", "kubarium-playground", "pre"]);
  // No plain text: of that MDX drops the blanks at the beginning of lines.
  const [literal] = made.children[0].children[0].children;
  assert.deepEqual([literal.type, literal.data.estree.body[0].expression.value], ["mdxTextExpression", code.value]);
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
  site = await host(join(EXAMPLES, "site"), "/", undefined, 0, { "kubarium/": DIST });
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

// Makes the pages of examples/site that come out of other tools: each example's own source goes through the integration in
// embed/ and through the tool's own Markdown engine, and what comes out is put into one frame. `npm install` and
// `pip install -r requirements.txt` bring the engines; who only looks at the examples needs neither, for the pages are kept.
//
// mdBook: the preprocessor, in mdBook's protocol, and a CommonMark renderer. Docusaurus: MDX with the remark plugin, and React.
// Hugo: Hugo. MkDocs: Python-Markdown with superfences, which is what MkDocs calls.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { OWN, TOOLS, page } from "./page.mjs";
import remarkKubarium from "../embed/remark.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const EMBED = join(HERE, "../embed");
const require = createRequire(process.env.EXAMPLES_MODULES ? join(process.env.EXAMPLES_MODULES, "x.js") : import.meta.url);
const load = async (name) => import(pathToFileURL(require.resolve(name)).href);
const read = (name) => readFileSync(join(HERE, name), "utf8");
const ending = { en: "", ko: ".ko" };

function run(program, args, input, env = {}) {
  const done = spawnSync(program, args, { input, encoding: "utf8", env: { ...process.env, ...env }, cwd: HERE });
  if (done.status !== 0) throw new Error(`${program}: ${done.stderr || done.error?.message}`);
  return done.stdout;
}

const engines = {
  async mdbook(lang) {
    const { default: markdown } = await load("markdown-it");
    const path = `pods${ending[lang]}.md`;
    const chapter = { Chapter: { name: "Pods", content: read(`mdbook/src/${path}`), number: [1], sub_items: [], path, source_path: path, parent_names: [] } };
    const book = [{ root: "", config: { preprocessor: { kubarium: {} } }, renderer: "html", mdbook_version: "0.4.52" }, { sections: [chapter] }];
    const answer = JSON.parse(run("node", [join(EMBED, "mdbook.mjs")], JSON.stringify(book)));
    return markdown({ html: true }).render(answer.sections[0].Chapter.content);
  },
  async docusaurus(lang) {
    const { evaluate } = await load("@mdx-js/mdx");
    const runtime = await load("react/jsx-runtime");
    const { renderToStaticMarkup } = await load("react-dom/server");
    const { createElement } = await load("react");
    const { default: Content } = await evaluate(read(`docusaurus/docs/pods${ending[lang]}.mdx`), { ...(runtime.default ?? runtime), remarkPlugins: [remarkKubarium] });
    return renderToStaticMarkup(createElement(Content));
  },
  hugo(lang) {
    const out = join(HERE, "../target/examples-hugo");
    rmSync(out, { recursive: true, force: true });
    run(process.env.HUGO ?? "hugo", ["--quiet", "--source", join(HERE, "hugo"), "--destination", out, "--themesDir", EMBED, "--theme", "hugo",
      "--noBuildLock", "--cacheDir", join(out, "cache")]);
    return readFileSync(join(out, `pods${ending[lang]}/index.html`), "utf8");
  },
  mkdocs(lang) {
    const program = `import sys, markdown, kubarium_mkdocs as k
fence = {"name": "kubarium", "class": "kubarium", "format": k.fence, "validator": k.options}
sys.stdout.write(markdown.markdown(sys.stdin.read(), extensions=["pymdownx.superfences"],
    extension_configs={"pymdownx.superfences": {"custom_fences": [fence]}}))`;
    return run(process.env.PYTHON ?? "python3", ["-c", program], read(`mkdocs/docs/pods${ending[lang]}.md`), { PYTHONPATH: join(EMBED, "mkdocs"), PYTHONDONTWRITEBYTECODE: "1" });
  },
};

mkdirSync(join(HERE, "site/ko"), { recursive: true });
for (const lang of ["en", "ko"]) {
  for (const [name, body] of Object.entries(OWN)) writeFileSync(join(HERE, lang === "en" ? `site/${name}.html` : `site/ko/${name}.html`), page(lang, name, body[lang]));
  for (const [tool, { config, source }] of Object.entries(TOOLS)) {
    const body = (await engines[tool](lang)).trim();
    const files = [[config, read(`${tool}/${config}`)], [source[lang], read(`${tool}/${source[lang]}`)]];
    const name = lang === "en" ? `site/${tool}.html` : `site/ko/${tool}.html`;
    writeFileSync(join(HERE, name), page(lang, tool, body, files));
    console.log(name);
  }
}

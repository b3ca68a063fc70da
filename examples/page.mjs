// The frame of the pages that make.mjs writes.

import { escape } from "../embed/fence.mjs";

/** Each tool: its name, its configuration, and the source of the page. */
export const TOOLS = {
  mdbook: { title: "mdBook", config: "book.toml", source: { en: "src/pods.md", ko: "src/pods.ko.md" } },
  docusaurus: { title: "Docusaurus", config: "docusaurus.config.js", source: { en: "docs/pods.mdx", ko: "docs/pods.ko.mdx" } },
  hugo: { title: "Hugo", config: "hugo.toml", source: { en: "content/pods.md", ko: "content/pods.ko.md" } },
  mkdocs: { title: "MkDocs", config: "mkdocs.yml", source: { en: "docs/pods.md", ko: "docs/pods.ko.md" } },
};

const WORDS = {
  en: {
    home: "Kubarium in your pages", other: "한국어", plain: "Plain HTML", how: "How it came here",
    told: "This page was made from the two files below. Everything in it is text until a reader comes to a cluster; without JavaScript, and in print, it stays text.",
    cards: {
      plain: "The element, its methods, and a code block that becomes one.",
      mdbook: "A preprocessor changes the fenced blocks of each chapter.",
      docusaurus: "A remark plugin for MDX, and a React component.",
      hugo: "A render hook for fenced blocks, and a shortcode.",
      mkdocs: "A format for superfences of PyMdown Extensions.",
    },
  },
  ko: {
    home: "내 문서 속의 Kubarium", other: "English", plain: "일반 HTML", how: "이 페이지가 만들어진 방법",
    told: "이 페이지는 아래 두 파일로 만들었습니다. 독자가 클러스터에 닿기 전까지는 모두 글이며, JavaScript가 없거나 인쇄할 때는 글 그대로 남습니다.",
    cards: {
      plain: "요소와 메서드, 그리고 클러스터가 되는 코드 블록.",
      mdbook: "전처리기가 각 장의 코드 블록을 바꿉니다.",
      docusaurus: "MDX용 remark 플러그인과 React 컴포넌트.",
      hugo: "코드 블록용 렌더 훅과 쇼트코드.",
      mkdocs: "PyMdown Extensions의 superfences용 포맷.",
    },
  },
};

/** The policy that all examples are under: nothing from elsewhere, no script and no style inside a page. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; frame-src 'self'; "
  + "connect-src 'self'; base-uri 'none'; form-action 'none'";

/** A whole page. `files` are what a tool made it from. */
export function page(lang, name, body, files = []) {
  const words = WORDS[lang];
  const [up, other] = lang === "en" ? ["./", `./ko/${name}.html`] : ["../", `../${name}.html`];
  const links = all(words).map(([to, title]) => `<a href="./${to}.html"${to === name ? ' aria-current="page"' : ""}>${title}</a>`);
  const sources = files.map(([file, text]) => `<details><summary>${file}</summary><pre tabindex="0"><code>${escape(text)}</code></pre></details>`);
  const how = sources.length ? `<section class="how">\n<h2>${words.how}</h2>\n<p>${words.told}</p>\n${sources.join("\n")}\n</section>\n` : "";
  const cards = all(words).map(([to, title]) => `<li><a href="./${to}.html"><b>${title}</b>${words.cards[to]}</a></li>`);
  const list = name === "index" ? `<ul class="cards">\n${cards.join("\n")}\n</ul>\n` : "";
  const script = name === "plain" ? `\n  <script type="module" src="${up}plain.js"></script>` : "";
  return `<!doctype html>
<html lang="${lang}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta http-equiv="Content-Security-Policy" content="${POLICY}">
  <meta name="color-scheme" content="light dark">
  <title>${TOOLS[name] ? `${TOOLS[name].title} · ` : ""}${words.home}</title>
  <link rel="icon" href="${up}kubarium/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="${up}style.css">
  <script type="module" src="${up}kubarium/kubarium.js"></script>${script}
</head>
<body>
<header>
  <a class="home" href="./index.html"><img src="${up}kubarium/icon.svg" width="24" height="24" alt="">${words.home}</a>
  <nav>${links.join(" ")}</nav>
  <a lang="${lang === "en" ? "ko" : "en"}" href="${other}">${words.other}</a>
</header>
<main>
<!-- ${name} -->
${body}
<!-- end -->
${list}${how}</main>
</body>
</html>
`;
}

const all = (words) => [["plain", words.plain], ...Object.entries(TOOLS).map(([name, { title }]) => [name, title])];

/** The pages that no tool makes: the list of all, and plain HTML. */
export const OWN = {
  index: {
    en: `<h1>A cluster in the middle of a page</h1>
<p class="lead">One tag puts a living Kubernetes cluster into any page. Until a reader comes to it, it is a picture of a few kilobytes; then
it is a whole cluster that runs in the browser. No server, no account, nobody else is asked.</p>
<kubarium-playground run="kubectl create deployment web --image=nginx --replicas=3" height="480">
<pre><code>$ kubectl create deployment web --image=nginx --replicas=3
deployment.apps/web created</code></pre>
</kubarium-playground>
<pre tabindex="0"><code>&lt;script type="module" src="kubarium/kubarium.js"&gt;&lt;/script&gt;
&lt;kubarium-playground run="kubectl create deployment web --image=nginx --replicas=3"&gt;
&lt;/kubarium-playground&gt;</code></pre>
<h2>In the tool that you write with</h2>
<p>Each of these pages is written in its tool's own way: a fenced block, nothing more.</p>`,
    ko: `<h1>글 한가운데에 클러스터를</h1>
<p class="lead">태그 하나로 어떤 페이지에든 살아 있는 Kubernetes 클러스터를 넣을 수 있습니다. 독자가 다가오기 전에는 몇 킬로바이트짜리 그림이고,
다가오면 브라우저 안에서 돌아가는 온전한 클러스터가 됩니다. 서버도 계정도 필요 없고, 다른 곳에 아무것도 요청하지 않습니다.</p>
<kubarium-playground run="kubectl create deployment web --image=nginx --replicas=3" height="480">
<pre><code>$ kubectl create deployment web --image=nginx --replicas=3
deployment.apps/web created</code></pre>
</kubarium-playground>
<pre tabindex="0"><code>&lt;script type="module" src="kubarium/kubarium.js"&gt;&lt;/script&gt;
&lt;kubarium-playground run="kubectl create deployment web --image=nginx --replicas=3"&gt;
&lt;/kubarium-playground&gt;</code></pre>
<h2>쓰던 도구 그대로</h2>
<p>아래 페이지들은 저마다 그 도구의 방식대로 썼습니다. 코드 블록 하나면 됩니다.</p>`,
  },
  plain: {
    en: `<h1>Plain HTML</h1>
<p class="lead">The element has methods and events: the buttons call them.</p>
<kubarium-playground id="playground" run="kubectl create deployment web --image=nginx --replicas=2" height="440"></kubarium-playground>
<div class="row"><button id="run">run("kubectl get pods")</button> <button id="scale">run("kubectl scale …")</button>
<button id="state">getState()</button> <button id="reset">reset()</button></div>
<output id="said" for="playground"></output>
<h2>A code block that was there already</h2>
<p>A script turns blocks of the class <code>language-kubarium</code> into clusters; what it finds is what every Markdown tool writes.</p>
<pre><code class="language-kubarium" data-height="380" data-nodes="2">$ kubectl get nodes
NAME     STATUS   ROLES           AGE   VERSION
master   Ready    control-plane   65m   v1.36.2
node1    Ready    &lt;none&gt;          64m   v1.36.2
node2    Ready    &lt;none&gt;          63m   v1.36.2</code></pre>
<h2>Without any script</h2>
<p>Where scripts are refused, a frame does the same: <code>&lt;iframe src="kubarium/?embed=1&amp;lesson=pod" loading="lazy"&gt;</code>.</p>
<iframe src="./kubarium/?embed=1&amp;lesson=pod&amp;lang=en" loading="lazy" title="A lesson on Pods"></iframe>`,
    ko: `<h1>일반 HTML</h1>
<p class="lead">요소에는 메서드와 이벤트가 있습니다. 버튼을 누르면 메서드를 호출합니다.</p>
<kubarium-playground id="playground" run="kubectl create deployment web --image=nginx --replicas=2" height="440"></kubarium-playground>
<div class="row"><button id="run">run("kubectl get pods")</button> <button id="scale">run("kubectl scale …")</button>
<button id="state">getState()</button> <button id="reset">reset()</button></div>
<output id="said" for="playground"></output>
<h2>원래 있던 코드 블록</h2>
<p>스크립트가 <code>language-kubarium</code> 클래스의 블록을 클러스터로 바꿉니다. 어떤 Markdown 도구든 이런 블록을 만들어 냅니다.</p>
<pre><code class="language-kubarium" data-height="380" data-nodes="2">$ kubectl get nodes
NAME     STATUS   ROLES           AGE   VERSION
master   Ready    control-plane   65m   v1.36.2
node1    Ready    &lt;none&gt;          64m   v1.36.2
node2    Ready    &lt;none&gt;          63m   v1.36.2</code></pre>
<h2>스크립트 없이</h2>
<p>스크립트를 쓸 수 없는 곳에서는 프레임으로 같은 일을 할 수 있습니다. <code>&lt;iframe src="kubarium/?embed=1&amp;lesson=pod" loading="lazy"&gt;</code></p>
<iframe src="../kubarium/?embed=1&amp;lesson=pod&amp;lang=ko" loading="lazy" title="Pod 레슨"></iframe>`,
  },
};

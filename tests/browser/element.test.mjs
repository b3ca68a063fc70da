// The element itself, with a page in its frame that only says that it is there: what it draws, when it begins, what it asks for.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { host } from "./host.mjs";
import { ROOT, eventually, launch } from "./kubarium.mjs";

/** A page that answers everything, and tells its host what it was told. */
const FRAME = `<!doctype html><title>x</title><script>
  addEventListener("message", ({ data }) => {
    parent.postMessage({ kubarium: 1, event: "heard", detail: data }, "*");
    parent.postMessage({ kubarium: 1, id: data.id, answer: { commands: [location.search] } }, "*");
  });
  setTimeout(() => parent.postMessage({ kubarium: 1, event: "ready", detail: {} }, "*"), 100);
</script>`;

let site, browser, page;
let body = "";

before(async () => {
  site = await host(join(ROOT, "embed"), "/", (name, response) => {
    if (name === "index.html") response.writeHead(200, { "Content-Type": "text/html" }).end(FRAME);
    else if (name === "docs.html") response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(body);
    else return false;
    return true;
  });
  browser = await launch({ viewport: { width: 800, height: 600 }, locale: "en-US", colorScheme: "dark" });
  page = browser.browser.pages()[0] ?? (await browser.browser.newPage());
});
after(async () => {
  await browser?.close();
  await site?.close();
});

/** Opens a page with something in it. */
async function docs(inside, style = "") {
  body = `<!doctype html><html lang="en"><meta charset="utf-8"><title>x</title><link rel="icon" href="data:"><style>${style}</style>
    <script type="module" src="kubarium.js"></script>${inside}`;
  await page.goto(`${site.address}docs.html`);
  await page.waitForFunction(() => customElements.get("kubarium-playground"));
}

const first = (use) => page.locator("kubarium-playground").first().evaluate(use);
/** The color of the picture's paper, and the theme that the frame is asked for. */
const colors = () => first(async (playground) => {
  const paper = getComputedStyle(playground).backgroundColor;
  await playground.start();
  const asked = new URL(playground.shadowRoot.querySelector("iframe").src).searchParams.get("theme");
  return [paper, asked];
});
const [LIGHT, DARK] = [["rgb(238, 246, 249)", "light"], ["rgb(16, 28, 38)", "dark"]];

test("picture and cluster have the colors of the page around them, and follow it", async () => {
  for (const [style, attribute, wanted] of [
    // Who prefers it dark reads a page that knows no dark: it is light.
    ["", "", LIGHT], [":root { color-scheme: light dark }", "", DARK], [":root { color-scheme: only light }", "", LIGHT],
    [":root { color-scheme: dark }", "", DARK], ["", "theme=dark", DARK], [":root { color-scheme: dark }", "theme=light", LIGHT],
  ]) {
    await docs(`<kubarium-playground ${attribute}></kubarium-playground>`, style);
    assert.deepEqual(await colors(), wanted, `${style} ${attribute}`);
  }
  await docs("<kubarium-playground></kubarium-playground>", ":root { color-scheme: light dark }");
  await colors();
  await page.evaluate(() => {
    globalThis.told = [];
    document.querySelector("kubarium-playground").on("heard", ({ ask, theme }) => told.push([ask, theme].join()));
  });
  await page.emulateMedia({ colorScheme: "light" });
  await page.waitForFunction(() => told.includes("set,light"));
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForFunction(() => told.includes("set,dark"));
});

test("a height is a number of pixels, or any length of CSS", async () => {
  for (const [given, wanted] of [["", 480], ["300", 300], ["50vh", 300], ["20em", 280], ["many", 480], ["-3", 480]]) {
    await docs(`<kubarium-playground height="${given}"></kubarium-playground>`);
    assert.equal(await first((playground) => playground.shadowRoot.querySelector(".box").offsetHeight), wanted, given);
  }
});

test("the picture has what the cluster will have", async () => {
  const parts = () => first(({ shadowRoot }) => [...shadowRoot.querySelector(".still").children].map(({ localName, className }) => className || localName));
  await docs('<kubarium-playground nodes="2"></kubarium-playground>');
  assert.equal(await first(({ shadowRoot }) => shadowRoot.querySelectorAll(".node").length), 3);
  for (const [panels, wanted] of [["", ["nodes", "pre", "button"]], ["terminal", ["pre", "button"]], ["picture time", ["nodes", "button"]]]) {
    await docs(`<kubarium-playground panels="${panels}"></kubarium-playground>`);
    assert.deepEqual(await parts(), wanted, panels);
  }
});

test("the text around it does not dress the picture", async () => {
  const odd = "body { text-transform: uppercase; letter-spacing: 4px; word-spacing: 9px; direction: rtl; text-align: right; text-indent: 40px }";
  await docs('<kubarium-playground run="kubectl get nodes"></kubarium-playground>', odd);
  const look = await first(({ shadowRoot }) => {
    const { textTransform, letterSpacing, wordSpacing, direction, textAlign, textIndent } = getComputedStyle(shadowRoot.querySelector(".still pre"));
    return [textTransform, letterSpacing, wordSpacing, direction, textAlign, textIndent];
  });
  assert.deepEqual(look, ["none", "normal", "0px", "ltr", "start", "0px"]);
});

test("what the page says of all elements does not spread the picture over it", async () => {
  await docs('<p>Text</p><kubarium-playground height="200"></kubarium-playground><p>Text</p>', "* { all: revert; margin: 8px !important }");
  const [still, text] = await first(({ shadowRoot }) => [shadowRoot.querySelector(".still"), document.querySelector("p")].map((it) => it.getBoundingClientRect().top));
  assert.ok(still > text, `${still} ${text}`);
});

test("where the page is, and manifests that are not there", async () => {
  await docs('<kubarium-playground src="/frame" manifests="/none.yaml"></kubarium-playground>');
  const { pathname, hash } = await first(async (playground) => {
    await Promise.race([playground.start(), new Promise((later) => setTimeout(later, 500))]);
    const { pathname, hash } = new URL(playground.shadowRoot.querySelector("iframe").src);
    return { pathname, hash };
  });
  assert.equal(pathname, "/frame/");
  assert.match(new URLSearchParams(hash.slice(1)).get("manifests"), /kind: "\/none.yaml \(it cannot be fetched\)"/);
});

test("who waits for a cluster gets the one that comes, if an attribute changes meanwhile", async () => {
  await docs("<kubarium-playground></kubarium-playground>");
  const [asked] = await first((playground) => {
    const answer = playground.run("true");
    setTimeout(() => playground.setAttribute("nodes", "7"), 20);
    return answer;
  });
  assert.match(asked, /nodes=7/);
});

test("what begins a cluster is that the reader scrolls to it", async () => {
  const started = () => page.evaluate(() => [...document.querySelectorAll("kubarium-playground, #host")].map((element) => {
    const { shadowRoot } = element.shadowRoot.querySelector("kubarium-playground") ?? element;
    return shadowRoot.querySelectorAll("iframe").length;
  }));
  await docs(`<nav><p>A list that brings its own line into sight.</p></nav><div id="tab"><p></p><kubarium-playground></kubarium-playground><p></p></div>
    <kubarium-playground></kubarium-playground><kubarium-playground load="click"></kubarium-playground><div id="host"></div><p></p>`,
  "nav, #tab { height: 100px; overflow: auto } p { height: 900px }");
  await page.evaluate(() => document.getElementById("host").attachShadow({ mode: "open" }).append(document.createElement("kubarium-playground")));
  await page.evaluate(() => (document.querySelector("nav").scrollTop = 50));
  await page.waitForTimeout(300);
  assert.deepEqual(await started(), [0, 0, 0, 0]);
  await page.evaluate(() => (document.getElementById("tab").scrollTop = 950));
  await page.waitForTimeout(300);
  assert.deepEqual(await started(), [1, 0, 0, 0]);
  await page.mouse.wheel(0, 1500);
  await page.waitForFunction(() => document.getElementById("host").shadowRoot.firstChild.shadowRoot.querySelector("iframe"));
  assert.deepEqual(await started(), [1, 1, 0, 1]);
});

test("who turns to another page of a site that loads none has not scrolled to what is there", async () => {
  const frames = () => page.evaluate(() => [...document.querySelectorAll("kubarium-playground")].map(({ shadowRoot }) => shadowRoot.querySelectorAll("iframe").length));
  await docs('<main><p id="here"></p></main>', "p { height: 2000px } kubarium-playground { margin-bottom: 400px }");
  await page.mouse.wheel(0, 900);
  await page.waitForFunction(() => scrollY > 800);
  // As a router does it: other content, and the page's beginning, at once or when that has been drawn.
  for (const late of [0, 40]) {
    await page.evaluate((late) => {
      document.querySelector("main").innerHTML = `<kubarium-playground height="100"></kubarium-playground>`.repeat(3) + "<p></p>";
      setTimeout(() => scrollTo(0, late ? 0 : 1), late);
    }, late);
    await page.waitForTimeout(600);
    assert.deepEqual(await frames(), [0, 0, 0], `scrolled after ${late} ms`);
  }
  // The reader scrolls: what is in sight begins, and what is not waits.
  await page.mouse.wheel(0, 60);
  await eventually(frames, ([one, two]) => one && two);
  assert.deepEqual(await frames(), [1, 1, 0]);
});

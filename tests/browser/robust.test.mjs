// What may be wrong with the browser, the network, the host or what people put in: each has a clear answer with a way on, and
// nothing that a person can put in is ever HTML.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { host } from "./host.mjs";
import { BROWSERS, DIST, FLAGS, eventually, installed, isRunning, open } from "./kubarium.mjs";

/** Opens the page, or what is there instead of it, and closes it whatever happens. */
async function withPage(options, journey) {
  const kube = await open(options);
  try {
    await journey(kube, kube.page);
  } finally {
    await kube.close();
  }
}

/** Opens a page that cannot begin; `name` is the notice's heading. */
const withTrouble = (name, options, journey = async () => {}) =>
  withPage({ ...options, ready: ({ page }) => page.getByRole("alert").getByRole("heading", { name }).waitFor() }, async (kube, page) => {
    await kube.screenshot(`trouble-${name.toLowerCase().replaceAll(/[^\w가-힣]+/g, "-")}`);
    await journey(kube, page);
  });

const isModule = (name) => name.endsWith(".wasm") && !name.startsWith("kubarium-more");
const missing = (response) => {
  response.writeHead(404).end();
  return true;
};
/** Half of a file, and then nothing: the connection is cut. */
const half = (name, response) => {
  const bytes = readFileSync(join(DIST, name));
  response.writeHead(200, { "Content-Type": "application/wasm", "Content-Length": bytes.length });
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
  return true;
};

test("a host that does not know the type of WebAssembly", { timeout: 60_000 }, () => {
  const change = (name, response) => {
    if (!name.endsWith(".wasm")) return false;
    response.writeHead(200, { "Content-Type": "application/octet-stream" }).end(readFileSync(join(DIST, name)));
    return true;
  };
  return withPage({ change }, async (kube) => {
    assert.match(await kube.run("kubectl get nodes"), /^node3 +Ready/m);
    assert.deepEqual(kube.complaints, []);
  });
});

test("a download that is cut off is tried again; if that is in vain the reader can", { timeout: 90_000 }, async () => {
  let cuts = 1;
  const change = (name, response) => isModule(name) && cuts-- > 0 && half(name, response);
  await withPage({ change }, async (kube) => assert.match(await kube.run("kubectl get nodes"), /^node3 +Ready/m));
  cuts = 4;
  await withTrouble("A part of the page did not arrive", { change }, async (kube, page) => {
    cuts = 0;
    await page.getByRole("button", { name: "Try again" }).click();
    assert.match(await kube.run("kubectl get nodes"), /^node3 +Ready/m);
  });
});

test("a file that is not there", { timeout: 90_000 }, async () => {
  await withTrouble("페이지의 일부를 받지 못했습니다", { lang: "ko", context: { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
    change: (name, response) => isModule(name) && missing(response) }, async (kube, page) => {
    await page.getByText(/브라우저의 설명: 404/).waitFor();
    await page.getByRole("button", { name: "다시 시도" }).waitFor();
  });
  // The program's own script; and the one that would have said so.
  await withTrouble("A part of the page did not arrive", { change: (name, response) => /^kubarium-page-\w+\.js$/.test(name) && missing(response) });
  const late = ({ page }) => page.waitForFunction(() => document.readyState === "complete");
  await withPage({ ready: late, change: (name, response) => name === "start.js" && missing(response) }, async (kube, page) => {
    const notice = page.getByText("This takes longer than it should.");
    assert.equal(await notice.isVisible(), false);
    await page.evaluate(() => document.querySelector(".late").getAnimations().forEach((animation) => animation.finish()));
    assert.equal(await notice.isVisible(), true);
    await kube.screenshot("trouble-late");
  });
});

/** Notes when the program stands still for its second module. */
const noteStanding = () => {
  globalThis.stood = [];
  XMLHttpRequest.prototype.open = () => stood.push(`${globalThis.event?.type} on ${globalThis.event?.target?.outerHTML}`);
};

test("what is done before the program's second module is there is seen at once, and done when it comes", { timeout: 60_000 }, () => {
  let [there, waiting] = [undefined, []];
  const change = (name, response) => {
    if (name === "index.html" || name === "") {
      // A page that was built for working on it has one module only: it gets an empty one.
      const page = readFileSync(join(DIST, "index.html"), "utf8");
      const two = page.includes("data-more=") ? page : page.replace("data-module=", 'data-more="kubarium-more-none.wasm" data-module=');
      response.writeHead(200, { "Content-Type": "text/html" }).end(two);
      return true;
    }
    if (!name.startsWith("kubarium-more")) return false;
    if (there === false) return missing(response);
    if (there === undefined) return waiting.push(response);
    if (!name.includes("none")) return false;
    response.writeHead(200, { "Content-Type": "text/plain" }).end(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    return true;
  };
  return withPage({ change, script: noteStanding, query: { theme: "light" } }, async (kube, page) => {
    const theme = () => page.locator("html").getAttribute("data-theme");
    const enter = async (line) => {
      await kube.prompt.fill(line);
      await kube.prompt.press("Enter");
      assert.equal(await kube.prompt.inputValue(), "");
    };
    await kube.prompt.click();
    await enter("kubectl create namespace first");
    await enter("kubectl get namespaces first");
    for (const line of ["kubectl create namespace first", "kubectl get namespaces first"]) {
      assert.equal(await kube.transcript.getByRole("button", { name: line, exact: true }).isVisible(), true);
    }
    await kube.transcript.getByText("The commands are on their way.").waitFor();
    assert.equal(await kube.transcript.getAttribute("aria-busy"), "true");
    await page.getByRole("button", { name: "Dark theme" }).click();
    await page.getByText("The rest of Kubarium is on its way.").waitFor();
    assert.equal(await theme(), "light");
    await kube.screenshot("on-its-way");
    there = false;
    waiting.forEach(missing);
    await kube.transcript.getByText("The commands could not be loaded.").waitFor();
    await page.getByText("What you did waits.").waitFor();
    there = true;
    await page.getByRole("button", { name: "Try again" }).click();
    await eventually(theme, (theme) => theme === "dark");
    await kube.prompt.press("Enter");
    await page.getByText(/^first +Active/m).first().waitFor();
    assert.equal(await kube.entries().nth(0).getByText("namespace/first created").isVisible(), true);
    assert.deepEqual(await page.evaluate(() => stood), []);
  });
});

test("a browser without WebAssembly, or with an old one", { timeout: 90_000 }, async () => {
  await withTrouble("WebAssembly is switched off", { script: () => delete globalThis.WebAssembly });
  await withTrouble("브라우저가 너무 오래되었습니다", { lang: "ko", script: () => (WebAssembly.validate = () => false) });
  await withTrouble("The program could not begin", { query: { theme: "dark" }, script: () => {
    WebAssembly.instantiate = async () => { throw new RangeError("WebAssembly.Memory(): could not allocate memory"); };
  } }, (kube, page) => page.getByText("What the browser says: WebAssembly.Memory(): could not allocate memory").waitFor());
});

test("a browser without JavaScript", { timeout: 60_000 }, async () => {
  const site = await host(DIST);
  const browser = await chromium.launch({ executablePath: installed(BROWSERS), args: [...FLAGS, "--blink-settings=scriptEnabled=false"] });
  try {
    // Nothing that needs a script works here, in the tests' tools either: the browser tells what a screen reader would hear.
    const page = await browser.newPage();
    const devtools = await page.context().newCDPSession(page);
    await page.goto(site.address, { waitUntil: "commit" });
    let heard = [];
    for (let end = Date.now() + 20_000; !heard.includes("Kubarium needs JavaScript") && Date.now() < end;) {
      const { nodes } = await devtools.send("Accessibility.getFullAXTree");
      heard = nodes.filter(({ role }) => role?.value === "heading").map(({ name }) => name.value);
    }
    assert.ok(heard.includes("Kubarium needs JavaScript") && heard.includes("Kubarium에는 JavaScript가 필요합니다"), heard.join());
  } finally {
    await browser.close();
    await site.close();
  }
});

test("a browser that has no room, or keeps nothing at all", { timeout: 90_000 }, async () => {
  const full = () => {
    const full = () => { throw new DOMException("full", "QuotaExceededError"); };
    IDBObjectStore.prototype.put = full;
    Storage.prototype.setItem = full;
  };
  await withPage({ script: full, context: { acceptDownloads: true } }, async (kube, page) => {
    await kube.run("kubectl create namespace kept");
    await kube.transcript.getByText("This browser has no room for this session").waitFor();
    await kube.screenshot("no-room");
    await page.getByRole("button", { name: "Session", exact: true }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as a file" }).click();
    assert.equal((await download).suggestedFilename(), "session.kubarium");
    assert.match(await kube.run("kubectl get namespaces"), /^kept +Active/m);
    // Said once, and not again after every command.
    assert.equal(await kube.transcript.getByText("This browser has no room for this session").count(), 1);
    assert.deepEqual(kube.complaints, []);
  });
  const nothing = () => {
    for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
      Object.defineProperty(globalThis, name, { get: () => { throw new DOMException("no", "SecurityError"); } });
    }
  };
  await withPage({ script: nothing }, async (kube) => {
    assert.match(await kube.run("kubectl get nodes"), /^node3 +Ready/m);
    assert.deepEqual(kube.complaints, []);
  });
});

const MARKUP = `<img src=x onerror="hit('it')"><script>hit()</` + `script><a href="javascript:hit()">x</a>`;

/** What hostile text has become: nothing but text. */
async function isText(kube) {
  const made = await kube.page.evaluate(() => ({
    hit: globalThis.hit,
    scripts: document.querySelectorAll("body script, script:not([src])").length,
    elements: document.querySelectorAll("[onerror], [src='x'], [href^='javascript:' i], iframe, object, embed").length,
  }));
  assert.deepEqual(made, { hit: undefined, scripts: 0, elements: 0 });
  assert.deepEqual(kube.complaints, []);
}

/** A lesson from somebody who means no good. */
function hostile(name, response) {
  if (!/^lessons\/(index|cluster)\.json$/.test(name)) return false;
  const file = JSON.parse(readFileSync(join(DIST, name), "utf8"));
  const links = `${MARKUP} [away](javascript:hit()) [data](data:text/html,x) [JS](JaVaScRiPt:hit()) \`${MARKUP}\` **${MARKUP}**`;
  if (Array.isArray(file)) file.forEach((lesson) => (lesson.title = lesson.summary = { en: `hostile ${MARKUP}`, ko: MARKUP }));
  else file.files["lesson.en.md"] = file.files["lesson.en.md"].replace(/^title: .*$/m, `title: 'hostile ${MARKUP.replaceAll("'", "''")}'`)
    .replaceAll(/^(\*\*Let the .*|The kind is .*|Not all four .*)$/gm, `${links}\n\n\`\`\`\n${MARKUP}\n\`\`\`\n\n- ${links}\n\n#### ${links}`);
  response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(file));
  return true;
}

test("nothing that anybody puts in is HTML", { timeout: 120_000 }, () =>
  withPage({ change: hostile, context: { viewport: { width: 1280, height: 860 } }, query: { run: `echo '${MARKUP.replaceAll("'", '"')}'` } }, async (kube, page) => {
    // The page would refuse it, too.
    for (const sink of ["document.body.innerHTML = '<p>'", "document.write('x')", "new DOMParser().parseFromString('<p>', 'text/html')"]) {
      const refused = await page.evaluate((sink) => {
        const act = { "document.body.innerHTML = '<p>'": () => (document.body.innerHTML = "<p>"), "document.write('x')": () => document.write("x"),
          "new DOMParser().parseFromString('<p>', 'text/html')": () => new DOMParser().parseFromString("<p>", "text/html") }[sink];
        try { return act(), false; } catch (error) { return error instanceof TypeError; }
      }, sink);
      assert.ok(refused, sink);
    }
    await page.waitForTimeout(200);
    assert.deepEqual(kube.complaints.filter((complaint) => !/trusted/i.test(complaint)), []);
    kube.complaints.length = 0;
    // Objects: names and labels are refused in the server's words, all else is shown as it is.
    assert.match(await kube.run(`kubectl create deployment '${MARKUP.replaceAll("'", '"')}' --image=nginx`), /Invalid value/);
    const pod = {
      apiVersion: "v1", kind: "Pod",
      metadata: { name: "web", labels: { app: "web" }, annotations: { note: MARKUP, [`example.com/x`]: MARKUP } },
      spec: { containers: [{ name: "web", image: "nginx", env: [{ name: "HOSTILE", value: MARKUP }],
        command: ["sh", "-c", `echo '${MARKUP.replaceAll("'", '"')}'; sleep 100000`] }] },
    };
    const files = { "pod.json": JSON.stringify(pod), "data.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {x: '${MARKUP.replaceAll("'", "''")}'}\n` };
    for (const [name, text] of Object.entries(files)) {
      const chooser = page.waitForEvent("filechooser");
      await page.getByRole("button", { name: "Session", exact: true }).click();
      await page.getByRole("button", { name: /^Open a file/ }).click();
      await (await chooser).setFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
      await page.getByText(name === "pod.json" ? "pod/web created" : "configmap/c created").waitFor();
    }
    await kube.podsUntil("web", (pods) => pods.some(isRunning));
    assert.ok((await kube.run("kubectl logs web")).includes("<img src=x"));
    assert.ok((await kube.run("kubectl get pod web -o yaml; kubectl describe pod web; kubectl get cm c -o json")).includes("onerror="));
    await kube.run(`touch '${MARKUP.replaceAll(/['/]/g, "")}'; ls; echo '${MARKUP.replaceAll("'", '"')}' >&2; cat '<b>none</b>'`);
    await kube.run(`kubectl annotate pod web 'x=${MARKUP.replaceAll("'", '"')}' --overwrite`);
    await isText(kube);
    // Everywhere that shows an object, a file, a lesson.
    await page.getByRole("button", { name: "Files", exact: true }).click();
    await page.getByRole("button", { name: /^web .*Running/ }).click();
    const inspector = page.getByRole("complementary");
    for (const tab of await inspector.getByRole("tab").all()) {
      await tab.click();
      await isText(kube);
    }
    assert.ok((await inspector.allInnerTexts()).length > 0);
    await page.getByRole("button", { name: "Lessons" }).click();
    await page.getByText("hostile <img").first().waitFor();
    await page.getByRole("button", { name: /hostile/ }).first().click();
    const lesson = page.locator("#lesson");
    await lesson.getByText("[away]").or(lesson.getByText("away")).first().waitFor();
    await lesson.getByRole("button", { name: "Hint" }).click();
    await kube.screenshot("hostile");
    await isText(kube);
    assert.equal(await lesson.locator("a").evaluateAll((links) => links.filter(({ protocol }) => !/^https?:$/.test(protocol)).length), 0);
  }));

test("a link that is broken, or means no good", { timeout: 120_000 }, () =>
  withPage({ query: { lesson: "../<img src=x>", theme: "<b>", lang: "en" } }, async (kube, page) => {
    await page.getByRole("alert").first().waitFor();
    const pack = (text) => page.evaluate(async (text) => {
      const bytes = await new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"))).arrayBuffer();
      return btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    }, text);
    const broken = ["", "x", "%3Cimg%20src=x%3E", "AAAA", await pack("{"), await pack("[]"), await pack("null"), await pack('{"kubarium":1}'),
      await pack('{"kubarium":1,"seed":"x","inputs":{}}'), await pack('{"kubarium":1,"seed":1,"inputs":[[1e99,"$ls"],[-5,"$x"],[null,7]],"end":[-1,1e30]}'),
      await pack(MARKUP)];
    for (const link of broken) {
      await page.evaluate((link) => (location.hash = `#s=${link}`), link);
      await page.waitForTimeout(100);
    }
    await page.getByText("does not hold a whole session").first().waitFor();
    await page.evaluate((link) => (location.hash = `#s=${link}`), await pack(JSON.stringify({ kubarium: 99, seed: 1, inputs: [], end: [0, 0] })));
    await page.getByText("made by a newer Kubarium").first().waitFor();
    // A whole one whose lines mean no good.
    const line = `echo '${MARKUP.replaceAll("'", '"')}' '${MARKUP.replaceAll("'", '"')}'`;
    await page.evaluate((link) => (location.hash = `#s=${link}`), await pack(JSON.stringify({ kubarium: 1, seed: 7, inputs: [[1_000_000, `$${line}`]], end: [2_000_000, 0] })));
    await kube.entries().filter({ hasText: "onerror" }).first().waitFor();
    assert.match(await kube.run("kubectl get nodes"), /^node3 +Ready/m);
    await page.getByRole("button", { name: "Session", exact: true }).click();
    await isText(kube);
  }));

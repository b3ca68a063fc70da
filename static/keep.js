// What the page keeps and hands out: saved sessions (IndexedDB), links (compressed), files, pictures. Each function answers by
// a callback, with null where the browser refuses.

const STORE = "sessions";
const MOST_SESSIONS = 50;
/** A link must not unpack into more than this: in bytes. */
const MOST_BYTES = 16 * 1024 * 1024;

const database = () => new Promise((done, failed) => {
  const request = indexedDB.open("kubarium", 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
  request.onsuccess = () => done(request.result);
  request.onerror = request.onblocked = () => failed(request.error);
});

/** The open database; opening it costs more than what is done in it. */
let opened;

function open() {
  opened ??= database().then((open) => {
    open.onversionchange = () => open.close();
    open.onclose = () => (opened = undefined);
    return open;
  });
  return opened.catch((problem) => {
    opened = undefined;
    throw problem;
  });
}

async function inStore(mode, act) {
  const transaction = (await open()).transaction(STORE, mode);
  const request = act(transaction.objectStore(STORE));
  return new Promise((done, failed) => {
    transaction.oncomplete = () => done(request.result);
    transaction.onerror = transaction.onabort = () => failed(transaction.error);
  });
}

/** Saves a session; answers true, or false if there is no room or no storage. */
export function put(id, name, text, answer) {
  inStore("readwrite", (store) => store.put({ id, name, text, at: Date.now() })).then(() => answer(true), () => answer(false));
}

/** The saved sessions without their texts, newest first, as JSON; of too many the oldest are forgotten. */
export function list(lang, answer) {
  const when = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" });
  inStore("readonly", (store) => store.getAll()).then((all) => {
    all.sort((a, b) => b.at - a.at);
    all.splice(MOST_SESSIONS).forEach(({ id }) => forget(id, () => {}));
    answer(JSON.stringify(all.map(({ id, name, at }) => ({ id, name, when: when.format(at) }))));
  }, () => answer("[]"));
}

export function get(id, answer) {
  inStore("readonly", (store) => store.get(id)).then((found) => answer(found?.text ?? null), () => answer(null));
}

export function forget(id, answer) {
  inStore("readwrite", (store) => store.delete(id)).then(() => answer(true), () => answer(false));
}

/** So long another tab may take to say that a session is its own, in milliseconds. */
const ANSWERED_MS = 200;

/** A page that came unencrypted has no locks of the browser's; there the tabs ask each other. */
const locks = navigator.locks ?? {
  async request(name, _, hold) {
    const others = new BroadcastChannel(name);
    let taken = false;
    others.onmessage = ({ data }) => (data === "mine" ? (taken = true) : others.postMessage("mine"));
    others.postMessage("whose");
    await new Promise((done) => setTimeout(done, ANSWERED_MS));
    if (taken) others.close();
    await hold(taken ? null : others);
    others.close();
  },
};

let release = () => {};

/** Makes a session this tab's own; answers its id, another one if it is some other tab's. */
export function claim(wanted, answer) {
  const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(36)).join("");
  const id = wanted || fresh();
  let granted = false;
  const hold = (lock) => {
    if (!lock) return claim("", answer);
    granted = true;
    release();
    answer(id);
    return new Promise((done) => (release = done));
  };
  locks.request(`kubarium-${id}`, { ifAvailable: true }, hold).catch(() => granted || answer(fresh()));
}

async function read(stream) {
  const parts = [];
  let size = 0;
  for (const reader = stream.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts);
    size += value.length;
    if (size > MOST_BYTES) throw new RangeError("too long");
    parts.push(value);
  }
}

/** Text, compressed and in letters that an address may have. */
export function pack(text, answer) {
  const stream = () => new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  (async () => {
    const bytes = new Uint8Array(await (await read(stream())).arrayBuffer());
    let letters = "";
    for (let at = 0; at < bytes.length; at += 8192) letters += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  })().then(answer, () => answer(null));
}

export function unpack(packed, answer) {
  (async () => {
    const letters = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    return (await read(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")))).text();
  })().then(answer, () => answer(null));
}

/** Copies a text. A page that came unencrypted has no clipboard of its own; the browser's command "copy" is older than that rule. */
export function copy(text, answer) {
  const command = () => {
    const give = (event) => {
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
    };
    document.addEventListener("copy", give, true);
    const done = document.execCommand("copy");
    document.removeEventListener("copy", give, true);
    return done;
  };
  (navigator.clipboard ? navigator.clipboard.writeText(text).then(() => true) : Promise.reject()).catch(command).then(answer);
}

function download(name, address) {
  const link = document.createElement("a");
  [link.href, link.download] = [address, name];
  link.click();
}

export function saveFile(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  download(name, address);
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Lets the reader choose a file; answers its name and its text. Several, if it may be `several`, are the files of a lesson's folder. */
export function openFile(answer, several) {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = !!several;
  input.onchange = async () => {
    const read = async (file) => (file.size > MOST_BYTES ? null : file.text().catch(() => null));
    const files = await Promise.all([...input.files].map(async (file) => [file.name, await read(file)]));
    if (files.length > 1 || (several && /^lesson\.(yaml|..\.md)$/.test(files[0]?.[0]))) {
      const lesson = { name: "lesson", files: Object.fromEntries(files) };
      answer("", JSON.stringify({ kubarium: "lessons", version: 1, lessons: [lesson] }));
    } else if (files.length) {
      answer(...files[0]);
    }
  };
  input.click();
}

/** What the picture has from the page around it, where it stands alone. */
const AS_IN_THE_PAGE = "foreignObject > .app.picture-frame { display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); width: 100%; height: 100%;"
  + " color: var(--ink); background: var(--bg); font: 400 var(--t-m) / 1.45 var(--font); word-break: keep-all; overflow-wrap: anywhere; }"
  + " *, *::before, *::after { animation: none !important; transition: none !important; }";

/** Lets a copy be as its original is at this moment: what moves would begin anew where it stands alone. */
function stop(original, copy) {
  const parts = (root) => [root, ...root.querySelectorAll("*")];
  const copies = parts(copy);
  const copyOf = new Map(parts(original).map((part, nth) => [part, copies[nth]]));
  for (const { effect } of original.getAnimations({ subtree: true })) {
    if (!effect || effect.pseudoElement) continue;
    const now = getComputedStyle(effect.target);
    for (const { offset, computedOffset, easing, composite, ...moved } of effect.getKeyframes()) {
      for (const name of Object.keys(moved)) copyOf.get(effect.target).style[name] = now[name];
    }
  }
}

/** The checksum of a PNG's chunk. */
function checksum(bytes) {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum;
}

/** A PNG with a session in it, as a line of text before its last chunk: crates/timeline/src/export.rs finds it there. */
function withSession(png, text) {
  const body = new TextEncoder().encode(`iTXtkubarium\0\0\0\0\0${text}\n`);
  const [length, sum] = [body.length - 4, checksum(body)].map((number) => {
    const bytes = new DataView(new ArrayBuffer(4));
    bytes.setInt32(0, number);
    return bytes;
  });
  const end = 12;
  return new Blob([png.slice(0, -end), length, body, sum, png.slice(-end)], { type: "image/png" });
}

/** The picture as it is now: an SVG with the page's own style, or a PNG of it. */
export function picture(name, png, metadata, answer) {
  (async () => {
    const shown = document.querySelector(".picture");
    const { width, height } = { width: shown.clientWidth, height: shown.scrollHeight };
    const style = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => rule.cssText)).join("\n");
    const copy = shown.cloneNode(true);
    stop(shown, copy);
    // What one looks at it with is no part of it. Its place stays, or what is drawn across the picture would be elsewhere.
    const [tools, clock] = [copy.querySelector(".tools"), document.querySelector(".clock")];
    tools?.replaceChildren(`Kubarium ${clock?.textContent ?? ""}`);
    tools?.style.setProperty("min-height", `${shown.querySelector(".tools").clientHeight}px`);
    // A canvas is copied without what is drawn on it.
    const drawn = shown.querySelectorAll("canvas");
    copy.querySelectorAll("canvas").forEach((canvas, nth) => {
      const image = new Image(drawn[nth].clientWidth, drawn[nth].clientHeight);
      image.src = drawn[nth].toDataURL();
      canvas.replaceWith(image);
    });
    copy.setAttribute("xmlns", "http://www.w3.org/1999/xhtml");
    const body = new XMLSerializer().serializeToString(copy);
    const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" data-theme="${document.documentElement.dataset.theme}">`
      + `<metadata id="kubarium">${escape(metadata)}</metadata><style>${escape(style)} ${AS_IN_THE_PAGE}</style>`
      + `<foreignObject width="100%" height="100%"><div xmlns="http://www.w3.org/1999/xhtml" class="app picture-frame">${body}</div></foreignObject></svg>`;
    if (!png) return saveFile(`${name}.svg`, "image/svg+xml", svg);
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width * 2, height * 2];
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const pixels = await new Promise((done) => canvas.toBlob(done, "image/png"));
    saveFile(`${name}.png`, "image/png", withSession(pixels, metadata));
  })().then(() => answer(true), () => answer(false));
}

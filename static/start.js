// Starts the program. A file of its own, because a strict Content-Security-Policy refuses scripts inside the page; the
// build writes the hashed names of the program and its modules onto the tag.
const { program, module, more } = document.querySelector("script[data-program]").dataset;
const { default: start, run, crashed } = await import(new URL(program, import.meta.url));

// A panic is a trap; so is the end of memory. The end of the stack is a RangeError. Once is enough: what comes after a crash
// follows from it.
let fallen = false;
const look = (error) => {
  if (!fallen && (error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) {
    fallen = true;
    crashed();
  }
};
addEventListener("error", ({ error }) => look(error));
addEventListener("unhandledrejection", ({ reason }) => look(reason));

const first = await start({ module_or_path: new URL(module, import.meta.url) });

// What opening the page does not need is in a second module (xtask/src/split.rs). It is fetched with the first key or click;
// the program waits for it before it runs a command. A page that was built for working on it has one module only.
const place = more && new URL(more, import.meta.url);
let loading;
globalThis.fetchDeferred = () =>
  (loading ??= (place ? WebAssembly.instantiateStreaming(fetch(place), { first }) : Promise.resolve()).catch((error) => {
    loading = undefined;
    throw error;
  }));
for (const sign of ["keydown", "pointerdown"]) {
  addEventListener(sign, () => fetchDeferred().catch(() => {}), { once: true, capture: true, passive: true });
}

// The program is in the middle of something and cannot wait. It is rare: what happens by itself was watched.
globalThis.loadDeferred = () => {
  const request = new XMLHttpRequest();
  request.open("GET", place, false);
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  const bytes = Uint8Array.from(request.responseText, (character) => character.charCodeAt(0));
  new WebAssembly.Instance(new WebAssembly.Module(bytes), { first });
};

run();

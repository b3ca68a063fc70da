// Starts the program. A file of its own, because a strict Content-Security-Policy refuses scripts inside the page; the
// build writes the hashed names of the program and its module onto the tag.
const { program, module } = document.querySelector("script[data-program]").dataset;
const { default: start, crashed } = await import(new URL(program, import.meta.url));

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

await start({ module_or_path: new URL(module, import.meta.url) });

// Starts the program. A file of its own, because a strict Content-Security-Policy refuses scripts inside the page; the
// build writes the hashed names of the program and its module onto the tag.
const { program, module } = document.querySelector("script[data-program]").dataset;
const { default: start } = await import(new URL(program, import.meta.url));
await start({ module_or_path: new URL(module, import.meta.url) });

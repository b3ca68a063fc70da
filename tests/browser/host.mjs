// A static host on loopback: serves a folder below a path, and nothing above it, so that an absolute address is a 404.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

/**
 * Serves `folder` below `prefix` ("/" or "/some/path/"); returns its address and a function that ends it. `change` may answer a
 * request itself: it is called with the file's name and the response, and returns true if it has answered. `port` is any that is
 * free, unless one is wanted.
 */
export async function host(folder, prefix = "/", change = () => false, port = 0) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://127.0.0.1").pathname;
    const name = path.startsWith(prefix) ? path.slice(prefix.length) || "index.html" : "";
    const safe = name && !normalize(name).startsWith("..");
    if (change(name, response)) return;
    try {
      if (!safe) throw new Error("outside");
      const body = await readFile(join(folder, name));
      response.writeHead(200, { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404, { "Content-Type": "text/plain" }).end("not found\n");
    }
  });
  await new Promise((ready) => server.listen(port, "127.0.0.1", ready));
  const close = () => new Promise((closed) => (server.close(closed), server.closeAllConnections()));
  return { address: `http://127.0.0.1:${server.address().port}${prefix}`, close };
}

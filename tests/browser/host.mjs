// A static host on loopback: serves a folder below a path, and nothing above it, so that an absolute address is a 404.

import { createHash } from "node:crypto";
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
 * Serves `folder` below `prefix` ("/" or "/some/path/"); returns its address, what it has sent in full, and a
 * function that ends it. `change` may answer a
 * request itself: it is called with the file's name and the response, and returns true if it has answered. `port` is any that is
 * free, unless one is wanted. `mounted` are other folders, by the names below which they are served.
 */
export async function host(folder, prefix = "/", change = () => false, port = 0, mounted = {}) {
  const sent = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://127.0.0.1").pathname;
    const below = path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
    const name = below === "" || below?.endsWith("/") ? `${below}index.html` : below ?? "";
    const safe = name && !normalize(name).startsWith("..");
    if (change(name, response)) return;
    try {
      if (!safe) throw new Error("outside");
      const mount = Object.keys(mounted).find((mount) => name.startsWith(mount));
      const body = await readFile(mount ? join(mounted[mount], name.slice(mount.length)) : join(folder, name));
      const tag = `"${createHash("sha256").update(body).digest("hex").slice(0, 16)}"`;
      const cache = /-[0-9a-f]{12,16}/.test(name) ? "public, max-age=31536000, immutable" : "no-cache";
      const head = { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream", "Cache-Control": cache, ETag: tag };
      if (request.headers["if-none-match"] === tag) return void response.writeHead(304, head).end();
      sent.push({ path, bytes: body.length });
      response.writeHead(200, head).end(body);
    } catch {
      response.writeHead(404, { "Content-Type": "text/plain" }).end("not found\n");
    }
  });
  await new Promise((ready) => server.listen(port, "127.0.0.1", ready));
  const close = () => new Promise((closed) => (server.close(closed), server.closeAllConnections()));
  return { address: `http://127.0.0.1:${server.address().port}${prefix}`, sent, close };
}

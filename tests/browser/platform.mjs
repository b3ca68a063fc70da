// Learning platforms: packages for them, and a record store.

import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { DIST, ROOT } from "./kubarium.mjs";
import { unzip } from "./zip.mjs";

export const KUBARIUM = process.env.KUBARIUM ?? join(ROOT, "target/debug/kubarium");
const run = promisify(execFile);

/** Packs lessons; the files of the package, and the folder that they were unpacked into. */
export async function pack(folder, name, ...options) {
  const out = join(folder, `${name}.zip`);
  await run(KUBARIUM, ["pack", "--dist", DIST, "--out", out, ...options], { cwd: ROOT });
  const files = unzip(await readFile(out));
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, name, path)), { recursive: true });
    await writeFile(join(folder, name, path), content);
  }
  return { files, dist: join(folder, name) };
}

/**
 * A record store on loopback, as cmi5 wants it: tokens, states, statements. So often as `busy` says it gives no state, as `away` says it
 * takes no statement; `refuses` is why there is no token; `preferences` are the learner's.
 */
export async function recordStore() {
  const lrs = { statements: [], states: new Map(), complaints: [], fetched: 0, away: 0, busy: 0 };
  const launch = {
    contextTemplate: {
      contextActivities: { grouping: [{ id: "urn:test:course" }] },
      extensions: { "https://w3id.org/xapi/cmi5/context/extensions/sessionid": "session-1" },
    },
    launchMode: "Normal",
    moveOn: "Passed",
    masteryScore: 0.9,
  };
  lrs.launch = launch;
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://127.0.0.1");
    let body = "";
    for await (const chunk of request) body += chunk;
    const answer = (status, value) => response.writeHead(status, {
      "Access-Control-Allow-Origin": "*",
      "Access-Control-Allow-Headers": "authorization,content-type,x-experience-api-version",
      "Access-Control-Allow-Methods": "GET,PUT,POST",
      "Content-Type": "application/json",
    }).end(value === undefined ? "" : JSON.stringify(value));
    if (request.method === "OPTIONS") return answer(204);
    if (pathname === "/fetch" && lrs.refuses) return answer(200, { "error-code": "1", "error-text": lrs.refuses });
    if (pathname === "/fetch") return (lrs.fetched += request.method === "POST"), answer(200, { "auth-token": Buffer.from("key:secret").toString("base64") });
    if (request.headers.authorization !== `Basic ${Buffer.from("key:secret").toString("base64")}`) lrs.complaints.push(`${pathname}: no token`);
    if (!/^1\.0\./.test(request.headers["x-experience-api-version"] ?? "")) lrs.complaints.push(`${pathname}: no version`);
    if (pathname === "/xapi/statements") {
      if (lrs.away > 0) return lrs.away--, answer(503);
      const statements = [JSON.parse(body)].flat();
      if (request.method === "PUT" && statements[0].id !== searchParams.get("statementId")) lrs.complaints.push("a statement's id");
      lrs.statements.push(...statements);
      return request.method === "PUT" ? answer(204) : answer(200, statements.map(({ id }) => id));
    }
    if (pathname === "/xapi/activities/state") {
      const id = searchParams.get("stateId");
      if (request.method === "GET" && lrs.busy > 0) return lrs.busy--, answer(503);
      if (request.method === "PUT") return lrs.states.set(id, JSON.parse(body)), answer(204);
      if (id === "LMS.LaunchData") return answer(200, launch);
      return lrs.states.has(id) ? answer(200, lrs.states.get(id)) : answer(404, {});
    }
    if (pathname === "/xapi/agents/profile") return lrs.preferences ? answer(200, lrs.preferences) : answer(404, {});
    lrs.complaints.push(`${request.method} ${pathname}`);
    answer(404, {});
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  lrs.address = `http://127.0.0.1:${server.address().port}`;
  lrs.close = () => new Promise((closed) => (server.close(closed), server.closeAllConnections()));
  return lrs;
}

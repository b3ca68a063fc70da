// The element's types: its source against what it says of itself, and a program that uses it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const at = (name) => fileURLToPath(new URL(name, import.meta.url));
const OPTIONS = ["--noEmit", "--strict", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler", "--lib", "es2024,dom,dom.iterable"];

function compile(...given) {
  const done = spawnSync("node", [at("node_modules/typescript/bin/tsc"), ...OPTIONS, ...given], { encoding: "utf8" });
  assert.equal(done.status, 0, done.stdout + done.stderr);
}

test("the element keeps to its own types", () => compile("--allowJs", "--checkJs", at("../../embed/kubarium.js")));
test("who uses it gets types", () => compile(at("embed.types.ts")));

// The same seed and the same commands give the same bytes natively and in the browser.

import { test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { open } from "./kubarium.mjs";

const COMMANDS = [
  "kubectl create deployment mynginx --image=nginx --replicas=3",
  "kubectl rollout status deployment mynginx",
  "kubectl get pods -o wide",
  "kubectl create service nodeport mynginx --tcp=80:80",
  "sleep 2",
  "kubectl get all -o wide",
  "kubectl delete pod -l app=mynginx --wait=false",
  "sleep 5",
  "kubectl get pods -o yaml",
  "kubectl get events --sort-by=.metadata.creationTimestamp",
  "kubectl get nosuch",
];

/** What `kubarium sh --json` answers to each command. */
function natively(seed) {
  const program = process.env.KUBARIUM ?? "target/debug/kubarium";
  const { stdout, error } = spawnSync(program, ["sh", "--json", "--seed", seed], { input: COMMANDS.join("\n") + "\n", encoding: "utf8" });
  if (error) throw error;
  return stdout.trim().split("\n").map((line) => JSON.parse(line)).map(({ cmd, stdout, stderr }) => ({ cmd, printed: stdout + stderr }));
}

for (const seed of ["1", "4711"]) {
  test(`seed ${seed} prints the same bytes natively and in the browser`, { timeout: 120_000 }, async () => {
    const kube = await open({ query: { seed, run: COMMANDS.join(";") } });
    try {
      await kube.entries().nth(COMMANDS.length - 1).waitFor();
      kube.before = COMMANDS.length - 1;
      await kube.finish();
      for (const [nth, { cmd, printed }] of natively(seed).entries()) {
        assert.equal(await kube.output(nth), printed, cmd);
      }
    } finally {
      await kube.close();
    }
  });
}

test("another seed makes other names", () => {
  const [one, other] = ["1", "4711"].map((seed) => natively(seed)[2].printed);
  assert.notEqual(one, other);
});

// Who wants less motion gets none: nothing that moves changes its place over time, and the same is to be seen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isRunning, withPage } from "./kubarium.mjs";

test("with reduced motion nothing moves, and all is said", { timeout: 120_000 }, () =>
  withPage({ query: { seed: "1" }, context: { reducedMotion: "reduce" } }, async (kube) => {
    const { page } = kube;
    await page.evaluate(() => {
      globalThis.moved = new Set();
      const look = () => {
        for (const { effect } of document.getAnimations()) {
          const { target, pseudoElement } = effect;
          const moves = effect.getKeyframes().some((frame) => ["transform", "translate", "scale", "offsetDistance", "left", "top", "strokeDashoffset"].some((property) => property in frame));
          if (moves && effect.getComputedTiming().duration > 1) moved.add(`${target.getAttribute("class")}${pseudoElement ?? ""}`);
        }
        requestAnimationFrame(look);
      };
      look();
    });
    await kube.run("kubectl create deployment web --image=nginx --replicas=3; kubectl expose deployment web --port=80 --type=NodePort");
    await kube.podsUntil("web-", (pods) => pods.length === 3 && pods.every(isRunning));
    await kube.run("curl -s http://node1:$(kubectl get service web -o jsonpath='{.spec.ports[0].nodePort}')");
    await page.getByRole("button", { name: /^Story of node1/ }).waitFor();
    for (const view of ["By app", "By node"]) await page.getByRole("button", { name: view }).click();
    await kube.run("kubectl scale deployment web --replicas=1");
    await kube.podsUntil("web-", (pods) => pods.length === 1);
    assert.deepEqual(await page.evaluate(() => [...moved]), []);
    // Packets are drawn frame by frame: theirs stands.
    await kube.start("curl -s http://node2:$(kubectl get service web -o jsonpath='{.spec.ports[0].nodePort}')");
    const places = await page.evaluate(async () => {
      const places = new Set();
      for (const end = performance.now() + 1500; performance.now() < end; await new Promise(requestAnimationFrame)) {
        document.querySelectorAll("circle.packet").forEach((packet) => places.add(JSON.stringify(packet.getBoundingClientRect())));
      }
      return places.size;
    });
    assert.ok(places <= 1, `a packet stood at ${places} places`);
    await kube.finish();
    assert.deepEqual(kube.complaints, []);
  }));

// What a screen reader hears of a command: one announcement, once its effect is there, of how it ended and what has changed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, withPage } from "./kubarium.mjs";

/** Each with what is said of it, in English and in Korean. */
const COMMANDS = [
  ["kubectl get pods", /: done, 1 line$/, /: 완료, 1줄$/],
  ["kubectl create deployment web --image=nginx --replicas=3", /web: all 3 Pods are running/, /web: Pod 3개가 모두 실행 중/],
  ["kubectl expose deployment web --port=80 --type=NodePort", /Service web: Pods behind it: 3/, /Service web: 뒤에 있는 Pod 3개/],
  ["kubectl scale deployment web --replicas=5", /web: all 5 Pods are running/, /web: Pod 5개가 모두 실행 중/],
  ["kubectl set image deployment web nginx=nginx:1.27", /web: 5 new Pods are running, of 5$/, /web: 새 Pod 5개 실행 중, 원하는 Pod은 5개$/],
  ["kubectl scale deployment web --replicas=0", /web: it has no Pods/, /web: Pod이 없음/],
  ["kubectl run missing --image=nosuch", /missing is ErrImagePull on node\d/, /missing: ErrImagePull, node\d/],
  ["kubectl delete pod missing --now", /Pod missing is gone/, /Pod missing: 없어짐/],
  ["kubectl cordon node3", /node3 is Ready, SchedulingDisabled/, /node3: Ready, SchedulingDisabled/],
  ["kubectl uncordon node3", /node3 is Ready$/, /node3: Ready$/],
  ["kubectl create job once --image=busybox -- true; kubectl wait --for=condition=complete job/once", /Job once: 1 of 1 done/, /Job once: 1개 끝남, 전체 1개/],
  ["kubectl get podz", /exit status 1\. error: the server doesn't have/, /종료 상태 1\. error: the server doesn't have/],
  ["kubectl delete deployment web", /Deployment web is gone/, /Deployment web: 없어짐/],
  ["kubectl get nodes", /done, 5 lines$/, /완료, 5줄$/],
  // The same words twice are heard twice.
  ["kubectl get nodes", /done, 5 lines\s*$/, /완료, 5줄\s*$/],
  ["for i in 1 2 3; do echo $i; done", /done, 3 lines/, /완료, 3줄/],
  ["clear", /: done$/, /: 완료$/],
  ["kubectl create deployment a --image=nginx; kubectl create deployment b --image=nginx", /a: its Pod is running\. b: its Pod is running/, /a: Pod 1개가 실행 중\. b: Pod 1개가 실행 중/],
  ["kubectl drain node1 --ignore-daemonsets", /node1 is Ready, SchedulingDisabled/, /node1: Ready, SchedulingDisabled/],
  ["kubectl delete service web", /Service web is gone/, /Service web: 없어짐/],
];

for (const [nth, lang] of ["en", "ko"].entries()) {
  test(`each command is told of once, with what it has changed: ${lang}`, { timeout: 240_000 }, () =>
    withPage({ lang, query: { seed: "1" } }, async (kube) => {
      const { page } = kube;
      // The first line fetches the program's second module, which is told of as well; that is over by then.
      await kube.run("true");
      await page.waitForTimeout(1500);
      await page.evaluate(() => {
        globalThis.heard = [];
        const live = "[role=status], [role=alert], [aria-live]:not([aria-live=off])";
        const place = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement)?.closest(live);
        new MutationObserver((changes) => {
          const said = new Set(changes.map(({ target }) => place(target)).filter(Boolean));
          said.forEach((place) => place.textContent.trim() && heard.push(place.textContent));
        }).observe(document.body, { childList: true, characterData: true, subtree: true });
      });
      const heard = () => page.evaluate(() => heard);
      for (const [command, ...told] of COMMANDS) {
        await page.evaluate(() => (heard.length = 0));
        await kube.prompt.fill(command);
        await kube.prompt.press("Enter");
        await eventually(heard, (heard) => heard.length > 0);
        await page.waitForTimeout(400);
        const said = await heard();
        assert.equal(said.length, 1, JSON.stringify(said));
        assert.ok(said[0].startsWith(command), said[0]);
        assert.match(said[0], told[nth]);
      }
      assert.deepEqual(kube.complaints, []);
    }));
}

test("what happens later is told of its own, once it is quiet, and not with the next command", { timeout: 120_000 }, () =>
  withPage({ query: { seed: "1" } }, async (kube) => {
    const told = async () => (await kube.page.locator("[role=status]").allTextContents()).join("\n");
    await kube.run("kubectl create job late --image=busybox -- sleep 8");
    await eventually(told, (told) => /sleep 8: done.*Job late: 0 of 1 done$/m.test(told));
    await eventually(told, (told) => /^Job late: 1 of 1 done$/m.test(told));
    await kube.run("kubectl get jobs");
    assert.match(await eventually(told, (told) => /get jobs/.test(told)), /get jobs: done, 2 lines$/m);
    assert.deepEqual(kube.complaints, []);
  }));

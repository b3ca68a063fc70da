// The picture as one looks at it: by node and by app, filtered and searched, near and far; what is over folds away.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { eventually, isRunning, open } from "./kubarium.mjs";

let kube;
before(async () => {
  kube = await open({ query: { seed: "3" } });
  await kube.run("kubectl create deployment web --image=nginx --replicas=3; kubectl expose deployment web --port=80");
  await kube.run("kubectl create ns shop; kubectl create deployment cart --image=redis -n shop");
  await kube.podsUntil("web-", (pods) => pods.length === 3 && pods.every(isRunning));
  await kube.podsUntil("cart-", (pods) => pods.length === 1 && pods.every(isRunning));
});
after(() => kube?.close());

const button = (name) => kube.page.getByRole("button", { name, exact: true });
const names = (pods) => pods.map((pod) => pod.split(" ")[0]).sort();

test("the same Pods by node and by app, and the choice is remembered", async () => {
  const before = names(await kube.pods("web-"));
  await button("By app").click();
  await kube.page.getByRole("group", { name: "node1", exact: true }).waitFor({ state: "detached" });
  assert.deepEqual(names(await kube.pods("web-")), before, "each is there once");
  await kube.screenshot("by-app");
  await kube.page.reload();
  await kube.prompt.waitFor();
  assert.equal(await button("By app").getAttribute("aria-pressed"), "true");
  await button("By node").click();
  await kube.node("node1").waitFor();
});

test("Pods keep their identity between the views: they move, and none is made anew for the reader", async () => {
  await kube.run("kubectl create deployment web --image=nginx --replicas=3; kubectl rollout status deployment web");
  // What a new Pod pushed aside is still on its way: only what moves after that is the change of views.
  await kube.page.waitForFunction(() => !document.getAnimations().some((a) => a.effect?.target?.matches?.(".pod[data-uid]") && a.playState === "running"));
  const moving = kube.seen(() => {
    const moves = document.getAnimations().filter((a) => a.effect?.target?.matches?.(".pod[data-uid]")
      && a.effect.getKeyframes().some((frame) => /translate\((?!0)/.test(frame.transform ?? "")));
    return moves.length && moves.map((a) => a.effect.target.dataset.uid);
  });
  const before = await kube.page.locator(".pod[data-uid]").evaluateAll((pods) => pods.map((pod) => pod.dataset.uid).sort());
  await button("By app").click();
  assert.deepEqual((await moving).sort(), before);
  await button("By node").click();
});

test("a filter hides by namespace, labels and kind; it is remembered and can be taken back", async () => {
  await kube.run("kubectl create ns shop; kubectl create deployment cart --image=redis -n shop; kubectl rollout status deployment cart -n shop");
  await kube.page.locator("summary", { hasText: "Filter" }).click();
  await kube.page.getByLabel("Namespace", { exact: true }).selectOption("shop");
  await kube.podsUntil("web-", (pods) => pods.length === 0);
  assert.equal((await kube.pods("cart-")).length, 1);
  await button("Show everything").click();
  await kube.podsUntil("web-", (pods) => pods.length === 3);
  await kube.page.getByLabel("Labels").fill("app=web");
  await kube.podsUntil("cart-", (pods) => pods.length === 0);
  await kube.page.getByLabel("Labels").fill("app=(");
  assert.equal(await kube.page.getByLabel("Labels").getAttribute("aria-invalid"), "true");
  await kube.podsUntil("cart-", (pods) => pods.length === 1);
  await kube.page.getByLabel("Labels").fill("");
  await kube.page.getByLabel("pods", { exact: true }).uncheck();
  await kube.podsUntil("web-", (pods) => pods.length === 0);
  await kube.page.getByLabel("pods", { exact: true }).check();
  await kube.page.locator("summary", { hasText: "Filter" }).click();
});

test("a search lights what matches, counts it, and Enter goes there", async () => {
  const search = kube.page.getByRole("searchbox", { name: /Search the cluster/ });
  await search.fill("redis");
  await kube.page.getByText("1 found").waitFor();
  assert.deepEqual(await kube.page.locator(".pod.lit").evaluateAll((pods) => pods.map((pod) => pod.getAttribute("aria-label").slice(0, 5))), ["cart-"]);
  await search.press("Enter");
  assert.match(await kube.page.evaluate(() => document.activeElement.getAttribute("aria-label")), /^cart-/);
  await search.press("Escape");
  assert.equal(await kube.page.locator(".lit").count(), 0);
});

test("an old ReplicaSet and finished Pods fold away, and unfold", async () => {
  await kube.run("kubectl set image deployment web nginx=nginx:1.27; kubectl rollout status deployment web");
  await button("+1 old").waitFor();
  assert.equal(await kube.page.getByRole("button", { name: /^ReplicaSet/ }).count(), 2, "web's new one and cart's");
  await button("+1 old").click();
  assert.equal(await kube.page.getByRole("button", { name: /^ReplicaSet/ }).count(), 3);
  await button("By app").click();
  await button("+1 old").waitFor();
  assert.equal(await kube.page.getByRole("button", { name: /^ReplicaSet/ }).count(), 2);
  await button("+1 old").click();
  assert.equal(await kube.page.getByRole("button", { name: /^ReplicaSet/ }).count(), 3, "and by app, too");
  await kube.speed("30");
  await kube.run("kubectl create job pi --image=busybox -- true; kubectl wait --for=condition=complete job/pi");
  await kube.run("kubectl create job two --image=busybox --dry-run=client -o yaml -- true | sed 's/^spec:/spec:\\n  completions: 3/' | kubectl apply -f -; kubectl wait --for=condition=complete job/two");
  await button("+2 finished").waitFor();
  assert.equal((await kube.pods("two-")).length, 1);
  await button("+2 finished").click();
  assert.equal((await kube.pods("two-")).length, 3);
  await kube.speed("1");
  await button("By node").click();
});

test("a crash loop counts down to its next start", async () => {
  await kube.speed("10");
  await kube.run("kubectl run crasher --image=busybox -- false");
  // Not the first waits, which are over before one looks.
  await kube.page.waitForFunction(() => parseFloat(document.querySelector(".countdown [data-left]")?.dataset.left) >= 20);
  await kube.speed("1");
  const left = () => kube.page.locator(".countdown [data-left]").first().getAttribute("data-left", { timeout: 5_000 }).then(parseFloat);
  const first = await left();
  assert.ok(first > 0 && first <= 300, `${first}`);
  await kube.page.waitForTimeout(2_500);
  assert.ok(await left() < first);
  await kube.screenshot("crash-loop");
  await kube.run("kubectl delete pod crasher --grace-period=0 --force");
});

test("close up one sees what is in a Pod", async () => {
  await kube.page.getByRole("button", { name: /^cart-/ }).focus();
  await kube.page.keyboard.press("+");
  const pod = kube.page.getByRole("button", { name: /^cart-/ });
  assert.match(await pod.innerText(), /redis/);
  await button("Farther: the whole cluster (-)").click();
});

test("a route stays, and its story is what the trace tells", async () => {
  await kube.run("kubectl expose deployment web --name=door --port=80 --type=NodePort");
  const port = await kube.run("kubectl get service door -o jsonpath='{.spec.ports[0].nodePort}'");
  const address = await kube.run("kubectl get node node2 -o jsonpath='{.status.addresses[0].address}'");
  const printed = await kube.run(`curl -s -o /dev/null --trace-route http://${address}:${port}/`);
  const told = printed.split("\n").filter((line) => /^(hop|end|http) /.test(line)).map((line) => line.replace(/^\w+ +\d* +/, "").replace(/\s/g, ""));
  const route = kube.page.getByRole("button", { name: new RegExp(`^Story of .*:${port}$`) }).last();
  await route.waitFor();
  assert.match(await route.getAttribute("data-route"), /^you node:node2 service:default\/door (node:\S+ )*pod:\S+$/);
  await route.focus();
  await kube.page.keyboard.press("Enter");
  const story = kube.page.getByRole("complementary", { name: /^Story of/ });
  await story.waitFor();
  const steps = await story.locator('[data-step="hop"], [data-step="end"], [data-step="http"]').evaluateAll((steps) =>
    steps.map((step) => [step.querySelector("b")?.textContent, step.querySelector("div > span").textContent].filter(Boolean).join(": ").replace(/\s/g, "")));
  assert.deepEqual(steps.slice(0, told.length), told);
  await kube.screenshot("story");
  await kube.page.keyboard.press("Escape");
  await story.waitFor({ state: "detached" });
});

test("steady traffic is a flow with its rate, and a Service shows the share that each endpoint got", async () => {
  const port = await kube.run("kubectl get service door -o jsonpath='{.spec.ports[0].nodePort}'");
  await kube.start(`for i in $(seq 120); do curl -s -o /dev/null http://node1:${port}; sleep 0.05; done`);
  const stream = kube.page.locator("[data-stream]").first();
  await stream.waitFor({ state: "attached" });
  assert.match(await stream.getAttribute("data-stream"), /^you service:default\/door pod:\S+$/);
  assert.match(await stream.textContent(), /^\d+(\.\d)?\/s$/);
  await kube.screenshot("flows");
  await kube.finish();
  const card = kube.page.locator("article", { has: kube.page.getByRole("button", { name: /^Service · NodePort door/ }) });
  const got = (await card.locator("small").allTextContents()).map(Number);
  assert.equal(got.length, 3);
  assert.ok(got.every((requests) => requests > 10), got.join(" "));
  await stream.waitFor({ state: "detached" });
});

test("each fault of a node is typed as the command that causes it", async () => {
  const menu = kube.page.locator("summary", { has: kube.page.locator("svg") }).and(kube.page.getByLabel("What can happen to node3"));
  await menu.click();
  await kube.screenshot("faults");
  const before = await kube.entries().count();
  await kube.page.getByRole("group", { name: "node3", exact: true }).getByRole("button", { name: /^Stop the kubelet ?ssh/ }).click();
  await kube.entries().nth(before).waitFor();
  assert.match(await kube.entries().nth(before).innerText(), /ssh node3 systemctl stop kubelet/);
  await menu.click();
  await kube.page.getByRole("group", { name: "node3", exact: true }).getByRole("button", { name: /^Stop the kubelet: undo/ }).click();
  await kube.entries().nth(before + 1).waitFor();
  assert.match(await kube.entries().nth(before + 1).innerText(), /ssh node3 systemctl start kubelet/);
});

test("the scheduler's decision is shown on the nodes: who was refused, who got which score", async () => {
  const seen = kube.seen(() => {
    const found = [...document.querySelectorAll(".ruling")].map((ruling) => ruling.closest("[role=group]").getAttribute("aria-label") + " " + ruling.textContent);
    return found.some((text) => text.includes("chosen-one")) && found;
  });
  await kube.run("kubectl run chosen-one --image=nginx");
  const rulings = await seen;
  assert.ok(rulings.some((ruling) => /^master ✕/.test(ruling)), rulings.join("\n"));
  assert.ok(rulings.some((ruling) => /^master .*TaintToleration/.test(ruling)), rulings.join("\n"));
  const scores = rulings.filter((ruling) => /^node\d (✓ )?\d+/.test(ruling));
  assert.equal(scores.length, 3, rulings.join("\n"));
  const score = (ruling) => Number(ruling.match(/^node\d (?:✓ )?(\d+)/)[1]);
  const best = scores.find((ruling) => ruling.includes("✓"));
  assert.ok(scores.every((ruling) => score(ruling) <= score(best)));
  const [pod] = await kube.podsUntil("chosen-one", ([pod]) => isRunning(pod ?? ""));
  assert.equal((await kube.pods(pod.split(" ")[0], best.split(" ")[0])).length, 1, "and there it runs");
});

test("what the scheduler found moves nothing, however narrow the nodes are", async () => {
  await kube.page.setViewportSize({ width: 390, height: 844 });
  try {
    const [shown, without] = await kube.page.evaluate(() => {
      const heights = () => [...document.querySelectorAll(".room > header")].map((header) => header.getBoundingClientRect().height);
      const marks = [...document.querySelectorAll(".caption .ruling")];
      const shown = marks.length === 4 && heights();
      marks.forEach((mark) => mark.style.display = "none");
      const without = heights();
      marks.forEach((mark) => mark.style.display = "");
      return [shown, without];
    });
    assert.deepEqual(shown, without);
  } finally {
    await kube.page.setViewportSize({ width: 1280, height: 860 });
  }
});

test("what was found is told once, and not again when a node has space", async () => {
  await kube.run("kubectl create deployment full --image=nginx --replicas=14");
  await kube.podsUntil("full-", (pods) => pods.length === 14 && pods.every(isRunning));
  const told = () => kube.page.evaluate(() =>
    document.getAnimations().filter((a) => a.animationName === "ruling" && a.playState === "running").length);
  await eventually(told, (told) => told === 0);
  const again = kube.seen(() => {
    const told = document.getAnimations().some((a) => a.animationName === "ruling" && a.playState === "running");
    return told ? "again" : document.querySelectorAll(".pod[aria-label^=full-]").length === 0 && "gone";
  });
  await kube.run("kubectl delete deployment full");
  assert.equal(await again, "gone");
});

test("a node's name is whole, however long it is and however narrow its room", async () => {
  await kube.page.setViewportSize({ width: 390, height: 844 });
  try {
    const name = "ip-10-0-1-23.ap-northeast-2.compute.internal";
    await kube.run(`echo '{"apiVersion":"v1","kind":"Node","metadata":{"name":"${name}"}}' | kubectl create -f -`);
    const [cut, room] = await kube.node(name).evaluate((room) => {
      const name = room.querySelector("h3 button");
      const [outer, inner] = [room, name].map((part) => part.getBoundingClientRect());
      return [name.scrollWidth > name.clientWidth || name.scrollHeight > name.clientHeight || inner.right > outer.right, outer.width];
    });
    assert.ok(!cut && room < 200, `${cut} in ${room} px`);
    await kube.run(`kubectl delete node ${name}`);
  } finally {
    await kube.page.setViewportSize({ width: 1280, height: 860 });
  }
});

test("beside an open inspector the nodes stand in one row, and no name is broken", async () => {
  await kube.page.locator("[data-object='Deployment/default/web']").first().click();
  await kube.page.locator(".inspector").waitFor();
  const tops = () => kube.page.locator(".rooms > .room").evaluateAll((rooms) => rooms.map((room) => Math.round(room.getBoundingClientRect().top)));
  await eventually(tops, (tops) => tops.length === 4 && new Set(tops).size === 1);
  const lines = () => kube.page.locator(".rs .name").evaluateAll((names) =>
    names.map((name) => name.getBoundingClientRect().height / parseFloat(getComputedStyle(name).lineHeight)));
  assert.ok((await lines()).every((lines) => lines < 1.5));
  await button("By app").click();
  await eventually(lines, (lines) => lines.length > 0 && lines.every((lines) => lines < 1.5));
  await button("By node").click();
  await kube.page.locator(".inspector").getByRole("button", { name: "Close" }).first().click();
});

test("nothing went wrong meanwhile", () => assert.deepEqual(kube.complaints, []));

test("a hundred nodes are a map of cells, and one can look into a node", { timeout: 240_000 }, async () => {
  const many = await open({ query: { seed: "3", nodes: "100" } });
  try {
    const map = many.page.getByRole("grid", { name: /^101 nodes, 101 Ready, \d+ Pods$/ });
    await map.waitFor();
    const before = Number((await map.getAttribute("aria-label")).match(/(\d+) Pods$/)[1]);
    await map.focus();
    await many.page.keyboard.press("ArrowRight");
    await many.page.keyboard.press("ArrowRight");
    await many.node("node1").waitFor();
    const told = () => map.evaluate((map) => map.querySelector(`#${map.getAttribute("aria-activedescendant")}`).textContent);
    assert.equal(await told(), "node1 Ready, Pods: 2");
    await many.page.keyboard.press("End");
    await many.page.keyboard.press("Home");
    await many.page.keyboard.press("ArrowRight");
    // Each change of a node is a change of its cell, and of no other.
    const colours = () => map.evaluate((map) => [...map.getContext("2d").getImageData(0, 0, map.width, map.height).data].join());
    const plain = await colours();
    await many.run("kubectl cordon node1");
    assert.equal(await told(), "node1 Ready, SchedulingDisabled, Pods: 2");
    assert.notEqual(await colours(), plain, "a mark stands in the cell");
    await many.run("kubectl uncordon node1");
    assert.equal(await colours(), plain, "and is gone");
    await map.focus();
    await many.page.keyboard.press("Enter");
    assert.equal(await many.page.evaluate(() => document.activeElement.textContent), "node1");
    await many.screenshot("map");
    // Nearer, a cell is large enough for a finger and for its number; farther than the whole there is nothing.
    const side = async () => (await map.boundingBox()).width / Number(await map.getAttribute("aria-colcount"));
    const [closer, farther] = ["Closer", "Farther"].map((name) => many.page.getByRole("button", { name }));
    assert.equal(await farther.isDisabled(), true);
    await closer.click();
    await eventually(side, (side) => side >= 24);
    await many.screenshot("map-near");
    // Who presses a cell sees the node's room.
    await map.click({ position: { x: 5 * (await side()) + 9, y: 9 } });
    const room = many.page.locator(".rooms.of-map > .room").nth(1);
    const below = async () => (await room.boundingBox()).y + 60 - (await many.page.locator(".picture").boundingBox().then((box) => box.y + box.height));
    await eventually(below, (below) => below < 0);
    // On a phone, too: one sees a part of the map, and by keyboard the cell that one stands on.
    await many.page.setViewportSize({ width: 390, height: 844 });
    await eventually(() => map.getAttribute("aria-colcount"), (columns) => Number(columns) < 12);
    assert.ok((await map.boundingBox()).height > 400);
    await map.click({ position: { x: (await side()) + 9, y: 9 } });
    await eventually(below, (below) => below < 0);
    for (const key of ["PageDown", "PageDown", "PageDown"]) await many.page.keyboard.press(key);
    const sheet = () => map.evaluate((map) => [map.parentElement.clientHeight, map.parentElement.scrollTop]);
    await eventually(sheet, ([height, top]) => height < 330 && top > 50);
    await many.page.setViewportSize({ width: 1280, height: 860 });
    await farther.click();
    await many.start("kubectl create deployment web --image=nginx --replicas=400; kubectl rollout status deployment web");
    await many.speed("10");
    await many.page.getByRole("grid", { name: `, ${before + 400} Pods` }).waitFor();
    await many.finish();
    await many.screenshot("map-full");
    const download = many.page.waitForEvent("download");
    await many.page.getByRole("button", { name: "Session", exact: true }).click();
    await many.page.getByRole("button", { name: "The picture (SVG)" }).click();
    assert.match(await readFile(await (await download).path(), "utf8"), /<img [^>]*src="data:image\/png;base64,[\w+/]{500,}/, "the map is in the picture that one takes away");
    assert.deepEqual(many.complaints, []);
  } finally {
    await many.close();
  }
});

test("on a tablet no way of a request lies on a node's switch, and a Deployment's number is whole where it is changed", { timeout: 120_000 }, async () => {
  for (const [width, inspected] of [[768, false], [1200, true]]) {
    const tablet = await open({ query: { seed: "1" }, context: { viewport: { width, height: 1024 } } });
    try {
      const { page } = tablet;
      await tablet.run("kubectl create deployment web --image=nginx --replicas=3; kubectl expose deployment web --port=80 --type=NodePort");
      await tablet.podsUntil("web-", (pods) => pods.length === 3 && pods.every(isRunning));
      for (const node of ["node1", "node2", "node3"]) await tablet.run(`curl -s http://${node}:$(kubectl get service web -o jsonpath='{.spec.ports[0].nodePort}')`);
      if (inspected) await page.locator("[data-object='Deployment/default/web']").first().click();
      for (const node of ["node1", "node2", "node3"]) {
        await tablet.node(node).locator("summary").click({ timeout: 5000 });
        await page.keyboard.press("Escape");
      }
      await page.getByRole("button", { name: /^Number of Pods of web/ }).click();
      const sheet = page.getByRole("group", { name: "Number of Pods of web" });
      for (const name of ["One more", "One less"]) await sheet.getByRole("button", { name }).click({ timeout: 5000 });
      await sheet.getByRole("button", { name: "Run" }).click({ trial: true, timeout: 5000 });
    } finally {
      await tablet.close();
    }
  }
});

test("a way of a request takes no click that is meant for a Pod", { timeout: 120_000 }, async () => {
  const other = await open({ query: { seed: "1" } });
  try {
    await other.run("kubectl create deployment web --image=nginx --replicas=9; kubectl expose deployment web --port=80 --type=NodePort");
    await other.podsUntil("web-", (pods) => pods.length === 9 && pods.every(isRunning));
    for (let i = 0; i < 6; i++) await other.run("curl -s http://node1:$(kubectl get service web -o jsonpath='{.spec.ports[0].nodePort}')");
    await eventually(() => other.page.locator(".route.flying").count(), (flying) => flying === 0);
    const found = () => other.page.evaluate(() => {
      const inside = ({ left, right, top, bottom }) => {
        const spots = [];
        for (let x = left + 8; x < right - 8; x += 3) for (let y = top + 8; y < bottom - 8; y += 3) spots.push([x, y]);
        return spots;
      };
      const hit = (element) => inside(element.getBoundingClientRect()).filter(([x, y]) => document.elementFromPoint(x, y)?.closest(".route"));
      const below = [...document.querySelectorAll(".pod, .mark, .room h3 button")].filter((element) => hit(element).length > 0);
      return [document.querySelectorAll(".route").length, below.map((element) => element.ariaLabel ?? element.textContent)];
    });
    const [routes, below] = await found();
    assert.ok(routes > 2);
    assert.deepEqual(below, []);
    await other.page.locator(".route").first().focus();
    await other.page.keyboard.press("Enter");
    await other.page.getByRole("heading", { name: /^Request/ }).waitFor();
  } finally {
    await other.close();
  }
});

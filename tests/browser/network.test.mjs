// What packets do, typed and watched: the four types of Service, two nodes that are cut off from each other, a
// NetworkPolicy that stops one, an Ingress that hands one on. What is drawn is compared, hop by hop, with what the network itself tells of the same connection.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isRunning, open } from "./kubarium.mjs";

let kube;
before(async () => {
  kube = await open({ query: { seed: "3" } });
  await kube.run("kubectl create deployment web --image=nginx --replicas=2; kubectl expose deployment web --port=80");
  await kube.podsUntil("web-", (pods) => pods.length === 2 && pods.every(isRunning));
});
after(() => kube?.close());

/** Types a command whose connections are drawn; returns what it printed and the ways that were drawn meanwhile. */
async function watched(command) {
  await kube.page.evaluate(() => {
    const seen = (window.ways = []);
    const note = () => document.querySelectorAll("[data-way]").forEach((flight) => {
      if (seen.at(-1) !== flight.dataset.way) seen.push(flight.dataset.way);
    });
    window.watcher?.disconnect();
    window.watcher = new MutationObserver(note);
    window.watcher.observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-way"] });
  });
  const printed = await kube.run(command);
  await kube.page.waitForFunction(() => window.ways.length > 0);
  return { printed, ways: await kube.page.evaluate(() => window.ways) };
}

/** The name of the Pod that answered, as `curl --trace-route` tells it. */
const deliveredTo = (printed) => printed.match(/pod (\S+): delivered/)?.[1];

/** The ways that `curl --trace-route` tells, one for each connection, in the words of the picture: places that are passed in
 * several steps once, Pods by UID. */
async function told(printed) {
  const list = await kube.run("kubectl get pods -A -o custom-columns=N:.metadata.name,U:.metadata.uid --no-headers");
  const uids = new Map(list.trim().split("\n").map((line) => line.trim().split(/\s+/)));
  const ways = [];
  for (const [, number, place, did] of printed.matchAll(/^hop +(\d+) +([^:]+): (.*)$/gm)) {
    if (number === "1") ways.push([]);
    const way = ways.at(-1);
    const [what, name] = place.split(" ");
    const keys = {
      outside: () => (way.length > 0 && !/^stops/.test(did) ? "internet" : "you"),
      load: () => "load-balancer",
      service: () => `service:${name}`,
      pod: () => `pod:${uids.get(name)}`,
    };
    const key = (keys[what] ?? (() => `node:${what.replace("'s", "")}`))();
    if (way.at(-1) !== key) way.push(key);
    if (key === "you" && /^stops/.test(did)) way.push("wall");
  }
  return ways.map((way) => way.join(" "));
}

/** Types a request and compares what is drawn of it, first as a packet and then as a line that stays, with what is told. */
async function compared(command) {
  const { printed, ways } = await watched(command);
  const expected = await told(printed);
  assert.ok(expected.length > 0, printed);
  for (const way of expected) assert.ok(ways.includes(way), `${way}\nis not among\n${ways.join("\n")}`);
  const last = await kube.page.locator("[data-route]").last().getAttribute("data-route");
  assert.equal(last, expected.at(-1), "the line that stays");
  return { printed, way: expected.at(-1) };
}

/** A picture in both themes. */
async function pictures(name) {
  for (const theme of ["dark", "light"]) {
    await kube.page.evaluate((theme) => {
      document.documentElement.setAttribute("data-theme", theme);
      // Colours that change slowly would be caught halfway.
      for (const change of document.getAnimations()) if (change instanceof CSSTransition) change.finish();
    }, theme);
    await kube.screenshot(`${name}-${theme}`);
  }
}

const TRACE = "curl -s -m 3 -o /dev/null --trace-route";

test("the four types of Service: each way is drawn as the network tells it, and stays to compare with the next", async () => {
  await kube.run("kubectl run guest --image=nginx; kubectl wait --for=condition=Ready pod/guest");
  // A cluster IP, from inside and from outside.
  const inside = await compared(`kubectl exec guest -- ${TRACE} http://web`);
  assert.match(inside.way, /^pod:\S+ node:\S+ service:default\/web (node:\S+ )+pod:\S+$/);
  const ip = await kube.run("kubectl get service web -o jsonpath='{.spec.clusterIP}'");
  assert.equal((await compared(`${TRACE} http://${ip}`)).way, "you wall");
  // A node port, at a node where it leads on to another.
  await kube.run("kubectl expose deployment web --port=80 --type=NodePort --name=web-port");
  const port = await kube.run("kubectl get service web-port -o jsonpath='{.spec.ports[0].nodePort}'");
  const node = await compared(`${TRACE} http://node3:${port}`);
  assert.match(node.way, /^you node:node3 service:default\/web-port node:node3 (node:\S+ )?pod:\S+$/);
  await pictures("service-node-port");
  // A load balancer.
  await kube.run("kubectl expose deployment web --port=80 --type=LoadBalancer --name=web-lb; sleep 10");
  const lb = await kube.run("kubectl get service web-lb -o jsonpath='{.status.loadBalancer.ingress[0].ip}'");
  const balanced = await compared(`${TRACE} http://${lb}`);
  assert.match(balanced.way, /^you load-balancer node:\S+ service:default\/web-lb (node:\S+ )+pod:\S+$/);
  await pictures("service-load-balancer");
  // Another name for what is outside.
  await kube.run("kubectl create service externalname shop --external-name www.example.com");
  assert.match((await compared(`kubectl exec guest -- ${TRACE} http://shop`)).way, /^pod:\S+ node:\S+ internet$/);
  await pictures("service-external-name");
  // The last routes stay, the older ones fainter, and each can be read.
  const routes = kube.page.locator("[data-route]");
  assert.equal(await routes.count(), 3);
  await kube.page.waitForFunction(() => document.querySelectorAll(".route.flying").length === 0);
  const strength = await routes.evaluateAll((all) => all.map((route) => Number(getComputedStyle(route.querySelector(".line")).strokeOpacity)));
  assert.ok(strength[2] > strength[0], `the latest is the clearest: ${strength}`);
  await routes.last().press("Enter");
  await kube.page.getByText("198.51.100.20").first().waitFor();
  await pictures("service-story");
  await kube.page.keyboard.press("Escape");
});

/** Presses a button of a node's menu, and waits for the command that it types to end. */
async function pressed(node, name) {
  kube.before = await kube.entries().count();
  await kube.node(node).locator("summary").click();
  await kube.node(node).getByRole("button", { name }).first().click();
  await kube.entries().nth(kube.before).waitFor();
  return kube.finish();
}

test("two nodes are cut off from each other by a button of the one or the other, and the picture tells where a packet ends", async () => {
  await kube.run("kubectl run far --image=nginx --overrides='{\"spec\":{\"nodeName\":\"node1\"}}'; kubectl run near --image=nginx --overrides='{\"spec\":{\"nodeName\":\"node3\"}}'");
  await kube.run("kubectl wait --for=condition=Ready pod/far pod/near");
  const call = "kubectl exec near -- curl -s -m 3 -o /dev/null --trace-route http://$(kubectl get pod far -o jsonpath='{.status.podIP}')";
  for (const [node, other, address] of [["node1", "node3", "172.17.0.13"], ["node3", "node1", "172.17.0.11"]]) {
    await pressed(node, new RegExp(`^Drop what ${other} sends`));
    assert.ok((await kube.run(`ssh ${node} iptables -S INPUT`)).includes(`-A INPUT -s ${address}/32 -j DROP`), node);
    const { printed, way } = await compared(call);
    assert.match(printed, new RegExp(`${node}: stops: filtered\\nend {4}timed out: filtered`));
    assert.ok(way.endsWith(`node:${node}`), way);
    if (node === "node3") await pictures("cut-at-the-other");
    await pressed(node, new RegExp(`^Drop what ${other} sends: undo`));
  }
  assert.match(await kube.run(call), /far answered 200/);
  await kube.run("kubectl delete pod far near --now");
});

test("a NetworkPolicy stops a packet at the Pod that it isolates, and the picture says so", async () => {
  const open = await watched("kubectl exec deploy/web -- curl -s -m 2 -o /dev/null --trace-route http://web");
  assert.match(open.printed, /service default\/web: KUBE-SERVICES -> KUBE-SVC-\w+ picked KUBE-SEP-\w+ \([12] of 2\)/);
  assert.ok(deliveredTo(open.printed), open.printed);
  for (const way of await told(open.printed)) assert.ok(open.ways.includes(way), `${way}\n${open.ways.join("\n")}`);
  const policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed}\nspec: {podSelector: {}}\n";
  assert.equal(await kube.paste(`cat <<EOF | kubectl apply -f -\n${policy}EOF`), "networkpolicy.networking.k8s.io/closed created\n");
  // Another Pod than the Deployment's asks, so that it is not a Pod that asks itself.
  const shut = await watched("kubectl exec guest -- curl -s -m 2 -o /dev/null --trace-route http://web");
  assert.match(shut.printed, /Ingress denied by NetworkPolicy closed\nend {4}timed out: ingress-denied/);
  await kube.page.getByText("A NetworkPolicy lets nothing of the kind in to this Pod.").first().waitFor();
  for (const way of await told(shut.printed)) assert.ok(shut.ways.includes(way), `${way}\n${shut.ways.join("\n")}`);
  await pictures("network-policy");
  await kube.run("kubectl delete networkpolicy closed");
});

test("an Ingress hands requests on: through the load balancer to its controller, and from there to a Pod", async () => {
  // The controller writes addresses once a minute.
  await kube.speed("100");
  await kube.run("kubectl apply -f https://raw.githubusercontent.com/kubernetes/ingress-nginx/controller-v1.13.2/deploy/static/provider/cloud/deploy.yaml");
  await kube.run("kubectl create ingress shop --class=nginx --rule='shop.example.com/*=web:80'");
  await kube.run("kubectl rollout status -n ingress-nginx deployment ingress-nginx-controller; sleep 70");
  const address = await kube.run("kubectl get ingress shop -o jsonpath='{.status.loadBalancer.ingress[0].ip}'");
  await kube.speed("1");
  assert.match(address, /^\d+\.\d+\.\d+\.\d+$/);
  const { printed, ways } = await watched(`curl -s --trace-route -H 'Host: shop.example.com' http://${address}`);
  assert.match(printed, /Welcome to nginx!/);
  assert.match(printed, /load balancer \S+: gives it to node/);
  assert.ok(ways.some((way) => /^you load-balancer node:\S+ service:ingress-nginx\/ingress-nginx-controller (node:\S+ )*pod:/.test(way)), ways.join("\n"));
  assert.ok(ways.some((way) => /^pod:\S+ (node:\S+ )+pod:\S+$/.test(way)), ways.join("\n"));
  const both = await told(printed);
  assert.equal(both.length, 2, printed);
  for (const way of both) assert.ok(ways.includes(way), `${way}\n${ways.join("\n")}`);
  await pictures("ingress");
  assert.match(await kube.run(`curl -s -o /dev/null -w '%{http_code}' http://${address}`), /^404/);
});

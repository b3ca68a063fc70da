// What packets do, typed and watched: a NetworkPolicy that stops one, an Ingress that hands one on. What is drawn is compared
// with what the network itself tells of the same connection.

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

test("a NetworkPolicy stops a packet at the Pod that it isolates, and the picture says so", async () => {
  const open = await watched("kubectl exec deploy/web -- curl -s -m 2 -o /dev/null --trace-route http://web");
  assert.match(open.printed, /service default\/web: KUBE-SERVICES -> KUBE-SVC-\w+ picked KUBE-SEP-\w+ \([12] of 2\)/);
  assert.ok(deliveredTo(open.printed), open.printed);
  assert.ok(open.ways.some((way) => /^pod:\S+ node:\S+ service:default\/web (node:\S+ )*pod:\S+$/.test(way)), open.ways.join("\n"));
  const policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: closed}\nspec: {podSelector: {}}\n";
  assert.equal(await kube.paste(`cat <<EOF | kubectl apply -f -\n${policy}EOF`), "networkpolicy.networking.k8s.io/closed created\n");
  // Another Pod of the Deployment is asked, so that it is not a Pod that asks itself.
  await kube.run("kubectl run guest --image=nginx; kubectl wait --for=condition=Ready pod/guest");
  const shut = await watched("kubectl exec guest -- curl -s -m 2 -o /dev/null --trace-route http://web");
  assert.match(shut.printed, /Ingress denied by NetworkPolicy closed\nend {4}timed out: ingress-denied/);
  await kube.page.getByText("A NetworkPolicy lets nothing of the kind in to this Pod.").first().waitFor();
  await kube.screenshot("network-policy");
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
  await kube.screenshot("ingress");
  assert.match(await kube.run(`curl -s -o /dev/null -w '%{http_code}' http://${address}`), /^404/);
});

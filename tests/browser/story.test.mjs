// The whole story of a Deployment and its Service, typed at the prompt: each step asserts what was printed and what the
// picture shows.

import { after, before, describe, test } from "node:test";
import assert from "node:assert/strict";
import { isRunning, open, table } from "./kubarium.mjs";

describe("the story of a Deployment and its Service", { timeout: 600_000 }, () => {
  /** @type {import("./kubarium.mjs").Kubarium} */
  let kube;
  const addresses = {};
  const running = (count) => (pods) => pods.length === count && pods.every(isRunning);

  // Each step goes on where the one before ended: after a failure the others would only fail for another reason.
  let broken = false;
  const step = (title, run) => test(title, async (t) => {
    if (broken) return t.skip("the step before it failed");
    broken = true;
    try {
      await run();
      broken = false;
    } finally {
      if (broken) await kube.screenshot("failed");
    }
  });

  before(async () => void (kube = await open({ query: { seed: "1" } })));
  after(async () => kube?.close());

  step("1: the page opens with a cluster like kubeadm's", async () => {
    const nodes = table(await kube.run("kubectl get nodes -o wide"));
    assert.deepEqual(nodes.map((node) => [node.NAME, node.STATUS, node.ROLES]), [
      ["master", "Ready", "control-plane"], ["node1", "Ready", "<none>"], ["node2", "Ready", "<none>"], ["node3", "Ready", "<none>"],
    ]);
    for (const node of nodes) {
      addresses[node.NAME] = node["INTERNAL-IP"];
      const room = await kube.node(node.NAME).innerText();
      assert.match(room, /Ready/);
      assert.ok(room.includes(node["INTERNAL-IP"]), `${node.NAME} shows its address`);
    }
    const system = table(await kube.run("kubectl get pods -A"));
    assert.ok(system.every((pod) => pod.NAMESPACE === "kube-system" && pod.STATUS === "Running"));
    for (const [part, count] of [["etcd", 1], ["kube-apiserver", 1], ["coredns", 2], ["kube-proxy", 4], ["weave-net", 4]]) {
      assert.equal(system.filter((pod) => pod.NAME.startsWith(`${part}-`)).length, count, part);
    }
    await kube.screenshot("1-cluster");
  });

  step("2: a Deployment makes a ReplicaSet, which makes a Pod", async () => {
    assert.equal(await kube.run("kubectl create deployment mynginx --image=nginx"), "deployment.apps/mynginx created\n");
    const [pod] = await kube.podsUntil("mynginx-", running(1));
    assert.match(await kube.run("kubectl get deployments.apps"), /^mynginx +1\/1 +1 +1 /m);
    assert.match(await kube.run("kubectl get rs"), /^mynginx-[a-z0-9]+ +1 +1 +1 /m);
    const [row] = table(await kube.run("kubectl get pod -o wide"));
    assert.equal(row.IP, ip(pod));
    assert.equal((await kube.pods(row.NAME, row.NODE)).length, 1, "the picture shows it on the node that kubectl names");
    const first = { node1: "10.44.0.1", node2: "10.36.0.1", node3: "10.47.0.1" };
    if (row.NODE === "node1") assert.equal(row.IP, first.node1);
    assert.match(await kube.run("kubectl get all"), /^pod\/mynginx.*\n[^]*^deployment\.apps\/mynginx[^]*^replicaset\.apps\/mynginx/m);
  });

  step("3: scaled to four, by command and by editor", async () => {
    assert.equal(await kube.run("kubectl scale deployment mynginx --replicas=4"), "deployment.apps/mynginx scaled\n");
    await kube.podsUntil("mynginx-", running(4));
    const rows = table(await kube.run("kubectl get pods -o wide"));
    assert.deepEqual([...new Set(rows.map((row) => row.NODE))].sort(), ["node1", "node2", "node3"]);
    assert.equal((await kube.pods("mynginx-", "master")).length, 0);
    await kube.screenshot("3-four-pods");

    const editor = kube.editor;
    await kube.start("kubectl edit deployment mynginx");
    await editor.text.waitFor();
    const manifest = await editor.text.inputValue();
    assert.match(manifest, /^ {2}replicas: 4$/m);
    await editor.text.fill(manifest.replace("replicas: 4", "replicas: four"));
    await editor.save.click();
    await kube.page.waitForFunction((text) => /replicas: four/.test(text.value) && /^#/m.test(text.value), await editor.text.elementHandle());
    await kube.screenshot("3-editor");
    await editor.text.fill((await editor.text.inputValue()).replace("replicas: four", "replicas: 5"));
    await editor.save.click();
    assert.match(await kube.finish(), /deployment\.apps\/mynginx edited\n$/);
    await kube.podsUntil("mynginx-", running(5));
    await kube.run("kubectl scale deployment mynginx --replicas=4");
    await kube.podsUntil("mynginx-", running(4));
  });

  step("4: a deleted Pod is replaced by another, with another name and address", async () => {
    const [first, ...others] = await kube.pods("mynginx-");
    await kube.start(`kubectl delete pod ${name(first)} --wait=false; kubectl get pods -w`);
    const pods = await kube.podsUntil("mynginx-", (pods) => running(4)(pods) && !pods.some((pod) => name(pod) === name(first)));
    const [replacement] = pods.filter((pod) => !others.some((other) => name(other) === name(pod)));
    await kube.until(new RegExp(`^${name(replacement)} +1/1 +Running`, "m"));
    await kube.prompt.press("Control+c");
    const printed = await kube.finish();
    assert.match(printed, new RegExp(`^${name(first)} .* (Terminating|Completed) `, "m"));
    assert.match(printed, new RegExp(`^${name(replacement)} .*ContainerCreating`, "m"));
    // Another address, unless the old one was free again by then: weave gives the lowest free one of the node.
    assert.match(ip(replacement), /^10\.(3[2-9]|4[0-7])\./);
  });

  step("5: describe and events tell what happened", async () => {
    const deployment = await kube.run("kubectl describe deployments.apps mynginx");
    assert.match(deployment, /^Replicas: +4 desired \| 4 updated \| 4 total \| 4 available \| 0 unavailable$/m);
    assert.match(deployment, /Normal +ScalingReplicaSet .* Scaled up replica set mynginx-\w+ from 1 to 4/);
    const [pod] = await kube.pods("mynginx-");
    const described = await kube.run(`kubectl describe pod ${name(pod)}`);
    for (const reason of ["Scheduled", "Pulled", "Created", "Started"]) assert.match(described, new RegExp(`Normal +${reason} `));
    assert.match(described, new RegExp(`^IP: +${ip(pod)}$`, "m"));
    assert.match(await kube.run("kubectl describe rs"), /Normal +SuccessfulCreate .* Created pod: mynginx-/);
    assert.match(await kube.run("kubectl get events"), /Killing +pod\/mynginx-/);
  });

  step("6: containers of a Pod share its address and an emptyDir; what outlives a Pod lies outside the cluster", async () => {
    assert.equal(await kube.paste(TWO_CONTAINERS), "");
    assert.equal(await kube.run("kubectl apply -f two.yaml"), "deployment.apps/two created\n");
    const [pod] = await kube.podsUntil("two-", running(1));
    assert.match(pod, /2\/2/);
    const inside = (container, command) => kube.run(`kubectl exec deploy/two -c ${container} -- ${command}`);
    assert.match(await inside("helper", "curl -s localhost:80"), /Welcome to nginx!/);
    await inside("web", "sh -c 'echo shared > /both/file; echo mine > /tmp/file; echo kept > /outside/file'");
    assert.equal(await inside("helper", "cat /both/file"), "shared\n");
    assert.match(await inside("helper", "cat /tmp/file"), /No such file or directory/);
    await kube.run(`kubectl delete pod ${name(pod)}`);
    await kube.podsUntil("two-", (pods) => running(1)(pods) && name(pods[0]) !== name(pod));
    assert.match(await inside("web", "cat /tmp/file"), /No such file or directory/);
    assert.equal(await inside("web", "cat /outside/file"), "kept\n");
    await kube.run("kubectl delete deployment two");
  });

  step("7: a Pod's address cannot be reached from outside", async () => {
    const [pod] = await kube.pods("mynginx-");
    const printed = await kube.run(`curl --max-time 3 http://${ip(pod)}`);
    assert.match(printed, /curl: \(28\)/);
    await kube.page.getByText("The packet stops here").first().waitFor();
    await kube.screenshot("7-stopped-outside");
  });

  step("8: a node port leads to every Pod; the cluster IP answers inside only", async () => {
    assert.equal(await kube.run("kubectl create service nodeport mynginx --tcp=80:80"), "service/mynginx created\n");
    const service = table(await kube.run("kubectl get service -o wide")).find((row) => row.NAME === "mynginx");
    const port = service["PORT(S)"].match(/^80:(3\d{4})\/TCP$/)[1];
    const pods = await kube.pods("mynginx-");
    const endpoints = table(await kube.run("kubectl get endpoints")).find((row) => row.NAME === "mynginx").ENDPOINTS;
    assert.match(endpoints, /^\d+\.\d+\.\d+\.\d+:80,/);
    const described = await kube.run("kubectl describe service mynginx");
    assert.match(described, new RegExp(`^NodePort: +80-80 +${port}/TCP$`, "m"));
    assert.ok(pods.some((pod) => described.includes(`${ip(pod)}:80`)));

    await kube.start(`curl http://${addresses.node3}:${port}`);
    await kube.screenshot("8-node-port");
    assert.match(await kube.finish(), /Welcome to nginx!/);
    assert.match(await kube.run(`curl --max-time 3 http://${service["CLUSTER-IP"]}`), /curl: \(28\)/);
    for (const place of ["ssh master", "ssh node1", `kubectl exec ${name(pods[0])} --`]) {
      assert.match(await kube.run(`${place} curl -s http://${service["CLUSTER-IP"]}`), /Welcome to nginx!/, place);
    }
    // Repeated requests spread over the Pods: each Pod logs those that it got.
    await kube.run(`for i in $(seq 40); do curl -s http://${addresses.node3}:${port} > /dev/null; done`);
    for (const pod of pods) {
      assert.match(await kube.run(`kubectl logs ${name(pod)}`), /GET \/ HTTP\/1\.1/, `${name(pod)} was asked`);
    }
  });

  step("9: the other types of Service", async () => {
    assert.match(await kube.run("kubectl expose deployment mynginx --port=80 --type=ClusterIP --name=inside"), /service\/inside exposed/);
    assert.match(await kube.run("ssh node2 curl -s http://inside.default.svc.cluster.local; kubectl exec deploy/mynginx -- curl -s http://inside"), /Welcome to nginx!/);

    assert.match(await kube.run("kubectl expose deployment mynginx --port=80 --type=LoadBalancer --name=balanced"), /service\/balanced exposed/);
    await kube.run("sleep 10");
    const balanced = table(await kube.run("kubectl get service balanced"))[0];
    assert.match(balanced["EXTERNAL-IP"], /^\d+\.\d+\.\d+\.\d+$/);
    assert.match(balanced["PORT(S)"], /^80:3\d{4}\/TCP$/);
    assert.match(await kube.run(`curl -s http://${balanced["EXTERNAL-IP"]}`), /Welcome to nginx!/);
    await kube.screenshot("9-load-balancer");

    assert.match(await kube.run("kubectl create service externalname elsewhere --external-name=example.com"), /service\/elsewhere created/);
    assert.match(await kube.run("kubectl get service elsewhere"), /ExternalName +<none> +example\.com/);
    await kube.run("kubectl run tool --image=busybox -- sleep infinity; kubectl wait --for=condition=Ready pod/tool");
    assert.match(await kube.run("kubectl exec tool -- nslookup elsewhere"), /canonical name = example\.com/);
  });

  step("10: a node whose kubelet stops loses its Pods, and comes back", async () => {
    const lost = (await kube.pods("mynginx-", "node1")).map(name);
    assert.ok(lost.length > 0, "a Pod runs on node1");
    await kube.speed("100");
    await kube.run("ssh node1 systemctl stop kubelet");
    await kube.run("sleep 60");
    assert.match(await kube.run("kubectl get nodes"), /^node1 +NotReady /m);
    assert.match(await kube.node("node1").innerText(), /NotReady/);
    await kube.run("sleep 320");
    const rows = table(await kube.run("kubectl get pods -o wide"));
    assert.ok(lost.every((pod) => rows.find((row) => row.NAME === pod)?.STATUS === "Terminating"), "they wait for their kubelet");
    const healthy = rows.filter((row) => row.STATUS === "Running");
    assert.equal(healthy.length, 4);
    assert.ok(healthy.every((row) => ["node2", "node3"].includes(row.NODE)));
    await kube.screenshot("10-node-lost");
    await kube.run("ssh node1 systemctl start kubelet");
    await kube.run("sleep 30");
    assert.match(await kube.run("kubectl get nodes"), /^node1 +Ready /m);
    await kube.podsUntil("mynginx-", (pods) => running(4)(pods) && !pods.some((pod) => lost.includes(name(pod))));
  });

  test("nothing went wrong meanwhile, and nothing was asked of other hosts", () => assert.deepEqual(kube.complaints, []));
});

/** The parts of a Pod's accessible name. */
const name = (pod) => pod.match(/^[a-z0-9.-]+/)[0];
const ip = (pod) => pod.match(/\b\d+\.\d+\.\d+\.\d+\b/)?.[0];

const TWO_CONTAINERS = `cat > two.yaml <<'END'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: two
spec:
  selector: {matchLabels: {app: two}}
  template:
    metadata:
      labels: {app: two}
    spec:
      terminationGracePeriodSeconds: 1 # a sleep that is process 1 does not heed SIGTERM
      containers:
      - name: web
        image: nginx
        volumeMounts:
        - {name: both, mountPath: /both}
        - {name: outside, mountPath: /outside}
      - name: helper
        image: curlimages/curl
        command: ["sleep", "infinity"]
        volumeMounts:
        - {name: both, mountPath: /both}
      volumes:
      - {name: both, emptyDir: {}}
      - {name: outside, nfs: {server: nfs.example.com, path: /exports/web}}
END`;

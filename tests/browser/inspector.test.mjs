// The inspector as a person uses it: by keyboard, from a Pod back to the command that was typed, and with a mistake in YAML.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isRunning, open } from "./kubarium.mjs";

/** The panel and what is in it. */
const parts = (kubarium) => {
  const panel = kubarium.page.getByRole("complementary");
  return {
    panel,
    tab: (name) => panel.getByRole("tab", { name, exact: true }),
    content: panel.getByRole("tabpanel"),
    button: (name) => panel.getByRole("button", { name }),
  };
};

const CREATE = "kubectl create deployment web --image=nginx";

/** A page with a Deployment whose Pod runs, and the inspector open on the Pod. */
async function withPod(options) {
  const kubarium = await open(options);
  await kubarium.run(CREATE);
  const [pod] = await kubarium.podsUntil("web-", (pods) => pods.length === 1 && isRunning(pods[0]));
  const name = pod.split(" ")[0];
  const button = kubarium.page.getByRole("button", { name: new RegExp(`^${name}`) });
  await button.click();
  await kubarium.page.getByRole("complementary", { name: `Pod ${name}` }).waitFor();
  return { kubarium, name, chosen: button, ...parts(kubarium) };
}

test("tabs by keyboard, and the focus comes back", async () => {
  const { kubarium, panel, tab, chosen } = await withPod();
  const { keyboard } = kubarium.page;
  const ring = () => chosen.evaluate((pod) => getComputedStyle(pod).boxShadow);
  try {
    const ringed = await ring();
    const focused = () => kubarium.page.evaluate(() => document.activeElement.textContent);
    assert.equal(await focused(), "Summary");
    for (const name of ["Why?", "Events", "Related", "Containers", "Logs", "YAML", "Summary"]) {
      await keyboard.press("ArrowRight");
      assert.equal(await focused(), name);
      assert.equal(await tab(name).getAttribute("aria-selected"), "true");
      assert.equal(await panel.getByRole("tab", { selected: true }).count(), 1);
    }
    await keyboard.press("End");
    assert.equal(await focused(), "YAML");
    assert.match(await panel.getByLabel("YAML", { exact: true }).last().textContent(), /^apiVersion: v1\nkind: Pod\nmetadata:\n  creationTimestamp: "[^"]+"\n/);
    assert.ok(await panel.locator(".y-key").count() > 20, "it has its colours");
    await keyboard.press("Home");
    assert.equal(await focused(), "Summary");
    await keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    assert.notEqual(await ring(), ringed, "what is looked at has a ring as long as it is");
    assert.ok(await chosen.evaluate((pod) => pod === document.activeElement), "the Pod has the focus again");
    assert.deepEqual(kubarium.complaints, []);
  } finally {
    await kubarium.close();
  }
});

test("why is there this Pod? Because of what was typed", async () => {
  const { kubarium, panel, tab, content, name } = await withPod();
  try {
    await tab("Why?").click();
    const steps = content.getByRole("listitem");
    for (const who of ["kubelet", "default-scheduler", "replicaset-controller", "deployment-controller", "kubernetes-admin"]) {
      await steps.filter({ hasText: who }).first().waitFor();
    }
    const command = content.getByRole("button", { name: CREATE });
    await command.click();
    await steps.filter({ hasText: "created" }).filter({ hasText: name }).first().waitFor();
    // Each object in the chain leads to itself.
    await content.getByRole("button", { name: "Deployment web" }).first().click();
    await kubarium.page.getByRole("complementary", { name: "Deployment web" }).waitFor();
    await tab("Summary").click();
    assert.match(await content.textContent(), /All 1 wanted Pods are ready/);
    await panel.getByRole("button", { name: "Back" }).click();
    await kubarium.page.getByRole("complementary", { name: `Pod ${name}` }).waitFor();
    assert.deepEqual(kubarium.complaints, []);
  } finally {
    await kubarium.close();
  }
});

test("YAML with a mistake is kept and answered, a right one changes the cluster", async () => {
  const { kubarium, tab, content, button } = await withPod();
  try {
    await tab("Related").click();
    await content.getByRole("img", { name: "All 1 wanted Pods are ready." }).first().waitFor();
    await content.getByRole("button", { name: "Deployment web" }).click();
    await kubarium.page.getByRole("complementary", { name: "Deployment web" }).waitFor();
    await tab("YAML").click();
    await button("Edit").click();
    const text = content.getByRole("textbox");
    const before = await text.inputValue();
    const wrong = before.replace("replicas: 1", "replicas: many");
    await text.fill(wrong);
    assert.match(await content.textContent(), /-\s+replicas: 1\+\s+replicas: many/);
    await button("Apply").click();
    const alert = content.getByRole("alert");
    await alert.waitFor();
    assert.match(await alert.textContent(), /cannot be handled as a Deployment|unable to decode|json: cannot unmarshal/);
    assert.equal(await text.inputValue(), wrong);
    assert.match(await kubarium.transcript.textContent(), /kubectl replace -f - <</);
    await text.fill(before.replace("  replicas: 1", "  replicas: [1"));
    await button("Apply").click();
    await content.getByText(/yaml: line \d+/).first().waitFor();
    await text.fill(before.replace("replicas: 1", "replicas: 3"));
    await button("Apply").click();
    await text.waitFor({ state: "detached" });
    await kubarium.podsUntil("web-", (pods) => pods.length === 3 && pods.every(isRunning));
    await tab("Why?").click();
    await content.getByText("spec.replicas").first().waitFor();
    assert.deepEqual(kubarium.complaints, []);
  } finally {
    await kubarium.close();
  }
});

test("a log that grows, a terminal in a container, and any object by its name", async () => {
  const { kubarium, panel, tab, content, name } = await withPod();
  try {
    await tab("Logs").click();
    await content.getByText("docker-entrypoint").first().waitFor();
    await tab("Containers").click();
    await content.getByRole("button", { name: `kubectl exec -it ${name} -c nginx -- sh` }).click();
    await kubarium.page.waitForFunction(() => document.activeElement.matches(".terminal textarea"));
    await kubarium.prompt.fill("hostname");
    await kubarium.prompt.press("Enter");
    await kubarium.transcript.getByText(name).last().waitFor();
    await kubarium.prompt.fill("exit");
    await kubarium.prompt.press("Enter");
    await panel.getByRole("combobox", { name: "Go to an object" }).fill("node/node1");
    await kubarium.page.keyboard.press("Enter");
    await kubarium.page.getByRole("complementary", { name: "Node node1" }).waitFor();
    await tab("Summary").click();
    assert.match(await content.textContent(), /Is ready for Pods/);
    // As for kubectl, and what is not there is said to be so.
    const find = panel.getByRole("combobox", { name: "Go to an object" });
    await find.fill("po/nobody");
    await kubarium.page.keyboard.press("Enter");
    assert.equal(await find.evaluate((find) => find.validationMessage), "There is no such object.");
    await find.fill("sa/default");
    await kubarium.page.keyboard.press("Enter");
    await kubarium.page.getByRole("complementary", { name: "ServiceAccount default" }).waitFor();
    await tab("Related").click();
    await content.getByRole("button", { name: `Pod ${name}` }).waitFor();
    assert.deepEqual(kubarium.complaints, []);
  } finally {
    await kubarium.close();
  }
});

test("a workload says which of its Pods is in trouble, and how that is mended where it was made", async () => {
  const { kubarium, panel, tab, content } = await withPod();
  try {
    await kubarium.run("kubectl set image deployment/web nginx=nosuchimage:9");
    await panel.getByRole("combobox", { name: "Go to an object" }).fill("deploy/web");
    await kubarium.page.keyboard.press("Enter");
    await tab("Summary").click();
    await content.getByText("The image of the container nginx cannot be pulled.").waitFor();
    await content.getByRole("button", { name: "kubectl set image deployment/web nginx=nginx" }).click();
    await content.getByText("All 1 wanted Pods are ready.").waitFor();
    await content.getByText("cannot be pulled").waitFor({ state: "detached" });
    assert.deepEqual(kubarium.complaints, []);
  } finally {
    await kubarium.close();
  }
});

// What a page may do with a playground: each button is one call.
import { enliven } from "./kubarium/kubarium.js";

const find = (id) => document.getElementById(id);
const playground = find("playground");
const said = find("said");
const say = (text) => {
  said.textContent = `${said.textContent}${text}\n`.split("\n").slice(-12).join("\n");
};

enliven();
playground.on("command", ({ command, exit }) => say(`on("command"): ${command} → ${exit}`));
find("run").addEventListener("click", async () => {
  const [{ stdout }] = await playground.run("kubectl get pods");
  say(`run: ${stdout.trim().split("\n").length - 1} Pods`);
});
find("scale").addEventListener("click", () => playground.run("kubectl scale deployment web --replicas=5"));
find("reset").addEventListener("click", () => playground.reset().then(() => say("reset")));
find("state").addEventListener("click", async () => {
  const { time, commands, address } = await playground.getState();
  say(`getState: ${time} s\n${commands}${address}`);
});

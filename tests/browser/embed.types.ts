// How TypeScript sees the element: compiled by types.test.mjs, never run.
import { Playground, enliven, read } from "../../embed/kubarium.js";

const playground = document.querySelector("kubarium-playground");
if (playground) {
  const stop: () => void = playground.on("command", ({ command, exit }) => console.log(command.length, exit.toFixed()));
  playground.on("lesson", (lesson) => console.log(lesson?.step));
  const [first] = await playground.run("kubectl get nodes", "ls");
  const { address, commands }: { address: string; commands: string } = await playground.getState();
  console.log(first.stdout, address, commands, read("$ ls").script);
  await playground.reset();
  stop();
}
Playground.src = "https://kubarium.example/";
enliven(document.body);
// @ts-expect-error There is no such event.
document.createElement("kubarium-playground").on("explosion", () => {});
// @ts-expect-error Commands are texts.
await document.createElement("kubarium-playground").run(7);

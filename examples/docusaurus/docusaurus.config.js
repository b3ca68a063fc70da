// The lines that matter; everything else is as `create-docusaurus` leaves it.
import remarkKubarium from "kubarium/remark";

export default {
  title: "Pods",
  url: "https://docs.example",
  baseUrl: "/",
  // node_modules/kubarium/dist, copied to static/kubarium.
  scripts: [{ src: "/kubarium/kubarium.js", type: "module" }],
  presets: [["classic", { docs: { remarkPlugins: [[remarkKubarium, { src: "/kubarium/" }]] } }]],
};

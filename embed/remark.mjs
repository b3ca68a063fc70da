// A remark plugin, for Docusaurus and other users of MDX: a fenced block ```kubarium becomes <kubarium-playground>, with the
// block inside it as the text for readers without JavaScript. See docs/embed.md.

import { attributes } from "./fence.mjs";

/**
 * `src` is where the page with the cluster is, if not beside kubarium.js.
 * @param {{ src?: string }} [options]
 */
export default function remarkKubarium({ src } = {}) {
  return (tree) => change(tree, src);
}

function change(node, src) {
  for (const [at, child] of (node.children ?? []).entries()) {
    if (child.type === "code" && child.lang === "kubarium") node.children[at] = playground(child, src);
    else change(child, src);
  }
}

function playground(code, src) {
  const given = attributes(code.meta, src);
  const block = element("code", [["className", "language-kubarium"]], [literal(code.value)]);
  return element("kubarium-playground", given, [element("pre", [], [block])]);
}

/**
 * An element as if it stood in the source: for a fence, Docusaurus would put its own component, in whose text lines have no end.
 * A name alone is an attribute with an empty value: React leaves out `true` on elements that it does not know.
 */
function element(name, given, children) {
  const attributes = given.map(([name, value]) => ({ type: "mdxJsxAttribute", name, value }));
  return { type: "mdxJsxFlowElement", name, attributes, children, data: { _mdxExplicitJsx: true } };
}

/** A text as `{"..."}`: of a plain one, MDX drops the blanks with which lines begin, and manifests live of these. */
function literal(value) {
  const raw = JSON.stringify(value);
  const body = [{ type: "ExpressionStatement", expression: { type: "Literal", value, raw } }];
  return { type: "mdxTextExpression", value: raw, data: { estree: { type: "Program", sourceType: "module", comments: [], body } } };
}

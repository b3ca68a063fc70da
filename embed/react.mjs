// <Kubarium>, for MDX pages and React: the same element with attributes in React's way. In Docusaurus: docs/embed.md.

import { createElement, useEffect } from "react";

/**
 * `readOnly` is `read-only`; what stands between the tags is the text for readers without JavaScript, and is run if nothing
 * else is given.
 */
export default function Kubarium({ children, readOnly, ...given }) {
  // Not on the server: there, and until it is there, the page has the text.
  useEffect(() => void import("./dist/kubarium.js"), []);
  const text = typeof children === "string" ? createElement("pre", null, createElement("code", { className: "language-kubarium" }, children)) : children;
  return createElement("kubarium-playground", { ...given, ...(readOnly && { "read-only": "" }) }, text);
}

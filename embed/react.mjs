// <Kubarium>, for MDX pages and React: the same element with attributes in React's way. In Docusaurus: docs/embed.md.

import { createElement, useEffect } from "react";

/**
 * `src` is where the page is, and kubarium.js beside it; `readOnly` is `read-only`. What stands between the tags is the text for
 * readers without JavaScript, and is run if nothing else is given.
 */
export default function Kubarium({ children, src = "/kubarium/", readOnly, ...given }) {
  // Not on the server: there, and until it is there, the page has the text. No bundler takes a copy of its own along.
  useEffect(() => {
    const page = new URL(src.replace(/\/?$/, "/"), document.baseURI);
    import(/* webpackIgnore: true */ /* @vite-ignore */ new URL("kubarium.js", page).href);
  }, [src]);
  const text = typeof children === "string" ? createElement("pre", null, createElement("code", { className: "language-kubarium" }, children)) : children;
  return createElement("kubarium-playground", { src, ...given, ...(readOnly && { "read-only": "" }) }, text);
}

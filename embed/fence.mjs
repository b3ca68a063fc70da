// What stands behind ``` in a page's source (`kubarium height=420 nodes=2 read-only`), and the element that comes of it.

/** The attributes of the element that a fence may give. */
const ATTRIBUTES = ["src", "nodes", "run", "manifests", "lesson", "seed", "panels", "read-only", "lang", "theme", "height", "load"];

/**
 * Reads the words behind the language: `name=value`, `name="a value"`, or a name alone. What the element does not know is left out.
 * `src`, if given, is where the page is unless the words say so.
 * @param {string | null | undefined} words
 * @param {string} [src]
 * @returns {[string, string][]}
 */
export function attributes(words, src) {
  const found = [];
  for (const [, name, double, single, bare] of (words ?? "").matchAll(/([\w-]+)(?:="([^"]*)"|='([^']*)'|=(\S+))?/g)) {
    const known = name.toLowerCase().replaceAll("_", "-").replace(/^readonly$/, "read-only");
    if (ATTRIBUTES.includes(known)) found.push([known, double ?? single ?? bare ?? ""]);
  }
  if (src && !found.some(([name]) => name === "src")) found.push(["src", src]);
  return found;
}

/** Text as HTML. @param {string} text */
export const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/**
 * The element as HTML, with the text that readers without JavaScript see. Line ends are written as references: in an empty
 * line, Markdown would see the end of the HTML.
 * @param {string} text
 * @param {[string, string][]} given
 */
export function html(text, given) {
  const written = given.map(([name, value]) => (value ? ` ${name}="${escape(value)}"` : ` ${name}`)).join("");
  const line = escape(text.replace(/\n$/, "")).replaceAll("\n", "&#10;");
  return `<kubarium-playground${written}>\n<pre><code class="language-kubarium">${line}</code></pre>\n</kubarium-playground>`;
}

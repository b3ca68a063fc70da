#!/usr/bin/env node
// An mdBook preprocessor: fenced blocks ```kubarium become <kubarium-playground>. It needs nothing but Node.js. In book.toml:
//
//     [preprocessor.kubarium]
//     command = "node node_modules/kubarium/mdbook.mjs"
//
//     [output.html]
//     additional-js = ["kubarium/kubarium.global.js"]
//
// The page lies beside that script, and so needs no address. `src` under [preprocessor.kubarium] says where it is instead.

import { pathToFileURL } from "node:url";
import { attributes, html } from "./fence.mjs";

/**
 * A chapter with its blocks changed. A block may be indented or quoted; one that only shows another block is left alone.
 * @param {string} text
 * @param {string} [src]
 */
export function chapter(text, src) {
  const out = [];
  let open;
  for (const line of text.split("\n")) {
    const fence = /^([\s>]*)(`{3,}|~{3,})\s*(.*?)\s*$/.exec(line);
    if (open && fence && fence[2].startsWith(open.fence) && !fence[3]) {
      if (open.playground) out.push(...element(open, src));
      else out.push(line);
      open = undefined;
    } else if (open) {
      if (open.playground) open.lines.push(line.startsWith(open.before) ? line.slice(open.before.length) : line.replace(/^[\s>]*/, ""));
      else out.push(line);
    } else if (fence && !(fence[2][0] === "`" && fence[3].includes("`"))) {
      const [, before, mark, info] = fence;
      const playground = /^kubarium(?=$|[\s,])/.test(info);
      open = { before, fence: mark, words: info.slice("kubarium".length), playground, lines: [] };
      if (!playground) out.push(line);
    } else out.push(line);
  }
  // A block without an end goes to the end, as in CommonMark.
  if (open?.playground) out.push(...element(open, src));
  return out.join("\n");
}

function element({ before, words, lines }, src) {
  // An empty line of the same quotation, so that no paragraph goes on into it.
  return ["", ...html(lines.join("\n"), attributes(words, src)).split("\n"), ""].map((line) => (before + line).trimEnd());
}

/** A book with its blocks changed. @param {[any, any]} input */
export function book([context, book]) {
  const page = context?.config?.preprocessor?.kubarium?.src;
  const walk = (items) => {
    for (const { Chapter: found } of items ?? []) {
      if (!found) continue;
      // From the chapter's own folder to the book's root.
      const up = "../".repeat((found.path ?? "").split("/").length - 1);
      found.content = chapter(found.content, page && (/^([a-z]+:|\/)/.test(page) ? page : up + page));
      walk(found.sub_items);
    }
  };
  // mdBook calls the list `sections` until 0.4, and `items` from 0.5.
  walk(book.sections ?? book.items);
  return book;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , command, renderer] = process.argv;
  // Other renderers print: they keep the text.
  if (command === "supports") process.exit(renderer === "html" ? 0 : 1);
  let input = "";
  for await (const part of process.stdin) input += part;
  try {
    process.stdout.write(JSON.stringify(book(JSON.parse(input))));
  } catch (error) {
    console.error(`kubarium: this is no book of mdBook's: ${error.message}`);
    process.exitCode = 1;
  }
}

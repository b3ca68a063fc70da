// What the page says about itself where the program cannot: it has not begun yet, has fallen, or a new one is there. Both languages
// stand in the page, and the style shows the reader's (static/style/notice.css): so a notice follows when the language is switched.

const LANGS = ["en", "ko"];

function element(name, children, settings = {}) {
  const made = Object.assign(document.createElement(name), settings);
  made.append(...children);
  return made;
}

/** A text in each language. */
const both = (texts) => LANGS.map((lang) => element("span", [texts[lang]], { lang }));

/** Shows a notice: a heading, paragraphs, and buttons with what they do. Texts are objects of languages, and never HTML. */
export function notice(kind, heading, paragraphs, buttons) {
  const made = element("section", [
    element("h2", both(heading)),
    ...paragraphs.map((texts) => element("p", both(texts))),
    element("p", buttons.map(([texts, onclick], at) =>
      element("button", both(texts), { type: "button", className: at ? "control" : "control main", onclick })), { className: "ways" }),
  ], { className: `notice ${kind}` });
  made.setAttribute("role", kind === "trouble" ? "alert" : "status");
  document.body.append(made);
  return made;
}

// Language and theme, before anything is drawn: no other language and no other theme flashes up. The program reads the same places
// (src/settings.rs). Old browsers read this, too.
(function () {
  var root = document.documentElement;
  var query = location.search;
  function from(storage, name) {
    try {
      return window[storage].getItem("kubarium." + name);
    } catch (refused) {
      return null;
    }
  }
  function asked(name) {
    var found = new RegExp("[?&]" + name + "=([^&]*)").exec(query);
    return found && found[1];
  }
  var tags = [asked("lang"), from("localStorage", "lang")].concat(navigator.languages || navigator.language);
  for (var i = 0; i < tags.length; i++) {
    var lang = /^(en|ko)\b/i.exec(tags[i] || "");
    if (lang) {
      root.lang = lang[1].toLowerCase();
      break;
    }
  }
  var themes = [asked("theme"), from("localStorage", "theme")].filter(function (name) {
    return name === "light" || name === "dark";
  });
  if (themes.length) root.setAttribute("data-theme", themes[0]);
  // Who comes back, or is taught, is not welcomed; in another page's frame there is no room for it.
  if (/[?&](embed|lesson)=/.test(query) || from("sessionStorage", "session")) root.className = "known";
  // Modules cannot be loaded from a file: there is nothing to wait for.
  if (location.protocol === "file:") root.className = "stuck";
})();

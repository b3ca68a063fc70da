//! What the page's address and the reader's browser ask for.

use crate::i18n::Lang;
use web_sys::UrlSearchParams;

/// How the page looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark ink on light.
    Light,
    /// Light ink on dark.
    Dark,
}

impl Theme {
    /// The value of `?theme=` and of `data-theme`.
    pub fn name(self) -> &'static str {
        match self {
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// The other theme, which the switch offers.
    pub fn other(self) -> Theme {
        match self {
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Light,
        }
    }

    fn from_name(name: &str) -> Option<Theme> {
        match name {
            "light" => Some(Theme::Light),
            "dark" => Some(Theme::Dark),
            _ => None,
        }
    }
}

/// The parameters of the page's address, each with its default.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `?lang=`, else the last choice, else the browser's language.
    pub lang: Lang,
    /// `?theme=`, else the last choice, else the system's.
    pub theme: Theme,
    /// `?seed=`
    pub seed: u64,
    /// `?nodes=`: how many worker nodes there are, at most [`MAX_NODES`].
    pub nodes: usize,
    /// `?run=`: lines to run at the start.
    pub run: Vec<String>,
    /// `?lesson=`: the lesson to open.
    pub lesson: Option<String>,
    /// `?embed=1`: in another page's frame.
    pub embed: bool,
}

/// The seed of a page that names none: everybody who opens it sees the same cluster.
const DEFAULT_SEED: u64 = 1;
/// The worker nodes of a page that names no number, and the most that it may name: with the system's Pods on each, more take too
/// long to set up while one waits.
const DEFAULT_NODES: usize = 3;
const MAX_NODES: usize = 200;

impl Settings {
    /// Reads the address, the last choices and the browser's preferences.
    pub fn read() -> Settings {
        let window = gloo::utils::window();
        let query = window.location().search().unwrap_or_default();
        let get = |name: &str| UrlSearchParams::new_with_str(&query).ok().and_then(|params| params.get(name));
        let system_dark =
            window.match_media("(prefers-color-scheme: dark)").ok().flatten().is_some_and(|media| media.matches());
        let browser_lang = || {
            let languages = window.navigator().languages();
            languages.iter().filter_map(|tag| tag.as_string()).find_map(|tag| Lang::from_tag(&tag))
        };
        Settings {
            lang: get("lang")
                .and_then(|tag| Lang::from_tag(&tag))
                .or_else(|| recall("lang").and_then(|tag| Lang::from_tag(&tag)))
                .or_else(browser_lang)
                .unwrap_or_default(),
            theme: get("theme")
                .and_then(|name| Theme::from_name(&name))
                .or_else(|| recall("theme").and_then(|name| Theme::from_name(&name)))
                .unwrap_or(if system_dark { Theme::Dark } else { Theme::Light }),
            nodes: get("nodes").and_then(|nodes| nodes.trim().parse().ok()).unwrap_or(DEFAULT_NODES).min(MAX_NODES),
            seed: get("seed").and_then(|seed| seed.trim().parse().ok()).unwrap_or(DEFAULT_SEED),
            run: get("run").map(|lines| split_commands(&lines)).unwrap_or_default(),
            lesson: get("lesson").filter(|name| !name.is_empty()),
            embed: get("embed").is_some_and(|value| value != "0"),
        }
    }

    /// Puts language and theme on the document.
    pub fn show(&self) {
        if let Some(root) = gloo::utils::document().document_element() {
            _ = root.set_attribute("lang", self.lang.tag());
            _ = root.set_attribute("data-theme", self.theme.name());
        }
    }
}

/// What the reader chose the last time; nothing where storage is refused (a sandboxed frame).
pub fn recall(name: &str) -> Option<String> {
    gloo::utils::window().local_storage().ok()??.get_item(&format!("kubarium.{name}")).ok()?
}

/// Remembers a choice, where storage is allowed.
pub fn remember(name: &str, value: &str) {
    if let Ok(Some(storage)) = gloo::utils::window().local_storage() {
        _ = storage.set_item(&format!("kubarium.{name}"), value);
    }
}

/// Remembers that something is wanted, or forgets it.
pub fn choose(name: &str, wanted: bool) {
    match gloo::utils::window().local_storage() {
        Ok(Some(storage)) if !wanted => _ = storage.remove_item(&format!("kubarium.{name}")),
        _ => remember(name, "1"),
    }
}

/// The commands of `?run=`: split at `;` and at line ends, but not inside quotes.
pub fn split_commands(text: &str) -> Vec<String> {
    let mut commands = vec![String::new()];
    let mut quote = None;
    for c in text.chars() {
        match (c, quote) {
            (';' | '\n', None) => {
                commands.push(String::new());
                continue;
            }
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            _ => {}
        }
        if let Some(command) = commands.last_mut() {
            command.push(c);
        }
    }
    commands.into_iter().map(|command| command.trim().to_owned()).filter(|command| !command.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_split_outside_of_quotes() {
        let commands = split_commands("kubectl get nodes; echo 'a;b' ;;\nls \"x;y\"");
        assert_eq!(commands, ["kubectl get nodes", "echo 'a;b'", "ls \"x;y\""]);
    }

    #[test]
    fn themes_have_names() {
        assert_eq!(Theme::from_name("dark"), Some(Theme::Dark));
        assert_eq!(Theme::from_name("sepia"), None);
        assert_eq!(Theme::Light.other().name(), "dark");
    }
}

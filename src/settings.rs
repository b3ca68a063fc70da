//! What the page's address and the reader's browser ask for.

use crate::i18n::Lang;
use cluster::{CLUSTER_CIDR, ControlPlane, Options};
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

    /// The theme of a name, if there is one.
    pub fn from_name(name: &str) -> Option<Theme> {
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
    /// `?cni=bridge`: Pods get their network by the plugins `bridge` and `host-local` instead of weave-net.
    pub bridge: bool,
    /// `?control-plane=hosted`: it runs outside the cluster instead of in static Pods.
    pub hosted: bool,
    /// `?run=`: lines to run at the start.
    pub run: Vec<String>,
    /// `?lesson=`: the lesson to open.
    pub lesson: Option<String>,
    /// `?embed=1`: in another page's frame.
    pub embed: bool,
    /// `?readonly=1`: the reader may look, and type nothing.
    pub read_only: bool,
    /// `manifests=`, after `?` or `#`: what is in the cluster at the start (YAML).
    pub manifests: String,
    /// `?panels=`: the parts of the page that are not among those that it names; see [`PANELS`].
    pub hidden: Vec<&'static str>,
}

/// The parts of the page that `?panels=` can name, and what a page in a frame shows if it names none.
const PANELS: [&str; 4] = ["picture", "terminal", "time", "timeline"];
const PANELS_OF_A_FRAME: &str = "picture,terminal,time";

/// The seed of a page that names none: everybody who opens it sees the same cluster.
const DEFAULT_SEED: u64 = 1;
/// The worker nodes of a page that names no number, and the most that it may name, Kubernetes' own limit: a thousand are
/// there within seconds, so many take up to a minute on a busy machine, and the page says how far it is.
const DEFAULT_NODES: usize = 3;
const MAX_NODES: usize = 5000;

impl Settings {
    /// Reads the address, the last choices and the browser's preferences.
    pub fn read() -> Settings {
        let window = gloo::utils::window();
        let query = window.location().search().unwrap_or_default();
        let get = |name: &str| UrlSearchParams::new_with_str(&query).ok().and_then(|params| params.get(name));
        // What follows `#` is not sent to anybody, and may be as long as it likes.
        let hash = window.location().hash().unwrap_or_default();
        let after_hash = |name: &str| {
            let params = UrlSearchParams::new_with_str(hash.trim_start_matches('#')).ok();
            params.and_then(|params| params.get(name))
        };
        let long = |name: &str| after_hash(name).or_else(|| get(name)).unwrap_or_default();
        let embed = get("embed").is_some_and(|value| value != "0");
        let panels = get("panels").or_else(|| embed.then(|| PANELS_OF_A_FRAME.to_owned()));
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
            bridge: get("cni").as_deref() == Some("bridge"),
            hosted: get("control-plane").as_deref() == Some(ControlPlane::Hosted.name()),
            run: first_lines(&get("run").unwrap_or_default(), &long("script")),
            lesson: get("lesson").filter(|name| !name.is_empty()),
            read_only: get("readonly").is_some_and(|value| value != "0"),
            manifests: long("manifests"),
            hidden: panels.map(|panels| hidden(&panels)).unwrap_or_default(),
            embed,
        }
    }

    /// What asks for the same cluster in another address.
    pub fn cluster(&self) -> String {
        let cni = if self.bridge { "&cni=bridge" } else { "" };
        let control_plane = if self.hosted { "&control-plane=hosted" } else { "" };
        format!("seed={}&nodes={}{cni}{control_plane}", self.seed, self.nodes)
    }

    /// The cluster that the address asks for.
    pub fn options(&self) -> Options {
        let mut options = Options { seed: self.seed, workers: self.nodes, ..Options::default() };
        if self.bridge {
            options.cni = cluster::bridge(CLUSTER_CIDR).unwrap_or_default();
        }
        if self.hosted {
            options.control_plane = ControlPlane::Hosted;
        }
        options
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

/// Remembers a choice, where storage is allowed and has room: whether it has.
pub fn remember(name: &str, value: &str) -> bool {
    let storage = gloo::utils::window().local_storage().ok().flatten();
    storage.is_some_and(|storage| storage.set_item(&format!("kubarium.{name}"), value).is_ok())
}

/// Remembers that something is wanted, or forgets it.
pub fn choose(name: &str, wanted: bool) {
    match gloo::utils::window().local_storage() {
        Ok(Some(storage)) if !wanted => _ = storage.remove_item(&format!("kubarium.{name}")),
        _ => _ = remember(name, "1"),
    }
}

/// What to type at the start: the commands of `?run=`, and the lines of `script=`, in which every line is one.
fn first_lines(run: &str, script: &str) -> Vec<String> {
    let lines = script.trim_end().lines().map(|line| line.trim_end_matches('\r').to_owned());
    split_commands(run).into_iter().chain(lines).collect()
}

/// The parts that a list does not name. Without picture and terminal there would be nothing: then both are there.
fn hidden(panels: &str) -> Vec<&'static str> {
    let named = |panel: &&str| panels.split([',', ' ', '+']).any(|name| name.trim() == *panel);
    let nothing = !named(&PANELS[0]) && !named(&PANELS[1]);
    PANELS.into_iter().filter(|panel| !(named(panel) || nothing && PANELS[..2].contains(panel))).collect()
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
    fn every_line_of_a_script_is_one() {
        assert_eq!(first_lines("a; b", "cat <<'E'\nit's; so\n\nE\n"), ["a", "b", "cat <<'E'", "it's; so", "", "E"]);
        assert_eq!(first_lines("", "\n"), Vec::<String>::new());
    }

    #[test]
    fn panels_that_are_not_named_are_hidden() {
        assert_eq!(hidden("picture, terminal"), ["time", "timeline"]);
        assert_eq!(hidden("terminal,time"), ["picture", "timeline"]);
        assert_eq!(hidden("nonsense"), ["time", "timeline"]);
    }

    #[test]
    fn themes_have_names() {
        assert_eq!(Theme::from_name("dark"), Some(Theme::Dark));
        assert_eq!(Theme::from_name("sepia"), None);
        assert_eq!(Theme::Light.other().name(), "dark");
    }
}

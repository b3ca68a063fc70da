//! The files of the workstation, in a drawer beside the terminal. Whatever one does there is a command that is typed: so it can
//! be learnt, undone and played again.

use crate::event::when;
use crate::i18n::{Lang, Message};
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// One line of the drawer.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The path as it is typed at the prompt.
    pub path: String,
    /// How many folders it is in.
    pub depth: usize,
    /// Whether it is a folder.
    pub folder: bool,
}

impl Row {
    fn name(&self) -> &str {
        self.path.trim_end_matches('/').rsplit('/').next().unwrap_or(&self.path)
    }

    fn is_manifest(&self) -> bool {
        [".yaml", ".yml", ".json"].iter().any(|ending| self.path.ends_with(ending))
    }
}

/// What the reader wants of the drawer.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// It shall open or close.
    Toggle,
    /// A command shall run.
    Run(String),
    /// A command shall stand at the prompt, for the reader to run it.
    Suggest(String),
    /// A file shall be saved to the reader's computer.
    Download(String),
    /// The form for an image of the reader's own.
    Images,
    /// Files came from there: their names, and their texts or what is to be said of them.
    Arrived(Vec<(String, Result<String, Message>)>),
}

/// What the drawer is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// Whether it is open.
    pub open: bool,
    /// The files.
    pub rows: Rc<Vec<Row>>,
    /// The reader wants something.
    pub onact: Callback<Act>,
}

/// The drawer, and the button that opens it.
#[component]
pub fn Drawer(props: &Props) -> Html {
    let (lang, act) = (props.lang, &props.onact);
    let name = use_node_ref();
    let toggle = act.reform(|_: MouseEvent| Act::Toggle);
    // It lies over what has opened it.
    use_effect_with(props.open, |open| open.then(|| crate::focus::on(".drawer .closes")).unwrap_or_default());
    let make = {
        let name = name.clone();
        when(act, move |event: SubmitEvent| {
            event.prevent_default();
            let field = name.cast::<HtmlInputElement>()?;
            let given = field.value();
            field.set_value("");
            (!given.trim().is_empty()).then(|| Act::Run(format!("nano {}", quoted(given.trim()))))
        })
    };
    let row = |row: &Row| {
        let path = quoted(&row.path);
        let button = |text: &'static str, label: Message, what: Act| {
            let title = format!("{}: {}", lang.text(label), row.name());
            crate::glyph::sign(text, title, act.reform(move |_: MouseEvent| what.clone()))
        };
        let rename = Act::Suggest(format!("mv {path} {path}"));
        let delete = Act::Suggest(format!("rm {}{path}", if row.folder { "-r " } else { "" }));
        let class = format!("depth-{}", row.depth.min(4));
        html! {
            <li {class} key={row.path.clone()}>
                if row.folder {
                    <span class="file">{ row.name() }{ "/" }</span>
                } else {
                    <button type="button" class="file" title={format!("nano {path}")}
                        onclick={act.reform({ let path = path.clone(); move |_: MouseEvent| Act::Run(format!("nano {path}")) })}>{ row.name() }</button>
                }
                if row.is_manifest() {
                    { button("▸", Message::ApplyFile, Act::Run(format!("kubectl apply -f {path}"))) }
                }
                if !row.folder {
                    { button("⤓", Message::DownloadFile, Act::Download(row.path.clone())) }
                }
                { button("✎", Message::RenameFile, rename) }
                { button("✕", Message::DeleteFile, delete) }
            </li>
        }
    };
    html! {
        <>
            { crate::glyph::opener("drawer", lang.text(Message::Files), crate::glyph::Icon::Folder, props.open, toggle.clone()) }
            if props.open {
                <aside class="drawer" id="drawer" aria-label={lang.text(Message::Files)}>
                    <header>
                        <h2>{ "~/work" }</h2>
                        { crate::glyph::closer(lang, toggle) }
                    </header>
                    <ul>{ for props.rows.iter().map(row) }</ul>
                    if props.rows.is_empty() { <p>{ lang.text(Message::NoFiles) }</p> }
                    <form onsubmit={make}>
                        <input type="text" ref={name} aria-label={lang.text(Message::NewFile)} placeholder="web.yaml" autocomplete="off" spellcheck="false" />
                        <button type="submit" class="control words">{ lang.text(Message::NewFile) }</button>
                    </form>
                    <p>{ lang.text(Message::DropFiles) }</p>
                    <button type="button" class="control words" onclick={act.reform(|_: MouseEvent| Act::Images)}>{ lang.text(Message::OwnImages) }{ " …" }</button>
                </aside>
            }
        </>
    }
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./".contains(c);
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

/// The lines that write a text into a file.
pub fn here_document(name: &str, text: &str) -> Vec<String> {
    let name: String = name.chars().map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
    let name = name.trim_start_matches('-');
    let mut end = "EOF".to_owned();
    while text.lines().any(|line| line == end) {
        end.push('F');
    }
    let name = if name.is_empty() { "file" } else { name };
    let head = format!("cat > {name} <<'{end}'");
    let body = text.lines().map(|line| line.trim_end_matches('\r').to_owned());
    std::iter::once(head).chain(body).chain([end.clone()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_arrive_by_a_here_document() {
        assert_eq!(here_document("a b.yaml", "x: 1\r\nEOF\n"), ["cat > a-b.yaml <<'EOFF'", "x: 1", "EOF", "EOFF"]);
        assert_eq!(here_document("--", ""), ["cat > file <<'EOF'", "EOF"]);
        assert_eq!((quoted("a/b.yaml").as_str(), quoted("it's").as_str()), ("a/b.yaml", "'it'\\''s'"));
    }
}

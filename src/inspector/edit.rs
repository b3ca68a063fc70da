//! The object as YAML: to be read, and to be changed by a command that is typed where everybody sees it.

use super::Answer;
use super::diff::{self, Line};
use super::links::Links;
use super::source::Source;
use super::target::Target;
use crate::i18n::{Lang, Message};
use api::Value;
use std::cell::RefCell;
use std::rc::Rc;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// What the server keeps by itself, so that nobody need edit it.
const KEPT: &[&str] = &[
    "status",
    "metadata.managedFields",
    "metadata.resourceVersion",
    "metadata.uid",
    "metadata.creationTimestamp",
    "metadata.generation",
];

/// What the sheet is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The object.
    pub target: Target,
    /// What the API says of it.
    pub object: Value,
    /// How the last command ended.
    pub answer: Rc<Answer>,
    /// Where commands go.
    pub links: Links,
}

/// A change that is being made.
#[derive(Clone, Debug, Default, PartialEq)]
struct Draft {
    /// The text as it was.
    before: String,
    /// The text as it is.
    text: String,
    /// The command that was typed for it, if one was.
    sent: String,
}

thread_local! {
    /// The last change that was not sent, and of which object: a panel may be closed over it.
    static LEFT: RefCell<Option<(String, Draft)>> = const { RefCell::new(None) };
}

fn left(path: &str) -> Option<Draft> {
    LEFT.with_borrow(|left| left.as_ref().filter(|(of, _)| of == path).map(|(_, draft)| draft.clone()))
}

fn leave(path: String, draft: Option<Draft>) {
    if draft.is_some() || left(&path).is_some() {
        LEFT.set(draft.map(|draft| (path, draft)));
    }
}

/// The YAML.
#[component]
pub fn Edit(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let path = Target::path(props.target.kind.kind, &props.target.namespace, &props.target.name);
    let draft = use_state_eq(|| left(&path));
    {
        use_effect_with((*draft).clone(), move |draft| leave(path, draft.clone()));
    }
    {
        let draft = draft.clone();
        // A command that has done what it should leaves nothing to edit.
        use_effect_with(props.answer.clone(), move |answer| {
            let done = draft.as_ref().is_some_and(|draft| draft.sent == answer.line) && answer.status == 0;
            if done {
                draft.set(None);
            }
        });
    }
    let area = use_node_ref();
    {
        let area = area.clone();
        let found = use_mut_ref(|| draft.is_some());
        // The button that was clicked has made way; what was left before waits until it is gone to.
        use_effect_with(draft.is_some(), move |editing| match area.cast::<HtmlTextAreaElement>() {
            Some(_) if found.take() => {}
            Some(area) if *editing => {
                _ = area.focus();
                _ = area.set_selection_range(0, 0);
                area.set_scroll_top(0);
            }
            _ => super::focus_orphan(),
        });
    }
    let Some(now) = (*draft).clone() else {
        let begin = {
            let (draft, text) = (draft.clone(), manifest(&props.object));
            move |_: MouseEvent| draft.set(Some(Draft { before: text.clone(), text: text.clone(), ..Draft::default() }))
        };
        let mut shown = props.object.clone();
        shown.remove("metadata.managedFields");
        return html! {
            <div class="yaml">
                <p class="acts"><button type="button" class="control main" onclick={begin}>{ lang.text(Message::EditYaml) }</button></p>
                <Source text={api::yaml::to_string(&shown)} />
            </div>
        };
    };
    let oninput = {
        let (draft, now) = (draft.clone(), now.clone());
        Callback::from(move |event: InputEvent| {
            let text = event.target_unchecked_into::<HtmlTextAreaElement>().value();
            draft.set(Some(Draft { text, ..now.clone() }));
        })
    };
    // Escape leaves the text alone and closes nothing: what was written is not to be lost by one key.
    let onkeydown = |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
        }
    };
    let cancel = {
        let draft = draft.clone();
        move |_: MouseEvent| draft.set(None)
    };
    let apply = {
        let (draft, now, online, scope) =
            (draft.clone(), now.clone(), props.links.online.clone(), props.target.scope());
        move |_: MouseEvent| {
            let line = command(&scope, &now.text);
            draft.set(Some(Draft { sent: line.clone(), ..now.clone() }));
            online.emit(line);
        }
    };
    let lines = diff::lines(&now.before, &now.text);
    let refused = !now.sent.is_empty() && props.answer.line == now.sent && props.answer.status != 0;
    let words = props.answer.error.trim().to_owned();
    html! {
        <div class="yaml">
            <textarea class="source" ref={area} aria-label={lang.text(Message::EditYamlText)} spellcheck="false" autocomplete="off" autocapitalize="off" wrap="off"
                value={now.text.clone()} {oninput} {onkeydown} />
            if refused {
                <div class="wrong" role="alert"><b>{ lang.text(Message::NotAccepted) }</b>
                    if let Some(line) = faulty(&words, &now.text) { <p>{ line }</p> }
                    <pre lang={Lang::of(&words).tag()}>{ words }</pre>
                </div>
            }
            if lines.is_empty() {
                <p class="quiet">{ lang.text(Message::NothingChanged) }</p>
            } else {
                <h3>{ lang.text(Message::YourChange) }</h3>
                <div class="diff">{ for lines.iter().map(|(line, text)| changed(*line, text)) }</div>
            }
            <p class="quiet">{ lang.text(Message::ApplyHint) }{ " " }<code>{ format!("kubectl {}replace -f -", props.target.scope()) }</code></p>
            <p class="acts">
                <button type="button" class="control" onclick={cancel}>{ lang.text(Message::Cancel) }</button>
                <button type="button" class="control main" aria-disabled={(lines.is_empty() || props.links.busy).to_string()} onclick={apply}>{ lang.text(Message::Apply) }</button>
            </p>
        </div>
    }
}

fn changed(line: Line, text: &str) -> Html {
    let (class, mark) = match line {
        Line::Same => ("same", " "),
        Line::Gone => ("gone", "-"),
        Line::New => ("new", "+"),
        Line::Cut => ("cut", " "),
    };
    html! { <div {class}>{ mark }{ text }</div> }
}

/// The object without what the server keeps by itself.
fn manifest(object: &Value) -> String {
    let mut object = object.clone();
    for path in KEPT {
        object.remove(path);
    }
    api::yaml::to_string(&object)
}

/// The command that replaces the object by a text: a here-document, whose end is no line of the text.
fn command(scope: &str, text: &str) -> String {
    let mut end = "EOF".to_owned();
    while text.lines().any(|line| line == end) {
        end.push('F');
    }
    format!("kubectl {scope}replace -f - <<'{end}'\n{}\n{end}", text.trim_end())
}

/// The line that an error names, as it stands in the text: `line 5: ...` of YAML.
fn faulty(error: &str, text: &str) -> Option<String> {
    let number: usize = error.split("line ").nth(1)?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
    let line = text.lines().nth(number.checked_sub(1)?)?;
    Some(format!("{number}: {}", line.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_ends_where_the_text_does() {
        assert_eq!(command("-n x ", "a: 1\n"), "kubectl -n x replace -f - <<'EOF'\na: 1\nEOF");
        assert!(command("", "a: |\n\nEOF\n").ends_with("\nEOFF"));
    }

    #[test]
    fn the_line_of_an_error_is_shown() {
        assert_eq!(faulty("yaml: line 2: mapping values", "a: 1\n b: c: 2\n"), Some("2: b: c: 2".into()));
        assert_eq!(faulty("not found", "a"), None);
        assert_eq!(faulty("line 99999999999999999999: x", "a"), None);
    }

    #[test]
    fn what_the_server_keeps_is_not_edited() {
        let object = api::obj! {
            "kind" => "Pod", "metadata" => api::obj! { "name" => "a", "uid" => "u", "resourceVersion" => "3" },
            "status" => api::obj! { "phase" => "Running" },
        };
        assert_eq!(manifest(&object), "kind: Pod\nmetadata:\n  name: a\n");
    }
}

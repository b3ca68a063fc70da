//! The editor that `kubectl edit` opens: a sheet with numbered lines.

use crate::event::when;
use crate::i18n::{Lang, Message};
use web_sys::{Element, HtmlDialogElement, HtmlTextAreaElement};
use yew::prelude::*;

/// A file to be edited.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Counts the times a sheet was handed out: another number means another text.
    pub id: u64,
    /// The file's path.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Whether this is a second attempt: the first was not accepted, and the comments on top say why.
    pub again: bool,
}

/// What the editor is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// What is edited.
    pub sheet: Sheet,
    /// The reader is done: the text, or nothing if it shall stay as it was.
    pub ondone: Callback<Option<String>>,
}

/// The editor. It stays the same element while a text is refused and corrected.
#[component]
pub fn Editor(props: &Props) -> Html {
    let lang = props.lang;
    let (dialog, text, numbers) = (use_node_ref(), use_node_ref(), use_node_ref());
    let lines = use_state_eq(|| 1_usize);
    {
        let dialog = dialog.clone();
        use_effect_with((), move |()| {
            let dialog = dialog.cast::<HtmlDialogElement>();
            if let Some(dialog) = &dialog {
                _ = dialog.show_modal();
            }
            move || dialog.iter().for_each(HtmlDialogElement::close)
        });
    }
    {
        let (text, lines) = (text.clone(), lines.clone());
        use_effect_with(props.sheet.clone(), move |sheet| {
            if let Some(area) = text.cast::<HtmlTextAreaElement>() {
                area.set_value(&sheet.text);
                lines.set(line_count(&sheet.text));
                _ = area.focus();
                _ = area.set_selection_range(0, 0);
                area.set_scroll_top(0);
            }
        });
    }
    let value = {
        let text = text.clone();
        move || text.cast::<HtmlTextAreaElement>().map(|area| area.value()).unwrap_or_default()
    };
    let oninput = {
        let (value, lines) = (value.clone(), lines.clone());
        Callback::from(move |_: InputEvent| lines.set(line_count(&value())))
    };
    let onscroll = {
        let (text, numbers) = (text.clone(), numbers.clone());
        Callback::from(move |_: Event| {
            if let (Some(text), Some(numbers)) = (text.cast::<Element>(), numbers.cast::<Element>()) {
                numbers.set_scroll_top(text.scroll_top());
            }
        })
    };
    let save = {
        let value = value.clone();
        props.ondone.reform(move |_: MouseEvent| Some(value()))
    };
    let onkeydown = when(&props.ondone, move |event: KeyboardEvent| {
        let wanted = (event.ctrl_key() || event.meta_key()) && matches!(event.key().as_str(), "s" | "Enter");
        wanted.then(|| {
            event.prevent_default();
            Some(value())
        })
    });
    // Escape asks the dialog to close: that is a cancel, and the page decides when it closes.
    let oncancel = props.ondone.reform(|event: Event| {
        event.prevent_default();
        None
    });
    let cancel = props.ondone.reform(|_: MouseEvent| None);
    html! {
        <dialog class="editor" ref={dialog} aria-labelledby="editor-title" {oncancel}>
            <form method="dialog" onsubmit={|event: SubmitEvent| event.prevent_default()}>
                <header>
                    <h2 id="editor-title">{ lang.text(Message::Edit) }{ " " }<code>{ &props.sheet.path }</code></h2>
                </header>
                if props.sheet.again {
                    <p class="wrong" role="alert">{ lang.text(Message::EditWrong) }</p>
                }
                <div class="sheet">
                    <pre ref={numbers} aria-hidden="true">{ numbering(*lines) }</pre>
                    <textarea ref={text} aria-label={lang.text(Message::EditText)} wrap="off" spellcheck="false" autocomplete="off"
                        autocapitalize="off" {oninput} {onscroll} {onkeydown} />
                </div>
                <footer>
                    <button type="button" class="control" onclick={cancel}>{ lang.text(Message::Cancel) }</button>
                    <button type="button" class="control main" onclick={save}>{ lang.text(Message::Save) }</button>
                </footer>
            </form>
        </dialog>
    }
}

fn line_count(text: &str) -> usize {
    text.split('\n').count()
}

fn numbering(lines: usize) -> String {
    (1..=lines).map(|line| format!("{line}\n")).collect()
}

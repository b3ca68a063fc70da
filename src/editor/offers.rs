//! The list of fields and values at the cursor.

use super::{Editor, Msg, text};
use crate::focus;
use crate::i18n::Message;
use shell::{Candidate, Insertion};
use web_sys::HtmlElement;
use yew::prelude::*;

/// More than this many are not shown: one goes on typing.
const MOST: usize = 60;

/// The list, while it is open.
pub(super) struct Offers {
    insertion: Insertion,
    cursor: usize,
    chosen: Option<usize>,
}

impl Editor {
    /// Opens the list if there is something to offer: as soon as a word is begun, or when it is asked for.
    pub(super) fn offer(&mut self, cx: &Context<Editor>, asked: bool) {
        let text = self.text();
        let cursor = self.cursor(&text);
        if !cx.props().sheet.is_manifest() {
            return;
        }
        let insertion = cx.props().advice.complete.emit((text.clone(), cursor));
        let word = text.get(insertion.start..cursor).unwrap_or_default();
        // A word that is whole is not to be chosen by the Enter that follows it.
        let whole = insertion.candidates.iter().any(|candidate| candidate.text.trim() == word);
        let done = whole && insertion.candidates.len() == 1;
        let wanted = asked || !word.is_empty();
        let chosen = (!word.is_empty() && !whole).then_some(0);
        self.offers =
            (wanted && !done && !insertion.candidates.is_empty()).then_some(Offers { insertion, cursor, chosen });
    }

    pub(super) fn is_choosing(&self) -> bool {
        self.offers.as_ref().is_some_and(|offers| offers.chosen.is_some())
    }

    pub(super) fn move_choice(&mut self, down: bool) -> bool {
        if let Some(offers) = &mut self.offers {
            let count = offers.insertion.candidates.len().clamp(1, MOST);
            offers.chosen = Some(match (offers.chosen, down) {
                (None, true) => 0,
                (None, false) => count - 1,
                (Some(at), true) => (at + 1) % count,
                (Some(at), false) => (at + count - 1) % count,
            });
        }
        true
    }

    pub(super) fn choose(&mut self, at: usize, cx: &Context<Editor>) {
        if let Some(offers) = &mut self.offers {
            offers.chosen = Some(at);
        }
        self.accept(cx);
    }

    pub(super) fn accept(&mut self, cx: &Context<Editor>) {
        let Some(Offers { insertion, cursor, chosen }) = self.offers.take() else { return };
        let Some(candidate) = chosen.and_then(|at| insertion.candidates.into_iter().nth(at)) else { return };
        self.put(insertion.start, cursor, &candidate.text);
        self.paint(cx);
        // A value with a few possibilities is offered at once, when the browser has told of the new text.
        self.asked = candidate.text.ends_with(": ");
    }

    pub(super) fn chosen_id(&self) -> Option<String> {
        self.offers.as_ref().and_then(|offers| offers.chosen).map(|at| format!("sheet-offer-{at}"))
    }

    /// Puts the list below the word, by way of the style object: a page with our policy has no style attributes.
    pub(super) fn place_offers(&self) {
        let (Some(offers), Some(list)) = (&self.offers, self.list.cast::<HtmlElement>()) else { return };
        let (row, column) = text::cell(&self.text(), offers.insertion.start);
        let style = list.style();
        _ = style.set_property("--row", &(row + 1).to_string());
        _ = style.set_property("--column", &column.to_string());
        let chosen = list.query_selector("[aria-selected=true]").ok().flatten();
        focus::into_sight(&chosen.unwrap_or_else(|| list.into()));
    }

    pub(super) fn view_offers(&self, cx: &Context<Editor>) -> Html {
        let Some(offers) = &self.offers else { return Html::default() };
        // The field keeps the focus.
        let onmousedown = Callback::from(|event: MouseEvent| event.prevent_default());
        let offer = |(at, candidate): (usize, &Candidate)| {
            let onclick = cx.link().callback(move |_: MouseEvent| Msg::Choose(at));
            let word = candidate.text.trim().trim_end_matches(['-', ' ', '\n']);
            html! {
                <div class="offer" role="option" id={format!("sheet-offer-{at}")} aria-selected={(offers.chosen == Some(at)).to_string()} {onclick}>
                    <span class="word">{ word }</span>
                    if !candidate.about.is_empty() { <span class="about">{ &candidate.about }</span> }
                </div>
            }
        };
        html! {
            <div class="offers" id="sheet-offers" role="listbox" ref={&self.list} aria-label={cx.props().lang.text(Message::Completions)} {onmousedown}>
                { for offers.insertion.candidates.iter().take(MOST).enumerate().map(offer) }
            </div>
        }
    }
}

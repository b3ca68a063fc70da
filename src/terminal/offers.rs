//! The list of what Tab can put in: it narrows while one goes on typing.

use super::{Completion, Msg, Terminal, line};
use crate::i18n::Message;
use shell::Candidate;
use yew::prelude::*;

/// More than this many are counted, not shown.
const MOST: usize = 100;

/// The list, while it is open.
pub(super) struct Offers {
    completion: Completion,
    cursor: usize,
    /// The candidate that Enter takes; none until one is chosen.
    pub chosen: Option<usize>,
}

impl Terminal {
    /// Completes; an empty line lets Tab leave the field, so that it is no trap for the keyboard.
    pub(super) fn tab(&mut self, cx: &Context<Terminal>) -> Option<bool> {
        if self.search.is_some() {
            return Some(self.accept_search());
        }
        if self.offers.is_some() {
            return Some(self.move_choice(cx, true));
        }
        if self.text().trim().is_empty() {
            return None;
        }
        Some(self.complete(cx))
    }

    /// Puts in what is certain and lists what is not.
    pub(super) fn complete(&mut self, cx: &Context<Terminal>) -> bool {
        self.offer(cx);
        let Some(offers) = &mut self.offers else { return false };
        if let [_] = offers.completion.candidates.as_slice() {
            offers.chosen = Some(0);
            self.accept_offer(cx);
            return true;
        }
        let text = self.text();
        let Some(Offers { completion, cursor, .. }) = &self.offers else { return true };
        let typed = text.get(completion.start..*cursor).unwrap_or_default();
        let common = completion.common_prefix();
        if common.len() > typed.len() && common.starts_with(typed) {
            let (text, cursor) = line::replace(&text, completion.start, *cursor, common);
            self.set(&text, cursor);
            self.offer(cx);
        }
        true
    }

    /// Opens the list for what is typed, or closes it if there is nothing to offer.
    pub(super) fn offer(&mut self, cx: &Context<Terminal>) {
        let text = self.text();
        let cursor = self.cursor(&text);
        let completion = cx.props().complete.emit((text.clone(), cursor));
        self.offers = (!completion.candidates.is_empty()).then_some(Offers { completion, cursor, chosen: None });
        self.paint();
    }

    pub(super) fn move_choice(&mut self, cx: &Context<Terminal>, down: bool) -> bool {
        // The cursor may have been moved since.
        if self.offers.as_ref().is_some_and(|offers| offers.cursor != self.cursor(&self.text())) {
            self.offer(cx);
        }
        if let Some(offers) = &mut self.offers {
            let count = offers.completion.candidates.len().clamp(1, MOST);
            offers.chosen = Some(match (offers.chosen, down) {
                (None, true) => 0,
                (None, false) => count - 1,
                (Some(at), true) => (at + 1) % count,
                (Some(at), false) => (at + count - 1) % count,
            });
        }
        true
    }

    /// Puts the chosen candidate in. If the word goes on, so does the list.
    pub(super) fn accept_offer(&mut self, cx: &Context<Terminal>) {
        let Some(Offers { completion, cursor, chosen }) = self.offers.take() else { return };
        let Some(Candidate { text, open, .. }) = chosen.and_then(|at| completion.candidates.into_iter().nth(at)) else {
            return;
        };
        let whole = self.text();
        let gap = if open || whole.get(cursor..).is_some_and(|rest| rest.starts_with(' ')) { "" } else { " " };
        let (line, cursor) = line::replace(&whole, completion.start, cursor, &format!("{text}{gap}"));
        self.set(&line, cursor);
        if open && text.ends_with(['/', '=', ':', '.', ',']) {
            self.offer(cx);
        }
    }

    /// The id of the chosen candidate.
    pub(super) fn chosen_id(&self) -> Option<String> {
        self.offers.as_ref().and_then(|offers| offers.chosen).map(|at| format!("offer-{at}"))
    }

    pub(super) fn view_offers(&self, cx: &Context<Terminal>) -> Html {
        let Some(offers) = &self.offers else { return Html::default() };
        let lang = cx.props().lang;
        // The field keeps the focus.
        let onmousedown = Callback::from(|event: MouseEvent| event.prevent_default());
        let offer = |(at, candidate): (usize, &Candidate)| {
            let selected = offers.chosen == Some(at);
            let onclick = cx.link().callback(move |_: MouseEvent| Msg::Choose(at));
            let shown = candidate.text.get(candidate.hidden..).unwrap_or(&candidate.text);
            html! {
                <div class="offer" role="option" id={format!("offer-{at}")} aria-selected={selected.to_string()} {onclick}>
                    <span class="word">{ shown }</span>
                    if !candidate.about.is_empty() { <span class="about">{ about(&candidate.about) }</span> }
                </div>
            }
        };
        let candidates = &offers.completion.candidates;
        let more = candidates.len().saturating_sub(MOST);
        html! {
            <div class="offers" id="offers" role="listbox" aria-label={lang.text(Message::Completions)} {onmousedown}>
                { for candidates.iter().take(MOST).enumerate().map(offer) }
                if more > 0 {
                    <p class="more" role="presentation">{ lang.fill(Message::MoreCandidates, &[&more.to_string()]) }</p>
                }
            </div>
        }
    }
}

/// What a candidate is. A shorter name of it stands first, with two blanks after it.
fn about(text: &str) -> Html {
    match text.split_once("  ") {
        Some((short, rest)) => html! { <><span class="short">{ short }</span>{ "  " }{ rest }</> },
        None => text.into(),
    }
}

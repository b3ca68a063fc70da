//! The bar of a page in a frame: time, the beginning once more, and the way to the whole page.

use super::Ask;
use crate::glyph::{Icon, icon};
use crate::header::{Action, clock_text};
use crate::i18n::{Lang, Message};
use std::time::Duration;
use yew::prelude::*;

/// What the bar is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// Whether time stands.
    pub paused: bool,
    /// Whether time runs until nothing changes.
    pub hurrying: bool,
    /// The clock: tenths of a second since the cluster started.
    pub tenths: u64,
    /// Where the whole page with this session is.
    pub address: AttrValue,
    /// What the reader does.
    pub onaction: Callback<Action>,
    /// What the reader asks of the frame.
    pub onask: Callback<Ask>,
}

/// The bar.
#[component]
pub fn Bar(props: &Props) -> Html {
    let lang = props.lang;
    let act = |action: Action| props.onaction.reform(move |_: MouseEvent| action);
    let (pause, shape) = if props.paused { (Message::Resume, Icon::Play) } else { (Message::Pause, Icon::Pause) };
    // The session goes into the address before the link is followed: it is a plain link then, which no browser blocks.
    let link = || props.onask.reform(|()| Ask::Link);
    let (hover, press, focus) = (link(), link(), link());
    html! {
        <header class="bar">
            <div class="brand">
                <img src="./icon.svg" width="20" height="20" alt="" />
                <h1>{ "Kubarium" }</h1>
            </div>
            <div class="time" role="group" aria-label={lang.text(Message::VirtualTime)}>
                <button type="button" class="control" title={lang.text(pause)} aria-label={lang.text(pause)} onclick={act(Action::Pause)}>{ icon(shape) }</button>
                <button type="button" class="control" aria-pressed={props.hurrying.to_string()} title={lang.text(Message::UntilQuietHint)}
                    aria-label={lang.text(Message::UntilQuiet)} onclick={act(Action::UntilQuiet)}>{ icon(Icon::Fast) }</button>
                <span class="clock" role="timer" aria-label={lang.text(Message::Clock)} title={lang.text(Message::Clock)} data-paused={props.paused.to_string()}>
                    { clock_text(Duration::from_millis(props.tenths * 100)) }
                </span>
            </div>
            <div class="settings">
                <button type="button" class="control" title={lang.text(Message::EmbedReset)} aria-label={lang.text(Message::EmbedReset)}
                    onclick={props.onask.reform(|_| Ask::Reset)}>{ icon(Icon::Undo) }</button>
                <a class="control words" href={&props.address} target="_blank" rel="noopener" onpointerenter={move |_| hover.emit(())}
                    onpointerdown={move |_| press.emit(())} onfocus={move |_| focus.emit(())}>{ lang.text(Message::EmbedOpen) }</a>
            </div>
        </header>
    }
}

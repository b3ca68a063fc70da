//! The header: the name, virtual time and its controls, language and theme.

use crate::glyph::{Icon, icon};
use crate::i18n::{Lang, Message};
use crate::settings::Theme;
use std::time::Duration;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// How many virtual seconds pass in a real one: what the reader can choose.
const SPEEDS: [&str; 9] = ["0.1", "0.25", "0.5", "1", "2", "5", "10", "30", "100"];

/// What the reader can do in the header.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Action {
    /// Time shall stand, or go on.
    Pause,
    /// The next event.
    Step,
    /// Another speed.
    Speed(f64),
    /// As fast as possible until nothing changes.
    UntilQuiet,
    /// The other language.
    Lang,
    /// The other theme.
    Theme,
    /// The terminal beside or below the picture.
    Beside,
    /// The lessons, or none.
    Lessons,
}

/// What the header is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// Light or dark.
    pub theme: Theme,
    /// Whether time stands.
    pub paused: bool,
    /// Whether time runs until nothing changes.
    pub hurrying: bool,
    /// How many virtual seconds pass in a real one.
    pub speed: f64,
    /// Whether the terminal is beside the picture.
    pub beside: bool,
    /// The clock: tenths of a second since the cluster started.
    pub tenths: u64,
    /// The menu of the session.
    pub menu: Html,
    /// Whether lessons are open.
    pub taught: bool,
    /// What the reader does.
    pub onaction: Callback<Action>,
}

/// The header.
#[component]
pub fn Header(props: &Props) -> Html {
    let lang = props.lang;
    let act = |action: Action| props.onaction.reform(move |_: MouseEvent| action);
    let (pause, pause_icon) = if props.paused { (Message::Resume, Icon::Play) } else { (Message::Pause, Icon::Pause) };
    let onchange = props.onaction.reform(|event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        Action::Speed(select.value().parse().unwrap_or(1.0))
    });
    let choice = |speed: &&'static str| {
        let selected = speed.parse() == Ok(props.speed);
        html! { <option value={*speed} {selected}>{ format!("{speed}×") }</option> }
    };
    let (theme, theme_icon) = match props.theme {
        Theme::Light => (Message::DarkTheme, Icon::Moon),
        Theme::Dark => (Message::LightTheme, Icon::Sun),
    };
    html! {
        <header class="bar">
            <div class="brand">
                <img src="./icon.svg" width="28" height="28" alt="" />
                <h1>{ "Kubarium" }</h1>
            </div>
            <div class="time" role="group" aria-label={lang.text(Message::VirtualTime)}>
                <button type="button" class="control" title={lang.text(pause)} aria-label={lang.text(pause)} onclick={act(Action::Pause)}>{ icon(pause_icon) }</button>
                <button type="button" class="control" title={lang.text(Message::Step)} aria-label={lang.text(Message::Step)} onclick={act(Action::Step)}>{ icon(Icon::Step) }</button>
                <select class="control speed" aria-label={lang.text(Message::Speed)} title={lang.text(Message::Speed)} {onchange}>
                    { for SPEEDS.iter().map(choice) }
                </select>
                <button type="button" class="control words" aria-pressed={props.hurrying.to_string()} title={lang.text(Message::UntilQuietHint)} onclick={act(Action::UntilQuiet)}>
                    { icon(Icon::Fast) }{ lang.text(Message::UntilQuiet) }
                </button>
                <span class="clock" role="timer" aria-label={lang.text(Message::Clock)} title={lang.text(Message::Clock)} data-paused={props.paused.to_string()}>
                    { clock_text(Duration::from_millis(props.tenths * 100)) }
                </span>
            </div>
            <div class="settings">
                { props.menu.clone() }
                <button type="button" class="control words" aria-pressed={props.taught.to_string()} data-opens="lesson" onclick={act(Action::Lessons)}>
                    { icon(Icon::Book) }{ lang.text(Message::Lessons) }
                </button>
                <button type="button" class="control only-wide" aria-pressed={props.beside.to_string()} title={lang.text(Message::SideBySide)}
                    aria-label={lang.text(Message::SideBySide)} onclick={act(Action::Beside)}>{ icon(Icon::Panes) }</button>
                <button type="button" class="control" lang={lang.other().tag()} title={lang.text(Message::SwitchLanguage)} onclick={act(Action::Lang)}>
                    { match lang.other() { Lang::En => "English", Lang::Ko => "한국어" } }
                </button>
                <button type="button" class="control" title={lang.text(theme)} aria-label={lang.text(theme)} onclick={act(Action::Theme)}>{ icon(theme_icon) }</button>
            </div>
        </header>
    }
}

/// `0:07.3`, `12:34.5`, `1:02:03`
pub fn clock_text(elapsed: Duration) -> String {
    let (seconds, tenths) = (elapsed.as_secs(), elapsed.subsec_millis() / 100);
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes}:{rest:02}.{tenths}"),
        _ => format!("{hours}:{minutes:02}:{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_show_tenths_until_an_hour_has_passed() {
        let clock = |millis| clock_text(Duration::from_millis(millis));
        assert_eq!([clock(0), clock(7_390), clock(754_500)], ["0:00.0", "0:07.3", "12:34.5"]);
        assert_eq!(clock(3_723_000), "1:02:03");
    }
}

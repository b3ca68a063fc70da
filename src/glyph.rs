//! Small drawings: a Pod's state as a shape, and the icons of buttons.

use crate::i18n::{Lang, Message};
use crate::model::PodState;
use yew::prelude::*;

/// The class that gives a state its colour.
pub fn tone(look: PodState) -> &'static str {
    match look {
        PodState::Ready | PodState::Succeeded => "good",
        PodState::Pending | PodState::Starting | PodState::Unready => "wait",
        PodState::Failed | PodState::BackOff | PodState::Evicted => "bad",
        PodState::Terminating => "gone",
    }
}

/// A state's shape: each differs from the others without its colour.
pub fn state(look: PodState) -> Html {
    let shape = match look {
        PodState::Pending => html! { <circle cx="8" cy="8" r="6" stroke-dasharray="2.2 3.1" /> },
        PodState::Starting => html! { <><path d="M8 2a6 6 0 1 1-6 6" /><circle class="full" cx="8" cy="8" r="1" /></> },
        PodState::Unready => {
            html! { <><circle cx="8" cy="8" r="6" /><path class="full" d="M8 2a6 6 0 0 1 0 12z" /></> }
        }
        PodState::Ready => {
            html! { <><circle class="full" cx="8" cy="8" r="6" /><path class="cutout" d="m5.3 8.2 1.9 1.9 3.5-3.8" /></> }
        }
        PodState::Succeeded => {
            html! { <><rect class="full" x="2" y="2" width="12" height="12" rx="2" /><path class="cutout" d="m5.3 8.2 1.9 1.9 3.5-3.8" /></> }
        }
        PodState::Failed => {
            html! { <><path class="full" d="M8 2 14.5 13.5h-13z" /><path class="cutout" d="M8 6.5v3M8 11.8v.1" /></> }
        }
        PodState::BackOff => {
            html! { <><path d="M13.9 9.5A6 6 0 1 1 13 4.7" /><path d="M13.6 1.6v3.6H10" /><path d="M8 5v3.4M8 10.9v.1" /></> }
        }
        PodState::Evicted => html! { <><path class="full" d="M8 2 14 9.5H2z" /><path d="M2.5 13h11" /></> },
        PodState::Terminating => {
            html! { <><circle cx="8" cy="8" r="6" /><path d="m5.8 5.8 4.4 4.4m0-4.4-4.4 4.4" /></> }
        }
    };
    html! { <svg class="glyph" viewBox="0 0 16 16" aria-hidden="true">{ shape }</svg> }
}

/// What a button's icon means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// An arrow to the left.
    Back,
    /// Two bars.
    Pause,
    /// A triangle.
    Play,
    /// A triangle at a bar.
    Step,
    /// Two triangles.
    Fast,
    /// A sun.
    Sun,
    /// A moon.
    Moon,
    /// Two panes.
    Panes,
    /// An open book.
    Book,
    /// A power switch.
    Power,
    /// A laptop.
    Laptop,
    /// A fan-out.
    Balance,
    /// A globe.
    Globe,
    /// A cross.
    Close,
    /// Something to drag up and down.
    Grip,
    /// An arrow back.
    Undo,
    /// An arrow forth.
    Redo,
    /// An arrow to the right.
    Arrow,
    /// A magnifying glass.
    Search,
    /// A funnel.
    Funnel,
    /// A drum.
    Disk,
    /// Boxes side by side.
    Rooms,
    /// Boxes one after the other.
    Chain,
    /// A glass that makes larger.
    Closer,
    /// A glass that makes smaller.
    Farther,
    /// A prompt.
    Prompt,
    /// A folder.
    Folder,
}

/// An icon; what it means is said by the button that holds it.
pub fn icon(icon: Icon) -> Html {
    let path = match icon {
        Icon::Back => "M19 12H5M11 6l-6 6 6 6",
        Icon::Pause => "M8.5 5.5v13M15.5 5.5v13",
        Icon::Play => "M7.5 5v14l11-7z",
        Icon::Grip => "m8 9 4-5 4 5M8 15l4 5 4-5",
        Icon::Step => "M6 5v14l9-7zM18.5 5v14",
        Icon::Fast => "M4 6v12l8-6zM12.5 6v12l8-6z",
        Icon::Sun => {
            "M12 7.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M12 2v2M12 20v2M2 12h2M20 12h2M4.9 4.9l1.4 1.4M17.7 17.7l1.4 1.4M4.9 19.1l1.4-1.4M17.7 6.3l1.4-1.4"
        }
        Icon::Moon => "M20 14.2A8.3 8.3 0 0 1 9.8 4a8.3 8.3 0 1 0 10.2 10.2",
        Icon::Panes => "M4 5h16v14H4zM13.5 5v14",
        Icon::Book => "M12 6.5c-2-1.4-4.7-2-8-2v13.5c3.3 0 6 .6 8 2 2-1.4 4.7-2 8-2V4.5c-3.3 0-6 .6-8 2zM12 6.5V20",
        Icon::Power => "M12 3.5v8M7 6.8a7.5 7.5 0 1 0 10 0",
        Icon::Laptop => "M5 5.5h14v10H5zM2.5 19h19l-1.5-3.5h-16z",
        Icon::Balance => {
            "M3 12h5M8 12c5 0 4-6.5 9-6.5h3.5M8 12h12.5M8 12c5 0 4 6.5 9 6.5h3.5M18.5 3.5l2 2-2 2M18.5 10l2 2-2 2M18.5 16.5l2 2-2 2"
        }
        Icon::Globe => "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M3 12h18M12 3c-5 5.5-5 12.5 0 18M12 3c5 5.5 5 12.5 0 18",
        Icon::Undo => "M8.5 5 4 9.5 8.5 14M4 9.5h10a5.5 5.5 0 0 1 0 11h-3.5",
        Icon::Redo => "M15.5 5 20 9.5 15.5 14M20 9.5H10a5.5 5.5 0 0 0 0 11h3.5",
        Icon::Close => "M6 6l12 12M18 6 6 18",
        Icon::Arrow => "M2 12h19M16 7l5 5-5 5",
        Icon::Search => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.3 15.3 20.5 20.5",
        Icon::Funnel => "M3.5 5h17l-6.5 8v6.5l-4-2V13z",
        Icon::Disk => {
            "M12 3c-5 0-8 1.5-8 3.2v11.6C4 19.5 7 21 12 21s8-1.5 8-3.2V6.2C20 4.5 17 3 12 3M4 6.2C4 8 7 9.5 12 9.5S20 8 20 6.2M4 12c0 1.8 3 3.3 8 3.3s8-1.5 8-3.3"
        }
        Icon::Rooms => "M3.5 5h7v14h-7zM13.5 5h7v14h-7z",
        Icon::Chain => "M3 9.5h5v5H3zM16 4.5h5v5h-5zM16 14.5h5v5h-5zM8 12h4M12 7v10M12 7h4M12 17h4",
        Icon::Closer => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.3 15.3 20.5 20.5M7.5 10.5h6M10.5 7.5v6",
        Icon::Farther => "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.3 15.3 20.5 20.5M7.5 10.5h6",
        Icon::Prompt => "m5 6.5 5.5 5.5L5 17.5M12.5 18H20",
        Icon::Folder => "M3.5 19V5.5h6l2 2.5h9v11z",
    };
    html! { <svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d={path} /></svg> }
}

/// A small button with a sign; `title` says what it does.
pub fn sign(sign: &'static str, title: String, onclick: Callback<MouseEvent>) -> Html {
    html! { <button type="button" class="control" aria-label={title.clone()} {title} {onclick}>{ sign }</button> }
}

/// The cross of a panel that Escape closes, too (see `cover`).
pub fn closer(lang: Lang, onclick: Callback<MouseEvent>) -> Html {
    let close = lang.text(Message::Close);
    html! { <button type="button" class="control closes" aria-label={close} title={close} {onclick}>{ icon(Icon::Close) }</button> }
}

/// The button that opens the part of the desk with this id: its name, and in another page's frame an icon in place of that.
pub fn opener(id: &'static str, name: &'static str, shape: Icon, open: bool, onclick: Callback<MouseEvent>) -> Html {
    html! {
        <button type="button" class="control words opener" title={name} aria-expanded={open.to_string()} aria-controls={id} {onclick}>
            { icon(shape) }<span>{ name }</span>
        </button>
    }
}

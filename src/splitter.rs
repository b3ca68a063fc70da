//! Picture and terminal, and the bar between them that the reader can move by pointer and by keys.

use crate::event::when;
use crate::i18n::{Lang, Message};
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// How far an arrow key moves the bar, in percent.
const STEP: f64 = 4.0;
/// Where clicks put it, in percent: who cannot drag gets much of the one, much of the other, or some of both.
const PLACES: [f64; 3] = [30.0, 58.0, 85.0];

/// A finger does not stay quite where it is.
const NEAR_PX: u32 = 3;

/// The next of some places, for a click on a bar that is elsewhere or at one of them.
pub fn next_place(places: &[f64], now: f64) -> Option<f64> {
    places.iter().find(|place| **place > now + 1.0).or(places.first()).copied()
}

/// Where a bar was pressed, in pixels of the window.
#[derive(Clone, Copy, Default)]
pub struct Press((i32, i32));

impl Press {
    /// A bar is pressed, and follows the pointer from now on.
    pub fn begin(event: &PointerEvent) -> Press {
        event.prevent_default();
        _ = event.target_unchecked_into::<Element>().set_pointer_capture(event.pointer_id());
        Press((event.client_x(), event.client_y()))
    }

    /// A drag ends with a click, too, however far the bar could follow it: a click is what ends where it began.
    pub fn is_click(self, event: &MouseEvent) -> bool {
        let near = |a: i32, b: i32| a.abs_diff(b) <= NEAR_PX;
        near(self.0.0, event.client_x()) && near(self.0.1, event.client_y())
    }
}

/// What is split.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The terminal beside the picture, instead of below.
    pub beside: bool,
    /// The picture's share, in percent.
    pub share: f64,
    /// The reader moves the bar.
    pub onshare: Callback<f64>,
    /// The picture.
    pub picture: Html,
    /// The terminal.
    pub terminal: Html,
}

/// Picture, bar, terminal.
#[component]
pub fn Splitter(props: &Props) -> Html {
    let lang = use_context::<Lang>().unwrap_or_default();
    let stage = use_node_ref();
    let (share, beside) = (props.share, props.beside);
    {
        let stage = stage.clone();
        // By the style object: a style attribute in the page would need a weaker content policy.
        use_effect_with(share.to_bits(), move |_| {
            if let Some(stage) = stage.cast::<HtmlElement>() {
                _ = stage.style().set_property("--share", &format!("{share:.2}fr"));
                _ = stage.style().set_property("--rest", &format!("{:.2}fr", 100.0 - share));
            }
        });
    }
    let pressed = use_mut_ref(Press::default);
    let onpointerdown = {
        let pressed = pressed.clone();
        move |event: PointerEvent| _ = pressed.replace(Press::begin(&event))
    };
    let onclick = when(&props.onshare, move |event: MouseEvent| {
        pressed.borrow().is_click(&event).then(|| next_place(&PLACES, share)).flatten()
    });
    let onpointermove = {
        let stage = stage.clone();
        when(&props.onshare, move |event: PointerEvent| {
            let bar = event.target_unchecked_into::<Element>();
            let rect = stage
                .cast::<Element>()
                .filter(|_| bar.has_pointer_capture(event.pointer_id()))?
                .get_bounding_client_rect();
            let across = rect.width() > 0.0 && bar.client_height() > bar.client_width();
            let (at, whole) = if across {
                (f64::from(event.client_x()) - rect.left(), rect.width())
            } else {
                (f64::from(event.client_y()) - rect.top(), rect.height())
            };
            (whole > 0.0).then_some(at / whole * 100.0)
        })
    };
    let onkeydown = when(&props.onshare, move |event: KeyboardEvent| {
        let to = match event.key().as_str() {
            "ArrowUp" | "ArrowLeft" => share - STEP,
            "ArrowDown" | "ArrowRight" => share + STEP,
            "Home" => 0.0,
            "End" => 100.0,
            _ => return None,
        };
        event.prevent_default();
        Some(to)
    });
    let orientation = if beside { "vertical" } else { "horizontal" };
    html! {
        <main class={classes!("stage", beside.then_some("beside"))} ref={stage}>
            { props.picture.clone() }
            <div class="splitter" role="separator" tabindex="0" aria-orientation={orientation} aria-label={lang.text(Message::Splitter)} title={lang.text(Message::BarHint)}
                aria-valuemin="15" aria-valuemax="85" aria-valuenow={format!("{share:.0}")} {onpointerdown} {onpointermove} {onclick} {onkeydown}></div>
            { props.terminal.clone() }
        </main>
    }
}

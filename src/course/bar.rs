//! The bar: undo and redo, the course with its commands, and where on it one is.

use super::scale::Scale;
use super::{Act, Course};
use crate::event::hear;
use crate::glyph::{Icon, icon};
use crate::header::clock_text;
use crate::i18n::{Lang, Message};
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// The range's steps.
const STEPS: f64 = 1000.0;
/// The bubble begins so many pixels before the pointer, which reaches it straight down.
const BESIDE: f64 = 12.0;
/// Who clicks so near to a command, in steps, means it.
const NEAR: f64 = 5.0;

/// What the bar is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// What it shows.
    pub course: Rc<Course>,
    /// Whether the comparison is open.
    pub comparing: bool,
    /// The moment with which others are compared, in seconds since the start.
    pub pinned: Option<f64>,
    /// What the reader does.
    pub onact: Callback<Act>,
}

/// The bar.
#[component]
pub fn Bar(props: &Props) -> Html {
    let (lang, course) = (props.lang, &props.course);
    let (track, bubble) = (use_node_ref(), use_node_ref());
    let scale = Scale::of(course);
    // While the knob is held, the track stays as wide as it was: a shorter one would run away under the pointer.
    let held = use_state_eq(|| None::<bool>);
    let at_end = held.unwrap_or(course.live);
    let onpointerdown = {
        let (held, live) = (held.setter(), course.live);
        move |_: PointerEvent| held.set(Some(live))
    };
    let onpointerup = {
        let held = held.setter();
        move |_: PointerEvent| held.set(None)
    };
    let (onpointercancel, onlostpointercapture) = (onpointerup.clone(), onpointerup.clone());
    let act = |act: Act| props.onact.reform(move |_: MouseEvent| act.clone());
    let labelled = |message: Message, command: &Option<String>| match command.as_deref() {
        Some(command) if !command.is_empty() => format!("{}: {command}", lang.text(message)),
        _ => lang.text(message).to_owned(),
    };
    let button = |message: Message, shape: Icon, command: &Option<String>, what: Act| {
        let title = labelled(message, command);
        html! {
            <button type="button" class="control" aria-label={title.clone()} {title} aria-disabled={command.is_none().to_string()} onclick={act(what)}>{ icon(shape) }</button>
        }
    };
    let oninput = {
        let (scale, course) = (scale.clone(), course.clone());
        props.onact.reform(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            target(&course, &scale, input.value().parse().unwrap_or(STEPS))
        })
    };
    let onpointermove = {
        let (scale, course, places) = (scale.clone(), course.clone(), (track.clone(), bubble.clone()));
        move |event: PointerEvent| hover(&event, &course, &scale, &places)
    };
    let onpointerleave = {
        let bubble = bubble.clone();
        move |_: PointerEvent| hide(&bubble)
    };
    {
        let bubble = bubble.clone();
        // What lies on the picture can be put away without moving the pointer.
        use_effect_with((), move |()| {
            hear(&gloo::utils::document(), "keydown", true, move |event| {
                if event.unchecked_into::<KeyboardEvent>().key() == "Escape" {
                    hide(&bubble);
                }
            });
        });
    }
    let onbranch = props.onact.reform(|event: Event| {
        let select: HtmlSelectElement = event.target_unchecked_into();
        let chosen = select.value().parse().unwrap_or(0);
        select.set_value("");
        Act::Branch(chosen)
    });
    let percent = |place: f64| format!("{:.2}%", place * 100.0);
    let now = scale.place(course.now);
    let forks = course
        .branches
        .iter()
        .map(|(_, at)| html! { <circle class="fork" cx={percent(scale.place(*at))} cy="19" r="2.5" /> });
    let text = format!("{} {}", at_text(course.now), course.command_at(course.now).map_or("", |mark| &mark.text));
    html! {
        <section class="course" aria-label={lang.text(Message::Timeline)} data-live={course.live.to_string()} aria-busy={course.seeking.to_string()}
            data-state={course.state.clone()}>
            { button(Message::Undo, Icon::Undo, &course.undo, Act::Undo) }
            { button(Message::Redo, Icon::Redo, &course.redo, Act::Redo) }
            <div class="track" ref={&track} {onpointermove} {onpointerleave}>
                <svg aria-hidden="true">
                    <rect class="whole" x="0" y="7.5" width="100%" height="3" rx="1.5" />
                    <rect class="past" x="0" y="7.5" width={percent(now)} height="3" rx="1.5" />
                    // One shape for all, however many: in a frame that moves them, one attribute changes.
                    <svg class="marks" viewBox="0 0 1000 18" preserveAspectRatio="none" width="100%" height="18">
                        <path class="done" d={strokes(&scale, course, |at| at <= course.now)} />
                        <path class="ahead" d={strokes(&scale, course, |at| at > course.now)} />
                    </svg>
                    { for forks }
                    { for props.pinned.map(|at| html! { <circle class="pin" cx={percent(scale.place(at))} cy="9" r="5" /> }) }
                    <circle class="now" cx={percent(now)} cy="9" r="6" />
                </svg>
                <input type="range" min="0" max={STEPS.to_string()} step="1" value={format!("{:.0}", now * STEPS)} aria-label={lang.text(Message::Timeline)}
                    aria-valuetext={text} {oninput} {onpointerdown} {onpointerup} {onpointercancel} {onlostpointercapture} />
                <span class="bubble" aria-hidden="true" ref={&bubble}></span>
            </div>
            if let Some(at) = props.pinned {
                <button type="button" class="control words pin" aria-pressed="true" title={lang.text(Message::Unpin)} onclick={act(Act::Pin)}>
                    { lang.fill(Message::Pinned, &[&at_text(at)]) }{ icon(Icon::Close) }
                </button>
                if !props.comparing {
                    <button type="button" class="control words" onclick={act(Act::Compare)}>{ lang.text(Message::CompareAgain) }</button>
                }
            }
            if !at_end {
                <span class="past-note">
                    <span class="moment">{ at_text(course.now) }<span>{ " / " }{ at_text(course.end) }</span></span>
                    if props.pinned.is_none() {
                        <button type="button" class="control words" aria-pressed={props.comparing.to_string()} onclick={act(Act::Compare)}>{ lang.text(Message::CompareWithNow) }</button>
                        <button type="button" class="control words" title={lang.text(Message::PinHint)} onclick={act(Act::Pin)}>{ lang.text(Message::Pin) }</button>
                    }
                    <button type="button" class="control words main" onclick={act(Act::Now)}>{ lang.text(Message::BackToNow) }</button>
                </span>
            }
            if !course.branches.is_empty() {
                <select class="control branches" aria-label={lang.text(Message::Branches)} title={lang.text(Message::BranchesHint)} onchange={onbranch}>
                    <option value="" selected={true}>{ lang.fill(Message::BranchCount, &[&course.branches.len().to_string()]) }</option>
                    { for course.branches.iter().enumerate().map(|(i, (name, at))| html! {
                        <option value={i.to_string()}>{ format!("{} · {name}", at_text(*at)) }</option>
                    }) }
                </select>
            }
        </section>
    }
}

/// A stroke for each command whose moment is asked for.
fn strokes(scale: &Scale, course: &Course, wanted: impl Fn(f64) -> bool) -> String {
    let mut path = String::new();
    for (mark, place) in course.marks.iter().zip(scale.marks()).filter(|(mark, _)| wanted(mark.at)) {
        debug_assert!((scale.place(mark.at) - place).abs() < 1e-6);
        path.push_str(&format!("M{:.1} 3.5v11", place * 1000.0));
    }
    path
}

/// What a place means: the command next to it, or else its moment.
fn target(course: &Course, scale: &Scale, step: f64) -> Act {
    let near = |mark: &&super::Mark| (scale.place(mark.at) * STEPS - step).abs() <= NEAR;
    match course.marks.iter().rev().find(near) {
        _ if step >= STEPS => Act::Now,
        Some(mark) => Act::Before(mark.input),
        None => Act::Go(scale.moment(step / STEPS)),
    }
}

/// `0:07.3`
pub(super) fn at_text(seconds: f64) -> String {
    clock_text(Duration::from_millis((seconds.max(0.0) * 1000.0) as u64))
}

/// Says beside the pointer, in the bubble of a track, what was done there.
fn hover(event: &PointerEvent, course: &Course, scale: &Scale, (track, bubble): &(NodeRef, NodeRef)) {
    let (Some(track), Some(bubble)) = (track.cast::<HtmlElement>(), bubble.cast::<HtmlElement>()) else { return };
    let bounds = track.get_bounding_client_rect();
    let x = (f64::from(event.client_x()) - bounds.left()).clamp(0.0, bounds.width());
    let place = x / bounds.width().max(1.0);
    let near = |mark: &&super::Mark| (scale.place(mark.at) - place).abs() * STEPS <= NEAR;
    let near = course.marks.iter().rev().find(near);
    let at = near.map_or_else(|| scale.moment(place), |mark| mark.at);
    let command = near.or_else(|| course.command_at(at)).map_or(String::new(), |mark| format!("  {}", mark.text));
    // Whoever goes to the bubble wants to read it, and not another.
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    if target.is_some_and(|target| target == bubble) {
        return;
    }
    bubble.set_text_content(Some(&format!("{}{command}", at_text(at))));
    // All of it is in the window, on a phone, too.
    let window = gloo::utils::document_element().client_width();
    let latest = f64::from(window - bubble.offset_width()) - bounds.left() - 8.0;
    let style = bubble.style();
    _ = style.set_property("left", &format!("{:.0}px", (x - BESIDE).min(latest)));
    bubble.set_class_name("bubble shown");
}

fn hide(bubble: &NodeRef) {
    if let Some(bubble) = bubble.cast::<HtmlElement>() {
        bubble.set_class_name("bubble");
    }
}

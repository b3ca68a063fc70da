//! Below the list of lessons: progress to carry along, and what teachers do.

use super::{BuildAct, Msg, PresentAct};
use crate::i18n::{Lang, Message};
use yew::prelude::*;

/// What the desk is made of.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The reader's language.
    pub lang: Lang,
    /// Whether the lessons are some that were handed out.
    pub handed: bool,
    /// What the reader does.
    pub onmsg: Callback<Msg>,
}

/// The desk.
#[component]
pub fn Desk(props: &Props) -> Html {
    let lang = props.lang;
    let button = |label: Message, hint: Message, msg: Msg| {
        let onclick = props.onmsg.reform(move |_: MouseEvent| msg.clone());
        html! { <button type="button" class="control words" title={lang.text(hint)} {onclick}>{ lang.text(label) }</button> }
    };
    html! {
        <details class="class-desk">
            <summary class="control">{ lang.text(Message::ProgressAndClass) }</summary>
            if props.handed {
                <div>{ button(Message::AllLessons, Message::AllLessonsHint, Msg::AllLessons) }</div>
            }
            <h3>{ lang.text(Message::Progress) }</h3>
            <div>
                { button(Message::RecordSave, Message::RecordSaveHint, Msg::Save) }
                { button(Message::RecordLink, Message::RecordLinkHint, Msg::Link) }
                { button(Message::ClassOpen, Message::ClassOpenHint, Msg::Open) }
            </div>
            <h3>{ lang.text(Message::ForTeachers) }</h3>
            <div>
                { button(Message::BuildLesson, Message::BuildLessonHint, Msg::Build(BuildAct::Toggle)) }
                { button(Message::Present, Message::PresentHint, Msg::Present(PresentAct::Toggle)) }
            </div>
        </details>
    }
}

//! What the parts of the page call when something happens in them: each becomes a message to the page.

use super::{App, Msg, packets, writing};
use crate::classroom;
use crate::course;
use crate::drawer;
use crate::editor::Advice;
use crate::embed;
use crate::header::Action;
use crate::images;
use crate::keep;
use crate::lessons;
use crate::machine::Machine;
use crate::menu::Choice;
use crate::terminal::Completion;
use api::Str;
use std::cell::RefCell;
use std::rc::Rc;
use yew::html::Scope;
use yew::prelude::*;

/// Callbacks that are made once, so that what gets them is not drawn again for their sake.
pub(super) struct Calls {
    pub(super) action: Callback<Action>,
    pub(super) line: Callback<String>,
    pub(super) interrupt: Callback<String>,
    pub(super) eof: Callback<()>,
    pub(super) complete: Callback<(String, usize), Completion>,
    pub(super) copy: Callback<bool>,
    pub(super) point: Callback<Option<Str>>,
    pub(super) inspect: Callback<String>,
    pub(super) close: Callback<()>,
    pub(super) type_line: Callback<String>,
    pub(super) packet: Callback<packets::Act>,
    pub(super) edited: Callback<Option<String>>,
    pub(super) advice: Advice,
    pub(super) desk: Callback<writing::Act>,
    pub(super) drawer: Callback<drawer::Act>,
    pub(super) images: Callback<images::Act>,
    pub(super) choose: Callback<Choice>,
    pub(super) apply: Callback<String>,
    pub(super) close_story: Callback<()>,
    pub(super) share: Callback<f64>,
    pub(super) time: Callback<course::Act>,
    pub(super) compare: Callback<()>,
    pub(super) keep: Callback<keep::Act>,
    pub(super) lesson: Callback<lessons::Msg>,
    pub(super) ask: Callback<embed::Ask>,
    pub(super) class: Callback<classroom::Msg>,
    pub(super) sheet: Callback<classroom::SheetAct>,
    pub(super) build: Callback<classroom::BuildAct>,
    pub(super) present: Callback<classroom::PresentAct>,
}

impl Calls {
    /// The callbacks of the page at this link.
    pub(super) fn new(link: &Scope<App>, machine: &Rc<RefCell<Machine>>) -> Calls {
        let complete = {
            let machine = machine.clone();
            Callback::from(move |(line, cursor): (String, usize)| machine.borrow().complete(&line, cursor))
        };
        Calls {
            action: link.callback(Msg::Act),
            line: link.callback(Msg::Line),
            interrupt: link.callback(|_| Msg::Interrupt),
            eof: link.callback(|()| Msg::Eof),
            complete,
            copy: link.callback(Msg::Copied),
            point: link.callback(Msg::Point),
            inspect: link.callback(Msg::Inspect),
            close: link.callback(|()| Msg::CloseInspector),
            type_line: link.callback(Msg::Line),
            packet: link.callback(Msg::Packet),
            edited: link.callback(Msg::Edited),
            desk: link.callback(Msg::Desk),
            images: link.callback(|act| Msg::Desk(writing::Act::Images(act))),
            drawer: link.callback(|act| Msg::Desk(writing::Act::Drawer(act))),
            choose: link.callback(|choice| Msg::Desk(writing::Act::Chosen(choice))),
            apply: link.callback(|text| Msg::Desk(writing::Act::Apply(text))),
            close_story: link.callback(|()| Msg::Packet(packets::Act::CloseStory)),
            advice: writing::advice(machine),
            share: link.callback(Msg::Share),
            time: link.callback(Msg::Time),
            compare: link.callback(|()| Msg::Time(course::Act::Compare)),
            keep: link.callback(Msg::Keep),
            lesson: link.callback(Msg::Lesson),
            ask: link.callback(Msg::Host),
            class: link.callback(Msg::Class),
            sheet: link.callback(|act| Msg::Class(classroom::Msg::Sheet(act))),
            build: link.callback(|act| Msg::Class(classroom::Msg::Build(act))),
            present: link.callback(|act| Msg::Class(classroom::Msg::Present(act))),
        }
    }
}

//! Time flows frame by frame, and what happened meanwhile goes to the picture, the terminal and the editor.

use super::{App, CommandSoFar, Msg};
use crate::editor::Sheet;
use crate::event;
use crate::i18n::Message;
use crate::inspector::Answer;
use crate::machine::{self, Chunk, Seen};
use crate::picture::motion;
use crate::terminal::Stream;
use gloo::render::request_animation_frame;
use std::rc::Rc;
use yew::Context;

/// A frame that comes later than this (a hidden tab, a busy machine) does not make up for the lost time.
const LONGEST_FRAME_MS: f64 = 100.0;
/// Real time that the simulation may take of one frame, in milliseconds.
const BUDGET_MS: f64 = 8.0;
/// And while it goes to another moment.
pub(super) const TRAVEL_MS: f64 = 24.0;
/// How fast "until quiet" is: as fast as the budget allows.
const HURRY: f64 = 2000.0;
/// A saved editor closes after so many frames at the latest, even if its command goes on.
const FRAMES_TO_CLOSE: u32 = 20;

impl App {
    pub(super) fn next_frame(&mut self, cx: &Context<App>) {
        let link = cx.link().clone();
        if self.hosted.asleep {
            return;
        }
        self.frame = Some(request_animation_frame(move |ms| link.send_message(Msg::Frame(ms))));
    }

    /// What happens in a frame. True if anything that is drawn has changed.
    pub(super) fn frame(&mut self, cx: &Context<App>, ms: f64) -> bool {
        self.next_frame(cx);
        self.reveal();
        // The frame in which the reader does something shows the answer, and waits for nothing else: time makes up for it in the
        // next one.
        if event::acted() {
            return false;
        }
        self.save(cx, ms);
        let changed = self.flow(cx, ms);
        if !changed {
            // Else it happens when all is drawn.
            self.transcript.borrow().settle();
        }
        self.report();
        changed
    }

    /// Lets virtual time flow for one frame.
    pub(super) fn flow(&mut self, cx: &Context<App>, ms: f64) -> bool {
        let passed = (ms - self.last_ms.replace(ms).unwrap_or(ms)).clamp(0.0, LONGEST_FRAME_MS);
        if self.machine.borrow().timeline().is_seeking() {
            // First it is seen that it sets out.
            let sets_out = std::mem::take(&mut self.passage.sets_out);
            return if sets_out { self.refresh_course() } else { self.can_replay(cx) && self.travel(TRAVEL_MS) };
        }
        // Between a line and the arrival of what runs it, no time passes: a session is the same however slow the network is.
        let waits = !self.waiting.lines().is_empty() || !self.hosted.opening.is_empty();
        if (!self.paused || self.hurrying) && !waits {
            let speed = if self.hurrying { HURRY } else { self.speed };
            self.machine.borrow_mut().advance(passed * speed, BUDGET_MS);
            self.hosted.flows = true;
        }
        if self.hurrying && self.machine.borrow().quiet() {
            self.hurrying = false;
        }
        let changed = self.look();
        self.teach(ms) | self.tell(ms) | changed
    }

    /// Takes in what has happened. True if anything that is drawn has changed.
    pub(super) fn look(&mut self) -> bool {
        if self.machine.borrow().timeline().is_seeking() {
            return self.refresh_course();
        }
        let mut seen = self.machine.borrow_mut().look();
        if seen.restarted {
            self.start_over();
            self.lessons.rewound(self.machine.borrow().timeline());
        }
        self.lessons.note(&seen.output);
        if self.settings.embed {
            self.hosted.report.note(&seen.output, seen.tenths);
        }
        let mut changed = self.take_terminal(&seen);
        if !seen.output.is_empty() {
            self.list_files();
        }
        if seen.world {
            if seen.moved {
                motion::measure();
            }
            self.view = self.machine.borrow().view();
            self.lit = self.pointed.as_ref().map(|uid| Rc::new(self.machine.borrow().related(uid)));
            changed = true;
        }
        changed |= self.take_packets(&mut seen);
        if let Some((path, text)) = seen.edit {
            let id = self.sheet.as_ref().map_or(0, |sheet| sheet.id + 1);
            self.closing = 0;
            self.sheet = Some(Sheet { id, path, text, again: id > 0 });
            changed = true;
        } else if self.sheet.is_some() && !self.machine.borrow().editing() {
            // A refused text comes back within a moment: until then the editor stays.
            self.closing += 1;
            if !seen.busy || self.closing > FRAMES_TO_CLOSE {
                self.sheet = None;
                changed = true;
            }
        }
        if let Some(stopped) = seen.stopped.filter(|stopped| self.stopped.as_ref() != stopped) {
            self.stopped = Rc::new(stopped);
            changed = true;
        }
        changed |= std::mem::replace(&mut self.now, seen.now) != seen.now;
        changed |= std::mem::replace(&mut self.tenths, seen.tenths).ne(&seen.tenths);
        changed |= seen.restarted;
        // What the bar shows follows from the clock and from what was done.
        if changed {
            self.refresh_course();
        }
        changed
    }

    pub(super) fn take_terminal(&mut self, seen: &Seen) -> bool {
        let lang = self.settings.lang;
        for chunk in &seen.output {
            match chunk {
                Chunk::Command { prompt, text, .. } => {
                    self.command_begins();
                    self.pending.clear();
                    self.transcript.borrow_mut().begin(lang, prompt, text);
                    self.command = CommandSoFar { text: text.clone(), ..CommandSoFar::default() };
                }
                Chunk::Text(stream, text) => {
                    let stream = if *stream == machine::Stream::Stderr { Stream::Err } else { Stream::Out };
                    self.transcript.borrow_mut().write(stream, text);
                    self.command.lines += text.bytes().filter(|byte| *byte == b'\n').count();
                    if stream == Stream::Err {
                        self.command.error.clone_from(text);
                    }
                }
                Chunk::Exit { status, .. } => {
                    self.transcript.borrow_mut().end(lang, *status);
                    let CommandSoFar { text, lines, error } = &self.command;
                    self.answer = Rc::new(Answer { line: text.clone(), status: *status, error: error.clone() });
                    let first = error.lines().next().unwrap_or_default();
                    self.command_ended(match status {
                        0 => match lines {
                            0 => lang.fill(Message::DoneSilently, &[text]),
                            1 => lang.fill(Message::DoneOneLine, &[text]),
                            _ => lang.fill(Message::Done, &[text, &lines.to_string()]),
                        },
                        _ => lang.fill(Message::Failed, &[text, &status.to_string(), first]),
                    });
                }
                Chunk::Clear => self.transcript.borrow_mut().clear(),
                Chunk::Redraw => self.transcript.borrow_mut().wipe(),
            }
        }
        let mut transcript = self.transcript.borrow_mut();
        let waits = !self.waiting.lines().is_empty();
        transcript.set_busy(seen.busy || waits);
        // Back at the prompt where the lines began, nothing is open any more.
        if self.pending.first().is_some_and(|(prompt, _)| *prompt == seen.prompt) {
            self.pending.clear();
        }
        if !seen.busy && !waits {
            transcript.draft(lang, &self.pending, "");
        }
        let changed = !seen.output.is_empty() || self.busy != seen.busy || self.prompt != seen.prompt;
        self.busy = seen.busy;
        if changed {
            self.prompt = seen.prompt.clone().into();
        }
        changed
    }
}

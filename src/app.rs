//! The page: it lets time flow frame by frame, and hands what happens to the picture and the terminal.

use crate::editor::{Editor, Sheet};
use crate::header::{Action, Header};
use crate::i18n::{Lang, Message};
use crate::inspector::{Inspector, Subject};
use crate::machine::{Machine, Seen};
use crate::model::{Flight, View};
use crate::picture::{Picture, motion};
use crate::recovery;
use crate::settings::{self, Settings};
use crate::splitter::Splitter;
use crate::terminal::{Completion, Stream, Terminal, Transcript};
use api::Str;
use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::timers::callback::Timeout;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use yew::prelude::*;

/// A frame that comes later than this (a hidden tab, a busy machine) does not make up for the lost time.
const LONGEST_FRAME_MS: f64 = 100.0;
/// Real time that the simulation may take of one frame, in milliseconds.
const BUDGET_MS: f64 = 8.0;
/// How fast "until quiet" is: as fast as the budget allows.
const HURRY: f64 = 2000.0;
/// More packets than this at once are not drawn: nobody could follow them.
const MAX_FLIGHTS: usize = 12;

/// After so many milliseconds without a crash, the crashes before are forgotten.
const WELL_MS: u32 = 15_000;

/// The page.
pub struct App {
    settings: Settings,
    machine: Rc<RefCell<Machine>>,
    transcript: Rc<RefCell<Transcript>>,
    frame: Option<AnimationFrame>,
    last_ms: Option<f64>,
    paused: bool,
    hurrying: bool,
    speed: f64,
    beside: bool,
    share: f64,
    system: bool,
    tenths: u64,
    prompt: AttrValue,
    busy: bool,
    said: AttrValue,
    command: CommandSoFar,
    view: View,
    flights: Rc<Vec<Rc<Flight>>>,
    pointed: Option<Str>,
    lit: Option<Rc<BTreeSet<Str>>>,
    inspected: Option<(String, Subject)>,
    sheet: Option<Sheet>,
    calls: Calls,
}

/// The command that runs, as far as the announcement at its end needs it.
#[derive(Default)]
struct CommandSoFar {
    text: String,
    lines: usize,
    error: String,
}

/// Callbacks that are made once, so that what gets them is not drawn again for their sake.
struct Calls {
    action: Callback<Action>,
    line: Callback<String>,
    interrupt: Callback<String>,
    eof: Callback<()>,
    complete: Callback<(String, usize), Completion>,
    copy: Callback<()>,
    point: Callback<Option<Str>>,
    inspect: Callback<String>,
    close: Callback<()>,
    system: Callback<()>,
    power: Callback<(Str, bool)>,
    flown: Callback<u64>,
    edited: Callback<Option<String>>,
    share: Callback<f64>,
}

/// What happens to the page.
pub enum Msg {
    /// The browser is about to paint.
    Frame(f64),
    /// Something in the header.
    Act(Action),
    /// A line was typed.
    Line(String),
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D.
    Eof,
    /// Something is pointed at.
    Point(Option<Str>),
    /// Something was chosen: `Kind/namespace/name`.
    Inspect(String),
    /// The inspector shall close.
    CloseInspector,
    /// System Pods shall be folded, or not.
    System,
    /// A kubelet shall run, or not.
    Power(Str, bool),
    /// A connection has been drawn.
    Flown(u64),
    /// The editor is done.
    Edited(Option<String>),
    /// The picture's share of the page, in percent.
    Share(f64),
    /// A command was copied.
    Copied,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(cx: &Context<App>) -> App {
        let settings = Settings::read();
        settings.show();
        let restored = recovery::take(settings.seed);
        let machine = Rc::new(RefCell::new(Machine::new(settings.seed)));
        let link = cx.link();
        let complete = {
            let machine = machine.clone();
            Callback::from(move |(line, cursor): (String, usize)| machine.borrow().complete(&line, cursor))
        };
        let calls = Calls {
            action: link.callback(Msg::Act),
            line: link.callback(Msg::Line),
            interrupt: link.callback(|_| Msg::Interrupt),
            eof: link.callback(|()| Msg::Eof),
            complete,
            copy: link.callback(|()| Msg::Copied),
            point: link.callback(Msg::Point),
            inspect: link.callback(Msg::Inspect),
            close: link.callback(|()| Msg::CloseInspector),
            system: link.callback(|()| Msg::System),
            power: link.callback(|(node, on)| Msg::Power(node, on)),
            flown: link.callback(Msg::Flown),
            edited: link.callback(Msg::Edited),
            share: link.callback(Msg::Share),
        };
        let mut app = App {
            machine,
            transcript: Rc::default(),
            frame: None,
            last_ms: None,
            paused: false,
            hurrying: false,
            speed: 1.0,
            beside: settings::recall("beside").is_some(),
            share: settings::recall("share").and_then(|share| share.parse().ok()).unwrap_or(58.0),
            system: false,
            tenths: 0,
            prompt: AttrValue::default(),
            busy: false,
            said: AttrValue::default(),
            command: CommandSoFar::default(),
            view: View::default(),
            flights: Rc::default(),
            pointed: None,
            lit: None,
            inspected: None,
            sheet: None,
            calls,
            settings,
        };
        let run = if restored.lines.is_empty() { app.settings.run.clone() } else { restored.lines };
        for line in run {
            app.submit(line);
        }
        if let Some(message) = restored.notice {
            app.said = app.text(message).into();
        }
        app.look();
        app
    }

    fn update(&mut self, cx: &Context<App>, message: Msg) -> bool {
        match message {
            Msg::Frame(ms) => {
                self.next_frame(cx);
                self.flow(ms)
            }
            Msg::Act(action) => self.act(action),
            Msg::Line(line) => {
                self.submit(line);
                self.look()
            }
            Msg::Interrupt => {
                self.machine.borrow_mut().interrupt();
                self.look()
            }
            Msg::Eof => {
                self.machine.borrow_mut().type_line(None);
                self.look()
            }
            Msg::Point(uid) => self.point(uid),
            Msg::Inspect(object) => self.inspect(object),
            Msg::CloseInspector => self.inspected.take().is_some(),
            Msg::System => {
                self.system = !self.system;
                true
            }
            Msg::Power(node, on) => {
                // The switch types what one would type: the transcript shows how it is done.
                self.submit(format!("ssh {node} systemctl {} kubelet", if on { "start" } else { "stop" }));
                self.look()
            }
            Msg::Flown(id) => {
                Rc::make_mut(&mut self.flights).retain(|flight| flight.id != id);
                true
            }
            Msg::Edited(text) => self.edited(text),
            Msg::Share(share) => {
                self.share = share.clamp(15.0, 85.0);
                settings::remember("share", &format!("{:.1}", self.share));
                true
            }
            Msg::Copied => {
                self.said = self.text(Message::Copied).into();
                true
            }
        }
    }

    fn view(&self, _: &Context<App>) -> Html {
        let (lang, calls) = (self.settings.lang, &self.calls);
        let class = classes!("app", self.settings.embed.then_some("embed"));
        html! {
            <ContextProvider<Lang> context={lang}>
                <div {class}>
                    <Header {lang} theme={self.settings.theme} paused={self.paused} hurrying={self.hurrying} speed={self.speed}
                        beside={self.beside} tenths={self.tenths} onaction={&calls.action} />
                    <Splitter beside={self.beside} share={self.share} onshare={&calls.share}
                        picture={self.view_picture(lang)}
                        terminal={html! {
                            <Terminal {lang} prompt={&self.prompt} busy={self.busy} focus={!self.settings.embed} said={&self.said} transcript={self.transcript.clone()}
                                online={&calls.line} oninterrupt={&calls.interrupt} oneof={&calls.eof} complete={&calls.complete}
                                oncopy={&calls.copy} />
                        }} />
                    if let Some(sheet) = &self.sheet {
                        <Editor {lang} sheet={sheet.clone()} ondone={&calls.edited} />
                    }
                </div>
            </ContextProvider<Lang>>
        }
    }

    fn rendered(&mut self, cx: &Context<App>, first: bool) {
        if !first {
            return;
        }
        self.welcome();
        self.look();
        Timeout::new(WELL_MS, recovery::well).forget();
        cx.link().send_message(Msg::Point(None));
        self.next_frame(cx);
    }
}

impl App {
    fn text(&self, message: Message) -> &'static str {
        self.settings.lang.text(message)
    }

    fn view_picture(&self, lang: Lang) -> Html {
        let calls = &self.calls;
        html! {
            <section class="picture-frame" aria-label={lang.text(Message::Picture)}>
                <div class="picture">
                    <Picture view={self.view.clone()} flights={self.flights.clone()} lit={self.lit.clone()} system={self.system}
                        onpoint={&calls.point} oninspect={&calls.inspect} onsystem={&calls.system} onpower={&calls.power}
                        onflown={&calls.flown} />
                </div>
                if let Some((_, subject)) = &self.inspected {
                    <Inspector subject={subject.clone()} onclose={&calls.close} />
                }
            </section>
        }
    }

    fn welcome(&self) {
        if !self.settings.embed {
            let text = format!(
                "{}\n  kubectl get nodes -o wide\n  kubectl create deployment mynginx --image=nginx\n",
                self.text(Message::Welcome)
            );
            self.transcript.borrow_mut().note("welcome", &text);
        }
    }

    fn next_frame(&mut self, cx: &Context<App>) {
        let link = cx.link().clone();
        self.frame = Some(request_animation_frame(move |ms| link.send_message(Msg::Frame(ms))));
    }

    /// Lets virtual time flow for one frame.
    fn flow(&mut self, ms: f64) -> bool {
        let passed = (ms - self.last_ms.replace(ms).unwrap_or(ms)).clamp(0.0, LONGEST_FRAME_MS);
        if !self.paused || self.hurrying {
            let speed = if self.hurrying { HURRY } else { self.speed };
            self.machine.borrow_mut().advance(passed * speed, BUDGET_MS);
        }
        if self.hurrying && self.machine.borrow().quiet() {
            self.hurrying = false;
        }
        self.look()
    }

    /// Takes in what has happened. True if anything that is drawn has changed.
    fn look(&mut self) -> bool {
        let seen = self.machine.borrow_mut().look();
        let mut changed = self.take_terminal(&seen);
        if seen.world {
            motion::measure();
            self.view = self.machine.borrow().view();
            self.lit = self.pointed.as_ref().map(|uid| Rc::new(self.machine.borrow().related(uid)));
            self.refresh_inspector();
            changed = true;
        }
        if !seen.flights.is_empty() {
            let flights = Rc::make_mut(&mut self.flights);
            flights.extend(seen.flights.into_iter().map(Rc::new));
            let too_many = flights.len().saturating_sub(MAX_FLIGHTS);
            flights.drain(..too_many);
            changed = true;
        }
        if let Some((path, text)) = seen.edit {
            let id = self.sheet.as_ref().map_or(0, |sheet| sheet.id + 1);
            self.sheet = Some(Sheet { id, path, text, again: id > 0 });
            changed = true;
        } else if self.sheet.is_some() && !self.machine.borrow().editing() {
            self.sheet = None;
            changed = true;
        }
        changed | std::mem::replace(&mut self.tenths, seen.tenths).ne(&seen.tenths)
    }

    fn take_terminal(&mut self, seen: &Seen) -> bool {
        let lang = self.settings.lang;
        let mut transcript = self.transcript.borrow_mut();
        for chunk in &seen.output {
            use crate::machine::Chunk;
            match chunk {
                Chunk::Command { prompt, text, .. } => {
                    transcript.begin(lang, prompt, text);
                    self.command = CommandSoFar { text: text.clone(), ..CommandSoFar::default() };
                }
                Chunk::Text(stream, text) => {
                    let stream = if *stream == crate::machine::Stream::Stderr { Stream::Err } else { Stream::Out };
                    transcript.write(stream, text);
                    self.command.lines += text.matches('\n').count();
                    if stream == Stream::Err {
                        self.command.error.clone_from(text);
                    }
                }
                Chunk::Exit { status, .. } => {
                    transcript.end(lang, *status);
                    let CommandSoFar { text, lines, error } = &self.command;
                    self.said = match status {
                        0 => lang.fill(Message::Done, &[text, &lines.to_string()]),
                        _ => lang.fill(
                            Message::Failed,
                            &[text, &status.to_string(), error.lines().next().unwrap_or_default()],
                        ),
                    }
                    .into();
                }
                Chunk::Clear => transcript.clear(),
            }
        }
        transcript.set_busy(seen.busy);
        let changed = !seen.output.is_empty() || self.busy != seen.busy || self.prompt != seen.prompt;
        self.busy = seen.busy;
        if changed {
            self.prompt = seen.prompt.clone().into();
        }
        changed
    }

    fn submit(&mut self, line: String) {
        let mut machine = self.machine.borrow_mut();
        recovery::note(self.settings.seed, &line);
        if machine.wants_input() {
            // A terminal echoes what a command reads.
            self.transcript.borrow_mut().write(Stream::Out, &format!("{line}\n"));
        }
        machine.type_line(Some(line));
    }

    fn act(&mut self, action: Action) -> bool {
        match action {
            Action::Pause => self.paused = !self.paused,
            Action::Step => {
                self.paused = true;
                self.machine.borrow_mut().step();
                self.look();
            }
            Action::Speed(speed) => self.speed = speed,
            Action::UntilQuiet => {
                self.hurrying = !self.hurrying;
                self.machine.borrow_mut().hurry();
            }
            Action::Lang => {
                self.settings.lang = self.settings.lang.other();
                settings::remember("lang", self.settings.lang.tag());
                self.settings.show();
            }
            Action::Theme => {
                self.settings.theme = self.settings.theme.other();
                settings::remember("theme", self.settings.theme.name());
                self.settings.show();
            }
            Action::Beside => {
                self.beside = !self.beside;
                settings::choose("beside", self.beside);
            }
        }
        true
    }

    fn point(&mut self, uid: Option<Str>) -> bool {
        if self.pointed == uid {
            return false;
        }
        self.lit = uid.as_ref().map(|uid| Rc::new(self.machine.borrow().related(uid)));
        self.pointed = uid;
        true
    }

    fn inspect(&mut self, object: String) -> bool {
        if object.is_empty() {
            return false;
        }
        let subject = self.machine.borrow_mut().subject(&object);
        self.inspected = subject.map(|subject| (object, subject));
        true
    }

    fn refresh_inspector(&mut self) {
        if let Some((object, subject)) = &mut self.inspected
            && let Some(now) = self.machine.borrow_mut().subject(object)
        {
            *subject = now;
        }
    }

    /// The editor's text goes back to the command, which either accepts it or asks again with a word on what is wrong.
    fn edited(&mut self, text: Option<String>) -> bool {
        {
            let mut machine = self.machine.borrow_mut();
            recovery::note_edit(self.settings.seed, text.as_deref());
            machine.finish_edit(text);
        }
        self.look();
        true
    }
}

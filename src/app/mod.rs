//! The page: it lets time flow frame by frame, and hands what happens to the picture and the terminal.

mod acts;
mod begin;
mod build;
mod calls;
mod class;
mod flow;
mod hosted;
mod keeping;
pub mod packets;
mod pictured;
mod teach;
mod telling;
mod time;
mod waiting;
pub mod writing;

use crate::classroom::{self, Classroom};
use crate::course::{self, Bar};
use crate::cover;
use crate::drawer::Drawer;
use crate::editor::{Editor, Sheet};
use crate::embed;
use crate::event::{self, when};
use crate::focus;
use crate::header::{Action, Header};
use crate::i18n::{Lang, Message};
use crate::images::Images;
use crate::inspector::{Answer, Inspector};
use crate::keep::{self, Menu};
use crate::lessons::{self, Lessons, Panel};
use crate::machine::Machine;
use crate::menu;
use crate::model::{Ruling, Traffic, View};
use crate::palette::Palette;
use crate::picture::Story;
use crate::popup;
use crate::press;
use crate::recovery;
use crate::settings::{self, Settings};
use crate::skips;
use crate::splitter::Splitter;
use crate::terminal::{self, Terminal, Transcript};
use api::OrdSet;
use api::Str;
use begin::Beginning;
pub use begin::prepare;
use calls::Calls;
use gloo::render::AnimationFrame;
use gloo::timers::callback::Timeout;
use std::cell::RefCell;
use std::rc::Rc;
use yew::prelude::*;

/// After so many milliseconds without a crash, the crashes before are forgotten.
const WELL_MS: u32 = 15_000;

/// In the first frame everything finds its place; what is shown after it does not move.
const FRAMES_HIDDEN: u32 = 1;

/// The page.
pub struct App {
    settings: Settings,
    machine: Rc<RefCell<Machine>>,
    transcript: Rc<RefCell<Transcript>>,
    frame: Option<AnimationFrame>,
    /// For how many frames the page stays behind what index.html shows.
    hidden: Option<u32>,
    last_ms: Option<f64>,
    paused: bool,
    hurrying: bool,
    speed: f64,
    beside: bool,
    share: f64,
    tenths: u64,
    /// What time it is in the cluster, in seconds, while the picture counts down; else 0.
    now: i64,
    prompt: AttrValue,
    busy: bool,
    said: AttrValue,
    command: CommandSoFar,
    /// Lines, each with its prompt, of a command that goes on for another line: an open quote, a here-document.
    pending: Vec<(String, String)>,
    view: View,
    traffic: Traffic,
    ruling: Rc<Ruling>,
    story: Option<Story>,
    pointed: Option<Str>,
    lit: Option<Rc<OrdSet<Str>>>,
    /// What the inspector looks at: `Kind/namespace/name`.
    inspected: Option<AttrValue>,
    /// How the last command ended.
    answer: Rc<Answer>,
    sheet: Option<Sheet>,
    desk: writing::Desk,
    closing: u32,
    stopped: Rc<OrdSet<Str>>,
    /// The lines that were typed for the reader at the start.
    begun_with: Rc<Vec<String>>,
    notice: Option<Message>,
    passage: time::Passage,
    kept: keeping::Kept,
    /// Whether a session of before goes on.
    resumed: bool,
    waiting: waiting::Waiting,
    lessons: Lessons,
    hosted: hosted::Hosted,
    class: Classroom,
    calls: Calls,
    telling: telling::Telling,
}

/// The command that runs, as far as the announcement at its end needs it.
#[derive(Default)]
struct CommandSoFar {
    text: String,
    lines: usize,
    error: String,
}

/// What happens to the page.
pub enum Msg {
    /// The picture and the terminal are there: what has happened until now can be shown.
    Ready,
    /// The browser is about to paint.
    Frame(f64),
    /// Something in the header.
    Act(Action),
    /// A line was typed, by the reader or by something in the picture: the transcript shows how it is done.
    Line(String),
    /// The program's second module is there, or could not be fetched.
    There(bool),
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
    /// Something about packets.
    Packet(packets::Act),
    /// The editor is done.
    Edited(Option<String>),
    /// Something about files and menus.
    Desk(writing::Act),
    /// The picture's share of the page, in percent.
    Share(f64),
    /// A command was copied.
    Copied(bool),
    /// To another moment.
    Time(course::Act),
    /// Something about kept sessions.
    Keep(keep::Act),
    /// Something in the lessons.
    Lesson(lessons::Msg),
    /// Something about the frame that the page is in.
    Host(embed::Ask),
    /// Something in the classroom.
    Class(classroom::Msg),
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(cx: &Context<App>) -> App {
        let Beginning { settings, restored, cluster, .. } = Beginning::take();
        let run = restored.recording.as_ref().map_or(settings.run.clone(), timeline::Recording::commands);
        let resumed = restored.recording.is_some();
        let machine = Machine::of(cluster, restored.recording);
        let machine = Rc::new(RefCell::new(machine));
        machine.borrow_mut().speak(settings.lang);
        let calls = Calls::new(cx.link(), &machine);
        let mut app = App {
            machine,
            transcript: Rc::default(),
            frame: None,
            hidden: None,
            last_ms: None,
            paused: false,
            hurrying: false,
            speed: 1.0,
            beside: settings::recall("beside").is_some(),
            share: settings::recall("share").and_then(|share| share.parse().ok()).unwrap_or(58.0),
            tenths: 0,
            now: 0,
            prompt: AttrValue::default(),
            busy: false,
            said: AttrValue::default(),
            command: CommandSoFar::default(),
            pending: Vec::new(),
            view: View::default(),
            traffic: Traffic::default(),
            ruling: Rc::default(),
            story: None,
            pointed: None,
            lit: None,
            inspected: None,
            answer: Rc::default(),
            sheet: None,
            desk: writing::Desk::default(),
            closing: 0,
            stopped: Rc::default(),
            begun_with: Rc::default(),
            notice: None,
            passage: time::Passage::default(),
            waiting: waiting::Waiting::new(),
            kept: keeping::Kept::default(),
            resumed,
            lessons: Lessons::default(),
            hosted: hosted::Hosted::default(),
            class: Classroom::default(),
            calls,
            telling: telling::Telling::default(),
            settings,
        };
        app.begun_with = Rc::new(run);
        app.notice = restored.notice;
        if let Some(name) = app.settings.lesson.clone() {
            app.fetch_lesson(cx, name);
        }
        app
    }

    fn update(&mut self, cx: &Context<App>, message: Msg) -> bool {
        match message {
            Msg::Ready => {
                self.hidden = Some(FRAMES_HIDDEN);
                self.welcome();
                if !self.resumed {
                    self.begin_as_asked(cx);
                }
                self.look();
                true
            }
            Msg::Frame(ms) => self.frame(cx, ms),
            Msg::Act(Action::Lessons) => self.lesson(cx, lessons::Msg::Toggle),
            Msg::Act(action) => self.act(action),
            Msg::Line(_) if self.refuses_typing() => true,
            Msg::Line(line) => {
                self.enter(cx, line);
                self.look()
            }
            Msg::There(there) => {
                self.arrived(there);
                self.begin_keeping(cx, there);
                self.look();
                true
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
            Msg::Inspect(object) => self.offer(&object) || self.inspect(object),
            Msg::CloseInspector => self.inspected.take().is_some(),
            Msg::Packet(act) => self.packet(act),
            Msg::Edited(text) => self.edited(text),
            Msg::Desk(act) => self.at_desk(act),
            Msg::Lesson(message) => self.lesson(cx, message),
            Msg::Host(ask) => self.host(cx, ask),
            Msg::Class(message) => self.class(cx, message),
            Msg::Share(share) => {
                self.share = share.clamp(15.0, 85.0);
                settings::remember("share", &format!("{:.1}", self.share));
                true
            }
            Msg::Time(act) => self.time(act),
            Msg::Keep(act) => self.keep(cx, act),
            Msg::Copied(done) => self.copied(done),
        }
    }

    fn view(&self, cx: &Context<App>) -> Html {
        let (lang, calls) = (self.settings.lang, &self.calls);
        let hidden: Vec<String> = self.settings.hidden.iter().map(|panel| format!("no-{panel}")).collect();
        let class =
            classes!("app", self.settings.embed.then_some("embed"), self.lessons.open.then_some("taught"), hidden);
        let link = cx.link().clone();
        let ondrop = move |event: DragEvent| writing::take_drop(&link, &event);
        html! {
            <ContextProvider<Lang> context={lang}>
                <div {class} oncontextmenu={when(&calls.desk, |event: MouseEvent| menu::Menu::asked(&event).map(writing::Act::Menu))}
                    ondragover={writing::allow_drop} {ondrop}>
                    { skips::links(lang) }
                    if self.settings.embed {
                        <embed::Bar {lang} paused={self.paused} hurrying={self.hurrying} tenths={self.tenths} address={self.address_of_all()}
                            onaction={&calls.action} onask={&calls.ask} />
                    } else {
                        <Header {lang} theme={self.settings.theme} paused={self.paused} hurrying={self.hurrying} speed={self.speed}
                            beside={self.beside} taught={self.lessons.open} tenths={self.tenths} onaction={&calls.action} menu={self.view_menu()} />
                    }
                    <Bar {lang} course={self.passage.course.clone()} comparing={self.passage.changes.is_some()} pinned={self.passage.pinned.as_ref().map(|(at, _)| *at)} onact={&calls.time} />
                    if self.lessons.open {
                        { self.view_builder().unwrap_or_else(|| html! { <Panel {lang} shown={self.lessons.shown()} onmsg={&calls.lesson} onclass={&calls.class} /> }) }
                    }
                    <div class="workbench">
                    <Splitter beside={self.beside} share={self.share} onshare={&calls.share}
                        picture={self.view_picture(lang)}
                        terminal={html! {
                            <div class="desk">
                            <Terminal given={self.desk.given.clone()} {lang} before={self.begun_with.clone()} prompt={&self.prompt} busy={self.busy} locked={self.settings.read_only} said={&self.said} transcript={self.transcript.clone()}
                                online={&calls.line} oninterrupt={&calls.interrupt} oneof={&calls.eof} complete={&calls.complete}
                                oncopy={&calls.copy} />
                            // Both only help with typing.
                            if !self.settings.read_only {
                                <Palette {lang} view={self.view.clone()} onchoose={&calls.choose} />
                                <Drawer {lang} open={self.desk.open} rows={self.desk.rows.clone()} onact={&calls.drawer} />
                            }
                            </div>
                        }} />
                    if let Some(path) = &self.inspected {
                        <Inspector machine={self.machine.clone()} {path} revision={self.machine.borrow().revision()} tenths={self.tenths}
                            busy={self.busy} answer={self.answer.clone()} onclose={&calls.close} oninspect={&calls.inspect} online={&calls.line} />
                    }
                    </div>
                    { self.view_class() }
                    if let Some(images) = &self.desk.images {
                        <Images {lang} images={images.clone()} blocked={!self.machine.borrow().at_workstation()} onact={&calls.images} />
                    }
                    if let Some(sheet) = &self.sheet {
                        <Editor {lang} sheet={sheet.clone()} ondone={&calls.edited} onapply={&calls.apply} advice={calls.advice.clone()} />
                    }
                </div>
            </ContextProvider<Lang>>
        }
    }

    fn rendered(&mut self, cx: &Context<App>, first: bool) {
        self.transcript.borrow().settle();
        if !first {
            return;
        }
        cx.link().send_message(Msg::Ready);
        App::listen_for_keys(cx);
        focus::keep();
        popup::listen();
        cover::listen();
        event::notice_acts();
        press::listen(self.calls.desk.reform(writing::Act::Menu));
        crate::deferred::when_come(cx.link().callback(Msg::There));
        App::open_links(cx, !self.resumed && self.notice.is_none());
        lessons::listen(cx.link().callback(|event| Msg::Lesson(lessons::Msg::Key(event))));
        Timeout::new(WELL_MS, recovery::well).forget();
        if self.settings.embed {
            App::meet_host(cx);
        }
        self.next_frame(cx);
    }
}

impl App {
    fn text(&self, message: Message) -> &'static str {
        self.settings.lang.text(message)
    }

    /// The page is drawn: what index.html shows until then makes way.
    fn reveal(&mut self) {
        match self.hidden.take() {
            None => return,
            Some(0) => {}
            Some(frames) => return self.hidden = Some(frames - 1),
        }
        let skeleton = gloo::utils::document().query_selector(".skeleton").ok().flatten();
        if let Some(skeleton) = skeleton {
            skeleton.remove();
            // Nothing that is hidden takes the focus.
            if !self.settings.embed || self.has_focus() {
                terminal::take_focus();
            }
        }
    }

    fn view_menu(&self) -> Html {
        let kept = &self.kept;
        html! {
            <Menu lang={self.settings.lang} open={kept.open} said={&kept.said} link={kept.link.clone()} saved={kept.saved.clone()} own={&kept.id}
                onact={&self.calls.keep} />
        }
    }
}

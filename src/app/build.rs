//! Building lessons and presenting scripts, as far as they do something to the session.

use super::App;
use super::class::answer;
use super::flow::TRAVEL_MS;
use crate::classroom::{self, BuildAct, Builder, BuilderView, PresentAct, Presenter, PresenterView, store};
use crate::i18n::Message;
use crate::keep;
use crate::lessons::Show;
use crate::machine::{self, Machine};
use ::classroom::{Draft, EXAMPLES, Own, Set, offers};
use std::rc::Rc;
use timeline::Input;
use yew::prelude::*;

impl App {
    pub(super) fn build(&mut self, cx: &Context<App>, act: BuildAct) -> bool {
        let lang = self.settings.lang.of_the_core();
        if act == BuildAct::Toggle {
            store::style();
            self.class.builder = match self.class.builder.take() {
                Some(_) => None,
                None => {
                    self.lessons.leave();
                    self.lessons.open = true;
                    self.fetch_index(cx);
                    Some(Builder::recall(self.settings.lang))
                }
            };
            return true;
        }
        match &act {
            BuildAct::Start => return self.build_start(),
            BuildAct::Reset => return self.build_reset(cx, ""),
            BuildAct::Record(path) => return self.build_record(cx, path),
            BuildAct::Copy(name) => return self.build_copy(cx, name),
            BuildAct::Look(object) => return self.offer(object),
            BuildAct::Read(text) => return self.build_read(text.as_deref()),
            _ => {}
        }
        let Some(builder) = &mut self.class.builder else { return false };
        match act {
            BuildAct::Words(lang) => builder.words = lang,
            BuildAct::Step(at) => builder.show(at),
            BuildAct::Aim(path) => (builder.aim, builder.offers) = (path, Rc::default()),
            BuildAct::Write(path) => builder.write(path),
            BuildAct::Try => {
                let (lesson, problems) = builder.draft.own(lang).read();
                match problems.is_empty() {
                    true => self.begin_lesson(Rc::new(lesson), 0),
                    false => builder.found(&lesson, &problems, self.settings.lang),
                }
            }
            BuildAct::Lint => {
                self.class.check = builder.check(self.settings.lang);
                self.lessons.hush();
            }
            BuildAct::Halt => builder.playing = None,
            BuildAct::Open => {
                let read = |text| classroom::Msg::Build(BuildAct::Read(text));
                keep::open_file(&answer(cx, read), true);
            }
            BuildAct::Link => {
                let text = builder.draft.handed_out(lang).text();
                self.make_link(cx, super::class::LESSONS, &text);
            }
            BuildAct::File => {
                let name = format!("{}.json", builder.draft.name());
                keep::save_file(&name, "application/json", &builder.draft.handed_out(lang).text());
            }
            act => {
                change(builder, act, lang);
                builder.changed();
                self.lessons.hush();
            }
        }
        true
    }

    /// Goes on checking the lesson that is built, until it is changed. True if what is drawn has changed.
    pub(super) fn check_on(&mut self) -> bool {
        let playing = self.class.builder.as_mut().filter(|builder| builder.playing.is_some());
        let (Some(check), Some(builder)) = (&mut self.class.check, playing) else {
            self.class.check = None;
            return false;
        };
        let changed = builder.check_on(check, self.settings.lang, &mut machine::by_the_clock(TRAVEL_MS));
        if builder.playing.is_none() {
            self.class.check = None;
        }
        changed
    }

    /// An object of the picture was clicked while a lesson is built: what could be checked of it.
    pub(super) fn offer(&mut self, object: &str) -> bool {
        if self.lessons.progress.is_some() {
            return false;
        }
        let Some(builder) = &mut self.class.builder else { return false };
        let found = self.machine.borrow().cluster(|cluster| offers(cluster, object));
        builder.offers = Rc::new(found.unwrap_or_default());
        true
    }

    /// The lines that were typed from an input on.
    fn typed_since(&self, from: usize) -> String {
        let machine = self.machine.borrow();
        let timeline = machine.timeline();
        let mut script = String::new();
        for entry in timeline.entries().iter().take(timeline.done()).skip(from) {
            if let Input::Command(line) | Input::Line(line) = &entry.input {
                script.push_str(line);
                script.push('\n');
            }
        }
        script
    }

    /// What was typed is what the lesson begins with, in a cluster like this one.
    fn build_start(&mut self) -> bool {
        let typed = self.typed_since(0);
        let Some(builder) = &mut self.class.builder else { return false };
        builder.draft.set("/plan/start", typed.into());
        builder.draft.set("/plan/seed", (self.settings.seed as i64).into());
        builder.draft.set("/plan/workers", (self.settings.nodes as i64).into());
        builder.changed();
        true
    }

    /// Recording begins or ends. After another way or a mistake the session goes back to where that began; what leads back from a
    /// mistake is typed where the mistake has been made.
    fn build_record(&mut self, cx: &Context<App>, path: &str) -> bool {
        let Some(builder) = &mut self.class.builder else { return false };
        let after =
            path.strip_suffix("/back").map(|mistake| builder.draft.at(&format!("{mistake}/type")).str().to_owned());
        let Some((recorded, from)) = builder.recording.take() else {
            if let Some(mistake) = &after {
                self.build_reset(cx, mistake);
            }
            let done = self.machine.borrow().timeline().done();
            self.class.builder.iter_mut().for_each(|builder| builder.recording = Some((path.to_owned(), done)));
            crate::focus::on_prompt();
            return true;
        };
        let typed = self.typed_since(from);
        if typed.trim().is_empty() {
            return true;
        }
        let before = self.machine.borrow().timeline().before(from);
        let Some(builder) = &mut self.class.builder else { return false };
        builder.draft.set(&recorded, typed.into());
        builder.changed();
        if recorded.ends_with("/back") {
            self.build_reset(cx, "");
        } else if let Some(before) = before.filter(|_| !recorded.ends_with("/solution")) {
            self.go_back(before);
        }
        true
    }

    /// The cluster as the lesson begins, with the steps before the one that is shown solved, and something typed after that.
    fn build_reset(&mut self, cx: &Context<App>, then: &str) -> bool {
        let Some(builder) = &self.class.builder else { return false };
        let lesson = builder.draft.own(self.settings.lang.of_the_core()).read().0;
        let mut scripts = lesson.opening();
        let solved = lesson.steps().iter().take(builder.step).map(|step| step.get("solution").str().to_owned());
        scripts.extend(solved);
        scripts.push(then.to_owned());
        self.fresh(cx, lesson.options(self.settings.seed), &scripts);
        true
    }

    /// The files of a lesson are fetched, to be changed.
    fn build_copy(&self, cx: &Context<App>, name: &str) -> bool {
        let (link, name, own) = (cx.link().clone(), name.to_owned(), self.own_lesson(name));
        yew::platform::spawn_local(async move {
            let bundle = match own {
                Some(own) => Some(own),
                None => crate::lessons::json(&format!("lessons/{name}.json")).await,
            };
            link.send_message(super::Msg::Class(classroom::Msg::Build(BuildAct::Copied(name, bundle))));
        });
        false
    }

    /// A file has been read, or several: the first lesson in it is opened, the others are handed out with it.
    fn build_read(&mut self, text: Option<&str>) -> bool {
        let lang = self.settings.lang;
        let Some(builder) = &mut self.class.builder else { return false };
        match text.map(Set::read) {
            Some(Ok(set)) => {
                builder.replace(Draft::of_set(&set));
                builder.changed();
                let title = builder.draft.title(lang.of_the_core()).to_owned();
                self.lessons.tell(lang.fill(Message::BuildOpened, &[&title]));
            }
            Some(Err(broken)) => self.lessons.refuse(&broken.words(lang.of_the_core())),
            None => self.lessons.refuse(lang.text(Message::FileUnreadable)),
        }
        true
    }

    /// A new session in which some scripts were typed, unseen.
    fn fresh(&mut self, cx: &Context<App>, options: cluster::Options, scripts: &[String]) {
        let mut machine = Machine::with(options);
        for line in scripts.iter().flat_map(|script| script.lines()) {
            machine.unseen(line);
        }
        self.replace(cx, machine, "");
        crate::focus::on_prompt();
    }

    pub(super) fn present(&mut self, cx: &Context<App>, act: PresentAct) -> bool {
        if act == PresentAct::Toggle {
            store::style();
            self.class.presenter = match self.class.presenter.take() {
                Some(_) => None,
                None => Some(Presenter::recall()),
            };
            self.lessons.open &= self.class.presenter.is_none();
            big(self.class.presenter.is_some());
            return true;
        }
        let Some(presenter) = &mut self.class.presenter else { return false };
        match act {
            PresentAct::Toggle => {}
            PresentAct::Edit => presenter.editing = !presenter.editing,
            PresentAct::Write(text) => presenter.text = text,
            PresentAct::Take => {
                presenter.read(presenter.text.clone());
                presenter.editing = presenter.problem.is_some();
            }
            PresentAct::Next => {
                // One at a time: what is being typed is finished first.
                if self.lessons.show.is_none()
                    && let Some(cue) = presenter.cues.get(presenter.at)
                {
                    self.lessons.show = Some(Show::new(vec![cue.command.clone()]));
                    presenter.at += 1;
                    crate::focus::on_prompt();
                }
            }
            PresentAct::Reset => return self.present(cx, PresentAct::Go(0)),
            PresentAct::Go(at) => {
                presenter.at = at;
                let before: Vec<String> = presenter.cues.iter().take(at).map(|cue| cue.command.clone()).collect();
                self.lessons.show = None;
                self.fresh(cx, self.settings.options(), &before);
            }
        }
        true
    }

    /// A key while something is presented.
    pub(super) fn present_key(&mut self, cx: &Context<App>, event: &KeyboardEvent) -> bool {
        let Some(presenter) = &mut self.class.presenter else { return false };
        if presenter.editing {
            return false;
        }
        let act = match event.key().as_str() {
            "F8" => PresentAct::Next,
            "F9" => PresentAct::Reset,
            _ => {
                presenter.press(event, self.last_ms.unwrap_or_default());
                return true;
            }
        };
        event.prevent_default();
        self.present(cx, act)
    }

    /// The builder's panel, if a lesson is built and not just tried.
    pub(super) fn view_builder(&self) -> Option<Html> {
        let lang = self.settings.lang;
        let builder = self.class.builder.as_ref().filter(|_| self.lessons.progress.is_none())?.clone();
        let (news, problem, link) =
            (self.lessons.news.clone(), self.lessons.problem.clone(), self.lessons.link.clone());
        let course = Rc::new(self.lessons.titles(lang));
        let objects = Rc::new(self.machine.borrow().cluster(::classroom::objects).unwrap_or_default());
        Some(
            html! { <BuilderView {lang} {builder} {course} {objects} {news} {problem} {link} onact={&self.calls.build} /> },
        )
    }

    /// The presenter's desk.
    pub(super) fn view_presenter(&self) -> Html {
        let lang = self.settings.lang;
        match &self.class.presenter {
            Some(presenter) => {
                html! { <PresenterView {lang} presenter={presenter.clone()} onact={&self.calls.present} /> }
            }
            None => Html::default(),
        }
    }
}

/// What changes the draft and nothing else.
fn change(builder: &mut Builder, act: BuildAct, lang: api::Language) {
    let step = builder.step;
    let draft = &mut builder.draft;
    match act {
        BuildAct::Set(path, value) => draft.set(&path, value),
        BuildAct::Push(path, value) => draft.push(&path, value),
        BuildAct::Remove(path) => {
            draft.remove(&path);
            builder.writing = None;
        }
        BuildAct::Block(kind) => draft.add_block(step, kind, ""),
        BuildAct::Note => draft.add_note(step),
        BuildAct::RemoveCheck(at) => {
            draft.remove_check(step, at);
            builder.writing = None;
        }
        BuildAct::RemoveNote(at) => {
            draft.remove_note(step, at);
            builder.show(step);
        }
        BuildAct::AddStep => {
            draft.add_step(step + 1);
            builder.show(step + 1);
        }
        BuildAct::RemoveStep => {
            draft.remove_step(step);
            builder.show(step);
        }
        BuildAct::RaiseStep => {
            draft.raise_step(step);
            builder.show(step.saturating_sub(1));
        }
        BuildAct::Offer(at) => {
            if let Some(clause) = builder.offers.get(at) {
                draft.add_clause(&builder.aim, clause.clone());
            }
        }
        BuildAct::Example(path, at) => {
            if let Some(Ok(example)) = EXAMPLES.get(at).map(|text| api::yaml::parse(text)) {
                let before = draft.at(&path).len();
                draft.add_clause(&path, example.value);
                if draft.at(&path).len() > before {
                    builder.write(Some(format!("{path}/{before}")));
                }
            }
        }
        BuildAct::Clause(text) => builder.written(text),
        BuildAct::Pick(name) => match draft.at("/pick").array().iter().position(|other| other.str() == name) {
            Some(at) => draft.remove(&format!("/pick/{at}")),
            None => draft.push("/pick", name.into()),
        },
        BuildAct::Copied(name, Some(bundle)) => {
            let own = Own { files: crate::lessons::files(&bundle), name };
            let mut next = builder.draft.clone();
            next.take(&own);
            builder.replace(next);
        }
        BuildAct::Turn(other) => {
            draft.turn_to(other, lang);
            builder.show(0);
        }
        BuildAct::Anew => builder.replace(Draft::default()),
        BuildAct::Back => {
            if let Some(left) = builder.left.take() {
                builder.draft = left;
                builder.show(0);
            }
        }
        // The others do something to the session.
        _ => {}
    }
}

/// Big type for everything, or no more.
fn big(on: bool) {
    let Some(root) = gloo::utils::document().document_element() else { return };
    _ = if on { root.set_attribute("data-presenting", "") } else { root.remove_attribute("data-presenting") };
}

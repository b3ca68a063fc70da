//! Building lessons and presenting scripts, as far as they do something to the session.

use super::App;
use crate::classroom::{BuildAct, Builder, BuilderView, PresentAct, Presenter, PresenterView, What, store};
use crate::keep;
use crate::lessons::Show;
use crate::machine::Machine;
use ::classroom::{Draft, Set, offers};
use ::lessons::Lesson;
use api::Value;
use std::rc::Rc;
use timeline::Input;
use yew::prelude::*;

impl App {
    pub(super) fn build(&mut self, cx: &Context<App>, act: BuildAct) -> bool {
        if act == BuildAct::Toggle {
            store::style();
            self.class.builder = match self.class.builder.take() {
                Some(_) => None,
                None => {
                    self.lessons.leave();
                    self.lessons.open = true;
                    self.fetch_index(cx);
                    Some(Builder::recall())
                }
            };
            return true;
        }
        let lang = self.settings.lang.of_the_core();
        let inputs = self.machine.borrow().timeline().done();
        let typed = self.typed_since(0);
        let Some(builder) = &mut self.class.builder else { return false };
        match act {
            BuildAct::Toggle => {}
            BuildAct::Set(key, text) => builder.draft.0.set(key, text),
            BuildAct::SetStep(key, text) => _ = builder.shown_mut().map(|step| step.set(key, text)),
            BuildAct::Step(at) => {
                if at >= builder.draft.steps().len() {
                    builder.draft.add_step();
                }
                (builder.step, builder.recording) = (at, None);
                builder.offers = Rc::default();
            }
            BuildAct::RemoveStep => {
                builder.draft.remove_step(builder.step);
                builder.step = builder.step.min(builder.draft.steps().len() - 1);
            }
            BuildAct::Start => {
                builder.draft.0.set("start", typed);
                builder.draft.0.set("seed", self.settings.seed as i64);
                builder.draft.0.set("workers", self.settings.nodes as i64);
            }
            BuildAct::Reset => return self.build_reset(cx),
            BuildAct::Record(what) => match builder.recording {
                None => {
                    builder.recording = Some((what, inputs));
                    crate::focus::on_prompt();
                }
                Some((what, from)) => return self.build_take(what, from),
            },
            BuildAct::RemoveMistake(at) => remove(builder, "mistakes", at),
            BuildAct::RemoveCheck(at) => remove(builder, "checks", at),
            BuildAct::Check(at) => {
                let clause = builder.offers.get(at).cloned();
                let checks = builder.shown_mut().map(|step| step.object_mut().entry("checks").array_mut());
                if let (Some(clause), Some(checks)) = (clause, checks)
                    && !checks.contains(&clause)
                {
                    checks.push(clause);
                }
            }
            BuildAct::Try => {
                let (lesson, problems) = builder.draft.own(lang).read();
                match problems.is_empty() {
                    true => self.begin_lesson(Rc::new(lesson), 0),
                    false => builder.problems = Some(Rc::new(problems)),
                }
                return true;
            }
            BuildAct::Lint => {
                builder.problems = Some(Rc::new(problems(&mut builder.draft, lang)));
                return true;
            }
            BuildAct::Pick(name) => {
                let pick = builder.draft.0.object_mut().entry("pick").array_mut();
                match pick.iter().position(|other| other.str() == name) {
                    Some(at) => _ = pick.remove(at),
                    None => pick.push(name.into()),
                }
            }
            BuildAct::Link => {
                let text = handed_out(&builder.draft, lang).text();
                self.make_link(cx, super::class::LESSONS, &text);
                return false;
            }
            BuildAct::File => {
                let name = format!("{}.json", builder.draft.name());
                keep::save_file(&name, "application/json", &handed_out(&builder.draft, lang).text());
                return false;
            }
            BuildAct::Anew => {
                (builder.draft, builder.step) = (Draft::default(), 0);
                (self.lessons.news, self.lessons.link) = (None, None);
            }
        }
        if let Some(builder) = &mut self.class.builder {
            builder.changed();
        }
        true
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

    /// What was typed is taken; after another way or a mistake the session goes back to where that began.
    fn build_take(&mut self, what: What, from: usize) -> bool {
        let typed = self.typed_since(from);
        let before = self.machine.borrow().timeline().before(from);
        let Some(builder) = &mut self.class.builder else { return false };
        builder.recording = None;
        if typed.trim().is_empty() {
            return true;
        }
        if let Some(step) = builder.shown_mut() {
            match what {
                What::Solution => step.set("solution", typed),
                What::Route => step.set("route", typed),
                What::Mistake => step.object_mut().entry("mistakes").array_mut().push(typed.into()),
            }
        }
        builder.changed();
        if let Some(before) = before.filter(|_| what != What::Solution) {
            self.go_back(before);
        }
        true
    }

    /// The cluster as the lesson begins, with the steps before the one that is shown solved.
    fn build_reset(&mut self, cx: &Context<App>) -> bool {
        let Some(builder) = &self.class.builder else { return false };
        let mut script = builder.draft.0.get("start").str().to_owned();
        for step in builder.draft.steps().iter().take(builder.step) {
            script.push_str(step.get("solution").str());
        }
        self.fresh(cx, &[script]);
        true
    }

    /// A new session in which some scripts were typed, unseen.
    fn fresh(&mut self, cx: &Context<App>, scripts: &[String]) {
        let mut machine = Machine::with(self.settings.options());
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
                self.fresh(cx, &before);
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
        let (news, link) = (self.lessons.news.clone(), self.lessons.link.clone());
        let course = Rc::new(self.lessons.titles(lang));
        Some(html! { <BuilderView {lang} {builder} {course} {news} {link} onact={&self.calls.build} /> })
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

/// The set that is handed out.
fn handed_out(draft: &Draft, lang: api::Language) -> Set {
    let pick: Vec<String> = draft.0.get("pick").array().iter().map(|name| name.str().to_owned()).collect();
    // Nothing was written: some lessons of the course were picked.
    let written = !draft.0.get("title").str().trim().is_empty() || pick.is_empty();
    Set { title: String::new(), own: if written { vec![draft.own(lang)] } else { Vec::new() }, pick }
}

fn remove(builder: &mut Builder, key: &str, at: usize) {
    if let Some(list) = builder.shown_mut().map(|step| step.object_mut().entry(key).array_mut())
        && at < list.len()
    {
        list.remove(at);
    }
}

/// What `kubarium check` would say. First it is found which check notices each mistake.
fn problems(draft: &mut Draft, lang: api::Language) -> Vec<::lessons::Problem> {
    let read = |draft: &Draft| -> (Lesson, Vec<::lessons::Problem>) {
        let (lesson, mut problems) = draft.own(lang).read();
        if problems.is_empty() {
            problems = ::lessons::lint(&lesson);
        }
        (lesson, problems)
    };
    let (lesson, found) = read(draft);
    if !found.is_empty() {
        return found;
    }
    let lesson = Rc::new(lesson);
    for at in 0..draft.steps().len() {
        let mistakes = draft.steps()[at].get("mistakes").array().to_vec();
        let id = format!("step-{}", at + 1);
        let unmet = mistakes.iter().map(|mistake| ::lessons::noticed(&lesson, &id, mistake.str()).unwrap_or_default());
        let unmet: Vec<Value> = unmet.map(Value::from).collect();
        if let Some(step) = draft.step_mut(at) {
            step.set("unmet", unmet);
        }
    }
    let (lesson, found) = read(draft);
    if found.is_empty() { ::lessons::play(&Rc::new(lesson)).problems } else { found }
}

/// Big type for everything, or no more.
fn big(on: bool) {
    let Some(root) = gloo::utils::document().document_element() else { return };
    _ = if on { root.set_attribute("data-presenting", "") } else { root.remove_attribute("data-presenting") };
}

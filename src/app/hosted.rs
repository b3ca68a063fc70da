//! The page in another page's frame: it does what its host asks, and tells the host what happens.

use super::{App, Msg};
use crate::deferred;
use crate::drawer;
use crate::embed::{self, Ask, Report};
use crate::i18n::{Lang, Message};
use crate::keep;
use crate::machine::{Chunk, Machine};
use crate::settings::Theme;
use api::obj;
use wasm_bindgen::JsValue;
use yew::{AttrValue, Context};

/// Where the manifests lie that a page begins with.
const START: &str = "start.yaml";

/// What belongs to a page in a frame.
#[derive(Default)]
pub(super) struct Hosted {
    /// What the host is told.
    pub report: Report,
    /// Whether nobody can see the frame: then time stands, and no frame is asked for.
    pub asleep: bool,
    /// Whether time has flowed in this frame.
    pub flows: bool,
    /// Where the whole page with this session is, once somebody is about to go there.
    pub address: Option<AttrValue>,
    /// The lines that make the cluster as the page's address wants it, until they have run.
    pub opening: Vec<String>,
}

/// The lines that bring manifests into the cluster.
pub(super) fn opening(manifests: &str) -> Vec<String> {
    if manifests.trim().is_empty() {
        return Vec::new();
    }
    let mut lines = drawer::here_document(START, manifests);
    lines.push(format!("kubectl apply -f {START}"));
    lines
}

impl App {
    /// Begins to hear the host, if there is one.
    pub(super) fn meet_host(cx: &Context<App>) {
        let link = cx.link().clone();
        embed::hear(yew::Callback::from(move |ask| link.send_message(Msg::Host(ask))));
        embed::say("ready", &obj! {});
    }

    pub(super) fn host(&mut self, cx: &Context<App>, ask: Ask) -> bool {
        match ask {
            Ask::Run(lines) => {
                self.hosted.report.expect();
                for line in lines.lines() {
                    self.enter(cx, line.to_owned());
                }
                self.look()
            }
            Ask::Reset => self.begin_anew(cx),
            Ask::State(id) => {
                self.pack(cx, id);
                false
            }
            Ask::Link => {
                self.pack(cx, String::new());
                false
            }
            Ask::Packed(id, packed) => self.packed_for(id, packed),
            Ask::Lang(tag) => {
                let Some(lang) = Lang::from_tag(&tag).filter(|lang| *lang != self.settings.lang) else { return false };
                self.settings.lang = lang;
                self.machine.borrow_mut().speak(lang);
                self.lessons.speak(lang);
                self.settings.show();
                true
            }
            Ask::Theme(name) => {
                let Some(theme) = Theme::from_name(&name) else { return false };
                self.settings.theme = theme;
                self.settings.show();
                true
            }
            Ask::ReadOnly(read_only) => std::mem::replace(&mut self.settings.read_only, read_only) != read_only,
            Ask::Sleep => {
                self.hosted.asleep = true;
                (self.frame, self.last_ms) = (None, None);
                false
            }
            Ask::Wake => {
                if std::mem::take(&mut self.hosted.asleep) {
                    self.next_frame(cx);
                }
                false
            }
        }
    }

    /// What the host is told once a frame.
    pub(super) fn report(&mut self) {
        let flows = std::mem::take(&mut self.hosted.flows);
        if !self.settings.embed {
            return;
        }
        if flows {
            self.hosted.report.flowed(self.busy || !self.pending.is_empty());
        }
        self.hosted.report.look(&self.lessons);
    }

    /// Where the link in the bar leads.
    pub(super) fn address_of_all(&self) -> AttrValue {
        self.hosted.address.clone().unwrap_or_else(|| self.whole_page(None).into())
    }

    /// Whether the reader is in this frame already, and not elsewhere in the page around it.
    pub(super) fn has_focus(&self) -> bool {
        gloo::utils::document().has_focus().unwrap_or(false)
    }

    /// What is typed by the reader, in the terminal or by a button; where one may only read, a word on that.
    pub(super) fn refuses_typing(&mut self) -> bool {
        if self.settings.read_only {
            self.said = self.text(Message::ReadOnly).into();
        }
        self.settings.read_only
    }

    /// Prepares the cluster as the page's address wants it, unseen, as soon as the commands are there.
    pub(super) fn prepare(&mut self) {
        let mut refused = String::new();
        for line in std::mem::take(&mut self.hosted.opening) {
            let shown = self.machine.borrow_mut().unseen(&line);
            let errors = shown.iter().filter_map(|chunk| match chunk {
                Chunk::Text(crate::machine::Stream::Stderr, text) => Some(text.as_str()),
                _ => None,
            });
            if shown.iter().any(|chunk| matches!(chunk, Chunk::Exit { status: 1.., .. })) {
                errors.for_each(|text| refused.push_str(text));
            }
        }
        if !refused.is_empty() {
            let text = format!("{}\n{refused}", self.text(Message::ManifestsRefused));
            self.transcript.borrow_mut().note("restored", &text);
        }
    }

    /// The cluster as it began, and the first lines once more.
    fn begin_anew(&mut self, cx: &Context<App>) -> bool {
        self.hosted.report.forget();
        if self.lessons.progress.is_some() {
            return self.lesson(cx, crate::lessons::Msg::Anew);
        }
        self.put(Machine::with(self.settings.options()));
        self.begin_as_asked(cx);
        self.look();
        true
    }

    /// What the page's address wants done first.
    pub(super) fn begin_as_asked(&mut self, cx: &Context<App>) {
        self.hosted.opening = opening(&self.settings.manifests);
        if self.waiting.is_over() {
            self.prepare();
        } else if !self.hosted.opening.is_empty() {
            deferred::when_there(cx.link().callback(Msg::There));
        }
        for line in self.settings.run.clone() {
            self.enter(cx, line);
        }
    }

    /// Packs the session for an address. Signing and packing want the second module; while nothing was done, there is nothing to
    /// pack.
    fn pack(&self, cx: &Context<App>, id: String) {
        let link = cx.link().clone();
        if self.machine.borrow().timeline().entries().is_empty() {
            return link.send_message(Msg::Host(Ask::Packed(id, None)));
        }
        let text = self.machine.borrow().timeline().recording().to_text();
        let answer = keep::answer(move |packed: JsValue, _| {
            link.send_message(Msg::Host(Ask::Packed(id.clone(), packed.as_string())));
        });
        keep::pack(&text, &answer);
    }

    /// The session was packed: for the link in the bar, or for the host.
    fn packed_for(&mut self, id: String, packed: Option<String>) -> bool {
        let address = self.whole_page(packed.as_deref());
        if id.is_empty() {
            self.hosted.address = Some(address.into());
            return true;
        }
        let machine = self.machine.borrow();
        let timeline = machine.timeline();
        let lesson = self.lessons.progress.as_ref().map(|progress| progress.lesson().name.clone()).unwrap_or_default();
        let state = obj! {
            "id" => id, "time" => embed::seconds(self.tenths), "busy" => self.busy, "paused" => self.paused, "asleep" => self.hosted.asleep,
            "seed" => self.settings.seed as i64, "nodes" => self.settings.nodes as i64, "lesson" => lesson,
            "commands" => timeline.recording().script(), "session" => timeline.recording().to_text(), "address" => address,
        };
        drop(machine);
        embed::say("state", &state);
        false
    }

    /// Where the whole page is, with this session or with what this page began with.
    pub(super) fn whole_page(&self, packed: Option<&str>) -> String {
        let settings = &self.settings;
        let mut address =
            format!("./?{}&lang={}&theme={}", settings.cluster(), settings.lang.tag(), settings.theme.name());
        let mut add = |name: &str, value: &str| {
            address += &format!("{name}={}", String::from(js_sys::encode_uri_component(value)));
        };
        match (&settings.lesson, packed) {
            (Some(lesson), _) => add("&lesson", lesson),
            (None, Some(packed)) => add("#s", packed),
            (None, None) if !settings.manifests.is_empty() => {
                add("&run", &settings.run.join("\n"));
                add("#manifests", &settings.manifests);
            }
            (None, None) if !settings.run.is_empty() => add("&run", &settings.run.join("\n")),
            (None, None) => {}
        }
        address
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_become_lines() {
        assert_eq!(opening(" \n"), Vec::<String>::new());
        assert_eq!(
            opening("kind: Pod\n"),
            ["cat > start.yaml <<'EOF'", "kind: Pod", "EOF", "kubectl apply -f start.yaml"]
        );
    }
}

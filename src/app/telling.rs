//! What a screen reader is told: one announcement for each command, when its effect is there, of how it ended and of what has
//! changed in the picture.

use super::App;
use crate::i18n::{Lang, Message};
use crate::model::{News, View, news, restless};

/// So long after a command its effect is given time to begin, and so long at most to end; in real milliseconds.
const BEGINS_MS: f64 = 150.0;
const ENDS_MS: f64 = 5000.0;
/// How often it is looked whether it has ended, likewise.
const LOOK_MS: f64 = 200.0;
/// What happens after that is told of its own when nothing has changed for so long, likewise.
const QUIET_MS: f64 = 1500.0;
/// More changes are counted only.
const MOST: usize = 4;

/// The announcement that is due.
#[derive(Default)]
pub(super) struct Telling {
    /// The picture of which was told last; none before the first command.
    before: Option<View>,
    /// The picture as it was looked at last, and since when it is so.
    seen: (View, f64),
    /// How the command ended; nothing if there is nothing to tell.
    ended: Option<String>,
    /// When that was, and when it was looked at last; in real milliseconds.
    since: Option<f64>,
    looked: f64,
}

impl App {
    /// A command begins: what the one before has done is told now, and what happened since.
    pub(super) fn command_begins(&mut self) {
        self.announce();
        self.announce_rest();
        self.telling.before.get_or_insert_with(|| self.view.clone());
    }

    /// A command has ended.
    pub(super) fn command_ended(&mut self, said: String) {
        (self.telling.ended, self.telling.since) = (Some(said), None);
    }

    /// Announces what is due. True if it did.
    pub(super) fn tell(&mut self, ms: f64) -> bool {
        if self.telling.ended.is_none() {
            return self.tell_rest(ms);
        }
        let since = *self.telling.since.get_or_insert(ms);
        if ms - since < BEGINS_MS || ms - self.telling.looked < LOOK_MS {
            return false;
        }
        self.telling.looked = ms;
        let moves = |before: &View| self.view != *before && restless(before, &self.view);
        if ms - since < ENDS_MS && self.telling.before.as_ref().is_some_and(moves) {
            return false;
        }
        self.announce();
        true
    }

    /// Announces what has happened by itself, once it is quiet. True if it did.
    fn tell_rest(&mut self, ms: f64) -> bool {
        if self.busy || self.telling.before.is_none() || ms - self.telling.looked < LOOK_MS {
            return false;
        }
        self.telling.looked = ms;
        let (seen, since) = &mut self.telling.seen;
        if *seen != self.view {
            (*seen, *since) = (self.view.clone(), ms);
        }
        let still = ms - *since;
        let moves = |before: &View| still < ENDS_MS && self.view != *before && restless(before, &self.view);
        still > QUIET_MS && !self.telling.before.as_ref().is_some_and(moves) && self.announce_rest()
    }

    fn announce(&mut self) {
        let Some(mut said) = self.telling.ended.take() else { return };
        if let Some(changes) = self.changes() {
            said.push_str(". ");
            said.push_str(&changes);
        }
        self.say(said);
    }

    fn announce_rest(&mut self) -> bool {
        let same = self.telling.before.as_ref().is_none_or(|before| *before == self.view);
        let changes = if same { None } else { self.changes() };
        changes.map(|changes| self.say(changes)).is_some()
    }

    /// What has changed since this was asked for the last time, in words; none if nothing has.
    fn changes(&mut self) -> Option<String> {
        let lang = self.settings.lang;
        let before = self.telling.before.replace(self.view.clone())?;
        let news = news(&before, &self.view);
        let told: Vec<String> = news.iter().take(MOST).map(|news| text(news, lang)).collect();
        let mut said = told.join(". ");
        if news.len() > MOST {
            said.push_str(&lang.fill(Message::NewsMore, &[&(news.len() - MOST).to_string()]));
        }
        (!said.is_empty()).then_some(said)
    }

    /// Announces something now. What is said twice must differ to be heard twice.
    pub(super) fn say(&mut self, mut said: String) {
        if self.said == said {
            said.push('\u{a0}');
        }
        self.said = said.into();
    }
}

fn text(news: &News, lang: Lang) -> String {
    let counted = |ready: i64, of: i64, name: &str, all: Message, one: Message, some: Message| {
        let (ready_text, of_text) = (ready.to_string(), of.to_string());
        match (ready == of, of) {
            (true, 0) => lang.fill(Message::NewsNoneRuns, &[name]),
            (true, 1) => lang.fill(one, &[name]),
            (true, _) => lang.fill(all, &[name, &of_text]),
            (false, _) => lang.fill(some, &[name, &ready_text, &of_text]),
        }
    };
    match news {
        News::Node(name, ready, open) => {
            let state = lang.text(if *ready { Message::Ready } else { Message::NotReady });
            let closed = if *open { String::new() } else { format!(", {}", lang.text(Message::SchedulingDisabled)) };
            lang.fill(Message::NewsIs, &[name, &format!("{state}{closed}")])
        }
        News::Workload(name, ready, of) => {
            counted(*ready, *of, name, Message::NewsAllRun, Message::NewsOneRuns, Message::NewsSomeRun)
        }
        News::Renewed(name, fresh, of) => lang.fill(Message::NewsRenewed, &[name, &fresh.to_string(), &of.to_string()]),
        News::Job(name, ready, of) => lang.fill(Message::NewsJob, &[name, &ready.to_string(), &of.to_string()]),
        News::Service(name, ready) => lang.fill(Message::NewsService, &[name, &ready.to_string()]),
        News::Pod(name, state, node) if node.is_empty() => lang.fill(Message::NewsIs, &[name, state]),
        News::Pod(name, state, node) => lang.fill(Message::NewsIsOn, &[name, state, node]),
        News::Gone(kind, name) => lang.fill(Message::NewsGone, &[kind, name]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn news_are_sentences_in_both_languages() {
        let of = |ready, of| News::Workload("web".into(), ready, of);
        let said = |news: &News| [text(news, Lang::En), text(news, Lang::Ko)];
        assert_eq!(said(&of(3, 3)), ["web: all 3 Pods are running", "web: Pod 3개가 모두 실행 중"]);
        assert_eq!(said(&of(1, 1))[0], "web: its Pod is running");
        assert_eq!(said(&of(0, 0)), ["web: it has no Pods", "web: Pod이 없음"]);
        let renewed = News::Renewed("web".into(), 4, 5);
        assert_eq!(said(&renewed), ["web: 4 new Pods are running, of 5", "web: 새 Pod 4개 실행 중, 원하는 Pod은 5개"]);
        assert_eq!(said(&of(1, 4)), ["web: 1 of 4 Pods are running", "web: 1개 실행 중, 원하는 Pod은 4개"]);
        let pod = |node: &str| News::Pod("a".into(), "Running".into(), node.into());
        assert_eq!(said(&pod("node1")), ["a is Running on node1", "a: Running, node1"]);
        assert_eq!(said(&News::Gone("Pod", "a".into())), ["Pod a is gone", "Pod a: 없어짐"]);
        assert_eq!(said(&News::Node("node1".into(), false, false))[0], "node1 is NotReady, SchedulingDisabled");
    }
}

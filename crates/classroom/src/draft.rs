//! A lesson that is being built: what was typed and clicked, and the files that come of it.

use crate::set::Own;
use api::{Language, Value, json, obj, yaml};

/// A lesson that is being built: `{name, title, summary, minutes, seed, workers, start, steps: [{title, goal, hints, done, solution,
/// route, mistakes, unmet, checks}], pick}`. Hints are parted by blank lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft(pub Value);

impl Default for Draft {
    fn default() -> Draft {
        let mut draft = Draft(obj! { "name" => "lesson", "minutes" => 10 });
        draft.add_step();
        draft
    }
}

impl Draft {
    /// Reads what was kept.
    pub fn read(text: &str) -> Draft {
        let kept = json::parse(text).ok().filter(|value| !value.get("steps").is_empty());
        kept.map_or_else(Draft::default, Draft)
    }

    /// The text to be kept.
    pub fn text(&self) -> String {
        json::to_string(&self.0)
    }

    /// The steps.
    pub fn steps(&self) -> &[Value] {
        self.0.get("steps").array()
    }

    /// A step, to be changed.
    pub fn step_mut(&mut self, at: usize) -> Option<&mut Value> {
        self.0.object_mut().entry("steps").array_mut().get_mut(at)
    }

    /// A step more.
    pub fn add_step(&mut self) {
        self.0.object_mut().entry("steps").array_mut().push(Value::object());
    }

    /// A step less.
    pub fn remove_step(&mut self, at: usize) {
        let steps = self.0.object_mut().entry("steps").array_mut();
        if steps.len() > 1 && at < steps.len() {
            steps.remove(at);
        }
    }

    /// The lesson's name, as it may be part of an address: of its title, as far as that has such letters.
    pub fn name(&self) -> String {
        let mut name = String::new();
        for c in self.0.get("title").str().to_lowercase().chars() {
            match c {
                c if c.is_ascii_alphanumeric() => name.push(c),
                _ if !name.is_empty() && !name.ends_with('-') => name.push('-'),
                _ => {}
            }
        }
        let name: String = name.trim_matches('-').chars().take(60).collect();
        if name.is_empty() { "lesson".into() } else { name }
    }

    /// The files of the lesson's folder.
    pub fn own(&self, lang: Language) -> Own {
        let files = vec![
            (format!("lesson.{}.md", lang.tag()), self.words(lang)),
            ("lesson.yaml".to_owned(), yaml::to_string(&self.plan())),
        ];
        Own { name: self.name(), files }
    }

    fn plan(&self) -> Value {
        let script = |value: &Value| Value::from(format!("{}\n", value.str().trim_end()));
        let given = |value: &Value| !value.str().trim().is_empty();
        let mut plan =
            obj! { "level" => "beginner", "minutes" => self.0.get("minutes").as_int().unwrap_or(10).clamp(1, 240) };
        for key in ["seed", "workers"] {
            if let Some(number) = self.0.get(key).as_int() {
                plan.set(key, number);
            }
        }
        if given(self.0.get("start")) {
            plan.set("start", script(self.0.get("start")));
        }
        let (mut steps, mut mistakes, mut route) = (Vec::new(), Vec::new(), Value::object());
        for (at, step) in self.steps().iter().enumerate() {
            let id = format!("step-{}", at + 1);
            let checks = step.get("checks").array().iter().enumerate().map(|(at, check)| {
                let mut check = check.clone();
                check.set("id", format!("check-{}", at + 1));
                check
            });
            steps.push(obj! {
                "id" => id.as_str(),
                "solution" => script(step.get("solution")),
                "checks" => checks.collect::<Vec<Value>>(),
            });
            if given(step.get("route")) {
                route.object_mut().insert(&id, script(step.get("route")));
            }
            for (number, mistake) in step.get("mistakes").array().iter().enumerate() {
                let unmet = step.get("unmet").array().get(number).map_or("", Value::str);
                mistakes.push(obj! {
                    "name" => mistake.str().lines().last().unwrap_or_default(),
                    "step" => id.as_str(),
                    "type" => script(mistake),
                    "unmet" => if unmet.is_empty() { "check-1" } else { unmet },
                });
            }
        }
        plan.set("steps", steps);
        if !route.is_empty() {
            plan.set("routes", vec![obj! { "name" => "another way", "steps" => route }]);
        }
        if !mistakes.is_empty() {
            plan.set("mistakes", mistakes);
        }
        plan
    }

    fn words(&self, lang: Language) -> String {
        let pick = |en: &'static str, ko: &'static str| if lang == Language::Korean { ko } else { en };
        let said = |value: &Value, else_: &str| {
            let text = value.str().trim();
            plain(if text.is_empty() { else_ } else { text })
        };
        let (title, summary) = (said(self.0.get("title"), ""), said(self.0.get("summary"), ""));
        let front = obj! { "title" => title.replace('\n', " "), "summary" => summary.replace('\n', " ") };
        let mut out = format!("---\n{}---\n{summary}\n", yaml::to_string(&front));
        for (at, step) in self.steps().iter().enumerate() {
            let number = at + 1;
            let heading = said(step.get("title"), &format!("{} {number}", pick("Step", "단계"))).replace('\n', " ");
            out.push_str(&format!("\n## {heading} {{#step-{number}}}\n\n{}\n", said(step.get("goal"), "")));
            for hint in step.get("hints").str().split("\n\n").filter(|hint| !hint.trim().is_empty()) {
                out.push_str(&format!("\n:::hint\n{}\n:::\n", plain(hint.trim())));
            }
            let done = said(step.get("done"), "");
            if !done.is_empty() {
                out.push_str(&format!("\n:::done\n{done}\n:::\n"));
            }
        }
        let end = pick("Well done", "잘하셨습니다");
        out + &format!("\n## {end} {{#end}}\n\n{}\n", said(self.0.get("end"), pick("That was it.", "여기까지입니다.")))
    }
}

/// A text that cannot be taken for a mark of the lesson's file.
fn plain(text: &str) -> String {
    let line = |line: &str| {
        let line = line.trim_end();
        if line.starts_with(":::") || line.starts_with("## ") || line.starts_with("---") {
            format!(" {line}")
        } else {
            line.to_owned()
        }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    fn built() -> Draft {
        let mut draft = Draft::default();
        draft.0.set("title", "Web: <b>4</b> of them");
        draft.0.set("summary", "A Deployment is made.\n## not a heading");
        draft.0.set("start", "kubectl create namespace shop\n");
        let step = draft.step_mut(0).unwrap();
        step.set("title", "Make \"it\"");
        step.set("goal", ":::done\n**Make a Deployment `web` of four.**");
        step.set("hints", "Think of a Deployment.\n\n`kubectl create deployment`");
        step.set("solution", "kubectl create deployment web --image=nginx --replicas=4");
        step.set("route", "kubectl create deployment web --image=nginx\nkubectl scale deployment web --replicas=4");
        step.set(
            "mistakes",
            vec!["kubectl run web --image=nginx".into(), Value::from("kubectl create deployment web --image=nginx")],
        );
        draft
    }

    #[test]
    fn what_is_clicked_becomes_a_check_and_the_lesson_is_accepted() {
        let mut draft = built();
        // The teacher plays the solution, and clicks what came of it.
        let mut session = shell::Session::new(cluster::Options::default(), true);
        session.input("kubectl create deployment web --image=nginx --replicas=4");
        session.advance(session.now() + std::time::Duration::from_secs(30), &mut || true);
        let system = session.kernel().system();
        let cluster = system.cluster().unwrap();
        let kinds = cluster.api().stored_kinds();
        let pods = kinds.iter().find(|kind| kind.kind == "Pod").unwrap();
        let pod = cluster.api().store().list(pods, "default").next().unwrap().name().to_owned();
        let of_pod = crate::offers(cluster, &format!("Pod/default/{pod}"));
        assert_eq!(
            crate::clause_words(&of_pod[0], Language::English),
            "pods of deployment/web: STATUS = Running, 4 of them"
        );
        let of_deployment = crate::offers(cluster, "Deployment/default/web");
        assert_eq!(of_deployment[0], of_pod[0]);
        for object in ["Node//node1", "Service/default/kubernetes", "ReplicaSet/default/nothing", "x"] {
            for clause in crate::offers(cluster, object) {
                assert!(!crate::clause_words(&clause, Language::Korean).is_empty());
            }
        }
        draft.step_mut(0).unwrap().set("checks", vec![of_pod[0].clone(), of_deployment[2].clone()]);
        for lang in Language::ALL {
            let (lesson, problems) = draft.own(lang).read();
            assert_eq!(problems, []);
            assert_eq!(lessons::lint(&lesson), [], "{}", lesson.plan_text);
        }
        let lesson = Rc::new(draft.own(Language::English).read().0);
        let unmet = lessons::noticed(&lesson, "step-1", "kubectl run web --image=nginx").unwrap();
        assert_eq!(unmet, "check-1");
        let outcome = lessons::play(&lesson);
        assert_eq!((outcome.problems, outcome.routes, outcome.mistakes), (Vec::new(), 2, 2));
        let words = lesson.words(Language::English).unwrap();
        assert_eq!((words.steps.len(), words.steps[0].blocks.len()), (1, 2));
        assert_eq!((words.title.as_str(), lesson.name.as_str()), ("Web: <b>4</b> of them", "web-b-4-b-of-them"));
        assert_eq!(Draft::read(&draft.text()), draft);
        assert_eq!(Draft::read("nonsense"), Draft::default());
    }

    #[test]
    fn what_is_missing_is_said() {
        let (lesson, problems) = Draft::default().own(Language::Korean).read();
        assert!(problems.iter().any(|problem| problem.text.contains("title")));
        assert!(lessons::lint(&lesson).iter().any(|problem| problem.text.contains("checks")));
    }
}

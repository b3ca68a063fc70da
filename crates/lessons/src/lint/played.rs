//! What is wrong with what is played: routes and mistakes.

use super::{ENOUGH, Linter, MISTAKE, ROUTE, join};
use api::Value;

impl Linter<'_> {
    pub(super) fn routes(&mut self, plan: &Value) {
        let routes = self.list(plan, "routes", "");
        if routes.len() + 1 < ENOUGH {
            self.at(
                "routes",
                "a lesson needs at least one route besides its solutions: another way that must be accepted",
            );
        }
        for (at, route) in routes.iter().enumerate() {
            let path = format!("routes[{at}]");
            self.keys(route, &path, ROUTE);
            if route.get("steps").is_empty() {
                self.at(&path, "a route has steps: for each step that goes another way, what is typed");
            }
            for (id, script) in route.get("steps").entries() {
                let here = format!("{path}.steps.{id}");
                if self.lesson.step(id).is_null() {
                    self.at(&here, format!("there is no step {id:?}"));
                }
                self.script(script, &here, false);
            }
        }
    }

    pub(super) fn mistakes(&mut self, plan: &Value) {
        let mistakes = self.list(plan, "mistakes", "");
        if mistakes.len() < ENOUGH {
            self.at("mistakes", "a lesson needs at least two mistakes: what is nearly right and must not be accepted");
        }
        for (at, mistake) in mistakes.iter().enumerate() {
            let path = format!("mistakes[{at}]");
            self.keys(mistake, &path, MISTAKE);
            self.script(mistake.get("type"), &join(&path, "type"), false);
            self.script(mistake.get("back"), &join(&path, "back"), true);
            let step = self.lesson.step(mistake.get("step").str()).clone();
            if step.is_null() {
                self.at(&join(&path, "step"), format!("there is no step {:?}", mistake.get("step").str()));
                continue;
            }
            let has = |list: &Value, id: &Value| list.array().iter().any(|member| member.get("id") == id);
            let (unmet, note) = (mistake.get("unmet"), mistake.get("note"));
            if unmet.is_null() {
                self.at(&path, "a mistake has `unmet`: the check that notices it");
            } else if !has(step.get("checks"), unmet) {
                let (id, unmet) = (step.get("id").str(), unmet.str());
                let text = format!("`unmet` names the check that notices: step {id:?} has no {unmet:?}");
                self.at(&join(&path, "unmet"), text);
            }
            if !note.is_null() && !has(step.get("notes"), note) && !has(plan.get("notes"), note) {
                self.at(&join(&path, "note"), format!("there is no note {:?}", note.str()));
            }
        }
    }
}

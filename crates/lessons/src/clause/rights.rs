//! What somebody may do. The API server's own authorizer is asked, so that any way of granting it counts.

use crate::lang::Say;
use crate::reference::Reference;
use crate::scene::Scene;
use api::{Kind, Value};
use apiserver::rbac::Attributes;
use apiserver::user::{User, split_service_account};
use apiserver::{Request, Verb};

/// What is done to what: `list pods -n shop`, `delete pod/web`, `get pods --subresource=log`.
pub struct Deed {
    /// `get`, `list`, `delete` ...
    pub verb: String,
    /// Kind, name and namespace.
    pub what: Reference,
    /// `log`, `scale` ...; empty for the object itself.
    pub subresource: String,
}

impl Deed {
    /// Reads a deed.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, kinds: &[&'static Kind]) -> Result<Deed, String> {
        let (verb, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        if verb.is_empty() || rest.is_empty() {
            return Err(format!("{text:?} is no deed: VERB KIND[/NAME] [-n NAMESPACE | -A] [--subresource=NAME]"));
        }
        let mut subresource = String::new();
        let mut words = Vec::new();
        for word in rest.split_whitespace() {
            match word.strip_prefix("--subresource=") {
                Some(name) => name.clone_into(&mut subresource),
                None => words.push(word),
            }
        }
        let what = Reference::parse(&words.join(" "), kinds)?;
        if what.owner.is_some() || !what.selector.is_empty() || !what.node.is_empty() {
            return Err(format!("{text:?}: rights are given for a kind or a name, not for some of a kind"));
        }
        Ok(Deed { verb: verb.to_owned(), what, subresource })
    }
}

/// `allowed: DEED`, `to: USER`
pub fn allowed(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    decide(clause, "allowed", true, scene)
}

/// `refused: DEED`, `to: USER`
pub fn refused(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    decide(clause, "refused", false, scene)
}

fn decide(clause: &Value, form: &str, wanted: bool, scene: &mut Scene<'_>) -> Option<String> {
    let lang = scene.lang;
    let kinds = scene.now.api().kinds();
    let deed = match Deed::parse(clause.get(form).str(), &kinds) {
        Ok(deed) => deed,
        Err(problem) => return Some(problem),
    };
    let name = clause.get("to").str();
    // Whom kubectl's `--as` would name: the server adds the groups that he has.
    let mut request = Request::new(Verb::Get, deed.what.kind, "", "");
    request.user = User::admin();
    request.impersonate = Some(Box::new(User::new(name, &[])));
    let user = scene.now.api().user_of(&request).unwrap_or_default();
    let decision = scene.now.api().authorize(&Attributes {
        user: &user,
        verb: &deed.verb,
        group: deed.what.kind.group,
        resource: deed.what.kind.plural,
        subresource: &deed.subresource,
        namespace: &deed.what.namespace,
        name: &deed.what.name,
        path: "",
    });
    if decision.allowed == wanted {
        return None;
    }
    let who = match split_service_account(name) {
        Some(("default", account)) => format!("ServiceAccount {account}"),
        Some((namespace, account)) => format!("ServiceAccount {namespace}/{account}"),
        None => name.to_owned(),
    };
    let (en, ko) = match deed.subresource.as_str() {
        "" => (deed.verb.clone(), deed.verb.clone()),
        part => (format!("{} the {part} of", deed.verb), format!("{part} {}", deed.verb)),
    };
    let values = [who.as_str(), lang.pick(&en, &ko), &deed.what.words(lang)];
    Some(match wanted {
        true => lang.say("{0} may not {1} {2} yet.", "{0}에게 아직 {2}에 대한 {1} 권한이 없습니다.", &values),
        false => lang.say(
            "{0} may {1} {2}, but should not.",
            "{0}에게 {2}에 대한 {1} 권한이 있습니다. 있으면 안 되는 권한입니다.",
            &values,
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::Language;
    use shell::Session;

    #[test]
    fn rights_count_however_they_are_given() {
        let mut session = Session::new(Default::default(), true);
        let clause = |text: &str| api::yaml::parse(text).unwrap().value;
        let mut ask = |line: &str, text: &str, lang: Language| {
            session.input(line);
            session.run_foreground(&mut || true);
            let now = session.kernel().system().cluster().unwrap().clone();
            let mut scene =
                Scene { began: now.now(), before: now.clone(), now, kernel: session.kernel(), ran: &[], lang };
            crate::clause::unmet(&clause(text), &mut scene)
        };
        let (en, ko) = (Language::English, Language::Korean);
        let list = "{allowed: list pods -n kube-system, to: ann}";
        assert_eq!(ask("true", list, en).unwrap(), "ann may not list Pods in the namespace kube-system yet.");
        let here = "kubectl create rolebinding ann -n kube-system --clusterrole=view --user=ann";
        assert_eq!(ask(here, list, en), None);
        let log = "{refused: get pods -n kube-system --subresource=log, to: ann}";
        assert_eq!(
            ask("true", log, ko).unwrap(),
            "ann에게 네임스페이스 kube-system의 Pod에 대한 log get 권한이 있습니다. 있으면 안 되는 권한입니다."
        );
        assert_eq!(ask("true", "{refused: list pods -A, to: ann}", en), None);
        let robot = "{allowed: delete deployment/web, to: 'system:serviceaccount:default:robot'}";
        assert_eq!(ask("true", robot, en).unwrap(), "ServiceAccount robot may not delete Deployment web yet.");
        // By a group that nobody named.
        let all = "kubectl create clusterrolebinding all --clusterrole=edit --group=system:serviceaccounts:default";
        assert_eq!(ask(all, robot, en), None);
        for wrong in ["pods", "list", "list pots", "list pods -l app=web", "list pods of deployment/web"] {
            assert!(Deed::parse(wrong, &api::kind::served().collect::<Vec<_>>()).is_err(), "{wrong}");
        }
    }
}

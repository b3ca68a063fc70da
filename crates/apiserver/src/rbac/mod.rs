//! Who may do what: the authorizer of roles and their bindings (plugin/pkg/auth/authorizer/rbac).

pub(crate) mod bootstrap;
pub(crate) mod escalation;
pub(crate) mod node;
mod rule;
#[cfg(test)]
mod tests;

use crate::index::{subject_key, user_of};
use crate::request::{Request, Verb};
use crate::server::ApiServer;
use crate::store::Key;
use crate::user::{MASTERS, User};
use api::{FieldSelector, Kind, Status, Value, kind, obj};

/// What somebody wants to do (k8s.io/apiserver/pkg/authorization/authorizer, `Attributes`).
#[derive(Clone, Debug)]
pub struct Attributes<'a> {
    /// Who.
    pub user: &'a User,
    /// `get`, `list`, `create`, `impersonate` ...; for a path, the HTTP method in small letters.
    pub verb: &'a str,
    /// The API group; empty for the core group.
    pub group: &'a str,
    /// The resource; empty if a path is asked for.
    pub resource: &'a str,
    /// The subresource; empty for the object itself.
    pub subresource: &'a str,
    /// The namespace; empty for all, or for none.
    pub namespace: &'a str,
    /// The object's name; empty for a collection.
    pub name: &'a str,
    /// The path, such as `/healthz`, where no resource is asked for.
    pub path: &'a str,
}

/// What the authorizer says.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// Whether it may be done.
    pub allowed: bool,
    /// Which binding allows it, or what hinders the answer; empty if there is nothing to say.
    pub reason: String,
}

/// A rule that holds for a user, and where he has it from.
pub(crate) struct Grant<'a> {
    binding: &'a Value,
    subject: &'a Value,
    pub(crate) rule: &'a Value,
}

impl Verb {
    /// As rules and messages name it.
    pub fn name(self) -> &'static str {
        match self {
            Verb::Get => "get",
            Verb::List => "list",
            Verb::Watch => "watch",
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Patch(_) => "patch",
            Verb::Delete => "delete",
            Verb::DeleteCollection => "deletecollection",
        }
    }
}

impl<'a> Attributes<'a> {
    /// What `user` may want besides a resource of the API: a path.
    pub fn path(user: &'a User, verb: &'a str, path: &'a str) -> Attributes<'a> {
        let none = "";
        Attributes { user, verb, group: none, resource: none, subresource: none, namespace: none, name: none, path }
    }

    /// Who does what in a message: the server's forbidden text.
    fn cannot(&self) -> String {
        let (user, verb) = (self.user.name.as_str(), self.verb);
        if self.resource.is_empty() {
            return format!("User {user:?} cannot {verb} path {:?}", self.path);
        }
        let resource = rule::combined(self.resource, self.subresource);
        let place = match self.namespace {
            "" => "at the cluster scope".to_owned(),
            namespace => format!("in the namespace {namespace:?}"),
        };
        format!("User {user:?} cannot {verb} resource {resource:?} in API group {:?} {place}", self.group)
    }

    /// 403, in the server's words (k8s.io/apiserver/pkg/endpoints/handlers/responsewriters, `Forbidden`).
    pub fn forbidden(&self, reason: &str) -> Status {
        let mut why = self.cannot();
        if !reason.is_empty() {
            why = format!("{why}: {reason}");
        }
        let resource = match self.group {
            "" => self.resource.to_owned(),
            group => format!("{}.{group}", self.resource),
        };
        let message = match (self.resource, self.name) {
            ("", _) => format!("forbidden: {why}"),
            (_, "") => format!("{resource} is forbidden: {why}"),
            (_, name) => format!("{resource} {name:?} is forbidden: {why}"),
        };
        let some = |text: &str| Some(Value::from(text)).filter(|_| !text.is_empty());
        let details = obj! { "group" => some(self.group), "kind" => some(self.resource), "name" => some(self.name) };
        Status { code: 403, reason: "Forbidden", message, details }
    }
}

impl ApiServer {
    /// Whether somebody may do something.
    pub fn authorize(&self, wanted: &Attributes<'_>) -> Decision {
        self.decide(wanted, "")
    }

    /// Asks the authorizers one after the other (`--authorization-mode=Node,RBAC`). `selected` is the node that a list of
    /// Pods is limited to; empty for none.
    fn decide(&self, wanted: &Attributes<'_>, selected: &str) -> Decision {
        if wanted.user.is_in(MASTERS) {
            return Decision { allowed: true, reason: String::new() };
        }
        let of_node = match self.authorize_node(wanted, selected) {
            Some(Ok(())) => return Decision { allowed: true, reason: String::new() },
            Some(Err(why)) => why,
            None => String::new(),
        };
        let mut decision = self.by_bindings(wanted);
        if !decision.allowed && !of_node.is_empty() {
            let own = std::mem::take(&mut decision.reason);
            decision.reason = if own.is_empty() { of_node } else { format!("{of_node}\n{own}") };
        }
        if self.flags.always_allow && !decision.allowed {
            decision = Decision { allowed: true, reason: String::new() };
        }
        decision
    }

    /// What Roles and their bindings allow.
    fn by_bindings(&self, wanted: &Attributes<'_>) -> Decision {
        let mut decision = Decision::default();
        let mut errors = Vec::new();
        self.visit_rules(wanted.user, wanted.namespace, &mut |found| match found {
            Ok(grant) if rule::allows(grant.rule, wanted) => {
                decision = Decision { allowed: true, reason: format!("RBAC: allowed by {}", grant.describe()) };
                false
            }
            Ok(_) => true,
            Err(why) => {
                errors.push(why);
                true
            }
        });
        if !decision.allowed && !errors.is_empty() {
            decision.reason = format!("RBAC: {}", aggregate(&errors));
        }
        decision
    }

    /// Refuses what is not allowed.
    ///
    /// # Errors
    /// 403.
    pub fn require(&self, wanted: &Attributes<'_>) -> Result<(), Status> {
        self.require_of(wanted, "")
    }

    fn require_of(&self, wanted: &Attributes<'_>, selected: &str) -> Result<(), Status> {
        let decision = self.decide(wanted, selected);
        if decision.allowed { Ok(()) } else { Err(wanted.forbidden(&decision.reason)) }
    }

    /// Whether the user of a request may send it.
    pub(crate) fn require_request(&self, request: &Request) -> Result<(), Status> {
        let kind = request.kind;
        let (mut named, mut selected) = (request.name.clone(), api::Str::default());
        if matches!(request.verb, Verb::List | Verb::Watch | Verb::DeleteCollection) && named.is_empty() {
            // Whoever selects one object by its name asks for that object.
            let fields = FieldSelector::parse(&request.options.field_selector).unwrap_or_default();
            named = fields.required("metadata.name").cloned().unwrap_or_default();
            selected = fields.required("spec.nodeName").cloned().unwrap_or_default();
        }
        // A namespace lies in itself (k8s.io/apiserver/pkg/endpoints/request, `RequestInfo`).
        let namespace = if kind == kind::NAMESPACE { &request.name } else { &request.namespace };
        let wanted = Attributes {
            user: &request.user,
            verb: request.verb.name(),
            group: kind.group,
            resource: kind.plural,
            subresource: &request.subresource,
            namespace,
            name: &named,
            path: "",
        };
        self.require_of(&wanted, &selected)
    }

    /// Calls `visit` with every rule that holds for a user in a namespace (in the cluster, if it is empty), and with what
    /// is wrong with a binding, until it says false.
    pub(crate) fn visit_rules(
        &self,
        user: &User,
        namespace: &str,
        visit: &mut dyn FnMut(Result<Grant<'_>, String>) -> bool,
    ) {
        let scopes = [(kind::CLUSTER_ROLE_BINDING, ""), (kind::ROLE_BINDING, namespace)];
        for (kind, namespace) in scopes.into_iter().filter(|(kind, n)| !kind.namespaced || !n.is_empty()) {
            for key in self.bindings_for(kind, namespace, user) {
                let Some(binding) = self.store.get(kind, &key) else { continue };
                let Some(subject) = binding["subjects"].array().iter().find(|s| is_for(s, binding, user)) else {
                    continue;
                };
                let go_on = match self.role_rules(&binding["roleRef"], namespace) {
                    Ok(rules) => rules.array().iter().all(|rule| visit(Ok(Grant { binding, subject, rule }))),
                    Err(why) => visit(Err(why)),
                };
                if !go_on {
                    return;
                }
            }
        }
    }

    /// The bindings for a user or one of his groups, by name.
    fn bindings_for(&self, kind: &'static Kind, namespace: &str, user: &User) -> Vec<Key> {
        let mut keys = Vec::new();
        let mut collect = |group: bool, name: &str| {
            let found = self.store.indexed(kind, &subject_key(namespace, group, name));
            keys.extend(found.map(Key::of));
        };
        collect(false, &user.name);
        for group in user.groups.array() {
            collect(true, group.str());
        }
        api::sort(&mut keys);
        keys.dedup();
        keys
    }

    /// The rules of the role that a binding names.
    pub(crate) fn role_rules(&self, reference: &Value, namespace: &str) -> Result<&Value, String> {
        let kind = match reference["kind"].str() {
            "Role" => kind::ROLE,
            "ClusterRole" => kind::CLUSTER_ROLE,
            other => return Err(format!("unsupported role reference kind: {other:?}")),
        };
        let (name, namespace) = (reference["name"].str(), if kind.namespaced { namespace } else { "" });
        let role = self.store.get(kind, &Key::new(namespace, name));
        role.map(|role| &role["rules"]).ok_or_else(|| format!("{}.{} {name:?} not found", kind.singular, kind.group))
    }
}

impl Grant<'_> {
    /// As the reason of a decision says it (pkg/registry/rbac/validation/rule.go).
    fn describe(&self) -> String {
        let (binding, subject, role) = (self.binding, self.subject, &self.binding["roleRef"]);
        let (of, name) = match binding.namespace() {
            "" => ("ClusterRoleBinding", binding.name().to_owned()),
            namespace => ("RoleBinding", format!("{}/{namespace}", binding.name())),
        };
        let who = match (subject["kind"].str(), subject["namespace"].str()) {
            ("ServiceAccount", "") => format!("{}/{}", subject["name"].str(), binding.namespace()),
            ("ServiceAccount", namespace) => format!("{}/{namespace}", subject["name"].str()),
            _ => subject["name"].str().to_owned(),
        };
        let (kind, role, of_kind) = (role["kind"].str(), role["name"].str(), subject["kind"].str());
        format!("{of} {name:?} of {kind} {role:?} to {of_kind} {who:?}")
    }
}

fn is_for(subject: &Value, binding: &Value, user: &User) -> bool {
    match subject["kind"].str() {
        "Group" => user.is_in(subject["name"].str()),
        _ => user_of(subject, binding) == user.name,
    }
}

/// The parts of `wanted`, each of one verb, group, resource and name (or URL), that no rule in `owned` covers.
pub fn uncovered(owned: &[Value], wanted: &[Value]) -> Vec<Value> {
    rule::uncovered(owned, wanted)
}

/// Several errors in one (k8s.io/apimachinery/pkg/util/errors, `Aggregate`).
pub(crate) fn aggregate(errors: &[String]) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for error in errors {
        if !seen.contains(&error.as_str()) {
            seen.push(error);
        }
    }
    match &seen[..] {
        [one] => (*one).to_owned(),
        several => format!("[{}]", several.join(", ")),
    }
}

//! Nobody gives what he does not have: the checks when roles and bindings are written
//! (pkg/registry/rbac/*/policybased/storage.go, pkg/registry/rbac/validation/rule.go).

use super::rule;
use crate::rbac::{Attributes, aggregate};
use crate::request::Request;
use crate::server::ApiServer;
use crate::user::MASTERS;
use api::{Kind, Status, Value, kind, list, obj};

impl ApiServer {
    /// Refuses a role, or a binding, that gives more than its writer has.
    pub(crate) fn check_escalation(&self, request: &Request, object: &Value, old: &Value) -> Result<(), Status> {
        if request.kind.group != kind::ROLE.group || request.user.is_in(MASTERS) {
            return Ok(());
        }
        match request.kind {
            k if k == kind::ROLE || k == kind::CLUSTER_ROLE => self.check_role(request, object, old),
            k if k == kind::ROLE_BINDING || k == kind::CLUSTER_ROLE_BINDING => self.check_binding(request, object, old),
            _ => Ok(()),
        }
    }

    fn check_role(&self, request: &Request, object: &Value, old: &Value) -> Result<(), Status> {
        let unchanged = ["rules", "aggregationRule"].iter().all(|field| object[*field] == old[*field]);
        if !old.is_null() && unchanged || self.may(request, request.kind, "escalate", object.name()) {
            return Ok(());
        }
        let mut wanted = object["rules"].array().to_vec();
        if !object["aggregationRule"].is_null() && object["aggregationRule"] != old["aggregationRule"] {
            // Whoever aggregates may come by anything.
            wanted = vec![
                obj! { "apiGroups" => list!["*"], "resources" => list!["*"], "verbs" => list!["*"] },
                obj! { "nonResourceURLs" => list!["*"], "verbs" => list!["*"] },
            ];
            let covered = self.confirm(request, &wanted);
            return covered.map_err(|_| {
                let why = "must have cluster-admin privileges to use the aggregationRule";
                Status::forbidden(request.kind, object.name(), why)
            });
        }
        self.confirm(request, &wanted).map_err(|why| Status::forbidden(request.kind, object.name(), &why))
    }

    fn check_binding(&self, request: &Request, object: &Value, old: &Value) -> Result<(), Status> {
        let reference = &object["roleRef"];
        if !old.is_null() && *reference == old["roleRef"] && object["subjects"] == old["subjects"] {
            return Ok(());
        }
        let of = if reference["kind"].str() == "Role" { kind::ROLE } else { kind::CLUSTER_ROLE };
        if self.may(request, of, "bind", reference["name"].str()) {
            return Ok(());
        }
        let Ok(rules) = self.role_rules(reference, object.namespace()) else {
            return Err(Status::not_found(of, reference["name"].str()));
        };
        self.confirm(request, rules.array()).map_err(|why| Status::forbidden(request.kind, object.name(), &why))
    }

    fn may(&self, request: &Request, kind: &Kind, verb: &str, name: &str) -> bool {
        let namespace = &request.namespace;
        let wanted = Attributes {
            group: kind.group,
            resource: kind.plural,
            namespace,
            name,
            ..Attributes::path(&request.user, verb, "")
        };
        self.authorize(&wanted).allowed
    }

    /// Whether the user has all of `wanted` himself (`ConfirmNoEscalation`); the error says what he has not.
    fn confirm(&self, request: &Request, wanted: &[Value]) -> Result<(), String> {
        let (mut owned, mut errors) = (Vec::new(), Vec::new());
        self.visit_rules(&request.user, &request.namespace, &mut |found| {
            match found {
                Ok(grant) => owned.push(grant.rule.clone()),
                Err(why) => errors.push(why),
            }
            true
        });
        let missing = rule::missing(&owned, wanted);
        if missing.is_empty() {
            return Ok(());
        }
        let (name, groups, listed) = (&request.user.name, rule::quoted(&request.user.groups), missing.join("\n"));
        let unresolved = match errors.is_empty() {
            true => String::new(),
            false => format!("; resolution errors: [{}]", aggregate(&errors)),
        };
        Err(format!(
            "user {name:?} (groups={groups}) is attempting to grant RBAC permissions not currently held:\n{listed}{unresolved}"
        ))
    }
}

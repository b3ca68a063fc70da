//! `authorizer.group('apps').resource('deployments').check('create').allowed()` (library/authz.go): who sends a request, and whether
//! he may do something else, too.

use super::{Function, Outcome, expect, made, no_overload, of, string, text};
use api::Str;
use apiserver::rbac::{Attributes, Decision};
use apiserver::{ApiServer, Change, User};
use cel::objects::Opaque;
use cel::{ExecutionError, Value};
use std::fmt;
use std::sync::Arc;

/// Who is asked about, and whom.
#[derive(Clone)]
struct Authorizer {
    server: Arc<ApiServer>,
    user: User,
}

/// A path that is no resource.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PathCheck(Authorizer, String);

/// A group, of which the resource is yet to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
struct GroupCheck(Authorizer, String);

/// Group, resource, subresource, namespace and name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ResourceCheck(Authorizer, [Str; 5]);

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Verdict(bool, String);

impl fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorizer({})", self.user.name)
    }
}

impl PartialEq for Authorizer {
    fn eq(&self, other: &Authorizer) -> bool {
        self.user == other.user
    }
}

impl Eq for Authorizer {}

/// A type of ours: its name for CEL.
macro_rules! opaque {
    ($($type:ident $name:literal;)*) => {
        $(
            impl Opaque for $type {
                fn runtime_type_name(&self) -> &str {
                    $name
                }
            }
        )*
    };
}

opaque! {
    Authorizer "kubernetes.authorization.Authorizer";
    PathCheck "kubernetes.authorization.PathCheck";
    GroupCheck "kubernetes.authorization.GroupCheck";
    ResourceCheck "kubernetes.authorization.ResourceCheck";
    Verdict "kubernetes.authorization.Decision";
}

/// The variables `authorizer` and `authorizer.requestResource` of a change.
pub(crate) fn authorizer(server: &ApiServer, change: &Change<'_>) -> [(&'static str, Value); 2] {
    let (kind, object, asked) = (change.request.kind, change.either(), change.request);
    let name = if asked.name.is_empty() { object.name().into() } else { asked.name.clone() };
    let request = [kind.group.into(), kind.plural.into(), asked.subresource.clone(), object.namespace().into(), name];
    let own = Authorizer { server: Arc::new(server.clone()), user: asked.user.clone() };
    let resource = ResourceCheck(own.clone(), request);
    [("authorizer", Value::Opaque(Arc::new(own))), ("authorizer.requestResource", Value::Opaque(Arc::new(resource)))]
}

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("path", |this, args| made(PathCheck(expect::<Authorizer>(this)?.clone(), one(args)?.to_owned()))),
    ("group", |this, args| made(GroupCheck(expect::<Authorizer>(this)?.clone(), one(args)?.to_owned()))),
    ("serviceAccount", |this, args| {
        let [namespace, name] = args else { return Err(no_overload()) };
        let user = User::service_account(text(namespace)?, text(name)?, "");
        made(Authorizer { user, ..expect::<Authorizer>(this)?.clone() })
    }),
    ("resource", |this, args| {
        let GroupCheck(authorizer, group) = expect(this)?;
        let parts = [Str::from(group.as_str()), one(args)?.into(), "".into(), "".into(), "".into()];
        made(ResourceCheck(authorizer.clone(), parts))
    }),
    ("subresource", |this, args| part(this, args, 2)),
    ("namespace", |this, args| part(this, args, 3)),
    ("name", |this, args| part(this, args, 4)),
    // RBAC does not look at selectors: what is allowed is allowed with any.
    ("fieldSelector", |this, _| made(expect::<ResourceCheck>(this)?.clone())),
    ("labelSelector", |this, _| made(expect::<ResourceCheck>(this)?.clone())),
    ("check", |this, args| check(this, one(args)?)),
    ("allowed", |this, _| Ok(Value::Bool(expect::<Verdict>(this)?.0))),
    ("reason", |this, _| Ok(string(&*expect::<Verdict>(this)?.1))),
    // An authorizer of this server never fails.
    ("errored", |this, _| expect::<Verdict>(this).map(|_| Value::Bool(false))),
    ("error", |this, _| expect::<Verdict>(this).map(|_| string(""))),
];

fn one(args: &[Value]) -> Result<&str, ExecutionError> {
    args.first().map_or_else(|| Err(no_overload()), text)
}

fn part(this: &Value, args: &[Value], place: usize) -> Outcome {
    let mut check = expect::<ResourceCheck>(this)?.clone();
    check.1[place] = one(args)?.into();
    made(check)
}

fn check(this: &Value, verb: &str) -> Outcome {
    let decision: Decision = match (of::<PathCheck>(this), of::<ResourceCheck>(this)) {
        (Some(PathCheck(by, path)), _) => by.server.authorize(&Attributes::path(&by.user, verb, path)),
        (_, Some(ResourceCheck(by, [group, resource, subresource, namespace, name]))) => {
            let asked = Attributes::path(&by.user, verb, "");
            by.server.authorize(&Attributes { group, resource, subresource, namespace, name, ..asked })
        }
        _ => return Err(no_overload()),
    };
    made(Verdict(decision.allowed, decision.reason))
}

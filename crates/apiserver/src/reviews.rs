//! Questions about users and rights: objects of which only the answer counts (pkg/registry/authorization,
//! pkg/registry/authentication).

use crate::prepare::decoded;
use crate::rbac::{Attributes, aggregate};
use crate::request::{Request, Response, Verb};
use crate::server::ApiServer;
use crate::user::User;
use api::{FieldError, Status, Value, kind, list, obj};

impl ApiServer {
    /// Answers the creation of a review.
    pub(crate) fn review(&mut self, request: &Request) -> Result<Response, Status> {
        let kind = request.kind;
        if request.verb != Verb::Create {
            return Err(Status::method_not_allowed());
        }
        let (mut review, warnings) = decoded(request)?;
        let status = match kind {
            k if k == kind::SELF_SUBJECT_REVIEW => obj! { "userInfo" => info(&request.user) },
            k if k == kind::TOKEN_REVIEW => self.review_token(&review)?,
            k if k == kind::SELF_SUBJECT_RULES_REVIEW => self.review_rules(request, &review)?,
            _ => self.review_access(request, &review)?,
        };
        review.set("status", status);
        if review["metadata"].is_null() {
            review.set("metadata", Value::object());
        }
        if kind == kind::SELF_SUBJECT_REVIEW {
            review.set("metadata.creationTimestamp", self.now);
        }
        Ok(Response { body: review, warnings, ..Response::default() })
    }

    fn review_token(&self, review: &Value) -> Result<Value, Status> {
        let token = review["spec"]["token"].str();
        if token.is_empty() {
            return Err(Status::bad_request("token is required for TokenReview in authentication"));
        }
        Ok(match self.authenticate(token) {
            Some(user) => {
                let audiences = list!["https://kubernetes.default.svc.cluster.local"];
                obj! { "authenticated" => true, "user" => info(&user), "audiences" => audiences }
            }
            None => obj! { "user" => obj! {}, "error" => "invalid bearer token" },
        })
    }

    /// What the user may in a namespace: the rules of all his roles.
    fn review_rules(&self, request: &Request, review: &Value) -> Result<Value, Status> {
        let namespace = review["spec"]["namespace"].str();
        if namespace.is_empty() {
            return Err(Status::bad_request("no namespace on request"));
        }
        let (mut resources, mut urls, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        self.visit_rules(&request.user, namespace, &mut |found| {
            match found {
                Ok(grant) if grant.rule["nonResourceURLs"].is_empty() => resources.push(grant.rule.clone()),
                Ok(grant) => urls.push(grant.rule.clone()),
                Err(why) => errors.push(why),
            }
            true
        });
        let why = Some(aggregate(&errors)).filter(|_| !errors.is_empty());
        Ok(obj! {
            "resourceRules" => resources, "nonResourceRules" => urls, "incomplete" => why.is_some(),
            "evaluationError" => why,
        })
    }

    /// Whether a user (for the self-reviews, the one who asks) may do something.
    fn review_access(&self, request: &Request, review: &Value) -> Result<Value, Status> {
        let (kind, spec) = (request.kind, &review["spec"]);
        let own = kind == kind::SELF_SUBJECT_ACCESS_REVIEW;
        let errors = check_access(spec, own);
        if !errors.is_empty() {
            return Err(Status::invalid(kind, "", &errors));
        }
        let resource = &spec["resourceAttributes"];
        if kind == kind::LOCAL_SUBJECT_ACCESS_REVIEW && resource["namespace"].str() != request.namespace {
            let (asked, given) = (&request.namespace, resource["namespace"].str());
            let message = format!("spec.resourceAttributes.namespace must match namespace: {asked:?} != {given:?}");
            return Err(Status::bad_request(message));
        }
        let user = match own {
            true => request.user.clone(),
            false => User {
                name: spec["user"].to_str(),
                uid: spec["uid"].to_str(),
                groups: spec["groups"].clone(),
                extra: spec["extra"].clone(),
            },
        };
        let path = &spec["nonResourceAttributes"];
        let decision = self.authorize(&Attributes {
            user: &user,
            verb: if resource.is_null() { path["verb"].str() } else { resource["verb"].str() },
            group: resource["group"].str(),
            resource: resource["resource"].str(),
            subresource: resource["subresource"].str(),
            namespace: resource["namespace"].str(),
            name: resource["name"].str(),
            path: path["path"].str(),
        });
        let reason = Some(decision.reason).filter(|reason| !reason.is_empty());
        Ok(obj! { "allowed" => decision.allowed, "reason" => reason })
    }
}

/// pkg/apis/authorization/validation
fn check_access(spec: &Value, own: bool) -> Vec<FieldError> {
    let (resource, path) = (&spec["resourceAttributes"], &spec["nonResourceAttributes"]);
    let mut errors = Vec::new();
    if !resource.is_null() && !path.is_null() {
        let why = "cannot be specified in combination with resourceAttributes";
        errors.push(FieldError::invalid("spec.nonResourceAttributes", path, why));
    }
    if resource.is_null() && path.is_null() {
        let why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
        errors.push(FieldError::invalid("spec.resourceAttributes", &Value::Null, why));
    }
    if !own && spec["user"].str().is_empty() && spec["groups"].is_empty() {
        errors.push(FieldError::invalid("spec.user", &"".into(), "at least one of user or group must be specified"));
    }
    errors
}

/// `authentication.k8s.io/v1 UserInfo`
pub(crate) fn info(user: &User) -> Value {
    let some = |text: &api::Str| Some(Value::from(text)).filter(|_| !text.is_empty());
    obj! { "username" => some(&user.name), "uid" => some(&user.uid), "groups" => &user.groups, "extra" => &user.extra }
}

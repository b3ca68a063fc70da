//! Who sends a request, in whose name, and whether he may: what stands before every handler
//! (k8s.io/apiserver/pkg/endpoints/filters).

use crate::rbac::Attributes;
use crate::request::Request;
use crate::server::ApiServer;
use crate::user::{ANONYMOUS, AUTHENTICATED, MASTERS, SERVICE_ACCOUNTS, UNAUTHENTICATED, User, split_service_account};
use api::{Status, Value};

impl ApiServer {
    /// The request as its real user sends it; none if it is so already.
    ///
    /// # Errors
    /// 401 if the token is none of ours, 403 if the user may not do this, or not in that name.
    pub fn permit(&self, request: &Request) -> Result<Option<Request>, Status> {
        if request.token.is_empty() && request.impersonate.is_none() && request.certificate.is_none() {
            // The way of the cluster's own components: nothing is copied, nothing looked up.
            return if request.user.is_in(MASTERS) { Ok(None) } else { self.require_request(request).map(|()| None) };
        }
        let mut sent = Request { certificate: None, token: "".into(), impersonate: None, ..request.clone() };
        sent.user = self.user_of(request)?;
        self.require_request(&sent)?;
        Ok(Some(sent))
    }

    /// Who a request counts as sent by: by its certificate or its token, and by whom its sender wants to be taken for.
    ///
    /// # Errors
    /// As [`ApiServer::permit`].
    pub fn user_of(&self, request: &Request) -> Result<User, Status> {
        let user = match (&request.certificate, request.token.as_str()) {
            (Some(certificate), _) => self.certified(certificate)?,
            (None, "") => request.user.clone(),
            (None, token) => self.authenticate(token).ok_or_else(unauthorized)?,
        };
        match &request.impersonate {
            Some(wanted) => self.impersonate(&user, wanted),
            None => Ok(user),
        }
    }

    /// Whether the user of a request may use a verb (`get`, `post` ...) on a path that is no resource; the request's kind and
    /// name play no part. Health is told to everybody (`--authorization-always-allow-paths`).
    ///
    /// # Errors
    /// As [`ApiServer::permit`].
    pub fn permit_path(&self, request: &Request, verb: &str, path: &str) -> Result<(), Status> {
        let user = self.user_of(request)?;
        match path {
            "/healthz" | "/livez" | "/readyz" => Ok(()),
            path => self.require(&Attributes::path(&user, verb, path)),
        }
    }

    /// `by` is taken for somebody else, if he may (`WithImpersonation`).
    fn impersonate(&self, by: &User, wanted: &User) -> Result<User, Status> {
        let may = |group: &str, resource: &str, subresource: &str, namespace: &str, name: &str| {
            let asked = Attributes::path(by, "impersonate", "");
            self.require(&Attributes { group, resource, subresource, namespace, name, ..asked })
        };
        let account = split_service_account(&wanted.name);
        match account {
            Some((namespace, name)) => may("", "serviceaccounts", "", namespace, name)?,
            None => may("", "users", "", "", &wanted.name)?,
        }
        for group in wanted.groups.array() {
            may("", "groups", "", "", group.str())?;
        }
        for (key, values) in wanted.extra.entries() {
            for value in values.array() {
                may("authentication.k8s.io", "userextras", key, "", value.str())?;
            }
        }
        if !wanted.uid.is_empty() {
            may("authentication.k8s.io", "uids", "", "", &wanted.uid)?;
        }
        let mut user = wanted.clone();
        if let (Some((namespace, _)), true) = (account, user.groups.is_empty()) {
            user.groups = api::list![SERVICE_ACCOUNTS, format!("{SERVICE_ACCOUNTS}:{namespace}")];
        }
        let known = [AUTHENTICATED, UNAUTHENTICATED].iter().any(|group| user.is_in(group));
        let everybody = if user.name == ANONYMOUS { UNAUTHENTICATED } else { AUTHENTICATED };
        if !known {
            user.groups.array_mut().push(Value::from(everybody));
        }
        Ok(user)
    }
}

/// 401: whoever it is, he is not known.
pub fn unauthorized() -> Status {
    Status { code: 401, reason: "Unauthorized", message: "Unauthorized".to_owned(), details: Value::Null }
}

//! Where the API server is and who asks it: the kubeconfig with what the command line has to say about it
//! (k8s.io/client-go/tools/clientcmd).

use crate::client_certificate;
use crate::cx::Cx;
use crate::fail::{Fail, Outcome, fail};
use api::Value;
use apiserver::User;
use apiserver::request::Request;
use std::time::Duration;

/// Where the API server is found: by kubeadm's kubeconfig for the workstation, on its machine, and inside the cluster.
const SERVERS: [(&str, &str); 8] = [
    ("127.0.0.1", "6443"),
    ("localhost", "6443"),
    ("master", "6443"),
    ("172.17.0.10", "6443"),
    ("172.17.0.2", "6443"),
    ("kubernetes", "443"),
    ("kubernetes.default.svc", "443"),
    ("10.96.0.1", "443"),
];

impl Cx<'_> {
    /// Whether the command line points to a server that is there.
    pub(crate) fn reachable(&self) -> Outcome {
        self.config.check(self.flags.text("context"))?;
        self.known()?;
        self.request_timeout()?;
        let server = match self.flags.text("server") {
            "" => self.config.server(self.flags.text("context")),
            given => given,
        };
        // Without a kubeconfig it is the port that API servers once had for those on the same machine.
        let server = if server.is_empty() { "http://localhost:8080" } else { server };
        let address = server.split("//").last().unwrap_or(server).split('/').next().unwrap_or_default();
        let (name, port) = address.rsplit_once(':').unwrap_or((address, "443"));
        if SERVERS.contains(&(name, port)) {
            return Ok(());
        }
        let is_name =
            name.parse::<std::net::IpAddr>().is_err() && !["localhost", "master", "kubernetes"].contains(&name);
        if is_name {
            return Err(Fail::Plain(format!(
                "Unable to connect to the server: dial tcp: lookup {name} on 172.17.0.1:53: no such host"
            )));
        }
        let dialled = address.replace("localhost", "127.0.0.1");
        for _ in 0..5 {
            let what = format!(
                "\"Unhandled Error\" err=\"couldn't get current server API group list: Get \\\"{server}/api?timeout=32s\\\": \
                 dial tcp {dialled}: connect: connection refused\""
            );
            self.klog('E', "memcache.go:265", &what);
        }
        Err(Fail::Plain(format!(
            "The connection to the server {address} was refused - did you specify the right host or port?"
        )))
    }

    /// How long a request may take (`--request-timeout`), if that is limited (`ParseTimeout`).
    ///
    /// # Errors
    /// It is no time.
    pub(crate) fn request_timeout(&self) -> Outcome<Option<Duration>> {
        let text = self.flags.text("request-timeout");
        let wanted = match text.chars().all(|c| c.is_ascii_digit()) {
            true => Ok(Duration::from_secs(text.parse().unwrap_or(0))),
            false => crate::flags::parse_span(text).map(|micros| Duration::from_micros(micros.unsigned_abs())),
        };
        let wanted = wanted.map_err(|_| {
            fail!(
                "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding \
                 time unit (e.g. 1s | 2m | 3h)"
            )
        })?;
        Ok((!wanted.is_zero()).then_some(wanted))
    }

    /// The kubeconfig's user, or the one that the command line names, and his name.
    fn user(&self) -> (&Value, &str) {
        // `create rolebinding` has a flag of this name that means something else.
        let shadowed = self.command.flags.iter().copied().flatten().any(|flag| flag.name == "user");
        let (context, named) = (self.flags.text("context"), if shadowed { "" } else { self.flags.text("user") });
        (self.config.user(context, named), if named.is_empty() { self.config.user_name(context) } else { named })
    }

    /// Whether there is such a user, and whoever has groups has a name
    /// (k8s.io/client-go/tools/clientcmd, `getAuthInfo` and `validateAuthInfo`).
    fn known(&self) -> Outcome {
        let (user, name) = self.user();
        // Where there is no cluster either, nothing of the context is looked at.
        let somewhere = self.config.has_cluster(self.config.cluster_name(self.flags.text("context")));
        if user.is_null() && !name.is_empty() && somewhere {
            return Err(fail!("auth info {name:?} does not exist"));
        }
        client_certificate::check(user, name, self.host)?;
        let cluster = self.flags.text("cluster");
        if !cluster.is_empty() && !self.config.has_cluster(cluster) {
            return Err(fail!("no server found for cluster {cluster:?}"));
        }
        let more = ["as-group", "as-uid", "as-user-extra"].iter().any(|flag| !self.flags.list(flag).is_empty());
        if more && self.impersonated(user).is_none() {
            return Err(fail!("requesting uid, groups or user-extra for {name} without impersonating a user"));
        }
        Ok(())
    }

    /// Says who asks: the user of the kubeconfig or of the command line, and whom he wants to be taken for.
    pub(crate) fn identify(&self, request: &mut Request) {
        let (user, _) = self.user();
        let certified = client_certificate::is_named(user);
        let token = match self.flags.text("token") {
            "" => user["token"].str(),
            given => given,
        };
        if certified {
            // What cannot be read has been refused before.
            request.certificate = client_certificate::of(user, self.host).unwrap_or_default();
        } else if token.is_empty() {
            request.user = User::anonymous();
        } else {
            request.token = token.into();
        }
        request.impersonate = self.impersonated(user).map(Box::new);
    }

    /// Whom `--as`, `--as-group`, `--as-uid` and `--as-user-extra` name, or the kubeconfig's user.
    fn impersonated(&self, user: &Value) -> Option<User> {
        let given = |flag: &str, field: &str| match self.flags.text(flag) {
            "" => user[field].to_str(),
            text => text.into(),
        };
        let mut wanted = User { name: given("as", "as"), uid: given("as-uid", "as-uid"), ..User::default() };
        if wanted.name.is_empty() {
            return None;
        }
        wanted.groups = match self.flags.list("as-group") {
            [] => user["as-groups"].clone(),
            groups => groups.iter().map(String::as_str).collect(),
        };
        wanted.extra = user["as-user-extra"].clone();
        for pair in self.flags.list("as-user-extra") {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            wanted.extra.object_mut().entry(key).array_mut().push(value.into());
        }
        Some(wanted)
    }
}

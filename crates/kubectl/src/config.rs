//! The kubeconfig: which cluster kubectl talks to, as whom, and in which namespace.

use crate::client_certificate;
use crate::fail::{Fail, Outcome, fail};
use crate::host::Host;
use api::{Value, list, obj, yaml};

/// The name of the context that a fresh cluster's kubeconfig has.
const CONTEXT: &str = "kubernetes-admin@kubernetes";

/// A kubeconfig and where it came from.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file.
    pub path: String,
    /// Its content: an object of kind `Config`.
    pub value: Value,
}

/// The kubeconfig that kubeadm writes for a fresh cluster; the shell puts it into the user's home.
pub fn fresh() -> Value {
    let cluster = obj! { "certificate-authority-data" => "Y2VydGlmaWNhdGU=", "server" => "https://127.0.0.1:6443" };
    let context = obj! { "cluster" => "kubernetes", "namespace" => "default", "user" => "kubernetes-admin" };
    let user = obj! { "client-certificate-data" => client_certificate::ADMIN, "client-key-data" => "a2V5" };
    obj! {
        "apiVersion" => "v1",
        "kind" => "Config",
        "clusters" => list![obj! { "name" => "kubernetes", "cluster" => cluster }],
        "contexts" => list![obj! { "name" => CONTEXT, "context" => context }],
        "current-context" => CONTEXT,
        "users" => list![obj! { "name" => "kubernetes-admin", "user" => user }],
    }
}

/// The entry of a named list (`clusters`, `contexts`, `users`), or null.
fn named<'a>(config: &'a Value, list: &str, name: &str) -> &'a Value {
    config[list].array().iter().find(|entry| entry["name"].str() == name).unwrap_or(&api::NULL)
}

impl Config {
    /// Reads the file that `--kubeconfig`, `$KUBECONFIG` or the home directory names. A home without one gets a fresh
    /// cluster's.
    ///
    /// # Errors
    /// A file that was named is not there, or is no kubeconfig.
    pub fn load(host: &dyn Host, given: &str) -> Outcome<Config> {
        let home = host.env("HOME").unwrap_or_else(|| "/root".to_owned());
        let variable = host.env("KUBECONFIG").and_then(|list| list.split(':').next().map(str::to_owned));
        let path = match (given, variable) {
            ("", Some(path)) if !path.is_empty() => path,
            ("", _) => format!("{home}/.kube/config"),
            (given, _) => given.to_owned(),
        };
        let value = match host.read_file(&path) {
            Ok(text) => {
                let parsed = yaml::parse(&text);
                parsed.map_err(|why| fail!("error loading config file \"{path}\": {why}"))?.value
            }
            Err(why) if !given.is_empty() => return Err(fail!("stat {path}: {why}")),
            // Somebody has taken it away.
            Err(_) if host.list_dir(&format!("{home}/.kube")).is_ok() => {
                obj! { "apiVersion" => "v1", "kind" => "Config" }
            }
            Err(_) => fresh(),
        };
        Ok(Config { path, value })
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub fn save(&self, host: &dyn Host) -> Outcome {
        host.write_file(&self.path, &yaml::to_string(&self.value)).map_err(|why| fail!("open {}: {why}", self.path))
    }

    /// The name of the context in use.
    pub fn current(&self) -> &str {
        self.value["current-context"].str()
    }

    /// A context's content, or null.
    pub fn context(&self, name: &str) -> &Value {
        &named(&self.value, "contexts", name)["context"]
    }

    fn in_use(&self, given: &str) -> &Value {
        self.context(if given.is_empty() { self.current() } else { given })
    }

    /// The namespace of a context (the current one if `given` is empty).
    pub fn namespace(&self, given: &str) -> String {
        match self.in_use(given)["namespace"].str() {
            "" => "default".to_owned(),
            namespace => namespace.to_owned(),
        }
    }

    /// The server's address.
    pub fn server(&self, given: &str) -> &str {
        named(&self.value, "clusters", self.in_use(given)["cluster"].str())["cluster"]["server"].str()
    }

    /// The name of a context's user; empty if there is no such context.
    pub fn user_name(&self, context: &str) -> &str {
        self.in_use(context)["user"].str()
    }

    /// Who one is in a context (the current one if `context` is empty), or the user that `--user` names.
    pub fn user(&self, context: &str, user: &str) -> &Value {
        let name = if user.is_empty() { self.in_use(context)["user"].str() } else { user };
        &named(&self.value, "users", name)["user"]
    }

    /// The name of a context's cluster (the current one's if `context` is empty).
    pub fn cluster_name(&self, context: &str) -> &str {
        self.in_use(context)["cluster"].str()
    }

    /// Whether there is a cluster of this name.
    pub fn has_cluster(&self, name: &str) -> bool {
        !named(&self.value, "clusters", name).is_null()
    }

    /// Whether the context that the command line names is there.
    ///
    /// # Errors
    /// It is not.
    pub fn check(&self, given: &str) -> Outcome {
        if !given.is_empty() && self.context(given).is_null() {
            let text = "Error in configuration: context was not found for specified context:";
            return Err(Fail::Plain(format!("{text} {given}")));
        }
        Ok(())
    }

    /// Puts `value` at `key` of the entry `name` of a named list, making the entry if it is not there; says whether it was.
    pub fn put(&mut self, list: &str, name: &str, key: &str, value: Value) -> bool {
        let entries = self.value.at_mut(list).array_mut();
        match entries.iter_mut().find(|entry| entry["name"].str() == name) {
            Some(entry) => {
                entry.set(key, value);
                true
            }
            None => {
                let mut entry = obj! { "name" => name };
                entry.set(key, value);
                entries.push(entry);
                api::sort_by(entries, |a, b| a["name"].str().cmp(b["name"].str()));
                false
            }
        }
    }

    /// The content of an entry of a named list, or null.
    pub fn entry(&self, list: &str, name: &str, key: &str) -> &Value {
        &named(&self.value, list, name)[key]
    }

    /// Takes an entry away; says whether it was there.
    pub fn take(&mut self, list: &str, name: &str) -> bool {
        let entries = self.value.at_mut(list).array_mut();
        let before = entries.len();
        entries.retain(|entry| entry["name"].str() != name);
        entries.len() < before
    }
}

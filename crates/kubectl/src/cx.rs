//! What a running command has at hand: its arguments, the namespace, and the way to the server and the terminal.

use crate::command::{Command, usage_error};
use crate::config::Config;
use crate::fail::{Outcome, fail};
use crate::flags::Flags;
use crate::host::Host;
use crate::print::Format;
use api::FlatSet;
use api::{Kind, Value};
use apiserver::request::{FieldValidation, PatchType, Request, Verb};
use std::cell::{Cell, RefCell};

/// One command line being carried out.
pub struct Cx<'a> {
    /// The world.
    pub host: &'a dyn Host,
    /// The command.
    pub command: &'static Command,
    /// How it was called: `kubectl create deployment`.
    pub path: String,
    /// Its flags and arguments.
    pub flags: Flags,
    /// The kubeconfig.
    pub config: Config,
    /// The namespace to work in.
    pub namespace: String,
    /// Whether the command line names the namespace.
    pub namespace_given: bool,
    warned: RefCell<FlatSet<String>>,
    told: Cell<bool>,
    /// Whether an object was printed before.
    pub(crate) printed: Cell<bool>,
}

/// Whether anything is written, and who stops short of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DryRun {
    /// The real thing.
    None,
    /// Nothing is sent.
    Client,
    /// The server does everything but the write.
    Server,
}

impl DryRun {
    /// What follows the verb: ` (dry run)`.
    pub fn suffix(self) -> &'static str {
        match self {
            DryRun::None => "",
            DryRun::Client => " (dry run)",
            DryRun::Server => " (server dry run)",
        }
    }
}

impl<'a> Cx<'a> {
    /// The context of one command line.
    ///
    /// # Errors
    /// The kubeconfig cannot be read, or has no such context.
    pub fn new(host: &'a dyn Host, command: &'static Command, path: String, flags: Flags) -> Outcome<Cx<'a>> {
        let config = Config::load(host, flags.text("kubeconfig"))?;
        let given = flags.text("namespace").to_owned();
        let mut cx = Cx {
            host,
            command,
            path,
            flags,
            config,
            namespace: String::new(),
            namespace_given: !given.is_empty(),
            warned: RefCell::default(),
            told: Cell::new(false),
            printed: Cell::new(false),
        };
        cx.namespace = match given {
            given if given.is_empty() => cx.config.namespace(cx.flags.text("context")),
            given => given,
        };
        crate::verbose::begin(&cx);
        Ok(cx)
    }

    /// The arguments that are not flags.
    pub fn args(&self) -> &[String] {
        &self.flags.args
    }

    /// Writes to standard output, with a newline.
    pub fn say(&self, text: impl std::fmt::Display) {
        self.host.stdout(&format!("{text}\n"));
    }

    /// Writes to standard error, with a newline.
    pub fn warn(&self, text: impl std::fmt::Display) {
        self.host.stderr(&format!("{text}\n"));
    }

    /// An error about how this command is used.
    pub fn usage<T>(&self, text: impl std::fmt::Display) -> Outcome<T> {
        Err(usage_error(&self.path, text))
    }

    /// Sends a request; the server's warnings go to standard error, each once.
    ///
    /// # Errors
    /// The server's refusal, or there is no such context or server.
    pub fn request(&self, request: &Request) -> Outcome<Value> {
        self.reachable()?;
        let response = crate::verbose::send(self, request)?;
        for warning in response.warnings {
            if self.warned.borrow_mut().insert(warning.clone()) {
                self.warn(format_args!("Warning: {warning}"));
            }
        }
        Ok(response.body)
    }

    /// Opens a watch.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn watch(&self, request: &Request) -> Outcome<apiserver::watch::Watch> {
        crate::verbose::before(self, request);
        let watch = self.host.watch(request);
        let answer = watch.as_ref().map(|_| Default::default()).map_err(Clone::clone);
        crate::verbose::after(self, request, &answer);
        Ok(watch?)
    }

    /// A request in this command's name.
    pub fn ask(&self, verb: Verb, kind: &'static Kind, namespace: &str, name: &str) -> Request {
        let namespace = if kind.namespaced { namespace } else { "" };
        // How the lists of a kind merge is known of built-in ones only.
        let verb = match verb {
            Verb::Patch(PatchType::StrategicMerge) if kind.is_custom() => Verb::Patch(PatchType::Merge),
            verb => verb,
        };
        let mut request = Request::new(verb, kind, namespace, name);
        if matches!(verb, Verb::Create | Verb::Update | Verb::Patch(_)) {
            request.options.field_manager = self.manager().into();
            request.options.user_agent = "kubectl".into();
            request.options.dry_run = self.dry_run() == Ok(DryRun::Server);
            request.options.field_validation = self.field_validation().unwrap_or(FieldValidation::Warn);
        }
        request.options.skips_managed = self.skips_managed();
        self.identify(&mut request);
        request
    }

    /// Whether this command shows nothing that follows from `metadata.managedFields`: neither does its output have a place for them, nor
    /// are the answers themselves logged.
    fn skips_managed(&self) -> bool {
        let shown = match self.command.name {
            "describe" | "events" | "logs" | "top" => false,
            "get" => {
                let left_out = matches!(self.flags.text("output"), "" | "wide" | "name" | "json" | "yaml" | "kyaml");
                let sorted_by_them = reaches_managed_fields(self.flags.text("sort-by"));
                !left_out || self.flags.on("show-managed-fields") || sorted_by_them
            }
            _ => true,
        };
        !shown && !crate::verbose::shows_bodies(self)
    }

    /// Reads one object.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn get(&self, kind: &'static Kind, namespace: &str, name: &str) -> Outcome<Value> {
        self.request(&self.ask(Verb::Get, kind, namespace, name))
    }

    /// The objects of a collection, by labels and fields.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn list(&self, kind: &'static Kind, namespace: &str, labels: &str, fields: &str) -> Outcome<Vec<Value>> {
        let mut request = self.ask(Verb::List, kind, namespace, "");
        request.options.label_selector = labels.into();
        request.options.field_selector = fields.into();
        let list = self.request(&request)?;
        Ok(list["items"].array().iter().map(|item| with_kind(kind, item)).collect())
    }

    fn manager(&self) -> String {
        match (self.flags.text("field-manager"), self.path.split(' ').nth(1).unwrap_or_default()) {
            // These say nothing, and go by the name of the program.
            ("", "scale" | "cordon" | "uncordon" | "drain") => String::new(),
            ("", verb) => format!("kubectl-{verb}"),
            (given, _) => given.to_owned(),
        }
    }

    /// What `--validate` says (`GetValidationDirective`).
    ///
    /// # Errors
    /// It says something else, or the command has no such flag.
    pub fn field_validation(&self) -> Outcome<FieldValidation> {
        match self.flags.text("validate") {
            "true" | "strict" => Ok(FieldValidation::Strict),
            "false" | "ignore" => Ok(FieldValidation::Ignore),
            "warn" => Ok(FieldValidation::Warn),
            other => Err(fail!(
                "invalid - validate option {other:?}; must be one of: strict (or true), warn, ignore (or false)"
            )),
        }
    }

    /// What `--dry-run` says.
    ///
    /// # Errors
    /// It says something else.
    pub fn dry_run(&self) -> Outcome<DryRun> {
        if self.flags.text("dry-run") == "unchanged" && !self.told.replace(true) {
            self.klog('W', "helpers.go:719", "--dry-run is deprecated and can be replaced with --dry-run=client.");
        }
        match self.flags.text("dry-run") {
            "" | "none" | "false" => Ok(DryRun::None),
            "client" | "unchanged" | "true" => Ok(DryRun::Client),
            "server" => Ok(DryRun::Server),
            other => Err(fail!("Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\".")),
        }
    }

    /// What `-o` and `--template` say.
    ///
    /// # Errors
    /// There is no such format.
    pub fn format(&self) -> Outcome<Format> {
        Format::of(self)
    }

    /// A line as Kubernetes' logging library writes it.
    pub fn klog(&self, level: char, place: &str, text: &str) {
        let now = self.host.now().rfc3339_micros();
        let (month, day, clock) = (&now[5..7], &now[8..10], &now[11..26]);
        self.warn(format_args!("{level}{month}{day} {clock}   {:5} {place}] {text}", 4711));
    }
}

/// A list's items come without `apiVersion` and `kind`; this puts them there.
pub fn with_kind(kind: &Kind, object: &Value) -> Value {
    let mut object = object.clone();
    if object["kind"].is_null() {
        object.set("apiVersion", kind.api_version());
        object.set("kind", kind.kind);
    }
    object
}

/// Waits until one of two futures is done.
pub async fn either(mut a: crate::host::BoxFuture<'_, ()>, mut b: crate::host::BoxFuture<'_, ()>) {
    std::future::poll_fn(|task| {
        let done = a.as_mut().poll(task).is_ready() || b.as_mut().poll(task).is_ready();
        if done { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

/// Runs futures side by side until all are done; each leaves its result where it likes.
pub async fn join(mut running: Vec<crate::host::BoxFuture<'_, ()>>) {
    std::future::poll_fn(|task| {
        running.retain_mut(|future| future.as_mut().poll(task).is_pending());
        if running.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

impl Cx<'_> {
    /// The time that a write and the read that follows take on a real cluster, some 10 ms each. Requests themselves are
    /// instant; where what happens between them shows in kubectl's output, this stands between.
    pub async fn latency(&self) {
        self.host.sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Whether a JSONPath can come to `metadata.managedFields`: it names them, or searches by more than names.
fn reaches_managed_fields(path: &str) -> bool {
    let names = |c: char| c.is_ascii_alphanumeric() || "{}._-".contains(c);
    path.contains("managedFields") || path.contains("..") || !path.chars().all(names)
}

#[test]
fn a_sort_key_that_comes_to_managed_fields_is_known() {
    for path in [".metadata.managedFields[0].manager", "{..manager}", "{.metadata.*}", "{.metadata['managedFields']}"] {
        assert!(reaches_managed_fields(path), "{path}");
    }
    assert!(!reaches_managed_fields("{.metadata.name}"));
}

//! A container from inside: what its processes see, and who runs their tools.

use crate::images::Image;
use crate::process::{Started, Surroundings, expansion::date};
use crate::programs::Invocation;
use crate::serve::write_log;
use crate::state::{LogLine, Pod};
use crate::{rootfs, volumes};
use api::{OrdMap, Str, Time, Value};
use script::{Dialect, Memory, Variable};
use vfs::{Fs, Mounts};

/// A container from inside.
pub(crate) struct Inside<'a> {
    pod: &'a mut Pod,
    index: usize,
    disks: &'a mut OrdMap<Str, Fs>,
    now: Time,
    mounts: Option<Mounts>,
    tools: Option<Tools>,
}

/// A tool that a container's script runs, and all that it sees.
#[derive(Debug)]
pub struct ToolCall {
    /// The UID of the Pod.
    pub pod: Str,
    /// The container.
    pub container: Str,
    /// Its image, if it is a known one.
    pub image: Option<&'static Image>,
    /// Whose it is.
    pub user: crate::User,
    /// What it runs.
    pub program: script::Program,
    /// Where its files are ...
    pub mounts: Mounts,
    /// ... on these disks.
    pub disks: OrdMap<Str, Fs>,
    /// When.
    pub now: Time,
}

/// Whoever runs the small Unix tools, as far as they need no network: [`script::Ran::Later`] for those that do.
pub type Tools = fn(&mut ToolCall) -> script::Ran;

/// The surroundings of a process in a container.
pub(crate) fn inside<'a>(pod: &'a mut Pod, index: usize, disks: &'a mut OrdMap<Str, Fs>, now: Time) -> Inside<'a> {
    Inside { pod, index, disks, now, mounts: None, tools: None }
}

impl Inside<'_> {
    /// The same, with tools for scripts.
    pub(crate) fn with_tools(mut self, tools: Option<Tools>) -> Self {
        self.tools = tools;
        self
    }

    /// The text of a file.
    pub(crate) fn read(&mut self, path: &str) -> Result<String, String> {
        self.with(|view| view.read_text(path)).map_err(|error| error.to_string())
    }

    /// Calls `use_view` with the container's files. They are made when somebody looks for the first time: most containers'
    /// files nobody ever looks at.
    pub(crate) fn with<R>(&mut self, use_view: impl FnOnce(&mut vfs::View<'_>) -> R) -> R {
        if self.mounts.is_none() {
            let mounts = volumes::mounts(self.pod, self.index);
            rootfs::ensure(self.pod, self.index, &mounts, self.disks, self.now);
            self.mounts = Some(mounts);
        }
        let mounts = self.mounts.get_or_insert_default();
        use_view(&mut mounts.view(self.disks))
    }

    pub(crate) fn bytes(&mut self, path: &str) -> Option<Vec<u8>> {
        self.with(|view| view.read(path)).ok().map(|bytes| bytes.to_vec())
    }

    pub(crate) fn exists(&mut self, path: &str) -> bool {
        self.with(|view| view.exists(path))
    }

    pub(crate) fn is_dir(&mut self, path: &str) -> bool {
        self.with(|view| view.is_dir(path))
    }
}

impl Surroundings for Inside<'_> {
    fn print(&mut self, text: &str, at: Time) {
        write_log(&mut self.pod.containers[self.index].log, text, at);
    }

    fn say(&mut self, line: &'static str, at: Time) {
        self.pod.containers[self.index].log.push(LogLine { at, text: Str::new_static(line) });
    }

    fn ask(&mut self, url: &str, pause: std::time::Duration) {
        crate::usage::ask(self.pod, self.index, url, pause);
    }

    fn burn(&mut self, micros: u64) {
        self.pod.containers[self.index].work += micros;
    }

    fn files(&mut self, act: &mut dyn FnMut(&mut vfs::View<'_>)) {
        self.with(act);
    }

    fn shell(&self) -> Memory {
        let container = &self.pod.containers[self.index];
        let env = crate::env::whole(self.pod, container, &container.env, &container.service_env);
        let image = crate::registry::image_of(container);
        let own = self.pod.spec_of(self.index)["workingDir"].as_str().filter(|dir| !dir.is_empty());
        let busybox = image.is_none_or(Image::is_busybox);
        Memory {
            dialect: if busybox { Dialect::Busybox } else { Dialect::Dash },
            cwd: own.unwrap_or_else(|| image.map_or("/", |image| image.workdir)).to_owned(),
            name: "sh".into(),
            variables: env
                .iter()
                .map(|(name, value)| (name.to_string(), Variable::exported(value.to_string())))
                .collect(),
            ..Memory::default()
        }
    }

    fn start(&mut self, args: &[String]) -> Started {
        let container = &self.pod.containers[self.index];
        let image = crate::registry::image_of(container).unwrap_or(&crate::images::UNKNOWN);
        let (own, rest) = (container.own.as_ref(), args.get(1..).unwrap_or_default());
        let invocation = Invocation {
            image,
            own,
            command: &args[..1],
            args: rest,
            env: &[],
            memory_limit: None,
            stdin: false,
            file: false,
        };
        crate::programs::started(args, &invocation)
    }

    fn call(&mut self, program: &script::Program) -> script::Ran {
        let Some(run) = self.tools else { return script::Ran::NotFound };
        self.with(|_| ());
        let container = &self.pod.containers[self.index];
        let mut task = ToolCall {
            pod: self.pod.id.clone(),
            container: container.name.clone(),
            image: crate::registry::image_of(container),
            user: crate::user::user(self.pod, self.index),
            program: program.clone(),
            mounts: self.mounts.clone().unwrap_or_default(),
            disks: std::mem::take(self.disks),
            now: program.now,
        };
        let ran = run(&mut task);
        *self.disks = task.disks;
        ran
    }

    fn variable(&self, name: &str) -> String {
        if name == "HOSTNAME" {
            return rootfs::hostname(self.pod);
        }
        if name == "date" {
            return date(self.now);
        }
        let container = &self.pod.containers[self.index];
        let mut all = container.env.iter().chain(container.service_env.iter());
        let found = all.find(|(key, _)| key == name).map(|(_, value)| value.to_string());
        let described = container.own.iter().flat_map(|image| image.env.iter()).find(|(key, _)| key == name);
        let found = found.or_else(|| described.map(|(_, value)| value.to_string()));
        found.unwrap_or_else(|| crate::env::by_runtime(name).to_owned())
    }
}

impl crate::worker::Worker<'_, '_> {
    /// Whether the command is a file that lies in a volume.
    pub(crate) fn runs_file(&mut self, index: usize, spec: &Value) -> Result<bool, String> {
        let Some(path) = spec["command"].array().first().map(|word| word.str().to_owned()) else { return Ok(false) };
        let mounted =
            |mount: &Value| path.starts_with(mount["mountPath"].str()) && !mount["mountPath"].str().is_empty();
        if !path.starts_with('/') || !spec["volumeMounts"].array().iter().any(mounted) {
            return Ok(false);
        }
        let now = self.cx.now;
        match inside(self.pod, index, self.disks, now).with(|files| files.stat(&path)) {
            Ok(stat) if stat.directory => Err(format!("exec: \"{path}\": is a directory")),
            Ok(stat) if stat.mode & 0o111 == 0 => Err(format!("exec: \"{path}\": permission denied")),
            Ok(_) => Ok(true),
            Err(_) => Ok(false),
        }
    }
}

//! The small Unix programs, one file each: real texts, real exit statuses.

pub(crate) mod about;
mod filter;
mod options;

use crate::interp::Shell;
use crate::process::{BoxFuture, Io, Kernel};
use api::FlatMap;
use std::rc::Rc;

pub(crate) use options::Options;

/// A program: it runs with its context and ends with an exit status.
pub(crate) type Tool = fn(Cx) -> BoxFuture<'static, i32>;

/// What a program gets from the shell that starts it.
pub(crate) struct Cx {
    /// A copy of that shell: the place, the directory, and a way to run further commands.
    pub(crate) shell: Rc<Shell>,
    /// The arguments, the program's name first.
    pub(crate) args: Vec<String>,
    /// The environment.
    pub(crate) env: FlatMap<String, String>,
    /// The streams.
    pub(crate) io: Io,
}

impl Cx {
    pub(crate) fn kernel(&self) -> &Rc<Kernel> {
        &self.shell.kernel
    }

    /// The program's name, as errors begin with it.
    pub(crate) fn name(&self) -> &str {
        vfs::path::name(&self.args[0])
    }

    /// The reader's language: as the environment has it, or else the session.
    pub(crate) fn language(&self) -> api::Language {
        let environment = |name: &str| self.env.get(name).cloned();
        api::Language::of_environment(environment).unwrap_or(self.kernel().language())
    }

    /// Whether the programs here are busybox'.
    pub(crate) fn is_busybox(&self) -> bool {
        self.kernel().system().is_busybox(&self.shell.place)
    }

    /// Writes to standard output.
    pub(crate) fn out(&self, text: &str) {
        self.io.stdout.write(self.kernel(), text);
    }

    /// Writes to standard error.
    pub(crate) fn err(&self, text: &str) {
        self.io.stderr.write(self.kernel(), text);
    }

    /// `NAME: text` on standard error; the exit status 1.
    pub(crate) fn fail(&self, text: impl std::fmt::Display) -> i32 {
        self.err(&format!("{}: {text}\n", self.name()));
        1
    }

    /// The same in the words of whoever has written the tools here: GNU's, or busybox'.
    pub(crate) fn fail_as(&self, gnu: std::fmt::Arguments<'_>, busybox: std::fmt::Arguments<'_>) -> i32 {
        self.fail(if self.is_busybox() { busybox } else { gnu })
    }

    /// A file cannot be opened.
    pub(crate) fn not_opened(&self, name: &str, error: vfs::Error) -> i32 {
        match self.name() {
            "grep" | "egrep" | "fgrep" => self.fail(format_args!("{name}: {error}")),
            _ => self.fail_as(format_args!("{name}: {error}"), format_args!("can't open '{name}': {error}")),
        }
    }

    /// An absolute path.
    pub(crate) fn path(&self, path: &str) -> String {
        vfs::path::resolve(&self.shell.cwd, path)
    }

    /// Works on the files; a place that is gone has none.
    pub(crate) fn files<T>(&self, act: impl FnOnce(&mut vfs::View<'_>) -> vfs::Result<T>) -> vfs::Result<T> {
        self.kernel().files(&self.shell.place, act).unwrap_or(Err(vfs::Error::NotFound))
    }

    /// What `stat` tells of a path.
    pub(crate) fn stat(&self, path: &str) -> vfs::Result<vfs::Stat> {
        let path = self.path(path);
        self.files(|files| files.stat(&path))
    }

    /// The moment, in microseconds since the Unix epoch.
    pub(crate) fn now(&self) -> i64 {
        self.kernel().now().0
    }

    /// The text of a file, or of standard input for `-`.
    pub(crate) async fn read(&self, path: &str) -> vfs::Result<String> {
        match path {
            "-" | "/dev/stdin" => Ok(self.io.stdin.all(self.kernel()).await),
            "/dev/null" => Ok(String::new()),
            path => {
                let path = self.path(path);
                match self.files(|files| files.read_text(&path)) {
                    Err(vfs::Error::NotFound) => pkill::proc_file(self, &path).ok_or(vfs::Error::NotFound),
                    read => read,
                }
            }
        }
    }

    /// The text of each operand (of standard input if there is none), with its name; what cannot be read has been
    /// complained about, and makes the flag false.
    pub(crate) async fn inputs(&self, operands: &[String]) -> (Vec<(String, String)>, bool) {
        let (mut texts, mut fine) = (Vec::new(), true);
        let stdin = ["-".to_owned()];
        for name in if operands.is_empty() { &stdin } else { operands } {
            match self.read(name).await {
                Ok(text) => texts.push((name.clone(), text)),
                Err(error) => {
                    self.not_opened(name, error);
                    fine = false;
                }
            }
        }
        (texts, fine)
    }

    /// Takes the options off the arguments: see [`Options::parse`].
    ///
    /// # Errors
    /// The exit status; the message has been written.
    pub(crate) fn options(&self, short: &str, long: &[(&str, char)]) -> Result<Options, i32> {
        Options::parse(&self.args[1..], short, long).map_err(|problem| {
            self.err(&format!("{0}: {problem}\nTry '{0} --help' for more information.\n", self.name()));
            1
        })
    }

    /// Runs a command line given as arguments, as `xargs` or `timeout` do; its exit status.
    pub(crate) async fn run(&self, arguments: Vec<String>, io: &Io) -> i32 {
        let Some(name) = arguments.first().cloned() else { return 0 };
        let mut shell = self.shell.child(self.env.clone());
        if !name.contains('/') && shell.find(&name).is_none() && shell.program_path(&name, &self.env).is_err() {
            self.fail(match self.name() {
                "env" | "watch" | "nohup" => format!("\u{2018}{name}\u{2019}: No such file or directory"),
                "timeout" => format!("failed to run command \u{2018}{name}\u{2019}: No such file or directory"),
                _ => format!("{name}: No such file or directory"),
            });
            return 127;
        }
        let flow = shell.program(arguments, self.env.clone(), io).await;
        shell.finish(flow)
    }
}

/// Complains about too few or too many operands, as coreutils do.
pub(crate) fn wrong_operands(cx: &Cx, operands: &[String], most: usize) -> i32 {
    let what = match operands {
        [] => "missing operand".to_owned(),
        operands if operands.len() > most => format!("extra operand \u{2018}{}\u{2019}", operands[most]),
        operands => format!("missing operand after \u{2018}{}\u{2019}", operands[operands.len() - 1]),
    };
    cx.err(&format!("{0}: {what}\nTry '{0} --help' for more information.\n", cx.name()));
    1
}

/// One program's name, its function, and whether the shell has it built in (so that it takes no time to start).
struct Entry(&'static str, Tool, bool);

macro_rules! programs {
    ($($module:ident: $($name:literal $function:ident $builtin:literal),+;)*) => {
        $(pub(crate) mod $module;)*
        static PROGRAMS: &[Entry] = &[$($(Entry($name, |cx| Box::pin($module::$function(cx)), $builtin)),+),*];
    };
}

programs! {
    awk: "awk" run false;
    base64: "base64" run false;
    cat: "cat" run false, "tac" tac false, "less" page false, "more" page false;
    conntrack: "conntrack" run false;
    cp: "cp" run false;
    curl: "curl" run false;
    cut: "cut" run false;
    databases: "redis-cli" redis false, "pg_isready" postgres false, "mysqladmin" mysql false;
    date: "date" run false;
    disk: "fallocate" fallocate false, "dd" dd false, "df" df false, "du" du false;
    diff: "diff" run false;
    echo: "echo" run true, "printf" run true, "pwd" run true, "test" run true, "[" run true, "true" run true, "false" run true, "yes" yes false;
    expr: "expr" run false;
    env: "env" run false, "printenv" printenv false;
    find: "find" run false;
    grep: "grep" run false, "egrep" run false, "fgrep" run false;
    head: "head" run false, "tail" tail false;
    identity: "whoami" whoami false, "hostname" hostname false, "id" id false, "uname" uname false, "tty" tty false,
        "uptime" uptime false, "nproc" nproc false;
    ip: "ip" run false;
    iptables: "iptables" run false, "iptables-save" save false, "ipvsadm" ipvsadm false;
    jq: "jq" run false;
    kubectl: "kubectl" run false;
    ls: "ls" run false;
    keygen: "ssh-keygen" run false;
    man: "man" run false;
    mkdir: "mkdir" run false, "rmdir" rmdir false, "touch" touch false, "mktemp" mktemp false, "chmod" chmod false;
    mount: "mount" run false;
    mv: "mv" run false;
    names: "basename" basename false, "dirname" dirname false, "realpath" realpath false;
    nc: "nc" run false;
    nginx: "nginx" run false;
    nslookup: "nslookup" run false, "dig" dig false, "host" host false;
    openssl: "openssl" run false;
    packages: "apk" apk false, "apt" apt false, "apt-get" apt false;
    paste: "paste" run false, "comm" comm false, "cmp" cmp false, "column" column false, "shuf" shuf false;
    ping: "ping" run false, "traceroute" traceroute false;
    pkill: "pkill" run false, "pgrep" pgrep false, "ps" ps false;
    registry: "registry" run false;
    rm: "rm" run false;
    sed: "sed" run false;
    seq: "seq" run false;
    sh: "sh" run false, "bash" run false;
    sleep: "sleep" run false, "timeout" timeout false, "nohup" nohup false, "time" nohup false;
    sort: "sort" run false, "uniq" uniq false;
    sql: "psql" psql false, "mysql" mysql false, "mariadb" mysql false;
    ssh: "ssh" run false;
    stress: "stress" run false, "stress-ng" run false;
    stat: "stat" run false, "file" file false;
    sum: "md5sum" run false, "sha1sum" run false, "sha256sum" run false, "xxd" xxd false, "hexdump" hexdump false, "od" od false;
    systemctl: "systemctl" run false, "poweroff" poweroff false, "shutdown" poweroff false, "reboot" reboot false;
    tar: "tar" run false;
    tc: "tc" run false;
    tee: "tee" run false;
    terminal: "clear" clear false, "reset" clear false, "vi" edit false, "vim" edit false, "nano" edit false;
    tr: "tr" run false;
    virsh: "virsh" run false;
    watch: "watch" run false;
    wc: "wc" run false, "nl" nl false, "rev" rev false, "fold" fold false;
    wget: "wget" run false;
    which: "which" run false;
    why: "why" run false;
    xargs: "xargs" run false;
}

/// The program of this name.
pub(crate) fn find(name: &str) -> Option<Tool> {
    PROGRAMS.iter().find(|entry| entry.0 == name).map(|entry| entry.1)
}

/// Whether a program is part of the shell: always there, and started without delay.
pub(crate) fn is_shell_tool(name: &str) -> bool {
    PROGRAMS.iter().any(|entry| entry.0 == name && entry.2)
}

/// The names of all programs.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    PROGRAMS.iter().map(|entry| entry.0)
}

/// Where a program is installed, for `which`.
pub(crate) fn path_of(name: &str) -> String {
    match name {
        "kubectl" => "/usr/local/bin/kubectl".into(),
        "systemctl" | "poweroff" | "reboot" | "shutdown" | "iptables" | "iptables-save" | "ip" | "tc" | "conntrack"
        | "ipvsadm" => {
            format!("/usr/sbin/{name}")
        }
        name => format!("/usr/bin/{name}"),
    }
}

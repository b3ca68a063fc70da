//! `tar`

pub(crate) mod archive;

use super::{Cx, Options};
use crate::interp::glob;
use archive::Member;

const LONG: [(&str, char); 17] = [
    ("create", 'c'),
    ("extract", 'x'),
    ("get", 'x'),
    ("list", 't'),
    ("file", 'f'),
    ("directory", 'C'),
    ("verbose", 'v'),
    ("to-stdout", 'O'),
    ("exclude", 'X'),
    ("strip-components", 'S'),
    ("touch", 'm'),
    ("gzip", 'z'),
    ("no-same-owner", 'o'),
    ("same-permissions", 'p'),
    ("no-same-permissions", 'o'),
    ("keep-old-files", 'k'),
    ("numeric-owner", 'o'),
];

/// Puts files into an archive, or takes them out.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match Options::parse(&modern(&cx.args), "cxtf:C:vOX:S:mzjJpokh", &LONG) {
        Ok(options) => options,
        Err(problem) => return tar(&cx).misused(&problem),
    };
    let letter = options.letters().find(|letter| "cxt".contains(*letter));
    let tar = tar(&cx);
    if let Some((_, program)) = [('z', "gzip"), ('j', "bzip2"), ('J', "xz")].iter().find(|(flag, _)| options.has(*flag)) {
        cx.err(&format!("tar (child): {program}: Cannot exec: No such file or directory\n"));
        return tar.fatal("Child returned status 2");
    }
    match letter {
        Some('c') => tar.create(&options),
        Some(letter) => tar.look(&options, letter == 't').await,
        None => tar.misused("You must specify one of the '-ctx' options"),
    }
}

/// `tar xf FILE` as `tar -x -f FILE`.
fn modern(args: &[String]) -> Vec<String> {
    let Some(letters) = args.get(1).filter(|word| !word.starts_with('-')) else { return args[1..].to_vec() };
    let mut rest = args[2..].iter();
    let mut words = Vec::new();
    for letter in letters.chars() {
        words.push(format!("-{letter}"));
        if "fC".contains(letter) {
            words.extend(rest.next().cloned());
        }
    }
    words.extend(rest.cloned());
    words
}

struct Tar<'a> {
    cx: &'a Cx,
    busybox: bool,
}

fn tar(cx: &Cx) -> Tar<'_> {
    Tar { cx, busybox: cx.is_busybox() }
}

impl Tar<'_> {
    fn failed(&self) -> i32 {
        if self.busybox { 1 } else { 2 }
    }

    fn misused(&self, problem: &str) -> i32 {
        self.cx.err(&format!("tar: {problem}\nTry 'tar --help' or 'tar --usage' for more information.\n"));
        self.failed()
    }

    fn fatal(&self, problem: impl std::fmt::Display) -> i32 {
        self.cx.fail(problem);
        if !self.busybox {
            self.cx.fail("Error is not recoverable: exiting now");
        }
        self.failed()
    }

    /// The exit status, if something went wrong on the way: what did has been said.
    fn end(&self, wrong: bool) -> i32 {
        if !wrong {
            return 0;
        }
        self.cx.fail(match self.busybox {
            true => "error exit delayed from previous errors",
            false => "Exiting with failure status due to previous errors",
        });
        self.failed()
    }

    /// A name without the slash at its beginning; that it is taken off is said once.
    fn relative<'n>(&self, name: &'n str, said: &mut bool) -> &'n str {
        let plain = name.trim_start_matches('/');
        if plain.len() < name.len() && !std::mem::replace(said, true) {
            self.cx.fail(match self.busybox {
                true => "removing leading '/' from member names",
                false => "Removing leading `/' from member names",
            });
        }
        plain
    }

    fn folder(&self, options: &Options) -> String {
        self.cx.path(options.value('C').unwrap_or("."))
    }

    fn create(&self, options: &Options) -> i32 {
        let file = options.value('f').unwrap_or("-");
        if options.operands.is_empty() {
            return self.misused("Cowardly refusing to create an empty archive");
        }
        if file == "-" && matches!(self.cx.io.stdout, crate::process::Output::Terminal(_)) {
            return self.fatal("Refusing to write archive contents to terminal (missing -f option?)");
        }
        let (members, wrong) = self.collect(options);
        if options.has('v') {
            let names: String = members.iter().map(|member| format!("{}\n", member.name)).collect();
            if file == "-" { self.cx.err(&names) } else { self.cx.out(&names) }
        }
        let bytes = archive::write(&members);
        if file == "-" {
            self.cx.out(&vfs::text::to_text(&bytes));
            return self.end(wrong);
        }
        let (path, now) = (self.cx.path(file), self.cx.now());
        match self.cx.files(|files| files.write(&path, bytes, now)) {
            Ok(()) => self.end(wrong),
            Err(error) => self.fatal(format_args!("{file}: Cannot open: {error}")),
        }
    }

    /// What the operands name, and whether some of it could not be read.
    fn collect(&self, options: &Options) -> (Vec<Member>, bool) {
        let (mut members, mut wrong, mut said) = (Vec::new(), false, false);
        let folder = self.folder(options);
        let mut todo: Vec<String> = options.operands.iter().rev().cloned().collect();
        while let Some(name) = todo.pop() {
            if excluded(options, &name) {
                continue;
            }
            let path = vfs::path::resolve(&folder, &name);
            let stat = match self.cx.stat(&path) {
                Ok(stat) => stat,
                Err(error) => {
                    self.cx.fail_as(format_args!("{name}: Cannot stat: {error}"), format_args!("{name}: {error}"));
                    wrong = true;
                    continue;
                }
            };
            let mut member = Member { mode: stat.mode, modified: stat.modified / 1_000_000, ..Member::default() };
            member.name = self.relative(&name, &mut said).trim_end_matches('/').to_owned();
            if stat.directory {
                let inner = self.cx.files(|files| files.list(&path)).unwrap_or_default();
                todo.extend(inner.iter().rev().map(|inner| format!("{}/{inner}", name.trim_end_matches('/'))));
                member.name.push('/');
            } else {
                member.content = self.cx.files(|files| files.read(&path)).unwrap_or_default();
            }
            if member.name != "/" {
                members.push(member);
            }
        }
        (members, wrong)
    }

    /// Takes the members out, or lists them.
    async fn look(&self, options: &Options, list: bool) -> i32 {
        let file = options.value('f').unwrap_or("-");
        let bytes = match file {
            "-" => Ok(vfs::text::to_bytes(&self.cx.io.stdin.all(self.cx.kernel()).await)),
            file => {
                let path = self.cx.path(file);
                self.cx.files(|files| files.read(&path)).map(|bytes| bytes.to_vec())
            }
        };
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) if self.busybox => return self.fatal(format_args!("can't open '{file}': {error}")),
            Err(error) => return self.fatal(format_args!("{file}: Cannot open: {error}")),
        };
        let Some(members) = archive::read(&bytes) else {
            if self.busybox {
                return self.fatal("invalid tar magic");
            }
            self.cx.fail("This does not look like a tar archive");
            return self.end(true);
        };
        let folder = self.folder(options);
        if let Err(error) = self.cx.files(|files| files.list(&folder)) {
            let name = options.value('C').unwrap_or(".");
            return match self.busybox {
                true => self.fatal(format_args!("can't change directory to '{name}': {error}")),
                false => self.fatal(format_args!("{name}: Cannot open: {error}")),
            };
        }
        let (mut wrong, mut said, mut found) = (false, false, Vec::new());
        for member in &members {
            let wanted = options.operands.iter().find(|name| {
                let name = name.trim_end_matches('/');
                vfs::path::below(name, member.name.trim_end_matches('/')).is_some()
            });
            if wanted.is_none() && !options.operands.is_empty() || excluded(options, &member.name) {
                continue;
            }
            found.extend(wanted);
            if list || options.has('v') && !options.has('O') {
                self.cx.out(&if list && options.has('v') { long(member) } else { format!("{}\n", member.name) });
            }
            if !list {
                wrong |= !self.extract(member, options, &folder, &mut said);
            }
        }
        for name in options.operands.iter().filter(|name| !found.contains(name)) {
            self.cx.fail_as(format_args!("{name}: Not found in archive"), format_args!("{name}: not found in archive"));
            wrong = true;
        }
        self.end(wrong)
    }

    /// Makes a file or folder; false if it could not be made, which has been said.
    fn extract(&self, member: &Member, options: &Options, folder: &str, said: &mut bool) -> bool {
        if options.has('O') {
            self.cx.out(&vfs::text::to_text(&member.content));
            return true;
        }
        let name = self.relative(&member.name, said);
        if name.split('/').any(|part| part == "..") {
            self.cx.fail(format_args!("{name}: Member name contains '..'"));
            return false;
        }
        let skip = options.value('S').and_then(|n| n.parse().ok()).unwrap_or(0);
        let parts: Vec<&str> = name.trim_end_matches('/').split('/').skip(skip).collect();
        if parts.is_empty() {
            return true;
        }
        let (path, now) = (vfs::path::resolve(folder, &parts.join("/")), self.cx.now());
        let made = self.cx.files(|files| {
            if member.is_folder() {
                return files.mkdir_all(&path, now);
            }
            files.mkdir_all(path.rsplit_once('/').map_or("/", |(folder, _)| folder), now)?;
            let time = if options.has('m') { now } else { member.modified * 1_000_000 };
            files.write(&path, member.content.to_vec(), time)
        });
        match made.and_then(|()| self.cx.files(|files| files.chmod(&path, member.mode & 0o777))) {
            Ok(()) => true,
            Err(error) => {
                self.cx.fail_as(format_args!("{name}: Cannot open: {error}"), format_args!("can't open '{name}': {error}"));
                false
            }
        }
    }
}

/// Whether `--exclude` means this name, or what it lies in.
fn excluded(options: &Options, name: &str) -> bool {
    let fits = |pattern: &str, text: &str| glob::matches(&glob::unquoted(pattern), &text.chars().collect::<Vec<_>>());
    let name = name.trim_end_matches('/');
    options.values('X').any(|pattern| fits(pattern, name) || name.split('/').any(|part| fits(pattern, part)))
}

/// A member as `ls -l` shows a file.
fn long(member: &Member) -> String {
    let stat = vfs::Stat { directory: member.is_folder(), size: 0, mode: member.mode, modified: 0 };
    let time = api::Time(member.modified * 1_000_000).rfc3339().replace('T', " ");
    format!("{} root/root {:>9} {} {}\n", super::ls::mode(&stat), member.content.len(), &time[..16], member.name)
}

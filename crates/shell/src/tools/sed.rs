//! `sed`

mod replacement;
mod script;

use super::{Cx, Options};
use script::{Address, Command, Step};

/// How many jumps one line may take: a script can loop for ever.
const MAX_STEPS: usize = 100_000;

/// Edits text by a script.
pub(super) async fn run(cx: Cx) -> i32 {
    let long = [("quiet", 'n'), ("silent", 'n'), ("regexp-extended", 'E'), ("in-place", 'i'), ("expression", 'e'), ("file", 'f'), ("null-data", 'z')];
    let mut options = match Options::parse(&cx.args[1..], "nErsuze:f:i::", &long) {
        Ok(options) => options,
        Err(problem) => return cx.fail(problem),
    };
    let mut text: Vec<String> = options.values('e').map(str::to_owned).collect();
    for name in options.values('f') {
        match cx.read(name).await {
            Ok(script) => text.push(script),
            Err(error) => return cx.fail(format_args!("couldn't open file {name}: {error}")),
        }
    }
    if text.is_empty() {
        if options.operands.is_empty() {
            cx.err("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n");
            return 1;
        }
        text.push(options.operands.remove(0));
    }
    let script = match script::parse(&text.join("\n"), options.has('E') || options.has('r')) {
        Ok(script) => script,
        Err(error) => return cx.fail(error),
    };
    if options.has('i') {
        return in_place(&cx, &script, &options).await;
    }
    let mut all = String::new();
    let (texts, fine) = match options.operands.as_slice() {
        [] => (vec![("-".to_owned(), cx.io.stdin.all(cx.kernel()).await)], true),
        names => {
            let (mut texts, mut fine) = (Vec::new(), true);
            for name in names {
                match cx.read(name).await {
                    Ok(text) => texts.push((name.clone(), text)),
                    Err(error) => {
                        fine = false;
                        complain(&cx, &options, name, error);
                    }
                }
            }
            (texts, fine)
        }
    };
    for (_, text) in texts {
        if !all.is_empty() && !all.ends_with('\n') {
            all.push('\n');
        }
        all.push_str(&text);
    }
    let mut machine = Machine::new(&script, &options, &all);
    machine.read = read(&cx, &script).await;
    machine.run();
    cx.out(&machine.out);
    save(&cx, &machine);
    if fine { machine.status } else { 2 }
}

fn complain(cx: &Cx, options: &Options, name: &str, error: vfs::Error) {
    match error {
        vfs::Error::IsDirectory if options.has('i') => cx.fail(format_args!("couldn't edit {name}: not a regular file")),
        vfs::Error::IsDirectory => cx.fail(format_args!("read error on {name}: Is a directory")),
        error => cx.fail(format_args!("can't read {name}: {error}")),
    };
}

async fn in_place(cx: &Cx, script: &[Step], options: &Options) -> i32 {
    let mut status = 0;
    if options.operands.is_empty() {
        return cx.fail("no input files");
    }
    for name in &options.operands {
        let text = match cx.read(name).await {
            Ok(text) => text,
            Err(error) => {
                complain(cx, options, name, error);
                status = 4;
                continue;
            }
        };
        let mut machine = Machine::new(script, options, &text);
        machine.read = read(cx, script).await;
        machine.run();
        save(cx, &machine);
        let (path, now) = (cx.path(name), cx.now());
        let suffix = options.value('i').unwrap_or_default();
        let written = cx.files(|files| {
            if !suffix.is_empty() {
                files.write(&format!("{path}{suffix}"), text, now)?;
            }
            files.write(&path, machine.out.as_str(), now)
        });
        if let Err(error) = written {
            cx.fail(format_args!("couldn't open file {name}: {error}"));
            status = 4;
        }
    }
    status
}

/// The files that `r` names, as far as they are there.
async fn read(cx: &Cx, script: &[Step]) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for step in script {
        if let Command::Read(name) = &step.command
            && let Ok(text) = cx.read(name).await
        {
            texts.push((name.clone(), text));
        }
    }
    texts
}

/// Writes the files of `w`.
fn save(cx: &Cx, machine: &Machine<'_>) {
    for (name, text) in &machine.files {
        let (path, now) = (cx.path(name), cx.now());
        if let Err(error) = cx.files(|files| files.write(&path, text.as_str(), now)) {
            cx.fail(format_args!("couldn't open file {name}: {error}"));
        }
    }
}

struct Machine<'s> {
    script: &'s [Step],
    quiet: bool,
    lines: Vec<&'s str>,
    /// Whether the input's last line ends in a newline.
    newline: bool,
    at: usize,
    pattern: String,
    hold: String,
    /// For each step with two addresses: whether it is within them, and up to which line.
    active: Vec<Option<usize>>,
    appended: String,
    substituted: bool,
    out: String,
    files: Vec<(String, String)>,
    /// What `r` appends, by name.
    read: Vec<(String, String)>,
    /// What ends a line: with `-z` it is NUL.
    end: char,
    status: i32,
}

impl<'s> Machine<'s> {
    fn new(script: &'s [Step], options: &Options, text: &'s str) -> Machine<'s> {
        let end = if options.has('z') { '\0' } else { '\n' };
        Machine {
            script,
            quiet: options.has('n'),
            lines: text.split_terminator(end).collect(),
            newline: text.is_empty() || text.ends_with(end),
            at: 0,
            pattern: String::new(),
            hold: String::new(),
            active: vec![None; script.len()],
            appended: String::new(),
            substituted: false,
            out: String::new(),
            files: Vec::new(),
            read: Vec::new(),
            end,
            status: 0,
        }
    }

    fn run(&mut self) {
        while self.at < self.lines.len() {
            self.pattern = self.lines[self.at].to_owned();
            self.at += 1;
            self.substituted = false;
            if !self.cycle() {
                break;
            }
        }
    }

    fn print(&mut self, text: &str) {
        self.out.push_str(text);
        if self.newline || self.at < self.lines.len() {
            self.out.push(self.end);
        }
    }

    fn end_cycle(&mut self) {
        if !self.quiet {
            let pattern = self.pattern.clone();
            self.print(&pattern);
        }
        self.flush();
    }

    fn flush(&mut self) {
        if !self.appended.is_empty() && !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.push_str(&std::mem::take(&mut self.appended));
    }

    /// Runs the script on the pattern space; false when the script ends the program.
    fn cycle(&mut self) -> bool {
        let (mut pc, mut steps) = (0, 0);
        while let Some(step) = self.script.get(pc) {
            steps += 1;
            if steps > MAX_STEPS {
                return false;
            }
            if self.selects(pc, step) == step.negated {
                pc = if let Command::Block(end) = step.command { end } else { pc + 1 };
                continue;
            }
            pc += 1;
            match &step.command {
                Command::Block(_) | Command::Nothing => {}
                Command::Substitute { regex, by, nth, all, print, file } => {
                    if let Some(text) = replacement::substitute(regex, &self.pattern, by, *nth, *all) {
                        self.pattern = text;
                        self.substituted = true;
                        if *print {
                            let pattern = self.pattern.clone();
                            self.print(&pattern);
                        }
                        self.write(file.as_deref());
                    }
                }
                Command::Transliterate(from, to) => {
                    let change = |c: char| from.iter().position(|f| *f == c).map_or(c, |i| to[i]);
                    self.pattern = self.pattern.chars().map(change).collect();
                }
                Command::Delete => {
                    self.flush();
                    return true;
                }
                Command::DeleteFirst => match self.pattern.split_once('\n') {
                    None => {
                        self.flush();
                        return true;
                    }
                    Some((_, rest)) => {
                        self.pattern = rest.to_owned();
                        self.flush();
                        pc = 0;
                    }
                },
                Command::Print => {
                    let pattern = self.pattern.clone();
                    self.print(&pattern);
                }
                Command::PrintFirst => {
                    let first = self.pattern.split('\n').next().unwrap_or_default().to_owned();
                    self.out.push_str(&format!("{first}\n"));
                }
                Command::Number => self.out.push_str(&format!("{}\n", self.at)),
                Command::Append(text) => self.appended.push_str(&format!("{text}\n")),
                Command::Read(name) => {
                    let text = self.read.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text);
                    self.appended.push_str(text);
                }
                Command::Insert(text) => self.out.push_str(&format!("{text}\n")),
                Command::Change(text) => {
                    // A range is replaced once, at its end.
                    if step.second.is_none() || step.negated || self.active[pc - 1].is_none() {
                        self.out.push_str(&format!("{text}\n"));
                    }
                    self.flush();
                    return true;
                }
                Command::Next => {
                    if self.at >= self.lines.len() {
                        self.end_cycle();
                        return false;
                    }
                    self.end_cycle();
                    self.pattern = self.lines[self.at].to_owned();
                    self.at += 1;
                }
                Command::NextAppend => {
                    if self.at >= self.lines.len() {
                        self.end_cycle();
                        return false;
                    }
                    self.flush();
                    self.pattern = format!("{}\n{}", self.pattern, self.lines[self.at]);
                    self.at += 1;
                }
                Command::Hold => self.hold = self.pattern.clone(),
                Command::HoldAppend => self.hold = format!("{}\n{}", self.hold, self.pattern),
                Command::Get => self.pattern = self.hold.clone(),
                Command::GetAppend => self.pattern = format!("{}\n{}", self.pattern, self.hold),
                Command::Exchange => std::mem::swap(&mut self.hold, &mut self.pattern),
                Command::Write(file) => self.write(Some(file)),
                Command::Branch(to) => pc = *to,
                Command::BranchIf(to, when) => {
                    if self.substituted == *when {
                        pc = *to;
                    }
                    self.substituted = false;
                }
                Command::Quit(status, print) => {
                    self.status = *status;
                    if *print {
                        self.end_cycle();
                    }
                    return false;
                }
            }
            if self.pattern.len() > vfs::Fs::MAX_FILE {
                return false;
            }
        }
        self.end_cycle();
        true
    }

    fn write(&mut self, file: Option<&str>) {
        let Some(name) = file else { return };
        let line = format!("{}\n", self.pattern);
        match self.files.iter_mut().find(|(n, _)| n == name) {
            _ if name == "/dev/stdout" => self.out.push_str(&line),
            Some((_, text)) => text.push_str(&line),
            None => self.files.push((name.to_owned(), line)),
        }
    }

    fn matches(&self, address: &Address) -> bool {
        match address {
            Address::Line(n) => self.at == *n,
            Address::Last => self.at == self.lines.len(),
            Address::Step(first, step) => match step {
                0 => self.at == *first,
                step => self.at >= *first && (self.at - first).is_multiple_of(*step),
            },
            Address::Match(regex) => regex.is_match(&self.pattern),
            Address::Plus(_) => false,
        }
    }

    fn selects(&mut self, pc: usize, step: &Step) -> bool {
        let Some(first) = &step.first else { return true };
        let Some(second) = &step.second else { return self.matches(first) };
        if let Some(until) = self.active[pc] {
            let ends = match second {
                Address::Match(_) | Address::Last => self.matches(second),
                _ => self.at >= until,
            };
            if ends {
                self.active[pc] = None;
            }
            // A line number behind us ends the range before this line.
            return !matches!(second, Address::Line(n) if self.at > *n);
        }
        // `0,/x/` may end at the first line already.
        let zero = matches!(first, Address::Line(0));
        if !(self.matches(first) || (zero && self.at == 1)) {
            return false;
        }
        let until = match second {
            Address::Line(n) => *n,
            Address::Plus(n) => self.at + n,
            _ => usize::MAX,
        };
        let over = until <= self.at || (zero && self.matches(second)) || (matches!(second, Address::Last) && self.matches(second));
        self.active[pc] = (!over).then_some(until);
        true
    }
}

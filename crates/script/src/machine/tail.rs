//! `tail -f`

use super::{Around, Machine, State, Task};
use crate::Dialect;
use api::Time;
use std::time::Duration;

impl Machine {
    /// `tail -f`
    pub(super) fn tail(&mut self, task: &mut Task, args: &[String], around: &mut dyn Around) {
        let mut rest = args[1..].iter();
        let (mut count, mut path) = ("10".to_owned(), None);
        while let Some(word) = rest.next() {
            match word.as_str() {
                "-n" | "-c" => count = rest.next().cloned().unwrap_or_default(),
                flag if flag.starts_with("-n") || flag.starts_with("--lines=") => {
                    count = flag.trim_start_matches("--lines=").trim_start_matches("-n").to_owned();
                }
                flag if flag.starts_with('-') && flag[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                    count = flag[1..].trim_end_matches(['f', 'F']).to_owned();
                }
                flag if flag.starts_with('-') && flag.len() > 1 => {
                    // `-fn 20`
                    if flag.ends_with('n') {
                        count = rest.next().cloned().unwrap_or_default();
                    }
                }
                name => path = path.or(Some(name.to_owned())),
            }
        }
        let Some(name) = path.filter(|path| path != "-" && path != "/dev/null") else {
            task.value = Ok(0);
            task.state = State::Sleep(Time(i64::MAX / 2));
            return;
        };
        let path = vfs::path::resolve(&task.memory.cwd, &name);
        let text = crate::files(around, |files| files.read_text(&path)).unwrap_or(Err(vfs::Error::NotFound));
        let waits = args.iter().any(|flag| flag.starts_with('-') && !flag.starts_with("--") && flag.contains('F'))
            || args.iter().any(|flag| flag == "--retry" || flag == "--follow=name");
        let size = match text {
            Ok(text) => {
                let from = match count.strip_prefix('+') {
                    Some(first) => {
                        let skipped = first.parse::<usize>().unwrap_or(1).saturating_sub(1);
                        text.split_inclusive('\n').take(skipped).map(str::len).sum()
                    }
                    None => {
                        let lines: Vec<&str> = text.split_inclusive('\n').collect();
                        let skipped = lines.len().saturating_sub(count.trim_start_matches('-').parse().unwrap_or(10));
                        lines[..skipped].iter().map(|line| line.len()).sum::<usize>()
                    }
                };
                self.put(&task.io.out.clone(), &text[from..], around);
                text.len()
            }
            Err(error) => {
                let text = match task.memory.dialect {
                    Dialect::Busybox => format!("tail: can't open '{name}': {error}\n"),
                    _ => format!("tail: cannot open '{name}' for reading: {error}\n"),
                };
                self.put(&task.io.err.clone(), &text, around);
                if !waits {
                    let text = if task.memory.dialect == Dialect::Busybox {
                        "tail: no files\n"
                    } else {
                        "tail: no files remaining\n"
                    };
                    self.put(&task.io.err.clone(), text, around);
                    task.value = Ok(1);
                    return;
                }
                0
            }
        };
        task.value = Ok(0);
        task.state = State::Follow(path, size, self.clock + Duration::from_secs(1), 0);
    }
}

/// Whether `tail` goes on.
pub(super) fn follows(args: &[String]) -> bool {
    args[1..].iter().any(|flag| {
        flag.starts_with("--follow")
            || flag.starts_with('-') && !flag.starts_with("--") && !flag.starts_with("-n") && flag.contains(['f', 'F'])
    })
}

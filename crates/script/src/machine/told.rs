//! What shells are told on their command line.

use crate::{Dialect, Memory};
use std::time::Duration;

/// What `shell -c` and its kin are told.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// `-c`'s text.
    pub text: Option<String>,
    /// A script's path.
    pub file: Option<String>,
    /// The words after it.
    pub parameters: Vec<String>,
    /// `-e`, `+x` and their kin.
    pub options: Vec<String>,
    /// Its name, as it complains.
    pub name: String,
}

/// Whether a program is a shell.
pub fn is_shell(name: &str) -> bool {
    matches!(vfs::path::name(name), "sh" | "bash" | "ash" | "dash")
}

impl Told {
    /// What a shell's arguments tell it.
    pub fn of(args: &[String]) -> Told {
        let mut rest = args.get(1..).unwrap_or_default();
        let name = args.first().map_or("sh", |name| vfs::path::name(name)).to_owned();
        let mut told = Told { text: None, file: None, parameters: Vec::new(), options: Vec::new(), name };
        let mut command = false;
        while let Some((flags, more)) = rest.split_first().filter(|(a, _)| a.len() > 1 && a.starts_with(['-', '+'])) {
            rest = more;
            if flags == "--" {
                break;
            }
            command |= flags.starts_with('-') && !flags.starts_with("--") && flags.contains('c');
            if flags.ends_with('o') && !flags.starts_with("--") {
                // `-o pipefail`
                let option = rest.first().map(String::as_str);
                rest = rest.get(1..).unwrap_or_default();
                told.options.extend(match option {
                    Some("pipefail") => Some("-P".to_owned()),
                    Some("errexit") => Some("-e".to_owned()),
                    Some("nounset") => Some("-u".to_owned()),
                    Some("xtrace") => Some("-x".to_owned()),
                    _ => None,
                });
            }
            let kept: String = flags.chars().filter(|c| "-+eufx".contains(*c)).collect();
            if kept.len() > 1 && !flags.starts_with("--") {
                told.options.push(kept);
            }
        }
        let (first, rest) = rest.split_first().map_or((None, &[][..]), |(first, rest)| (Some(first.clone()), rest));
        match command {
            true => {
                told.text = first;
                if let Some((name, parameters)) = rest.split_first() {
                    (told.name, told.parameters) = (name.clone(), parameters.to_vec());
                }
            }
            false => {
                told.file = first;
                told.parameters = rest.to_vec();
            }
        }
        told
    }

    /// What the shell then knows.
    pub fn memory(&self, mut memory: Memory, shell: &str) -> Memory {
        memory.dialect = match (vfs::path::name(shell), memory.dialect) {
            ("bash", _) => Dialect::Bash,
            ("dash", _) => Dialect::Dash,
            ("sh", Dialect::Bash) => Dialect::Dash,
            (_, dialect) => dialect,
        };
        memory.name = self.file.clone().unwrap_or_else(|| self.name.clone());
        memory.parameters.clone_from(&self.parameters);
        memory.set_options(&self.options);
        memory
    }
}

/// `1.5`, `2m`, `1h`, `infinity` as a span.
pub fn span(text: &str) -> Option<Duration> {
    /// Longer than any session, short enough to be added to any time.
    const MOST: f64 = 1e9;
    if matches!(text, "inf" | "infinity") {
        return Some(Duration::from_secs_f64(MOST));
    }
    let (number, unit) = match text.chars().last()? {
        's' => (&text[..text.len() - 1], 1.0),
        'm' => (&text[..text.len() - 1], 60.0),
        'h' => (&text[..text.len() - 1], 3600.0),
        'd' => (&text[..text.len() - 1], 86_400.0),
        _ => (text, 1.0),
    };
    let seconds = number.parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0)? * unit;
    Some(Duration::from_micros((seconds.min(MOST) * 1e6).round() as u64))
}

/// How a shell says that it cannot open the script that it is told to run.
pub fn cannot_open(memory: &Memory, shell: &str, file: &str, error: &str) -> String {
    match memory.dialect {
        Dialect::Bash => format!("{shell}: {file}: {error}\n"),
        Dialect::Busybox => format!("{shell}: can't open '{file}': {error}\n"),
        Dialect::Dash => {
            format!("{shell}: 0: cannot open {file}: {}\n", error.replace("No such file or directory", "No such file"))
        }
    }
}

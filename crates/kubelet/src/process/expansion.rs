//! What a shell fills in before a command runs: variables, sums and what commands print.

use super::{Process, Surroundings, Text};
use api::Time;

impl Process {
    /// Fills in `$NAME`, `${NAME}`, `$((expression))` and `$(command)` for the commands that need nothing else.
    pub(crate) fn fill(&self, text: &Text, now: Time, around: &dyn Surroundings) -> String {
        let mut filled = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find('$') {
            filled.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let name_end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            if let Some((sum, tail)) = rest.strip_prefix("((").and_then(|r| r.split_once("))")) {
                filled.push_str(&self.arithmetic(sum, around).to_string());
                rest = tail;
            } else if let Some((command, tail)) = rest.strip_prefix('(').and_then(|r| r.split_once(')')) {
                filled.push_str(&self.substitute(command.trim(), now, around));
                rest = tail;
            } else if let Some((name, tail)) = rest.strip_prefix('{').and_then(braced) {
                filled.push_str(&self.parameter(name, now, around));
                rest = tail;
            } else if name_end > 0 {
                filled.push_str(&self.variable(&rest[..name_end], around));
                rest = &rest[name_end..];
            } else {
                filled.push('$');
            }
        }
        filled.push_str(rest);
        filled.replace(Text::DOLLAR, "$")
    }

    /// What stands between the braces of `${...}`: a name, and what stands for it where it is unset or empty.
    fn parameter(&self, text: &str, now: Time, around: &dyn Surroundings) -> String {
        if let Some(name) = text.strip_prefix('#').filter(|name| !name.is_empty()) {
            return self.variable(name, around).chars().count().to_string();
        }
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let value = self.variable(name, around);
        // Whether a variable is set cannot be told from its being empty here.
        let rest = rest.strip_prefix(':').unwrap_or(rest);
        let word = |text: &str| self.fill(&Text::raw(text.to_owned()), now, around);
        match rest.split_at_checked(1) {
            Some(("-" | "=" | "?", other)) if value.is_empty() => word(other),
            Some(("+", other)) if !value.is_empty() => word(other),
            Some(("+", _)) => String::new(),
            Some(("%", end)) => value.strip_suffix(&word(end)).unwrap_or(&value).to_owned(),
            Some(("#", start)) => value.strip_prefix(&word(start)).unwrap_or(&value).to_owned(),
            _ => value,
        }
    }

    fn variable(&self, name: &str, around: &dyn Surroundings) -> String {
        self.variables.get(name).cloned().unwrap_or_else(|| around.variable(name))
    }

    fn substitute(&self, command: &str, now: Time, around: &dyn Surroundings) -> String {
        match command.split_whitespace().next() {
            Some("date") if command.contains("+%s") => now.seconds().to_string(),
            Some("date") => date(now),
            Some("hostname") => around.variable("HOSTNAME"),
            Some("whoami") => "root".to_owned(),
            Some("printenv") => self.variable(command.split_whitespace().nth(1).unwrap_or_default(), around),
            _ => String::new(),
        }
    }

    /// Sums and differences of numbers and variables, from left to right.
    fn arithmetic(&self, text: &str, around: &dyn Surroundings) -> i64 {
        let value = |word: &str| {
            let word = word.trim().trim_start_matches('$');
            word.parse::<i64>().unwrap_or_else(|_| self.variable(word, around).trim().parse().unwrap_or_default())
        };
        let (mut total, mut sign, mut word) = (0i64, 1i64, String::new());
        for c in text.chars().chain(['+']) {
            if matches!(c, '+' | '-') && !word.trim().is_empty() {
                total = total.saturating_add(sign * value(&word));
                word.clear();
            }
            match c {
                '+' => sign = 1,
                '-' => sign = -1,
                c => word.push(c),
            }
        }
        total
    }
}

/// What is before the brace that closes, and what is behind it.
fn braced(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0usize;
    for (i, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some((&text[..i], &text[i + 1..])),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// As `date` prints it: `Mon Nov 23 00:54:49 UTC 2026`.
pub(crate) fn date(now: Time) -> String {
    let text = now.rfc1123z();
    let words: Vec<&str> = text.split([' ', ',']).filter(|w| !w.is_empty()).collect();
    match words[..] {
        [weekday, day, month, year, clock, ..] => {
            format!("{weekday} {month} {:>2} {clock} UTC {year}", day.trim_start_matches('0'))
        }
        _ => text,
    }
}

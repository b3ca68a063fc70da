//! `echo`, `printf`, `test`, `pwd`

use super::Call;
use crate::text::unescape;
use crate::{Dialect, Flow};

/// Writes its arguments.
pub(super) fn echo(call: &mut Call<'_>) -> Flow {
    // Debian's shell and busybox' know escapes without being asked, as `sh` of old.
    let (mut newline, mut escapes) = (true, call.memory.name != "bash" && call.memory.dialect != Dialect::Bash);
    let mut words = &call.args[1..];
    while let Some((flag, rest)) = words.split_first() {
        let letters = flag.strip_prefix('-').unwrap_or_default();
        let known = if call.memory.dialect == Dialect::Dash { "n" } else { "neE" };
        if letters.is_empty() || !letters.chars().all(|c| known.contains(c)) {
            break;
        }
        for letter in letters.chars() {
            match letter {
                'n' => newline = false,
                letter => escapes = letter == 'e',
            }
        }
        words = rest;
    }
    let text = words.join(" ");
    let (text, cut) = if escapes { unescape(&text, false) } else { (text, false) };
    call.out.push_str(&text);
    if newline && !cut {
        call.out.push('\n');
    }
    Ok(0)
}

/// Writes its arguments by a format.
pub(super) fn printf(call: &mut Call<'_>) -> Flow {
    let mut arguments = &call.args[1..];
    if arguments.first().is_some_and(|a| a == "--") {
        arguments = &arguments[1..];
    }
    let Some((format, arguments)) = arguments.split_first() else {
        call.err.push_str("printf: usage: printf [-v var] format [arguments]\n");
        return Ok(2);
    };
    let mut values = arguments.iter().map(String::as_str).peekable();
    let mut printer = Printer { out: String::new(), status: 0, stop: false, problems: String::new() };
    loop {
        let before = values.len();
        printer.once(format, &mut values);
        // The format is used again as long as it takes arguments and there are more.
        if printer.stop || values.peek().is_none() || values.len() == before {
            break;
        }
    }
    call.out.push_str(&printer.out);
    call.err.push_str(&printer.problems);
    Ok(printer.status)
}

/// `printf -v NAME`; all else is written.
pub(super) fn printf_(call: &mut Call<'_>) -> Flow {
    let [_, flag, name, rest @ ..] = call.args else { return printf(call) };
    if flag != "-v" || rest.is_empty() {
        return printf(call);
    }
    let args: Vec<String> = call.args[..1].iter().chain(rest).cloned().collect();
    let mut inner = Call::new(call.memory, call.world, &args);
    let status = printf(&mut inner)?;
    let (text, err) = (inner.out, inner.err);
    call.err.push_str(&err);
    match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
        Some((name, index)) => drop(call.memory.set_element(name, index.to_owned(), text)),
        None => call.assign(name, text)?,
    }
    Ok(status)
}

/// Evaluates a condition.
pub(super) fn test(call: &mut Call<'_>) -> Flow {
    let mut arguments = &call.args[1..];
    if call.args[0] == "[" {
        match arguments.split_last() {
            Some((last, rest)) if last == "]" => arguments = rest,
            _ => {
                call.err.push_str(&format!("{}: [: missing `]'\n", call.memory.name));
                return Ok(2);
            }
        }
    }
    let verdict = crate::Expander::new(call.memory, call.world, &[]).test(|files| files.test(arguments));
    Ok(match verdict {
        Ok(verdict) => i32::from(!verdict),
        Err(error) => {
            let number = error.strip_suffix(": integer expression expected");
            let operator = error.split_once(": ").map_or(error.as_str(), |(operator, _)| operator);
            match (call.memory.dialect, number) {
                (Dialect::Bash, _) => {
                    call.err.push_str(&format!("{}: {}: {error}\n", call.memory.name, call.args[0]));
                }
                (Dialect::Dash, Some(number)) => call.complain(&format!("{}: Illegal number: {number}", call.args[0])),
                (Dialect::Dash, None) => call.complain(&format!("{}: {operator}: unexpected operator", call.args[0])),
                (Dialect::Busybox, Some(number)) => call.complain(&format!("{number}: bad number")),
                (Dialect::Busybox, None) => call.complain(&format!("{operator}: unknown operand")),
            }
            2
        }
    })
}

/// Writes the working directory.
pub(super) fn pwd(call: &mut Call<'_>) -> Flow {
    call.out.push_str(&format!("{}\n", call.memory.cwd));
    Ok(0)
}

/// One value by a format, as `seq -f` shows it.
pub fn formatted(format: &str, value: &str) -> String {
    let mut printer = Printer { out: String::new(), status: 0, stop: false, problems: String::new() };
    printer.once(format, &mut std::iter::once(value));
    printer.out
}

struct Printer {
    out: String,
    problems: String,
    status: i32,
    stop: bool,
}

/// The widest field: `printf %1000000000d` must not fill the memory.
const MAX_WIDTH: usize = 10_000;

impl Printer {
    fn once(&mut self, format: &str, values: &mut dyn Iterator<Item = &str>) {
        let mut rest = format;
        while let Some(at) = rest.find('%') {
            self.text(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                self.out.push('%');
                rest = after;
                continue;
            }
            let flags_end = rest.find(|c: char| !"-+ 0#".contains(c)).unwrap_or(rest.len());
            let (flags, after) = rest.split_at(flags_end);
            let (width, after) = self.size(after, values);
            let (precision, after) = match after.strip_prefix('.') {
                Some(after) => {
                    let (n, after) = self.size(after, values);
                    (Some(n.unwrap_or(0)), after)
                }
                None => (None, after),
            };
            let Some(conversion) = after.chars().next() else {
                self.out.push('%');
                self.out.push_str(rest);
                return;
            };
            rest = &after[conversion.len_utf8()..];
            let value = values.next();
            if !self.one(conversion, flags, width.unwrap_or(0), precision, value) {
                return;
            }
        }
        self.text(rest);
    }

    fn text(&mut self, text: &str) {
        let (text, _) = unescape(text, true);
        self.out.push_str(&text);
    }

    fn size<'f>(&mut self, text: &'f str, values: &mut dyn Iterator<Item = &str>) -> (Option<usize>, &'f str) {
        if let Some(rest) = text.strip_prefix('*') {
            return (values.next().and_then(|v| v.parse().ok()), rest);
        }
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        (text[..end].parse().ok(), &text[end..])
    }

    fn one(
        &mut self,
        conversion: char,
        flags: &str,
        width: usize,
        precision: Option<usize>,
        value: Option<&str>,
    ) -> bool {
        let text = value.unwrap_or_default();
        let shown = match conversion {
            's' => text.chars().take(precision.unwrap_or(usize::MAX)).collect(),
            'b' => {
                let (text, stop) = unescape(text, false);
                self.stop |= stop;
                text
            }
            'c' => text.chars().take(1).collect(),
            'q' => quote(text),
            'd' | 'i' | 'u' => {
                let n = self.number(text);
                let sign = match n >= 0 {
                    true if flags.contains('+') => "+",
                    true if flags.contains(' ') => " ",
                    _ => "",
                };
                format!("{sign}{n}")
            }
            'x' if flags.contains('#') => format!("{:#x}", self.number(text)),
            'X' if flags.contains('#') => format!("0X{:X}", self.number(text)),
            'o' if flags.contains('#') => format!("0{:o}", self.number(text)),
            'x' => format!("{:x}", self.number(text)),
            'X' => format!("{:X}", self.number(text)),
            'o' => format!("{:o}", self.number(text)),
            'f' | 'F' | 'g' | 'e' | 'G' | 'E' => {
                let n: f64 = text.trim().parse().unwrap_or_default();
                let sign = if n >= 0.0 && flags.contains('+') { "+" } else { "" };
                format!("{sign}{}", crate::text::float(n, conversion, precision.unwrap_or(6).min(100)))
            }
            other => {
                self.problems.push_str(&format!("printf: `{other}': invalid format character\n"));
                self.status = 1;
                return false;
            }
        };
        let width = width.min(MAX_WIDTH);
        let pad = width.saturating_sub(shown.chars().count());
        let zeros = flags.contains('0') && !flags.contains('-') && "diuxXofFgeGE".contains(conversion);
        match (flags.contains('-'), zeros) {
            (true, _) => self.out.extend([shown.as_str(), &" ".repeat(pad)]),
            (false, true) => {
                let digits = shown.find(|c: char| c != '-' && c != '+').unwrap_or(0);
                self.out.extend([&shown[..digits], &"0".repeat(pad), &shown[digits..]]);
            }
            (false, false) => self.out.extend([&" ".repeat(pad), shown.as_str()]),
        }
        !self.stop
    }

    fn number(&mut self, text: &str) -> i64 {
        let text = text.trim();
        if let Some(c) = text.strip_prefix(['\'', '"']) {
            return c.chars().next().map_or(0, |c| i64::from(c as u32));
        }
        let parsed = match text.strip_prefix("0x") {
            Some(hex) => i64::from_str_radix(hex, 16),
            None if text.is_empty() => Ok(0),
            None if text.len() > 1 && text.starts_with('0') => i64::from_str_radix(&text[1..], 8),
            None => text.parse(),
        };
        parsed.unwrap_or_else(|_| {
            self.problems.push_str(&format!("bash: printf: {text}: invalid number\n"));
            self.status = 1;
            let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
            text[..end].parse().unwrap_or(0)
        })
    }
}

fn quote(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_-./:=@%+,".contains(c);
    match text.is_empty() {
        true => "''".into(),
        false => text.chars().flat_map(|c| if plain(c) { vec![c] } else { vec!['\\', c] }).collect(),
    }
}

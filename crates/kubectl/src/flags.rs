//! Command-line flags with the rules and the error texts of pflag, which kubectl uses. No abbreviations; a value may follow
//! after `=` or as the next argument; one-letter flags may be combined (`-itn web`) and joined with their value (`-ojson`).

use api::FlatMap;
use std::time::Duration;

/// What a flag's value is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `--all`, `--all=false`
    Bool,
    /// Any text.
    Text,
    /// A whole number of 64 bits.
    Int,
    /// A whole number of 32 bits.
    Int32,
    /// A span such as `1m30s`.
    Span,
    /// Values separated by commas; the flag may be repeated.
    List,
    /// The flag may be repeated; commas do not separate.
    Repeated,
    /// `KEY=VALUE` pairs separated by commas.
    Pairs,
    /// Text that may be left out; what it is then.
    Optional(&'static str),
}

/// One flag of a command.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// The long name, without dashes.
    pub name: &'static str,
    /// The one-letter name.
    pub short: Option<char>,
    /// What its value is.
    pub kind: Kind,
    /// Its value when it is not given.
    pub default: &'static str,
    /// What is said when it is used although it is going away; help does not name it then. Empty for all others.
    pub deprecated: &'static str,
}

/// A flag without a one-letter name.
pub const fn flag(name: &'static str, kind: Kind, default: &'static str) -> Flag {
    Flag { name, short: None, kind, default, deprecated: "" }
}

impl Flag {
    /// The same with a one-letter name.
    pub const fn short(self, short: char) -> Flag {
        Flag { short: Some(short), ..self }
    }

    /// The same, on its way out.
    pub const fn deprecated(self, deprecated: &'static str) -> Flag {
        Flag { deprecated, ..self }
    }

    /// What the flag means when it stands without a value; none if it needs one.
    fn bare(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Bool => Some("true"),
            Kind::Optional(bare) => Some(bare),
            _ => None,
        }
    }

    /// `-r, --replicas`
    fn shown(&self) -> String {
        match self.short {
            Some(short) => format!("-{short}, --{}", self.name),
            None => format!("--{}", self.name),
        }
    }

    fn check(&self, value: &str) -> Result<(), String> {
        let problem = match self.kind {
            Kind::Bool => parse_bool(value).err(),
            Kind::Int => parse_int(value, i64::MIN, i64::MAX).err(),
            Kind::Int32 => parse_int(value, i32::MIN.into(), i32::MAX.into()).err(),
            Kind::Span => parse_span(value).err(),
            Kind::Pairs if !value.split(',').all(|pair| pair.is_empty() || pair.contains('=')) => {
                Some("malformed pair, expect string=string".to_owned())
            }
            _ => None,
        };
        problem.map_or(Ok(()), |why| Err(format!("invalid argument {value:?} for {:?} flag: {why}", self.shown())))
    }
}

/// The arguments of one command line, read.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    defined: FlatMap<&'static str, Flag>,
    given: FlatMap<&'static str, Vec<String>>,
    /// What is not a flag.
    pub args: Vec<String>,
    /// How many of `args` stand before `--`, if there is one.
    pub dash: Option<usize>,
    /// What is said about flags that are going away.
    pub notes: Vec<String>,
}

impl Flags {
    /// Reads `args` by the flags in `tables`.
    ///
    /// # Errors
    /// pflag's message.
    pub fn parse(tables: &[&'static [Flag]], args: &[String]) -> Result<Flags, String> {
        let mut flags = Flags::default();
        for flag in tables.iter().copied().flatten() {
            flags.defined.insert(flag.name, *flag);
        }
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            if arg == "--" {
                flags.dash = Some(flags.args.len());
                flags.args.extend(rest.by_ref().cloned());
            } else if let Some(long) = arg.strip_prefix("--") {
                flags.long(arg, long, &mut rest)?;
            } else if arg.len() > 1 && arg.starts_with('-') {
                flags.shorts(&arg[1..], &mut rest)?;
            } else {
                flags.args.push(arg.clone());
            }
        }
        Ok(flags)
    }

    fn long<'a>(&mut self, arg: &str, long: &str, rest: &mut impl Iterator<Item = &'a String>) -> Result<(), String> {
        if long.starts_with(['-', '=']) {
            return Err(format!("bad flag syntax: {arg}"));
        }
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (long, None),
        };
        // kubectl takes `_` for `-` in names.
        let Some(flag) = self.defined.get(name.replace('_', "-").as_str()).copied() else {
            return Err(format!("unknown flag: --{name}"));
        };
        let value = match value.or_else(|| flag.bare().map(str::to_owned)) {
            Some(value) => value,
            None => rest.next().cloned().ok_or_else(|| format!("flag needs an argument: --{name}"))?,
        };
        self.give(flag, value)
    }

    fn shorts<'a>(&mut self, cluster: &str, rest: &mut impl Iterator<Item = &'a String>) -> Result<(), String> {
        let mut letters = cluster.char_indices();
        while let Some((at, letter)) = letters.next() {
            let Some(flag) = self.defined.values().find(|f| f.short == Some(letter)).copied() else {
                return Err(format!("unknown shorthand flag: {letter:?} in -{}", &cluster[at..]));
            };
            let after = letters.as_str();
            let (value, last) = match (after.strip_prefix('='), flag.bare()) {
                (Some(value), _) => (value.to_owned(), true),
                (None, Some(bare)) => (bare.to_owned(), false),
                (None, None) if !after.is_empty() => (after.to_owned(), true),
                (None, None) => {
                    let needs = || format!("flag needs an argument: {letter:?} in -{}", &cluster[at..]);
                    (rest.next().cloned().ok_or_else(needs)?, true)
                }
            };
            self.give(flag, value)?;
            if last {
                break;
            }
        }
        Ok(())
    }

    fn give(&mut self, flag: Flag, value: String) -> Result<(), String> {
        flag.check(&value)?;
        if !flag.deprecated.is_empty() {
            self.notes.push(format!("Flag --{} has been deprecated, {}", flag.name, flag.deprecated));
        }
        let values = self.given.get_or_default(flag.name);
        match flag.kind {
            Kind::List | Kind::Pairs => values.extend(value.split(',').filter(|v| !v.is_empty()).map(str::to_owned)),
            Kind::Repeated => values.push(value),
            _ => *values = vec![value],
        }
        Ok(())
    }

    /// Whether the command line names the flag.
    pub fn has(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// The value of a flag: as given, else its default. Empty for a flag that the command does not have.
    pub fn text(&self, name: &str) -> &str {
        match self.given.get(name).and_then(|values| values.last()) {
            Some(value) => value,
            None => self.defined.get(name).map_or("", |flag| flag.default),
        }
    }

    /// Whether a flag is on.
    pub fn on(&self, name: &str) -> bool {
        parse_bool(self.text(name)).unwrap_or(false)
    }

    /// The number a flag gives; 0 if it gives none.
    pub fn int(&self, name: &str) -> i64 {
        self.text(name).parse().unwrap_or(0)
    }

    /// The values of a flag that may be repeated.
    pub fn list(&self, name: &str) -> &[String] {
        self.given.get(name).map_or(&[], |values| values)
    }

    /// The span a flag gives; zero if it gives none. Negative spans are `None`.
    pub fn span(&self, name: &str) -> Option<Duration> {
        let text = self.text(name);
        if text.is_empty() {
            return Some(Duration::ZERO);
        }
        parse_span(text).ok().and_then(|micros| u64::try_from(micros).ok()).map(Duration::from_micros)
    }
}

/// Go's `strconv.ParseBool`.
///
/// # Errors
/// Go's message.
pub fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {text:?}: invalid syntax")),
    }
}

fn parse_int(text: &str, min: i64, max: i64) -> Result<i64, String> {
    use std::num::IntErrorKind::{NegOverflow, PosOverflow};
    let error = |why: &str| Err(format!("strconv.ParseInt: parsing {text:?}: {why}"));
    match text.parse::<i64>() {
        Ok(number) if (min..=max).contains(&number) => Ok(number),
        Ok(_) => error("value out of range"),
        Err(e) if matches!(e.kind(), PosOverflow | NegOverflow) => error("value out of range"),
        Err(_) => error("invalid syntax"),
    }
}

/// Go's `time.ParseDuration`, in microseconds.
///
/// # Errors
/// Go's message.
pub fn parse_span(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {text:?}");
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut micros = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().map_err(|_| invalid())?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        micros += number
            * match &rest[..letters] {
                "ns" => 0.001,
                "us" | "µs" | "μs" => 1.0,
                "ms" => 1e3,
                "s" => 1e6,
                "m" => 6e7,
                "h" => 3.6e9,
                "" => return Err(format!("time: missing unit in duration {text:?}")),
                unit => return Err(format!("time: unknown unit {unit:?} in duration {text:?}")),
            };
        rest = &rest[letters..];
    }
    Ok(if negative { -micros as i64 } else { micros as i64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    static TABLE: &[Flag] = &[
        flag("output", Kind::Text, "").short('o'),
        flag("namespace", Kind::Text, "").short('n'),
        flag("all", Kind::Bool, "false"),
        flag("stdin", Kind::Bool, "false").short('i'),
        flag("tty", Kind::Bool, "false").short('t'),
        flag("replicas", Kind::Int32, "1").short('r'),
        flag("timeout", Kind::Span, "0s"),
        flag("env", Kind::Repeated, ""),
        flag("labels", Kind::List, "").short('l'),
        flag("dry-run", Kind::Optional("unchanged"), "none"),
    ];

    fn parse(line: &str) -> Result<Flags, String> {
        Flags::parse(&[TABLE], &line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn values_stand_where_pflag_allows_them() {
        let flags =
            parse("get -ojson -n=dev --all=false -it --env a=1,2 --env b=3 -l x,y --dry_run pod -- -x").unwrap();
        assert_eq!((flags.text("output"), flags.text("namespace")), ("json", "dev"));
        assert!(!flags.on("all") && flags.on("stdin") && flags.on("tty"));
        assert_eq!(flags.list("env"), ["a=1,2", "b=3"]);
        assert_eq!(flags.list("labels"), ["x", "y"]);
        assert_eq!(flags.text("dry-run"), "unchanged");
        assert_eq!((flags.args.join(" ").as_str(), flags.dash), ("get pod -x", Some(2)));
    }

    #[test]
    fn errors_are_pflags() {
        let error = |line| parse(line).unwrap_err();
        assert_eq!(error("--replica=3"), "unknown flag: --replica");
        assert_eq!(error("-z"), "unknown shorthand flag: 'z' in -z");
        assert_eq!(error("-iz"), "unknown shorthand flag: 'z' in -z");
        assert_eq!(error("--output"), "flag needs an argument: --output");
        assert_eq!(error("-o"), "flag needs an argument: 'o' in -o");
        let text = "invalid argument \"three\" for \"-r, --replicas\" flag: strconv.ParseInt: parsing \"three\": invalid syntax";
        assert_eq!(error("--replicas=three"), text);
        assert_eq!(
            error("--timeout=abc"),
            "invalid argument \"abc\" for \"--timeout\" flag: time: invalid duration \"abc\""
        );
        assert!(error("--timeout=5").ends_with("time: missing unit in duration \"5\""));
        assert!(error("-r 9999999999").ends_with("value out of range"));
    }
}

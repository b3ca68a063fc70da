//! Options as getopt_long takes them.

/// What was given on a command line.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Options {
    given: Vec<(char, String)>,
    /// What is no option.
    pub(crate) operands: Vec<String>,
}

impl Options {
    /// Takes options off the arguments. `short` lists the letters, each with a colon after it if it takes a value (two colons
    /// if the value is optional and attached); a `+` at its beginning ends the options at the first operand. `long` gives
    /// long names and the letters they stand for.
    ///
    /// # Errors
    /// getopt's message, without the program's name.
    pub(crate) fn parse(arguments: &[String], short: &str, long: &[(&str, char)]) -> Result<Options, String> {
        let (stop, short) = short.strip_prefix('+').map_or((false, short), |short| (true, short));
        let kind = |letter: char| {
            let at = short.find(letter).filter(|_| letter != ':')?;
            let rest = &short[at + letter.len_utf8()..];
            Some(rest.chars().take_while(|c| *c == ':').count())
        };
        let mut options = Options::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            if argument == "--" {
                options.operands.extend(rest.by_ref().cloned());
            } else if let Some(name) = argument.strip_prefix("--") {
                let (name, value) = name.split_once('=').map_or((name, None), |(n, v)| (n, Some(v.to_owned())));
                let mut fits = long.iter().filter(|(long, _)| long.starts_with(name));
                let exact = long.iter().find(|(long, _)| *long == name);
                let Some((long, letter)) = exact.or_else(|| fits.next().filter(|_| fits.next().is_none())) else {
                    return Err(format!("unrecognized option '--{name}'"));
                };
                let value = match (kind(*letter), value) {
                    (Some(1), None) => match rest.next() {
                        Some(value) => value.clone(),
                        None => return Err(format!("option '--{long}' requires an argument")),
                    },
                    (Some(0), Some(_)) => return Err(format!("option '--{long}' doesn't allow an argument")),
                    (_, value) => value.unwrap_or_default(),
                };
                options.given.push((*letter, value));
            } else if argument.len() > 1 && argument.starts_with('-') {
                for (i, letter) in argument[1..].char_indices() {
                    let after = &argument[1 + i + letter.len_utf8()..];
                    let value = match kind(letter) {
                        None => return Err(format!("invalid option -- '{letter}'")),
                        Some(0) => String::new(),
                        Some(2) => after.to_owned(),
                        Some(_) if !after.is_empty() => after.to_owned(),
                        Some(_) => match rest.next() {
                            Some(value) => value.clone(),
                            None => return Err(format!("option requires an argument -- '{letter}'")),
                        },
                    };
                    options.given.push((letter, value));
                    if kind(letter) != Some(0) {
                        break;
                    }
                }
            } else {
                options.operands.push(argument.clone());
                if stop {
                    options.operands.extend(rest.by_ref().cloned());
                }
            }
        }
        Ok(options)
    }

    /// Whether a letter was given.
    pub(crate) fn has(&self, letter: char) -> bool {
        self.given.iter().any(|(given, _)| *given == letter)
    }

    /// The last value given for a letter.
    pub(crate) fn value(&self, letter: char) -> Option<&str> {
        self.given.iter().rev().find(|(given, _)| *given == letter).map(|(_, value)| value.as_str())
    }

    /// All values given for a letter, in order.
    pub(crate) fn values(&self, letter: char) -> impl Iterator<Item = &str> {
        self.given.iter().filter(move |(given, _)| *given == letter).map(|(_, value)| value.as_str())
    }

    /// The letters in the order they were given.
    pub(crate) fn letters(&self) -> impl Iterator<Item = char> {
        self.given.iter().map(|(letter, _)| *letter)
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(arguments: &[&str], short: &str) -> Result<Options, String> {
        let arguments: Vec<String> = arguments.iter().map(|a| (*a).to_owned()).collect();
        Options::parse(&arguments, short, &[("lines", 'n'), ("quiet", 'q')])
    }

    #[test]
    fn as_getopt_does() {
        let options = parse(&["-qn5", "a", "--lines", "7", "-", "--", "-x"], "qn:").unwrap();
        assert_eq!(options.values('n').collect::<Vec<_>>(), ["5", "7"]);
        assert_eq!(options.operands, ["a", "-", "-x"]);
        assert!(options.has('q'));
        assert_eq!(parse(&["a", "-q"], "+q").unwrap().operands, ["a", "-q"]);
        assert_eq!(parse(&["-z"], "q"), Err("invalid option -- 'z'".into()));
        assert_eq!(parse(&["--nosuch"], "q"), Err("unrecognized option '--nosuch'".into()));
        assert_eq!(parse(&["-n"], "n:"), Err("option requires an argument -- 'n'".into()));
        assert_eq!(parse(&["--li=3"], "n:").unwrap().value('n'), Some("3"));
    }
}

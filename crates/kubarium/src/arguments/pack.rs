//! The command line of `kubarium pack`.

use super::{Command, Problem, split, text, unknown};
use crate::pack::{Format, Options};
use api::Language;

/// The names of formats.
const FORMATS: &[(&str, Format)] = &[("scorm12", Format::Scorm12), ("cmi5", Format::Cmi5), ("file", Format::File)];

/// Reads the arguments.
pub fn parse(rest: &mut dyn Iterator<Item = String>) -> Result<Command, Problem> {
    let mut options = Options {
        format: Format::Scorm12,
        dist: "dist".into(),
        out: String::new(),
        lang: Language::English,
        title: None,
        lrs: Vec::new(),
        lessons: Vec::new(),
    };
    while let Some(argument) = rest.next() {
        let (name, value) = split(&argument);
        match name {
            "--format" => {
                let wanted = text(name, value, rest)?;
                let found = FORMATS.iter().find(|(format, _)| *format == wanted);
                let unknown = || Problem(format!("--format is scorm12, cmi5 or file, not {wanted:?}"));
                options.format = found.ok_or_else(unknown)?.1;
            }
            "--lang" => {
                let wanted = text(name, value, rest)?;
                let found = Language::ALL.into_iter().find(|lang| lang.tag() == wanted);
                options.lang = found.ok_or_else(|| Problem(format!("--lang is en or ko, not {wanted:?}")))?;
            }
            "--out" => options.out = text(name, value, rest)?,
            "--dist" => options.dist = text(name, value, rest)?,
            "--title" => options.title = Some(text(name, value, rest)?),
            "--lrs" => options.lrs.push(origin(&text(name, value, rest)?)?),
            "-h" | "--help" => return Ok(Command::Help),
            name if name.starts_with('-') => return Err(unknown("pack", name)),
            _ => options.lessons.push(argument),
        }
    }
    if !options.lrs.is_empty() && options.format != Format::Cmi5 {
        return Err(Problem("--lrs goes with --format cmi5".into()));
    }
    if options.out.is_empty() {
        let name = FORMATS.iter().find(|(_, format)| *format == options.format).map_or("", |(name, _)| name);
        options.out = match options.format {
            Format::File => "lessons.json".into(),
            Format::Scorm12 | Format::Cmi5 => format!("kubarium-{name}.zip"),
        };
    }
    Ok(Command::Pack(options))
}

/// An address as a Content-Security-Policy takes it: it must not bring another directive along.
fn origin(text: &str) -> Result<String, Problem> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let good = rest.is_some_and(|host| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
    });
    match good {
        true => Ok(text.to_owned()),
        false => Err(Problem(format!("--lrs is an address such as https://lrs.example, not {text:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn read(text: &str) -> Result<Command, Problem> {
        parse(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn sense_and_nonsense() {
        let Ok(Command::Pack(options)) = read("pack --format cmi5 --lrs https://lrs.example:8443 --lang=ko pod mine/")
        else {
            panic!("this is a command");
        };
        assert_eq!((options.out.as_str(), options.lessons.len()), ("kubarium-cmi5.zip", 2));
        for wrong in [
            "pack --format scorm2004",
            "pack --lrs https://x",
            "pack --format cmi5 --lrs https://x;script-src",
            "pack --lang fr",
            "pack -x",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}

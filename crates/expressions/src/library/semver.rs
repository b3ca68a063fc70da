//! `semver('1.2.3')` (library/semverlib.go): versions as semver.org writes and orders them.

use super::{Function, expect, failure, made, of, text};
use cel::objects::Opaque;
use cel::{ExecutionError, Value};
use std::cmp::Ordering;

#[derive(Debug, PartialEq, Eq)]
struct Semver {
    numbers: [u64; 3],
    /// The parts before a release, as `rc` and `1` of `1.0.0-rc.1`. What is built (`+...`) does not count.
    before: Vec<String>,
}

impl Opaque for Semver {
    fn runtime_type_name(&self) -> &str {
        "kubernetes.Semver"
    }
}

pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("semver", |this, args| made(read(text(this)?, is_lenient(args)).map_err(failure)?)),
    ("isSemver", |this, args| Ok(Value::Bool(read(text(this)?, is_lenient(args)).is_ok()))),
    ("major", |this, _| number(this, 0)),
    ("minor", |this, _| number(this, 1)),
    ("patch", |this, _| number(this, 2)),
];

fn number(this: &Value, place: usize) -> Result<Value, ExecutionError> {
    let number = expect::<Semver>(this)?.numbers[place];
    Ok(Value::Int(i64::try_from(number).unwrap_or(i64::MAX)))
}

/// Whether a text that is nearly a version is taken for one: the second argument.
fn is_lenient(args: &[Value]) -> bool {
    matches!(args.last(), Some(Value::Bool(true)))
}

fn read(given: &str, lenient: bool) -> Result<Semver, String> {
    let text = if lenient { normal(given) } else { given.to_owned() };
    let (core, build) = text.split_once('+').map_or((&*text, None), |(core, build)| (core, Some(build)));
    let (core, before) = core.split_once('-').map_or((core, None), |(core, before)| (core, Some(before)));
    let parts: Vec<&str> = core.split('.').collect();
    let [major, minor, patch] = parts[..] else { return Err("No Major.Minor.Patch elements found".to_owned()) };
    let mut numbers = [0; 3];
    for (place, part) in [major, minor, patch].into_iter().enumerate() {
        let name = ["major", "minor", "patch"][place];
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("Invalid character(s) found in {name} number {part:?}"));
        }
        if part.len() > 1 && part.starts_with('0') {
            let name = ["Major", "Minor", "Patch"][place];
            return Err(format!("{name} number must not contain leading zeroes {part:?}"));
        }
        numbers[place] =
            part.parse().map_err(|_| format!("strconv.ParseUint: parsing {part:?}: value out of range"))?;
    }
    let pieces = |list: Option<&str>| -> Vec<String> {
        list.map(|list| list.split('.').map(str::to_owned).collect()).unwrap_or_default()
    };
    let before = pieces(before);
    for (what, piece) in before
        .iter()
        .map(|piece| ("Prerelease", piece))
        .chain(pieces(build).iter().map(|piece| ("Build meta data", piece)))
    {
        if piece.is_empty() {
            return Err(format!("{what} is empty"));
        }
        if !piece.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return Err(format!("Invalid character(s) found in {} {piece:?}", what.to_lowercase()));
        }
    }
    let zeros = |piece: &&String| piece.len() > 1 && piece.starts_with('0') && is_number(piece);
    if let Some(piece) = before.iter().find(zeros) {
        return Err(format!("Numeric PreRelease version must not contain leading zeroes {piece:?}"));
    }
    Ok(Semver { numbers, before })
}

/// Without a `v` in front, with all three numbers, and without zeros before them.
fn normal(given: &str) -> String {
    let text = given.strip_prefix('v').unwrap_or(given);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (core, rest) = text.split_at(end);
    let mut parts: Vec<&str> = core.split('.').collect();
    for part in &mut parts {
        let bare = part.trim_start_matches('0');
        *part = if bare.is_empty() && !part.is_empty() { "0" } else { bare };
    }
    // Only a version that is nothing but numbers is completed.
    while parts.len() < 3 && rest.is_empty() {
        parts.push("0");
    }
    format!("{}{rest}", parts.join("."))
}

fn is_number(piece: &str) -> bool {
    piece.bytes().all(|byte| byte.is_ascii_digit())
}

/// How two versions compare; none if these are not two.
pub(super) fn compare(this: &Value, args: &[Value]) -> Option<Ordering> {
    let [other] = args else { return None };
    let (a, b) = (of::<Semver>(this)?, of::<Semver>(other)?);
    Some(a.numbers.cmp(&b.numbers).then_with(|| match (a.before.is_empty(), b.before.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => {
            let pairs = a.before.iter().zip(&b.before).map(|(a, b)| piece(a, b));
            pairs.reduce(Ordering::then).unwrap_or(Ordering::Equal).then(a.before.len().cmp(&b.before.len()))
        }
    }))
}

/// Numbers come before words, and by their size: the longer one is the larger, as none begins with a zero.
fn piece(a: &str, b: &str) -> Ordering {
    match (is_number(a), is_number(b)) {
        (true, true) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.cmp(b),
    }
}

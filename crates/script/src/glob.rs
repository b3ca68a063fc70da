//! Patterns (`*`, `?`, `[a-z]`) on text and on file names, and braces.

use crate::World;
use crate::syntax::{Part, Word};

/// A character of a word and whether quotes protect it.
pub type Char = (char, bool);

/// Plain text as unquoted characters.
pub fn unquoted(text: &str) -> Vec<Char> {
    text.chars().map(|c| (c, false)).collect()
}

/// Whether the pattern matches all of the text.
pub fn matches(pattern: &[Char], text: &[char]) -> bool {
    // The usual two-finger walk: on a mismatch go back to the last `*` and let it take one character more.
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(('*', false)) => {
                star = Some((p, t));
                p += 1;
                continue;
            }
            Some(_) => {
                let (hit, next) = one(&pattern[p..], text[t]);
                if hit {
                    p += next;
                    t += 1;
                    continue;
                }
            }
            None => {}
        }
        let Some((at, taken)) = star else { return false };
        star = Some((at, taken + 1));
        (p, t) = (at + 1, taken + 1);
    }
    pattern[p..].iter().all(|c| *c == ('*', false))
}

/// Whether the pattern's first element matches a character, and how long that element is.
fn one(pattern: &[Char], c: char) -> (bool, usize) {
    match pattern.first() {
        Some(('?', false)) => (true, 1),
        Some(('[', false)) => bracket(pattern, c).unwrap_or((c == '[', 1)),
        Some((p, _)) => (*p == c, 1),
        None => (false, 0),
    }
}

fn bracket(pattern: &[Char], c: char) -> Option<(bool, usize)> {
    let mut at = 1;
    let negated = matches!(pattern.get(at), Some(('!' | '^', false)));
    at += usize::from(negated);
    let start = at;
    let mut hit = false;
    loop {
        let (first, quoted) = *pattern.get(at)?;
        if first == ']' && !quoted && at > start {
            return Some((hit != negated, at + 1));
        }
        if first == '[' && pattern.get(at + 1) == Some(&(':', false)) {
            let end = pattern[at..].windows(2).position(|w| w == [(':', false), (']', false)]).filter(|e| *e > 1)?;
            let name: String = pattern[at + 2..at + end].iter().map(|c| c.0).collect();
            hit |= class(&name, c);
            at += end + 2;
            continue;
        }
        match (pattern.get(at + 1), pattern.get(at + 2)) {
            (Some(('-', false)), Some((last, _))) if *last != ']' => {
                hit |= (first..=*last).contains(&c);
                at += 3;
            }
            _ => {
                hit |= first == c;
                at += 1;
            }
        }
    }
}

pub use api::regex::class;

/// Whether there is anything to match in a word.
pub fn is_pattern(word: &[Char]) -> bool {
    word.iter().any(|c| matches!(c, ('*' | '?' | '[', false)))
}

/// The files that a pattern matches, sorted; none if there are none. `all`: hidden ones, too.
pub fn files(world: &mut dyn World, cwd: &str, pattern: &[Char], all: bool) -> Vec<String> {
    let absolute = pattern.first().is_some_and(|c| c.0 == '/');
    let mut found = vec![if absolute { "/".to_owned() } else { String::new() }];
    let parts: Vec<&[Char]> = pattern.split(|c| c.0 == '/').filter(|part| !part.is_empty()).collect();
    for (i, part) in parts.iter().enumerate() {
        let mut next = Vec::new();
        for dir in &found {
            let path = vfs::path::resolve(cwd, dir);
            let names = crate::files(world, |files| files.list(&path)).and_then(Result::ok).unwrap_or_default();
            if !is_pattern(part) {
                let name: String = part.iter().map(|c| c.0).collect();
                let inner = vfs::path::resolve(&path, &name);
                if crate::files(world, |files| files.exists(&inner)).unwrap_or(false) {
                    next.push(format!("{dir}{name}"));
                }
                continue;
            }
            let hidden = all || part.first().is_some_and(|c| c.0 == '.');
            let fits = |name: &&vfs::Str| matches(part, &name.chars().collect::<Vec<_>>());
            let shown = names.iter().filter(|name| hidden || !name.starts_with('.')).filter(fits);
            next.extend(shown.map(|name| format!("{dir}{name}")));
        }
        if i + 1 < parts.len() {
            next.iter_mut().for_each(|dir| dir.push('/'));
        }
        found = next;
    }
    // A slash at the end means directories.
    if pattern.last().is_some_and(|c| c.0 == '/') && !parts.is_empty() {
        found.retain(|path| crate::files(world, |files| files.is_dir(&vfs::path::resolve(cwd, path))).unwrap_or(false));
        found.iter_mut().for_each(|path| path.push('/'));
    }
    found
}

/// One atom of a word for brace expansion: a character of unquoted text, or a part that braces do not look into.
#[derive(Clone)]
enum Atom {
    Char(char),
    Part(Part),
}

/// How many words one word may become by braces.
const MAX_BRACES: usize = 10_000;

/// `a{b,c}d` and `{1..3}` expanded.
pub fn braces(word: &Word) -> Vec<Word> {
    if !word.0.iter().any(|part| matches!(part, Part::Literal(text) if text.contains('{'))) {
        return vec![word.clone()];
    }
    let mut atoms = Vec::new();
    for part in &word.0 {
        match part {
            Part::Literal(text) => atoms.extend(text.chars().map(Atom::Char)),
            part => atoms.push(Atom::Part(part.clone())),
        }
    }
    let mut words = Vec::new();
    expand(&atoms, 0, &mut words);
    words.into_iter().map(to_word).collect()
}

fn to_word(atoms: Vec<Atom>) -> Word {
    let mut parts: Vec<Part> = Vec::new();
    for atom in atoms {
        match (atom, parts.last_mut()) {
            (Atom::Char(c), Some(Part::Literal(text))) => text.push(c),
            (Atom::Char(c), _) => parts.push(Part::Literal(c.into())),
            (Atom::Part(part), _) => parts.push(part),
        }
    }
    Word(parts)
}

fn expand(atoms: &[Atom], depth: usize, out: &mut Vec<Vec<Atom>>) {
    let group =
        (depth < 64).then(|| (0..atoms.len()).find_map(|i| choices(atoms, i).map(|(c, end)| (i, c, end)))).flatten();
    let Some((start, choices, end)) = group else {
        out.push(atoms.to_vec());
        return;
    };
    let mut tails = Vec::new();
    expand(&atoms[end..], depth + 1, &mut tails);
    for choice in choices {
        let mut middles = Vec::new();
        expand(&choice, depth + 1, &mut middles);
        for middle in &middles {
            for tail in &tails {
                if out.len() >= MAX_BRACES {
                    return;
                }
                out.push([&atoms[..start], middle, tail].concat());
            }
        }
    }
}

/// The choices of the brace group that opens at `start`, and where it ends; none if there is none.
fn choices(atoms: &[Atom], start: usize) -> Option<(Vec<Vec<Atom>>, usize)> {
    if !matches!(atoms[start], Atom::Char('{')) {
        return None;
    }
    let (mut depth, mut list, mut current) = (0, Vec::new(), Vec::new());
    for (i, atom) in atoms.iter().enumerate().skip(start + 1) {
        match atom {
            Atom::Char('{') => depth += 1,
            Atom::Char('}') if depth == 0 => {
                if list.is_empty() {
                    return sequence(&current).map(|list| (list, i + 1));
                }
                list.push(current);
                return Some((list, i + 1));
            }
            Atom::Char('}') => depth -= 1,
            Atom::Char(',') if depth == 0 => {
                list.push(std::mem::take(&mut current));
                continue;
            }
            _ => {}
        }
        current.push(atom.clone());
    }
    None
}

/// `1..10`, `a..e`, `1..10..2`
fn sequence(atoms: &[Atom]) -> Option<Vec<Vec<Atom>>> {
    let text: Option<String> = atoms.iter().map(|a| if let Atom::Char(c) = a { Some(*c) } else { None }).collect();
    let text = text?;
    let parts: Vec<&str> = text.split("..").collect();
    let (from, to, step) = match parts.as_slice() {
        [from, to] => (*from, *to, 1),
        [from, to, step] => (*from, *to, step.parse::<i64>().ok()?.saturating_abs().max(1)),
        _ => return None,
    };
    let one = |text: &str| -> Option<i64> {
        let mut chars = text.chars();
        let c = chars.next().filter(|c| c.is_ascii_alphabetic())?;
        chars.next().is_none().then_some(i64::from(c as u32))
    };
    let number = |text: &str| text.parse::<i64>().ok();
    let (first, last, letters) = match (number(from), number(to)) {
        (Some(a), Some(b)) => (a, b, false),
        _ => (one(from)?, one(to)?, true),
    };
    let width =
        if [from, to].iter().any(|t| t.trim_start_matches('-').len() > 1 && t.trim_start_matches('-').starts_with('0'))
        {
            from.len().max(to.len())
        } else {
            0
        };
    let count = (first.abs_diff(last) / step.unsigned_abs()).min(MAX_BRACES as u64) as i64;
    let values = (0..=count).map(|i| if first <= last { first + i * step } else { first - i * step });
    let show = |value: i64| match letters {
        true => u32::try_from(value).ok().and_then(char::from_u32).map(String::from).unwrap_or_default(),
        false => format!("{value:0width$}"),
    };
    Some(values.map(|value| show(value).chars().map(Atom::Char).collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hit(pattern: &str, text: &str) -> bool {
        matches(&unquoted(pattern), &text.chars().collect::<Vec<_>>())
    }

    #[test]
    fn patterns() {
        assert!(hit("*.yaml", "a.yaml") && !hit("*.yaml", "a.yml") && hit("a*b*c", "aXbYbc") && hit("*", ""));
        assert!(hit("[a-c]?", "bz") && !hit("[!a-c]?", "bz") && hit("[]]", "]") && hit("[", "["));
        assert!(hit("[[:digit:]]*", "7x") && !hit("[[:digit:]]*", "x7"));
        assert!(!matches(&[('*', true)], &['a']));
    }

    #[test]
    fn braces_become_words() {
        let words = |text: &str| -> Vec<String> {
            let word = Word(vec![Part::Literal(text.into())]);
            braces(&word).iter().map(|w| w.plain().unwrap_or_default()).collect()
        };
        assert_eq!(words("a{b,c{1,2}}d"), ["abd", "ac1d", "ac2d"]);
        assert_eq!(words("{1..3}{a,b}"), ["1a", "1b", "2a", "2b", "3a", "3b"]);
        assert_eq!(words("{3..1}"), ["3", "2", "1"]);
        assert_eq!(words("{01..10..4}"), ["01", "05", "09"]);
        assert_eq!(words("{a..c}"), ["a", "b", "c"]);
        assert_eq!(words("{}"), ["{}"]);
        assert_eq!(words("{a"), ["{a"]);
        assert_eq!(words("x{a}y"), ["x{a}y"]);
        assert!(words(&"{1..1000}".repeat(9)).len() <= MAX_BRACES);
    }
}

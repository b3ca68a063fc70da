//! Regular expressions as grep, sed and awk know them: basic and extended.
//!
//! A backtracking matcher with a budget: a pattern that would take exponential time finds nothing instead.

mod parse;

use parse::Parser;
use std::cell::Cell;

/// Whether a character is of a class such as `alpha`.
pub fn class(name: &str, c: char) -> bool {
    match name {
        "alpha" => c.is_alphabetic(),
        "digit" => c.is_ascii_digit(),
        "alnum" => c.is_alphanumeric(),
        "upper" => c.is_uppercase(),
        "lower" => c.is_lowercase(),
        "space" => c.is_whitespace(),
        "blank" => c == ' ' || c == '\t',
        "punct" => c.is_ascii_punctuation(),
        "xdigit" => c.is_ascii_hexdigit(),
        "cntrl" => c.is_control(),
        "print" => !c.is_control(),
        "graph" => !c.is_control() && !c.is_whitespace(),
        _ => false,
    }
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub struct Regex {
    root: Node,
    groups: usize,
    ignore_case: bool,
    /// Whether there are alternatives: only then can the first match be shorter than another.
    choices: bool,
    /// What every match begins with: where that is not, nothing is tried.
    start: String,
}

/// Where an expression matched, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Its start.
    pub start: usize,
    /// Its end.
    pub end: usize,
    /// Start and end of each group, the first group first.
    pub groups: Vec<Option<(usize, usize)>>,
}

#[derive(Clone, Debug)]
enum Node {
    Char(char),
    Any,
    Class(bool, Vec<(char, char)>, Vec<String>),
    Start,
    End,
    /// `\b`, `\<` and `\>`: whether a word may begin, and whether one may end here.
    Word(bool, bool),
    NotWord,
    Group(Box<Node>, usize),
    Alternatives(Vec<Node>),
    Sequence(Vec<Node>),
    /// How often at least and at most, and whether rather seldom than often.
    Repeat(Box<Node>, usize, usize, bool),
    /// What follows, or what does not (`(?!...)`).
    Ahead(bool, Box<Node>),
    Back(usize),
}

/// How many steps one search may take.
const BUDGET: usize = 1_000_000;
/// How deep repeated groups may nest while matching: a browser's stack is small.
const MAX_DEPTH: usize = 400;

impl Regex {
    /// Compiles an expression as Go writes them, as far as extended ones can say the same.
    ///
    /// # Errors
    /// What is wrong.
    pub fn go(pattern: &str) -> Result<Regex, String> {
        let mut text = String::new();
        let mut chars = pattern.chars().peekable();
        let mut inside = false;
        while let Some(letter) = chars.next() {
            match letter {
                '\\' => {
                    let class = match chars.next() {
                        Some('d') => "0-9",
                        Some('w') => "A-Za-z0-9_",
                        Some('s') => " \t\n\r\u{c}",
                        // In a bracket expression a backslash is a character like others.
                        Some(other) if inside => {
                            text.push(other);
                            continue;
                        }
                        Some(other) => {
                            text.extend(['\\', other]);
                            continue;
                        }
                        None => return Err("trailing backslash".to_owned()),
                    };
                    if inside {
                        text.push_str(class);
                    } else {
                        text.extend(["[", class, "]"]);
                    }
                }
                '(' if !inside && chars.peek() == Some(&'?') => {
                    // `(?:`: a group without a number.
                    chars.next();
                    if chars.next() != Some(':') {
                        return Err("unsupported group".to_owned());
                    }
                    text.push('(');
                }
                '[' if !inside => {
                    inside = true;
                    text.push('[');
                    for first in ['^', ']'] {
                        if chars.peek() == Some(&first) {
                            text.push(first);
                            chars.next();
                        }
                    }
                }
                ']' => {
                    inside = false;
                    text.push(']');
                }
                other => text.push(other),
            }
        }
        Regex::new(&text, true, false)
    }

    /// Compiles an expression.
    ///
    /// # Errors
    /// What is wrong, in glibc's words.
    pub fn new(pattern: &str, extended: bool, ignore_case: bool) -> Result<Regex, String> {
        let mut parser = Parser::new(pattern, extended, false);
        let root = parser.alternatives()?;
        if parser.at < parser.chars.len() {
            return Err("Unmatched ) or \\)".into());
        }
        let choices = pattern.contains('|');
        Ok(Regex { start: start(&root, ignore_case), root, groups: parser.groups, ignore_case, choices })
    }

    /// Compiles an expression as Perl's heirs write them, and the names of its groups: the first alternative that matches
    /// counts, not the longest.
    ///
    /// # Errors
    /// What is wrong, in Oniguruma's words.
    pub fn perl(pattern: &str, ignore_case: bool) -> Result<(Regex, Vec<Option<String>>), String> {
        let (pattern, ignore_case) = match pattern.strip_prefix("(?i)") {
            Some(rest) => (rest, true),
            None => (pattern, ignore_case),
        };
        let mut parser = Parser::new(pattern, true, true);
        let root = parser.alternatives().map_err(|why| match why.as_str() {
            "Unmatched [, [^, [:, [., or [=" => "premature end of char-class".to_owned(),
            "Unmatched ( or \\(" => "end pattern with unmatched parenthesis".to_owned(),
            "Trailing backslash" => "end pattern at escape".to_owned(),
            _ => why,
        })?;
        if parser.at < parser.chars.len() {
            return Err("unmatched close parenthesis".into());
        }
        let start = start(&root, ignore_case);
        Ok((Regex { start, root, groups: parser.groups, ignore_case, choices: false }, parser.names))
    }

    /// An expression that matches this text.
    pub fn literal(text: &str, ignore_case: bool) -> Regex {
        let root = Node::Sequence(text.chars().map(Node::Char).collect());
        Regex { start: start(&root, ignore_case), root, groups: 0, ignore_case, choices: false }
    }

    /// The first match at or after a byte position.
    pub fn find(&self, text: &str, from: usize) -> Option<Match> {
        if !self.start.is_empty() && !text.contains(&self.start) {
            return None;
        }
        let chars: Vec<char> = text.chars().collect();
        let mut offsets: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
        offsets.push(text.len());
        let first = offsets.iter().position(|offset| *offset >= from)?;
        let machine =
            Machine { chars: &chars, ignore_case: self.ignore_case, budget: Cell::new(BUDGET), depth: Cell::new(0) };
        for start in first..=chars.len() {
            let mut groups = vec![None; self.groups];
            let mut best = None;
            let mut longest = None;
            machine.node(&self.root, start, &mut groups, &mut |end, groups| {
                // POSIX wants the longest match; of the ways to get there the first is kept.
                if longest.is_none_or(|l| end > l) {
                    longest = Some(end);
                    best = Some(groups.clone());
                }
                !self.choices
            });
            if let (Some(end), Some(groups)) = (longest, best) {
                let byte = |(a, b): (usize, usize)| (offsets[a], offsets[b]);
                let groups = groups.into_iter().map(|group| group.map(byte)).collect();
                return Some(Match { start: offsets[start], end: offsets[end], groups });
            }
            if machine.budget.get() == 0 {
                return None;
            }
        }
        None
    }

    /// Whether it matches anywhere.
    pub fn is_match(&self, text: &str) -> bool {
        self.find(text, 0).is_some()
    }
}

type Groups = Vec<Option<(usize, usize)>>;
type Next<'a> = &'a mut dyn FnMut(usize, &mut Groups) -> bool;

struct Machine<'t> {
    chars: &'t [char],
    ignore_case: bool,
    budget: Cell<usize>,
    depth: Cell<usize>,
}

impl Machine<'_> {
    /// Tries a node at a place; for every way it can match, `next` is asked whether that will do.
    fn node(&self, node: &Node, at: usize, groups: &mut Groups, next: Next<'_>) -> bool {
        if self.budget.get() == 0 {
            return false;
        }
        self.budget.set(self.budget.get() - 1);
        match node {
            Node::Sequence(nodes) => self.sequence(nodes, at, groups, next),
            Node::Alternatives(nodes) => nodes.iter().any(|node| self.node(node, at, groups, next)),
            Node::Group(inner, index) => {
                let before = groups[*index];
                let matched = self.node(inner, at, groups, &mut |end, groups| {
                    let inner = groups[*index].replace((at, end));
                    let done = next(end, groups);
                    if !done {
                        groups[*index] = inner;
                    }
                    done
                });
                if !matched {
                    groups[*index] = before;
                }
                matched
            }
            Node::Repeat(inner, low, high, lazy) => match single(inner) {
                true => self.run_of(inner, (*low, *high, *lazy), at, groups, next),
                false => self.repeat(inner, (*low, *high, *lazy), at, groups, next),
            },
            Node::Ahead(negated, inner) => {
                let follows = self.node(inner, at, groups, &mut |_, _| true);
                follows != *negated && next(at, groups)
            }
            Node::Start => at == 0 && next(at, groups),
            Node::End => at == self.chars.len() && next(at, groups),
            Node::Word(begins, ends) => {
                let (before, after) = self.around(at);
                ((*begins && !before && after) || (*ends && before && !after)) && next(at, groups)
            }
            Node::NotWord => {
                let (before, after) = self.around(at);
                before == after && next(at, groups)
            }
            Node::Back(index) => {
                let Some((from, to)) = groups.get(*index).copied().flatten() else { return false };
                let same = self.chars.get(at..at + (to - from)) == Some(&self.chars[from..to]);
                same && next(at + (to - from), groups)
            }
            one => self.chars.get(at).is_some_and(|c| self.one(one, *c)) && next(at + 1, groups),
        }
    }

    fn sequence(&self, nodes: &[Node], at: usize, groups: &mut Groups, next: Next<'_>) -> bool {
        match nodes {
            [] => next(at, groups),
            [node] => self.node(node, at, groups, next),
            [node, rest @ ..] => self.node(node, at, groups, &mut |at, groups| self.sequence(rest, at, groups, next)),
        }
    }

    /// A repeated single character: no recursion, however long the run is.
    fn run_of(
        &self,
        one: &Node,
        (low, high, lazy): (usize, usize, bool),
        at: usize,
        groups: &mut Groups,
        next: Next<'_>,
    ) -> bool {
        let longest = self.chars[at..].iter().take(high).take_while(|c| self.one(one, **c)).count();
        let mut tries = low..=longest;
        while let Some(n) = if lazy { tries.next() } else { tries.next_back() } {
            if next(at + n, groups) {
                return true;
            }
        }
        false
    }

    fn repeat(
        &self,
        inner: &Node,
        (low, high, lazy): (usize, usize, bool),
        at: usize,
        groups: &mut Groups,
        next: Next<'_>,
    ) -> bool {
        if self.depth.get() > MAX_DEPTH {
            return false;
        }
        if lazy && low == 0 && next(at, groups) {
            return true;
        }
        self.depth.set(self.depth.get() + 1);
        let more = high > 0
            && self.node(inner, at, groups, &mut |end, groups| {
                // An empty round would go on for ever.
                let high = if high == usize::MAX { high } else { high - 1 };
                end > at && self.repeat(inner, (low.saturating_sub(1), high, lazy), end, groups, next)
            });
        self.depth.set(self.depth.get() - 1);
        more || (low == 0 && next(at, groups)) || (low > 0 && self.empty(inner, at, groups) && next(at, groups))
    }

    fn empty(&self, inner: &Node, at: usize, groups: &mut Groups) -> bool {
        self.node(inner, at, groups, &mut |end, _| end == at)
    }

    fn one(&self, node: &Node, c: char) -> bool {
        let same = |a: char, b: char| a == b || (self.ignore_case && a.to_lowercase().eq(b.to_lowercase()));
        match node {
            Node::Any => c != '\n',
            Node::Char(own) => same(*own, c),
            Node::Class(negated, ranges, classes) => {
                let hit = |c: char| {
                    ranges.iter().any(|(a, b)| (*a..=*b).contains(&c)) || classes.iter().any(|name| class(name, c))
                };
                let folded = self.ignore_case && (c.to_lowercase().any(hit) || c.to_uppercase().any(hit));
                (hit(c) || folded) != *negated
            }
            _ => false,
        }
    }

    fn around(&self, at: usize) -> (bool, bool) {
        let word = |c: &char| c.is_alphanumeric() || *c == '_';
        (at > 0 && self.chars.get(at - 1).is_some_and(word), self.chars.get(at).is_some_and(word))
    }
}

/// The characters with which every match begins; none where their case does not count.
fn start(root: &Node, ignore_case: bool) -> String {
    let nodes = match root {
        _ if ignore_case => &[],
        Node::Sequence(nodes) => nodes.as_slice(),
        other => std::slice::from_ref(other),
    };
    nodes.iter().map_while(|node| if let Node::Char(c) = node { Some(*c) } else { None }).collect()
}

fn single(node: &Node) -> bool {
    matches!(node, Node::Char(_) | Node::Any | Node::Class(..))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found<'t>(pattern: &str, text: &'t str, extended: bool) -> Option<&'t str> {
        let found = Regex::new(pattern, extended, false).unwrap().find(text, 0)?;
        Some(&text[found.start..found.end])
    }

    #[test]
    fn basic_and_extended() {
        assert_eq!(found("a\\(b*\\)c", "xabbc", false), Some("abbc"));
        assert_eq!(found("a+b", "a+b", false), Some("a+b"));
        assert_eq!(found("a+b", "aab", true), Some("aab"));
        assert_eq!(found("a\\+", "aab", false), Some("aa"));
        assert_eq!(found("^[0-9]{1,3}(\\.[0-9]+){3}$", "10.44.0.1", true), Some("10.44.0.1"));
        assert_eq!(found("a|ab", "ab", true), Some("ab"));
        assert_eq!(found("(a|b)*c", "abac", true), Some("abac"));
        assert_eq!(found("[[:space:]]+$", "x  ", true), Some("  "));
        assert_eq!(found("\\bis\\b", "this is", false), Some("is"));
        assert_eq!(found("(.)\\1", "abcc", true), Some("cc"));
        assert_eq!(found("é.", "xéy", true), Some("éy"));
        assert_eq!(found("a{2}", "aaa", true), Some("aa"));
        assert_eq!(found("()*", "x", true), Some(""));
        assert_eq!(found("a$b^", "a$b^", false), Some("a$b^"));
        assert_eq!(found("ab*", "xa", true), Some("a"), "what may be missing is no beginning");
        assert_eq!((found("ab?|c", "c", true), found("(ab)c", "c", true)), (Some("c"), None));
        assert_eq!(Regex::literal("aB", true).find("xAb", 0).map(|m| m.start), Some(1));
    }

    #[test]
    fn perls_additions() {
        let found = |pattern: &str, text: &str| {
            let (regex, names) = Regex::perl(pattern, false).unwrap();
            let found = regex.find(text, 0).map(|m| {
                let groups = m.groups.iter().map(|g| g.map_or("-", |(a, b)| &text[a..b]));
                std::iter::once(&text[m.start..m.end]).chain(groups).map(str::to_owned).collect::<Vec<_>>()
            });
            (found.unwrap_or_default().join(","), names.iter().flatten().cloned().collect::<Vec<_>>().join(","))
        };
        assert_eq!(found("(?<a>.*?)-(?<b>\\d+)", "x-y-12"), ("x-y-12,x-y,12".into(), "a,b".into()));
        assert_eq!(found("a|ab", "ab").0, "a");
        assert_eq!(found("(?:a|b)+?c(d)?", "abac").0, "abac,-");
        assert_eq!(found("[\\w.-]+@", "<a.b-c@d>").0, "a.b-c@");
        assert_eq!(found("foo(?!bar)", "foobar foox").0, "foo");
        assert_eq!(Regex::perl("[", false).unwrap_err(), "premature end of char-class");
        assert_eq!(Regex::perl("(a", false).unwrap_err(), "end pattern with unmatched parenthesis");
    }

    #[test]
    fn errors_are_glibcs() {
        assert_eq!(Regex::new("(a", true, false).unwrap_err(), "Unmatched ( or \\(");
        assert_eq!(Regex::new("[a", true, false).unwrap_err(), "Unmatched [, [^, [:, [., or [=");
        assert_eq!(Regex::new("a\\", true, false).unwrap_err(), "Trailing backslash");
    }

    #[test]
    fn no_pattern_takes_for_ever() {
        let text = "a".repeat(40);
        let _ = Regex::new("((a*)*)*b", true, false).unwrap().find(&text, 0);
        let _ = Regex::new("(a|b)*c", true, false).unwrap().find(&"ab".repeat(100_000), 0);
        assert_eq!(found("a.*z", &format!("a{}z", "x".repeat(100_000)), true).map(str::len), Some(100_002));
    }

    proptest! {
        #[test]
        fn nothing_panics(pattern in "[-a-c.*+?(){}\\[\\]|^$\\\\,0-9é:]{0,15}", text in "[a-cé ]{0,10}", extended: bool) {
            if let Ok(regex) = Regex::new(&pattern, extended, true) {
                let _ = regex.find(&text, 0);
            }
        }
    }
}

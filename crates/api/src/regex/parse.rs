//! Expressions: text to a tree.

use super::Node;

/// The largest count in `{n,m}`, as POSIX has it.
const MAX_REPEAT: usize = 255;

/// Reads an expression.
pub(super) struct Parser {
    pub(super) chars: Vec<char>,
    pub(super) at: usize,
    pub(super) groups: usize,
    pub(super) extended: bool,
    pub(super) depth: usize,
    /// Whether Perl's additions mean something: lazy counts, groups without a number or with a name, looking ahead.
    pub(super) perl: bool,
    /// The groups' names, the first group first.
    pub(super) names: Vec<Option<String>>,
}

impl Parser {
    pub(super) fn new(pattern: &str, extended: bool, perl: bool) -> Parser {
        Parser { chars: pattern.chars().collect(), at: 0, groups: 0, extended, depth: 0, perl, names: Vec::new() }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    /// Whether an operator stands here: bare in extended expressions, after a backslash in basic ones.
    fn operator(&self, operator: char) -> usize {
        let escaped = self.peek() == Some('\\') && self.chars.get(self.at + 1) == Some(&operator);
        match self.extended {
            true if self.peek() == Some(operator) => 1,
            false if escaped => 2,
            _ => 0,
        }
    }

    pub(super) fn alternatives(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > 50 {
            return Err("Regular expression too big".into());
        }
        let mut all = vec![self.sequence()?];
        while self.operator('|') > 0 {
            self.at += self.operator('|');
            all.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(if all.len() == 1 { all.remove(0) } else { Node::Alternatives(all) })
    }

    fn sequence(&mut self) -> Result<Node, String> {
        let mut nodes: Vec<Node> = Vec::new();
        while self.at < self.chars.len() && self.operator('|') == 0 && self.operator(')') == 0 {
            let first = nodes.is_empty();
            let node = self.atom(first)?;
            nodes.push(self.repeated(node)?);
        }
        Ok(Node::Sequence(nodes))
    }

    fn repeated(&mut self, mut node: Node) -> Result<Node, String> {
        loop {
            let bounds = match self.peek() {
                Some('*') => {
                    self.at += 1;
                    (0, usize::MAX)
                }
                _ if self.operator('+') > 0 => {
                    self.at += self.operator('+');
                    (1, usize::MAX)
                }
                _ if self.operator('?') > 0 => {
                    self.at += self.operator('?');
                    (0, 1)
                }
                _ if self.operator('{') > 0 => match self.bounds()? {
                    Some(bounds) => bounds,
                    None => return Ok(node),
                },
                _ => return Ok(node),
            };
            let lazy = self.perl && self.peek() == Some('?');
            self.at += usize::from(lazy || self.perl && self.peek() == Some('+'));
            node = Node::Repeat(Box::new(node), bounds.0, bounds.1, lazy);
        }
    }

    /// `{n}`, `{n,}`, `{n,m}`; none (and nothing taken) if it is just a brace.
    fn bounds(&mut self) -> Result<Option<(usize, usize)>, String> {
        let start = self.at + self.operator('{');
        let end = self.chars[start..].iter().position(|c| *c == '}').map(|i| start + i);
        let text = |to: usize| self.chars[start..to].iter().collect::<String>();
        let Some(end) = end else {
            return if self.extended { Ok(None) } else { Err("Unmatched \\{".into()) };
        };
        let inner = text(end).trim_end_matches('\\').to_owned();
        let (low, high) = inner.split_once(',').unwrap_or((&inner, &inner));
        let low = if low.is_empty() { Ok(0) } else { low.parse::<usize>() };
        let high = if high.is_empty() { Ok(usize::MAX) } else { high.parse::<usize>() };
        match (low, high) {
            (Ok(low), Ok(high)) if low <= high && low <= MAX_REPEAT && (high <= MAX_REPEAT || high == usize::MAX) => {
                self.at = end + 1;
                Ok(Some((low, high)))
            }
            _ if self.extended => Ok(None),
            _ => Err("Invalid content of \\{\\}".into()),
        }
    }

    fn atom(&mut self, first: bool) -> Result<Node, String> {
        if self.operator('(') > 0 {
            self.at += self.operator('(');
            if self.perl && self.peek() == Some('?') {
                return self.special();
            }
            self.groups += 1;
            self.names.push(None);
            let index = self.groups - 1;
            let inner = self.alternatives()?;
            if self.operator(')') == 0 {
                return Err("Unmatched ( or \\(".into());
            }
            self.at += self.operator(')');
            return Ok(Node::Group(Box::new(inner), index));
        }
        let Some(c) = self.peek() else { return Ok(Node::Sequence(Vec::new())) };
        self.at += 1;
        let last = self.at == self.chars.len();
        Ok(match c {
            '.' => Node::Any,
            '[' => self.class()?,
            '^' if self.extended || first => Node::Start,
            '$' if self.extended || last || self.operator(')') > 0 || self.operator('|') > 0 => Node::End,
            '*' if first => Node::Char('*'),
            '\\' => {
                let Some(c) = self.peek() else { return Err("Trailing backslash".into()) };
                self.at += 1;
                self.escape(c)
            }
            c => Node::Char(c),
        })
    }

    /// What stands behind `(?`.
    fn special(&mut self) -> Result<Node, String> {
        self.at += 1;
        let rest: String = self.chars[self.at..].iter().take(3).collect();
        let ahead = |parser: &mut Parser, negated| -> Result<Node, String> {
            parser.at += 1;
            let inner = parser.closed()?;
            Ok(Node::Ahead(negated, Box::new(inner)))
        };
        let name = rest.trim_start_matches('P');
        match rest.chars().next() {
            Some(':') => {
                self.at += 1;
                self.closed()
            }
            Some('=') => ahead(self, false),
            Some('!') => ahead(self, true),
            Some('<' | 'P') if name.starts_with('<') && !name.starts_with("<=") && !name.starts_with("<!") => {
                self.at += 1 + usize::from(rest.starts_with('P'));
                let Some(length) = self.chars[self.at..].iter().position(|c| *c == '>') else {
                    return Err("invalid group name <>".into());
                };
                let name = self.chars[self.at..self.at + length].iter().collect();
                self.at += length + 1;
                self.groups += 1;
                self.names.push(Some(name));
                let index = self.groups - 1;
                Ok(Node::Group(Box::new(self.closed()?), index))
            }
            _ => Err("undefined group option".into()),
        }
    }

    /// The rest of a group.
    fn closed(&mut self) -> Result<Node, String> {
        let inner = self.alternatives()?;
        if self.operator(')') == 0 {
            return Err("end pattern with unmatched parenthesis".into());
        }
        self.at += self.operator(')');
        Ok(inner)
    }

    fn escape(&self, c: char) -> Node {
        let class = |negated, name: &str| {
            Node::Class(negated, vec![('_', '_')].into_iter().filter(|_| name == "alnum").collect(), vec![name.into()])
        };
        match c {
            'n' => Node::Char('\n'),
            't' => Node::Char('\t'),
            'r' => Node::Char('\r'),
            'w' => class(false, "alnum"),
            'W' => class(true, "alnum"),
            's' => class(false, "space"),
            'S' => class(true, "space"),
            'd' => class(false, "digit"),
            'D' => class(true, "digit"),
            'b' => Node::Word(true, true),
            '<' => Node::Word(true, false),
            '>' => Node::Word(false, true),
            'B' => Node::NotWord,
            'A' if self.perl => Node::Start,
            'z' | 'Z' if self.perl => Node::End,
            '1'..='9' => Node::Back(c as usize - '1' as usize),
            c => Node::Char(c),
        }
    }

    fn class(&mut self) -> Result<Node, String> {
        let unmatched = || "Unmatched [, [^, [:, [., or [=".to_owned();
        let negated = self.peek() == Some('^');
        self.at += usize::from(negated);
        let (mut ranges, mut classes, start) = (Vec::new(), Vec::new(), self.at);
        loop {
            let c = self.peek().ok_or_else(unmatched)?;
            self.at += 1;
            match c {
                '\\' if self.perl => {
                    let Some(c) = self.peek() else { return Err(unmatched()) };
                    self.at += 1;
                    match self.escape(c) {
                        Node::Char(c) => ranges.push((c, c)),
                        Node::Class(false, more, names) => {
                            ranges.extend(more);
                            classes.extend(names);
                        }
                        _ => ranges.push((c, c)),
                    }
                }
                ']' if self.at - 1 > start => return Ok(Node::Class(negated, ranges, classes)),
                '[' if self.peek() == Some(':') => {
                    let rest = &self.chars[self.at + 1..];
                    let length = rest.windows(2).position(|w| w == [':', ']']).ok_or_else(unmatched)?;
                    classes.push(rest[..length].iter().collect());
                    self.at += length + 3;
                }
                first => {
                    let dash = self.peek() == Some('-') && self.chars.get(self.at + 1).is_some_and(|c| *c != ']');
                    if dash {
                        let last = self.chars[self.at + 1];
                        self.at += 2;
                        if last < first {
                            return Err("Invalid range end".into());
                        }
                        ranges.push((first, last));
                    } else {
                        ranges.push((first, first));
                    }
                }
            }
        }
    }
}

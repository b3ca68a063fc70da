//! The grammar of kubectl's JSONPath templates.

use super::unquote;
use api::Value;

/// One step of a path, or one part of a template.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// Text outside braces, a quoted string, a number, `true` or `false`.
    Literal(Value),
    /// `.name`
    Field(String),
    /// `.name`, which must be there.
    Required(String),
    /// `.*`
    Wildcard,
    /// `..`
    Recursive,
    /// `[1]`, `[0:2]`, `[*]`
    Slice(Slice),
    /// `['a','b']`
    Union(Vec<Vec<Node>>),
    /// `[?(@.x=="y")]`
    Filter { left: Vec<Node>, operator: String, right: Vec<Node> },
    /// `{...}`
    Action(Vec<Node>),
    /// `{range ...}` to `{end}`
    Range(Vec<Node>, Vec<Node>),
    /// A bare word; only `range` and `end` mean something, and in the right place they do not get this far.
    Word(String),
}

/// The bounds of `[start:end:step]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Slice {
    pub start: Option<i64>,
    pub end: Option<i64>,
    pub step: Option<i64>,
    /// `[start]`: one element.
    pub single: bool,
}

/// Reads a whole template.
pub(super) fn parse_template(template: &str) -> Result<Vec<Node>, String> {
    let mut flat = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        if open > 0 {
            flat.push(Node::Literal(rest[..open].into()));
        }
        let mut parser = Parser { rest: &rest[open + 1..], depth: 0 };
        flat.push(Node::Action(parser.action(true)?));
        rest = parser.rest;
    }
    if !rest.is_empty() {
        flat.push(Node::Literal(rest.into()));
    }
    let mut nodes = flat.into_iter();
    let tree = nest(&mut nodes, 0)?;
    Ok(tree)
}

/// Puts what stands between `{range}` and `{end}` inside the range. A range that is never ended reaches to the end.
fn nest(nodes: &mut std::vec::IntoIter<Node>, depth: usize) -> Result<Vec<Node>, String> {
    shallow(depth)?;
    let mut tree = Vec::new();
    while let Some(node) = nodes.next() {
        match node {
            Node::Action(path) if path.first() == Some(&Node::Word("range".into())) => {
                let body = nest(nodes, depth + 1)?;
                tree.push(Node::Range(path[1..].to_vec(), body));
            }
            Node::Action(path) if depth > 0 && path.first() == Some(&Node::Word("end".into())) => return Ok(tree),
            other => tree.push(other),
        }
    }
    Ok(tree)
}

/// How deep ranges and filters may stand in each other: Go's stack has room for more, the page's has not.
const DEEPEST: usize = 100;

fn shallow(depth: usize) -> Result<(), String> {
    if depth > DEEPEST { Err("the template is nested too deeply".to_owned()) } else { Ok(()) }
}

struct Parser<'a> {
    rest: &'a str,
    /// In how many filters and unions it stands.
    depth: usize,
}

fn is_terminator(c: char) -> bool {
    c.is_whitespace() || ".,[]$@{}".contains(c)
}

/// A path that stands alone, inside a filter or a union.
fn parse_path(text: &str, depth: usize) -> Result<Vec<Node>, String> {
    shallow(depth)?;
    Parser { rest: text, depth }.action(false)
}

impl Parser<'_> {
    /// Reads up to the closing brace (or the end of the text, if there is none to come).
    fn action(&mut self, braces: bool) -> Result<Vec<Node>, String> {
        let mut path = Vec::new();
        loop {
            if let Some(rest) = self.rest.strip_prefix('}').filter(|_| braces) {
                self.rest = rest;
                return Ok(path);
            }
            if let Some(rest) = self.rest.strip_prefix("[?(") {
                self.rest = rest;
                path.push(self.filter()?);
                continue;
            }
            if let Some(rest) = self.rest.strip_prefix("..") {
                self.rest = rest;
                path.push(Node::Recursive);
                if self.rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
                    path.push(self.field());
                }
                continue;
            }
            let Some(c) = self.rest.chars().next() else {
                return if braces { Err("unclosed action".to_owned()) } else { Ok(path) };
            };
            let after = &self.rest[c.len_utf8()..];
            match c {
                '\n' | '\r' => return Err("unclosed action".to_owned()),
                ' ' | '@' | '$' => self.rest = after,
                '[' => {
                    self.rest = after;
                    self.array(&mut path)?;
                }
                '"' | '\'' => {
                    self.rest = after;
                    path.push(self.quoted(c)?);
                }
                '.' => {
                    self.rest = after;
                    path.push(self.field());
                }
                '+' | '-' | '0'..='9' => path.push(self.number()?),
                c if c.is_alphanumeric() || c == '_' => path.push(self.word()),
                c => return Err(format!("unrecognized character in action: U+{:04X} '{c}'", c as u32)),
            }
        }
    }

    fn field(&mut self) -> Node {
        let mut name = String::new();
        let mut chars = self.rest.chars();
        let mut length = 0;
        while let Some(c) = chars.next() {
            if c == '\\' {
                length += 1;
                if let Some(escaped) = chars.next() {
                    name.push(escaped);
                    length += escaped.len_utf8();
                }
                continue;
            }
            if is_terminator(c) {
                break;
            }
            name.push(c);
            length += c.len_utf8();
        }
        self.rest = &self.rest[length..];
        if name == "*" { Node::Wildcard } else { Node::Field(name) }
    }

    fn word(&mut self) -> Node {
        let end = self.rest.find(is_terminator).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        match word {
            "true" => Node::Literal(true.into()),
            "false" => Node::Literal(false.into()),
            _ => Node::Word(word.to_owned()),
        }
    }

    fn number(&mut self) -> Result<Node, String> {
        let end = self.rest.find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c))).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        if let Ok(int) = text.trim_start_matches('+').parse::<i64>() {
            return Ok(Node::Literal(int.into()));
        }
        match text.parse::<f64>() {
            Ok(float) => Ok(Node::Literal(float.into())),
            Err(_) => Err(format!("cannot parse number {text}")),
        }
    }

    fn quoted(&mut self, quote: char) -> Result<Node, String> {
        let end = unquote::end(self.rest, quote).ok_or("unterminated quoted string")?;
        let (inner, rest) = self.rest.split_at(end);
        self.rest = &rest[1..];
        let text = unquote::unquoted(inner, quote);
        text.map(|text| Node::Literal(text.into()))
            .ok_or_else(|| format!("unquote string {quote}{inner}{quote} error invalid syntax"))
    }

    fn array(&mut self, path: &mut Vec<Node>) -> Result<(), String> {
        let end = self.rest.find([']', '\n']).filter(|at| self.rest[*at..].starts_with(']'));
        let end = end.ok_or("unterminated array")?;
        let (text, rest) = self.rest.split_at(end);
        self.rest = &rest[1..];
        let parts: Vec<&str> = text.split(',').collect();
        if parts.len() > 1 {
            let paths = parts.iter().map(|part| parse_path(&format!("[{}]", part.trim()), self.depth + 1));
            path.push(Node::Union(paths.collect::<Result<_, _>>()?));
            return Ok(());
        }
        if let Some(key) = text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')).filter(|k| !k.contains('\'')) {
            path.extend(parse_path(&format!(".{key}"), self.depth + 1)?);
            return Ok(());
        }
        path.push(Node::Slice(slice(text)?));
        Ok(())
    }

    fn filter(&mut self) -> Result<Node, String> {
        let mut quote = None;
        let mut closed = None;
        let mut escaped = false;
        for (at, c) in self.rest.char_indices() {
            match (c, quote) {
                ('\n', _) => return Err("unterminated filter".to_owned()),
                (')', None) => {
                    closed = Some(at);
                    break;
                }
                ('"' | '\'', None) => quote = Some(c),
                (c, Some(open)) if c == open && !escaped => quote = None,
                _ => {}
            }
            escaped = c == '\\' && !escaped;
        }
        let end = closed.ok_or("unterminated filter")?;
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest[1..].strip_prefix(']').ok_or("unclosed array expect ]")?;
        let is_operator = |c: char| "!<>=".contains(c);
        let Some(start) = text.find(is_operator).filter(|at| *at > 0) else {
            return Ok(Node::Filter {
                left: parse_path(text, self.depth + 1)?,
                operator: "exists".into(),
                right: Vec::new(),
            });
        };
        let (left, rest) = text.split_at(start);
        let length = rest.find(|c| !is_operator(c)).unwrap_or(rest.len());
        let (operator, right) = rest.split_at(length);
        let (left, right) = (parse_path(left, self.depth + 1)?, parse_path(right, self.depth + 1)?);
        Ok(Node::Filter { left, operator: operator.to_owned(), right })
    }
}

fn slice(text: &str) -> Result<Slice, String> {
    if text == "*" {
        return Ok(Slice::default());
    }
    // As upstream: nothing between the brackets is the first element.
    let text = if text.is_empty() { "0" } else { text };
    let parts: Vec<&str> = text.split(':').collect();
    let valid = |part: &str| part.strip_prefix('-').unwrap_or(part).chars().all(|c| c.is_ascii_digit());
    if parts.len() > 3 || !parts.iter().all(|part| valid(part)) {
        return Err(format!("invalid array index {text}"));
    }
    let number = |part: Option<&&str>| match part {
        None | Some(&"") => Ok(None),
        Some(part) => part.parse().map(Some).map_err(|_| format!("array index {part} is not a number")),
    };
    let single = parts.len() == 1;
    Ok(Slice { start: number(parts.first())?, end: number(parts.get(1))?, step: number(parts.get(2))?, single })
}

//! The grammar of Go templates (text/template), as far as kubectl's users need it.

use api::Value;

/// One part of a template.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// Text outside the braces.
    Text(String),
    /// `{{pipeline}}`
    Action(Pipe),
    /// `{{if}} ... {{else}} ... {{end}}`
    If(Pipe, Vec<Node>, Vec<Node>),
    /// `{{with}} ... {{else}} ... {{end}}`
    With(Pipe, Vec<Node>, Vec<Node>),
    /// `{{range}} ... {{else}} ... {{end}}`
    Range(Pipe, Vec<Node>, Vec<Node>),
}

/// Commands whose result is the last argument of the next, with the variables that take the result.
#[derive(Clone, Debug, Default)]
pub(super) struct Pipe {
    /// `$i, $x :=`
    pub variables: Vec<String>,
    /// `=` instead of `:=`: an older variable gets a new value.
    pub assigns: bool,
    /// Each a function with its arguments, or a single operand.
    pub commands: Vec<Vec<Operand>>,
}

/// What a command is made of.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// `.a.b`; no names for `.` alone.
    Field(Vec<String>),
    /// `$x.a`; the name is empty for `$`.
    Variable(String, Vec<String>),
    /// A string, a number, `true`, `false` or `nil`.
    Literal(Value),
    /// The name of a function.
    Function(String),
    /// `(pipeline).a`
    Group(Pipe, Vec<String>),
}

/// Functions that templates may call.
pub(super) const FUNCTIONS: &[&str] = &[
    "and",
    "or",
    "not",
    "len",
    "index",
    "print",
    "printf",
    "println",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "exists",
    "base64decode",
    "slice",
    "html",
    "js",
    "urlquery",
];

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Field(String),
    Dot,
    Variable(String),
    Literal(Value),
    Symbol(char),
    Define,
    Assign,
    Space,
}

enum Piece {
    Text(String),
    Action(Vec<Token>),
}

/// Reads a whole template.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, String> {
    let pieces = pieces(text)?;
    let mut pieces = pieces.into_iter();
    match block(&mut pieces)? {
        (nodes, None) => Ok(nodes),
        (_, Some(word)) => Err(format!("template: output:1: unexpected {{{{{word}}}}}")),
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut trim = false;
    while let Some(open) = rest.find("{{") {
        let mut before = &rest[..open];
        let mut inside = &rest[open + 2..];
        if trim {
            before = before.trim_start();
        }
        if let Some(trimmed) = inside.strip_prefix("- ") {
            before = before.trim_end();
            inside = trimmed;
        }
        pieces.push(Piece::Text(before.to_owned()));
        let end = action_end(inside).ok_or("template: output:1: unclosed action")?;
        let mut action = &inside[..end];
        rest = &inside[end + 2..];
        trim = action.ends_with(" -");
        if trim {
            action = &action[..action.len() - 2];
        }
        if !action.trim_start().starts_with("/*") {
            pieces.push(Piece::Action(tokens(action)?));
        }
    }
    pieces.push(Piece::Text(if trim { rest.trim_start() } else { rest }.to_owned()));
    Ok(pieces)
}

/// Where `}}` stands, outside of quotes.
fn action_end(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match quote {
            Some(q) if c == q && !escaped => quote = None,
            Some(_) => {}
            None if c == '"' || c == '`' || c == '\'' => quote = Some(c),
            None if text[at..].starts_with("}}") => return Some(at),
            None => {}
        }
        escaped = c == '\\' && !escaped && quote != Some('`');
    }
    None
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let take = |rest: &str| rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        match c {
            c if c.is_whitespace() => {
                rest = rest.trim_start();
                tokens.push(Token::Space);
            }
            '.' if take(after) > 0 && !after.starts_with(|c: char| c.is_ascii_digit()) => {
                let end = take(after);
                tokens.push(Token::Field(after[..end].to_owned()));
                rest = &after[end..];
            }
            '.' => {
                tokens.push(Token::Dot);
                rest = after;
            }
            '$' => {
                let end = take(after);
                tokens.push(Token::Variable(after[..end].to_owned()));
                rest = &after[end..];
            }
            '"' | '`' => {
                let (text, end) = quoted(after, c)?;
                tokens.push(Token::Literal(text.into()));
                rest = &after[end..];
            }
            ':' if after.starts_with('=') => {
                tokens.push(Token::Define);
                rest = &after[1..];
            }
            '=' => {
                tokens.push(Token::Assign);
                rest = after;
            }
            '|' | '(' | ')' | ',' => {
                tokens.push(Token::Symbol(c));
                rest = after;
            }
            c if c.is_ascii_digit() || c == '-' || c == '+' => {
                let end = after.find(|c: char| !c.is_ascii_digit() && c != '.' && c != 'e').unwrap_or(after.len());
                let number = &rest[..end + 1];
                let value = number.parse::<i64>().map(Value::Int).or_else(|_| number.parse::<f64>().map(Value::Float));
                tokens.push(Token::Literal(
                    value.map_err(|_| format!("template: output:1: bad number syntax: {number:?}"))?,
                ));
                rest = &after[end..];
            }
            c if is_word(c) => {
                let end = take(rest);
                tokens.push(Token::Word(rest[..end].to_owned()));
                rest = &rest[end..];
            }
            c => return Err(format!("template: output:1: unexpected {c:?} in command")),
        }
    }
    Ok(tokens)
}

fn quoted(text: &str, quote: char) -> Result<(String, usize), String> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            c if c == quote => return Ok((out, at + 1)),
            '\\' if quote == '"' => match chars.next().map(|(_, c)| c) {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some(c) => out.push(c),
                None => break,
            },
            c => out.push(c),
        }
    }
    Err("template: output:1: unterminated quoted string".to_owned())
}

/// Reads up to `{{else}}` or `{{end}}`; says which it was (for `{{else if}}` with the tokens put back as a node).
fn block(pieces: &mut std::vec::IntoIter<Piece>) -> Result<(Vec<Node>, Option<String>), String> {
    let mut nodes = Vec::new();
    while let Some(piece) = pieces.next() {
        let tokens = match piece {
            Piece::Text(text) => {
                if !text.is_empty() {
                    nodes.push(Node::Text(text));
                }
                continue;
            }
            Piece::Action(tokens) => tokens,
        };
        let words: Vec<&Token> = tokens.iter().filter(|t| **t != Token::Space).collect();
        match words[..] {
            [Token::Word(word)] if word == "end" || word == "else" => return Ok((nodes, Some(word.clone()))),
            [Token::Word(first), Token::Word(second), ..]
                if first == "else" && (second == "if" || second == "with") =>
            {
                // `{{else if}}` is an `if` inside the `else`, and both end at the same `{{end}}`.
                let at = tokens.iter().position(|t| *t == Token::Word(second.clone())).unwrap_or(0);
                nodes.push(control(second, &tokens[at + 1..], pieces)?);
                return Ok((nodes, Some(format!("else {second}"))));
            }
            [Token::Word(word), ..] if matches!(word.as_str(), "if" | "with" | "range") => {
                let at = tokens.iter().position(|t| matches!(t, Token::Word(_))).unwrap_or(0);
                nodes.push(control(word, &tokens[at + 1..], pieces)?);
            }
            _ => nodes.push(Node::Action(pipe(&tokens)?)),
        }
    }
    Ok((nodes, None))
}

fn control(word: &str, tokens: &[Token], pieces: &mut std::vec::IntoIter<Piece>) -> Result<Node, String> {
    let pipe = pipe(tokens)?;
    let unexpected = || "template: output:1: unexpected EOF".to_owned();
    let (mut body, mut end) = block(pieces)?;
    let mut otherwise = Vec::new();
    match end.take().as_deref() {
        Some("else") => {
            let (nodes, end) = block(pieces)?;
            end.ok_or_else(unexpected)?;
            otherwise = nodes;
        }
        Some("end") => {}
        Some(_) => otherwise.extend(body.pop()),
        None => return Err(unexpected()),
    }
    Ok(match word {
        "if" => Node::If(pipe, body, otherwise),
        "with" => Node::With(pipe, body, otherwise),
        _ => Node::Range(pipe, body, otherwise),
    })
}

fn pipe(tokens: &[Token]) -> Result<Pipe, String> {
    let mut pipe = Pipe::default();
    let mut rest = tokens;
    if let Some(at) = tokens.iter().position(|t| matches!(t, Token::Define | Token::Assign)) {
        let variables = tokens[..at].iter().filter_map(|t| match t {
            Token::Variable(name) => Some(name.clone()),
            _ => None,
        });
        pipe.variables = variables.collect();
        pipe.assigns = tokens[at] == Token::Assign;
        rest = &tokens[at + 1..];
    }
    let mut command = Vec::new();
    let mut at = 0;
    while let Some(token) = rest.get(at) {
        at += 1;
        match token {
            Token::Space => {}
            Token::Symbol('|') => pipe.commands.push(std::mem::take(&mut command)),
            Token::Symbol('(') => {
                let end = closing(&rest[at..]).ok_or("template: output:1: unclosed left paren")?;
                let inner = self::pipe(&rest[at..at + end])?;
                at += end + 1;
                let fields = fields(rest, &mut at);
                command.push(Operand::Group(inner, fields));
            }
            Token::Dot => command.push(Operand::Field(Vec::new())),
            Token::Field(name) => {
                let mut names = vec![name.clone()];
                names.extend(fields(rest, &mut at));
                command.push(Operand::Field(names));
            }
            Token::Variable(name) => {
                let fields = fields(rest, &mut at);
                command.push(Operand::Variable(name.clone(), fields));
            }
            Token::Literal(value) => command.push(Operand::Literal(value.clone())),
            Token::Word(word) => command.push(word_operand(word)?),
            other => return Err(format!("template: output:1: unexpected {other:?} in command")),
        }
    }
    pipe.commands.push(command);
    if pipe.commands.iter().any(Vec::is_empty) {
        return Err("template: output:1: missing value for command".to_owned());
    }
    Ok(pipe)
}

fn word_operand(word: &str) -> Result<Operand, String> {
    Ok(match word {
        "true" => Operand::Literal(true.into()),
        "false" => Operand::Literal(false.into()),
        "nil" => Operand::Literal(Value::Null),
        word if FUNCTIONS.contains(&word) => Operand::Function(word.to_owned()),
        _ => return Err(format!("template: output:1: function {word:?} not defined")),
    })
}

fn fields(tokens: &[Token], at: &mut usize) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(Token::Field(name)) = tokens.get(*at) {
        names.push(name.clone());
        *at += 1;
    }
    names
}

fn closing(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Symbol('(') => depth += 1,
            Token::Symbol(')') if depth == 0 => return Some(at),
            Token::Symbol(')') => depth -= 1,
            _ => {}
        }
    }
    None
}

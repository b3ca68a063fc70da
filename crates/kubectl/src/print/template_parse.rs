//! The grammar of Go templates (text/template/parse).

use super::template_lex::{Piece, Placed, Token, pieces};
use super::template_tree::{Node, Operand, Pipe, Place, Tree, What, written};
use api::Value;

/// Functions that templates may call.
const FUNCTIONS: &[&str] = &[
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
    "call",
];

/// Reads a whole template.
///
/// # Errors
/// What is wrong with it, in Go's words.
pub(super) fn parse(text: &str) -> Result<Tree, String> {
    let located = |(at, why): (usize, String)| {
        let line = 1 + text.get(..at).unwrap_or(text).matches('\n').count();
        format!("template: output:{line}: {why}")
    };
    let pieces = pieces(text).map_err(located)?;
    let mut parser = Parser {
        end: text.len(),
        pieces: pieces.into_iter(),
        tree: Tree::default(),
        variables: vec![String::new()],
        loops: 0,
        depth: 0,
    };
    let (nodes, end) = parser.block().map_err(located)?;
    match end {
        None => Ok(Tree { nodes, ..parser.tree }),
        Some(End { word, at, .. }) => Err(located((at, format!("unexpected {{{{{word}}}}}")))),
    }
}

type Parsed<T> = Result<T, (usize, String)>;

/// What ended a block.
struct End {
    word: String,
    at: usize,
    /// The tokens after `else`.
    rest: Placed,
}

struct Parser {
    end: usize,
    pieces: std::vec::IntoIter<Piece>,
    tree: Tree,
    /// The variables that are declared here.
    variables: Vec<String>,
    loops: usize,
    depth: usize,
}

/// How deep blocks and parentheses may nest: deeper than people write, not as deep as the stack.
const DEEPEST: usize = 100;

fn fault<T>(at: usize, why: impl Into<String>) -> Parsed<T> {
    Err((at, why.into()))
}

impl Parser {
    /// Reads up to `{{else}}`, `{{end}}` or the end of the text.
    fn block(&mut self) -> Parsed<(Vec<Node>, Option<End>)> {
        let mut nodes = Vec::new();
        while let Some(piece) = self.pieces.next() {
            let (at, tokens) = match piece {
                Piece::Text(text) => {
                    if !text.is_empty() {
                        nodes.push(Node::Text(text));
                    }
                    continue;
                }
                Piece::Action(at, tokens) => (at, tokens),
            };
            let Some((_, Token::Word(word))) = tokens.first() else {
                nodes.push(Node::Action(self.pipe(&tokens, at, "command")?));
                continue;
            };
            let rest = unspaced(&tokens[1..]);
            match word.as_str() {
                "end" | "else" => return Ok((nodes, Some(End { word: word.clone(), at, rest: rest.to_vec() }))),
                "if" | "with" | "range" => {
                    let node = self.control(word, rest, at)?;
                    nodes.push(node);
                }
                "break" | "continue" if self.loops == 0 => {
                    return fault(at, format!("{{{{{word}}}}} outside {{{{range}}}}"));
                }
                "break" => nodes.push(Node::Break),
                "continue" => nodes.push(Node::Continue),
                "template" => nodes.push(self.call(rest, at)?),
                "define" | "block" => {
                    let Some((place, Token::Literal(Value::String(name), _))) = rest.first() else {
                        return fault(at, format!("unexpected {} in {word} clause", shown(rest.first())));
                    };
                    if word == "block" {
                        let pipe = self.pipe(unspaced(&rest[1..]), at, "block clause")?;
                        nodes.push(Node::Template(
                            name.to_string(),
                            Some(pipe),
                            Place { at: *place, text: String::new() },
                        ));
                    }
                    let body = self.body(at)?;
                    if body.1.word != "end" {
                        return fault(body.1.at, format!("unexpected {{{{else}}}} in {word} clause"));
                    }
                    self.tree.defined.push((name.to_string(), body.0));
                }
                _ => nodes.push(Node::Action(self.pipe(&tokens, at, "command")?)),
            }
        }
        Ok((nodes, None))
    }

    /// A block that must have an end.
    fn body(&mut self, at: usize) -> Parsed<(Vec<Node>, End)> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return fault(at, "exceeded maximum depth of nested blocks");
        }
        let (nodes, end) = self.block()?;
        self.depth -= 1;
        match end {
            Some(end) => Ok((nodes, end)),
            None => fault(self.end, "unexpected EOF"),
        }
    }

    fn control(&mut self, word: &str, tokens: &[(usize, Token)], at: usize) -> Parsed<Node> {
        let known = self.variables.len();
        let pipe = self.pipe(tokens, at, word)?;
        self.loops += usize::from(word == "range");
        let (body, end) = self.body(at)?;
        self.loops -= usize::from(word == "range");
        let otherwise = self.otherwise(word, end)?;
        self.variables.truncate(known);
        Ok(match word {
            "if" => Node::If(pipe, body, otherwise),
            "with" => Node::With(pipe, body, otherwise),
            _ => Node::Range(pipe, body, otherwise),
        })
    }

    /// What follows `{{else}}`, if that ended the body. `{{else if}}` is an `if` inside it, and both end at the same `{{end}}`.
    fn otherwise(&mut self, word: &str, end: End) -> Parsed<Vec<Node>> {
        if end.word == "end" {
            return Ok(Vec::new());
        }
        if let Some((_, Token::Word(chained))) = end.rest.first()
            && chained == word
            && word != "range"
        {
            return Ok(vec![self.control(word, unspaced(&end.rest[1..]), end.at)?]);
        }
        if let Some((at, token)) = end.rest.first() {
            return fault(*at, format!("unexpected {} in else", shown_token(token)));
        }
        let (nodes, end) = self.body(end.at)?;
        if end.word == "end" { Ok(nodes) } else { fault(end.at, "expected end; found {{else}}") }
    }

    fn call(&mut self, tokens: &[(usize, Token)], at: usize) -> Parsed<Node> {
        let Some((place, Token::Literal(Value::String(name), text))) = tokens.first() else {
            return fault(at, format!("unexpected {} in template clause", shown(tokens.first())));
        };
        let rest = unspaced(&tokens[1..]);
        let pipe = if rest.is_empty() { None } else { Some(self.pipe(rest, at, "template clause")?) };
        let given = pipe.as_ref().map_or(String::new(), |pipe| format!(" {}", pipe.text));
        let place = Place { at: *place, text: format!("{{{{template {text}{given}}}}}") };
        Ok(Node::Template(name.to_string(), pipe, place))
    }

    fn pipe(&mut self, tokens: &[(usize, Token)], at: usize, of: &str) -> Parsed<Pipe> {
        let mut pipe = Pipe::default();
        let mut rest = tokens;
        let declares = |token: &(usize, Token)| matches!(token.1, Token::Define | Token::Assign);
        if let Some(sign) = tokens.iter().position(declares).filter(|_| matches!(tokens[0].1, Token::Variable(_))) {
            for (at, token) in &tokens[..sign] {
                match token {
                    Token::Variable(name) => pipe.variables.push(name.clone()),
                    Token::Symbol(',') if of == "range" => {}
                    Token::Space => {}
                    other => return fault(*at, format!("unexpected {} in {of}", shown_token(other))),
                }
            }
            if pipe.variables.len() > if of == "range" { 2 } else { 1 } {
                return fault(at, format!("too many declarations in {of}"));
            }
            pipe.assigns = tokens[sign].1 == Token::Assign;
            rest = unspaced(&tokens[sign + 1..]);
        }
        let mut next = 0;
        let commands = self.commands(rest, &mut next, at, of)?;
        if let Some((at, token)) = rest.get(next) {
            return fault(*at, format!("unexpected {} in {of}", shown_token(token)));
        }
        pipe.text = commands.iter().map(|command| written(command)).collect::<Vec<_>>().join(" | ");
        pipe.commands = commands;
        if pipe.assigns {
            if let Some(name) = pipe.variables.iter().find(|name| !self.variables.contains(name)) {
                return fault(at, format!("undefined variable \"${name}\""));
            }
        } else {
            self.variables.extend(pipe.variables.iter().cloned());
        }
        Ok(pipe)
    }

    /// Commands up to the end of the tokens or a parenthesis that closes.
    fn commands(
        &mut self,
        tokens: &[(usize, Token)],
        next: &mut usize,
        at: usize,
        of: &str,
    ) -> Parsed<Vec<Vec<Operand>>> {
        let mut commands = Vec::new();
        let mut command: Vec<Operand> = Vec::new();
        let mut spaced = true;
        while let Some((place, token)) = tokens.get(*next) {
            let place = *place;
            *next += 1;
            let (what, mut text) = match token {
                Token::Space => {
                    spaced = true;
                    continue;
                }
                Token::Symbol('|') => {
                    if command.is_empty() {
                        return fault(place, format!("missing value for {of}"));
                    }
                    commands.push(std::mem::take(&mut command));
                    spaced = true;
                    continue;
                }
                Token::Symbol(')') => {
                    *next -= 1;
                    break;
                }
                Token::Symbol('(') => self.group(tokens, next, place)?,
                Token::Dot => (What::Dot, ".".to_owned()),
                Token::Field(name) => (What::Field(vec![name.clone()]), format!(".{name}")),
                Token::Variable(name) => {
                    if !self.variables.contains(name) {
                        return fault(place, format!("undefined variable \"${name}\""));
                    }
                    (What::Variable(name.clone(), Vec::new()), format!("${name}"))
                }
                Token::Literal(value, text) => (What::Literal(value.clone()), text.clone()),
                Token::Word(word) => (word_operand(word, place)?, word.clone()),
                other => return fault(place, format!("unexpected {} in {of}", shown_token(other))),
            };
            if !spaced {
                return fault(place, format!("unexpected {} in operand", shown_token(token)));
            }
            let mut operand = Operand { what, place: Place { at: place, text: String::new() } };
            while let Some((place, Token::Field(name))) = tokens.get(*next) {
                match &mut operand.what {
                    What::Field(names) | What::Variable(_, names) | What::Group(_, names) => {
                        if names.len() <= 1 || matches!(operand.what, What::Variable(..)) {
                            operand.place.at = *place;
                        }
                    }
                    _ => return fault(*place, format!("unexpected . after term {text:?}")),
                }
                if let What::Field(names) | What::Variable(_, names) | What::Group(_, names) = &mut operand.what {
                    names.push(name.clone());
                }
                text.push_str(&format!(".{name}"));
                *next += 1;
            }
            operand.place.text = text;
            command.push(operand);
            spaced = false;
        }
        if command.is_empty() {
            return fault(at, format!("missing value for {of}"));
        }
        commands.push(command);
        // What is given to the next command can only be given to a function.
        let plain = |operand: &Operand| matches!(operand.what, What::Literal(_) | What::Dot | What::Nil);
        if let Some(first) = commands.iter().skip(1).map(|command| &command[0]).find(|first| plain(first)) {
            return fault(first.place.at, format!("non executable command in pipeline stage {}", 2));
        }
        Ok(commands)
    }

    fn group(&mut self, tokens: &[(usize, Token)], next: &mut usize, at: usize) -> Parsed<(What, String)> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return fault(at, "max expression depth exceeded");
        }
        let commands = self.commands(tokens, next, at, "parenthesized pipeline")?;
        self.depth -= 1;
        if !matches!(tokens.get(*next), Some((_, Token::Symbol(')')))) {
            return fault(at, "unclosed left paren");
        }
        *next += 1;
        let text = commands.iter().map(|command| written(command)).collect::<Vec<_>>().join(" | ");
        let pipe = Pipe { commands, text: text.clone(), ..Pipe::default() };
        Ok((What::Group(pipe, Vec::new()), format!("({text})")))
    }
}

fn word_operand(word: &str, at: usize) -> Parsed<What> {
    Ok(match word {
        "true" => What::Literal(true.into()),
        "false" => What::Literal(false.into()),
        "nil" => What::Nil,
        word if FUNCTIONS.contains(&word) => What::Function(word.to_owned()),
        word if matches!(word, "if" | "with" | "range" | "end" | "else" | "define" | "block" | "template") => {
            return fault(at, format!("unexpected <{word}> in command"));
        }
        _ => return fault(at, format!("function {word:?} not defined")),
    })
}

/// The tokens without blanks before them.
fn unspaced(tokens: &[(usize, Token)]) -> &[(usize, Token)] {
    let first = tokens.iter().position(|(_, token)| *token != Token::Space);
    first.map_or(&[], |first| &tokens[first..])
}

fn shown(token: Option<&(usize, Token)>) -> String {
    token.map_or_else(|| "\"}}\"".to_owned(), |(_, token)| shown_token(token))
}

/// A token as an error names it.
fn shown_token(token: &Token) -> String {
    match token {
        Token::Word(text) => format!("{text:?}"),
        Token::Field(name) => format!("<.{name}>"),
        Token::Dot => "<.>".to_owned(),
        Token::Variable(name) => format!("\"${name}\""),
        Token::Literal(_, text) => format!("{text:?}"),
        Token::Symbol(symbol) => format!("{:?}", symbol.to_string()),
        Token::Define => "\":=\"".to_owned(),
        Token::Assign => "\"=\"".to_owned(),
        Token::Space => "\" \"".to_owned(),
    }
}

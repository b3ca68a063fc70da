//! Colour for what is typed and printed: text to spans of classes. It changes no character.

/// A piece of text and the class in which it is shown; none for plain text.
pub type Span<'a> = (&'a str, &'static str);

/// A command line as the shell reads it: programs, verbs, flags, strings, variables, operators.
pub fn command(line: &str) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    let mut state = State { program: true, ..State::default() };
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let (length, class) = match c {
            ' ' | '\t' | '\n' => {
                state.program |= c == '\n';
                (c.len_utf8(), "")
            }
            '#' => (rest.find('\n').unwrap_or(rest.len()), "k-note"),
            '|' | '&' | ';' | '(' | ')' | '`' => {
                state = State { program: true, ..State::default() };
                (1, "k-op")
            }
            '<' | '>' => (1, "k-op"),
            _ => word(rest, &mut state),
        };
        let (piece, after) = rest.split_at(length.max(c.len_utf8()).min(rest.len()));
        match class {
            "k-word" => pieces(piece, &mut spans),
            class => spans.push((piece, class)),
        }
        rest = after;
    }
    spans
}

/// What comes next in a command.
#[derive(Default)]
struct State {
    /// The next word is a program.
    program: bool,
    /// The next word is a subcommand of the program.
    verb: bool,
}

/// The first word of `text`: its length, and its class. `k-word` has pieces of several classes.
fn word(text: &str, state: &mut State) -> (usize, &'static str) {
    let length = end_of_word(text);
    let whole = &text[..length];
    if state.program {
        // `A=b` stands before a program.
        if !whole.contains('=') {
            let keyword = matches!(
                whole,
                "for"
                    | "in"
                    | "do"
                    | "done"
                    | "while"
                    | "until"
                    | "if"
                    | "then"
                    | "elif"
                    | "else"
                    | "fi"
                    | "case"
                    | "esac"
                    | "{"
                    | "}"
                    | "!"
            );
            (state.program, state.verb) = (keyword, !keyword && matches!(whole, "kubectl" | "k" | "systemctl"));
            return (length, if keyword { "k-op" } else { "k-program" });
        }
        return (length, "k-word");
    }
    if whole.starts_with('-') {
        let name = whole.find('=').map_or(length, |at| at + 1);
        return (name, "k-flag");
    }
    if std::mem::take(&mut state.verb) {
        return (length, "k-verb");
    }
    (length, "k-word")
}

/// Where the word ends that `text` begins with: quotes hold it together.
fn end_of_word(text: &str) -> usize {
    let (mut quote, mut escaped) = (None, false);
    for (i, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('"') | None, '\\') => escaped = true,
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, ' ' | '\t' | '\n' | '|' | '&' | ';' | '(' | ')' | '`' | '<' | '>') => return i,
            _ => {}
        }
    }
    text.len()
}

/// Strings and variables inside a word.
fn pieces<'a>(word: &'a str, spans: &mut Vec<Span<'a>>) {
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        let inside = &rest[c.len_utf8()..];
        let (length, class) = match c {
            '\'' | '"' => (inside.find(c).map_or(rest.len(), |at| at + 2), "k-string"),
            '$' => (variable(rest), "k-variable"),
            _ => (rest.find(['\'', '"', '$']).unwrap_or(rest.len()), ""),
        };
        let (piece, after) = rest.split_at(length);
        let number = class.is_empty() && piece.len() == word.len() && piece.bytes().all(|b| b.is_ascii_digit());
        spans.push((piece, if number { "k-number" } else { class }));
        rest = after;
    }
}

fn variable(text: &str) -> usize {
    match text.as_bytes().get(1) {
        Some(b'{') => text.find('}').map_or(text.len(), |at| at + 1),
        Some(b'?' | b'$' | b'!' | b'#' | b'@' | b'*') => 2,
        _ => 1 + text[1..].find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(text.len() - 1),
    }
}

/// Words of tables and of `describe` that say how something is.
static STATUS: &[(&str, &[&str])] = &[
    (
        "s-good",
        &[
            "Running",
            "Ready",
            "Bound",
            "Active",
            "Complete",
            "Completed",
            "Succeeded",
            "Available",
            "Approved,Issued",
            "True",
        ],
    ),
    (
        "s-wait",
        &[
            "Pending",
            "ContainerCreating",
            "PodInitializing",
            "Terminating",
            "NotReady",
            "Unknown",
            "SchedulingDisabled",
            "Released",
            "Suspended",
            "<pending>",
            "Ready,SchedulingDisabled",
            "Warning",
        ],
    ),
    (
        "s-bad",
        &[
            "CrashLoopBackOff",
            "ImagePullBackOff",
            "ErrImagePull",
            "Error",
            "Failed",
            "OOMKilled",
            "Evicted",
            "CreateContainerConfigError",
            "InvalidImageName",
            "RunContainerError",
            "Lost",
            "CreateContainerError",
            "StartError",
            "ContainerCannotRun",
            "Init:Error",
            "Init:CrashLoopBackOff",
            "DeadlineExceeded",
        ],
    ),
];

/// How output is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Tables and sentences.
    #[default]
    Text,
    /// YAML, and what is written like it.
    Yaml,
    /// JSON.
    Json,
}

impl Form {
    /// What a command prints.
    pub fn of(command: &str) -> Form {
        let asked = |form: &str| {
            [
                format!("-o {form}"),
                format!("-o{form}"),
                format!("-o={form}"),
                format!("--output={form}"),
                format!("--output {form}"),
            ]
            .iter()
            .any(|flag| command.contains(flag.as_str()))
        };
        let piped = command.contains('|');
        match command.split_whitespace().next() {
            _ if command.contains("jq ") => Form::Json,
            Some("cat") if !piped && (command.contains(".yaml") || command.contains(".yml")) => Form::Yaml,
            Some("cat") if !piped && command.contains(".json") => Form::Json,
            _ if asked("yaml") => Form::Yaml,
            _ if asked("json") && !asked("jsonpath") => Form::Json,
            _ if command.contains("kubectl kustomize") || command.contains("config view") => Form::Yaml,
            _ => Form::Text,
        }
    }
}

/// A line of output.
pub fn output(line: &str, form: Form) -> Vec<Span<'_>> {
    match form {
        Form::Yaml => yaml(line),
        Form::Json => json(line),
        Form::Text => text(line),
    }
}

fn text(line: &str) -> Vec<Span<'_>> {
    if is_heading(line) {
        return vec![(line, "s-head")];
    }
    let mut spans = Vec::new();
    let mut plain = 0;
    let mut at = 0;
    for word in line.split_inclusive(|c: char| c.is_ascii_whitespace()) {
        let bare = word.trim_end();
        if let Some(class) = status(bare) {
            spans.push((&line[plain..at], ""));
            spans.push((bare, class));
            plain = at + bare.len();
        }
        at += word.len();
    }
    spans.push((&line[plain..], ""));
    spans.retain(|(piece, _)| !piece.is_empty());
    spans
}

/// The class of a word that says how something is. Such a word begins with a capital, or is `<pending>`; most words do not.
fn status(word: &str) -> Option<&'static str> {
    if !word.starts_with(|c: char| c.is_ascii_uppercase() || c == '<') {
        return None;
    }
    STATUS.iter().find(|(_, words)| words.contains(&word)).map(|(class, _)| *class)
}

/// The line of headings of a table: words in capitals, at least two.
fn is_heading(line: &str) -> bool {
    let capital = |word: &str| word.bytes().all(|b| b.is_ascii_uppercase() || b"()-/%".contains(&b));
    line.starts_with(|c: char| c.is_ascii_uppercase())
        && line.split_whitespace().all(capital)
        && line.split_whitespace().nth(1).is_some()
}

/// A line of YAML: its key, and what kind of value it has.
pub fn yaml(line: &str) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    let indent = line.len() - line.trim_start_matches([' ', '-']).len();
    let (lead, body) = line.split_at(indent);
    if body.starts_with('#') || line.starts_with("---") {
        return vec![(line, "y-note")];
    }
    spans.push((lead, ""));
    let colon = body.find(": ").or_else(|| body.trim_end().ends_with(':').then(|| body.trim_end().len() - 1));
    let value = match colon {
        Some(at) if !body.starts_with('"') || body[1..at].ends_with('"') => {
            spans.push((&body[..at], "y-key"));
            spans.push((&body[at..=at], "y-mark"));
            &body[at + 1..]
        }
        _ => body,
    };
    let note = value.find(" #").unwrap_or(value.len());
    let (value, note) = value.split_at(note);
    spans.push((value, scalar(value)));
    spans.push((note, "y-note"));
    spans.retain(|(piece, _)| !piece.is_empty());
    spans
}

fn scalar(value: &str) -> &'static str {
    match value.trim().trim_end_matches(',') {
        "" => "",
        "true" | "false" | "null" | "~" => "y-word",
        value if value.starts_with(['"', '\'']) => "y-string",
        value if value.bytes().all(|b| b.is_ascii_digit() || b == b'.') => "y-number",
        value if value.starts_with(['{', '[', '|', '>', '&', '*', '!']) => "y-mark",
        _ => "y-string",
    }
}

fn json(line: &str) -> Vec<Span<'_>> {
    let indent = line.len() - line.trim_start().len();
    let (lead, body) = line.split_at(indent);
    let mut spans = vec![(lead, "")];
    match body.find("\": ").filter(|_| body.starts_with('"')) {
        Some(at) => {
            spans.push((&body[..=at], "y-key"));
            spans.push((&body[at + 1..at + 2], "y-mark"));
            let value = &body[at + 2..];
            spans.push((value, scalar(value)));
        }
        None => spans.push((body, scalar(body))),
    }
    spans.retain(|(piece, _)| !piece.is_empty());
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(spans: &[Span<'_>]) -> String {
        let piece = |(text, class): &Span<'_>| match *class {
            "" => (*text).to_owned(),
            class => format!("<{}:{text}>", class.split_once('-').unwrap().1),
        };
        spans.iter().map(piece).collect()
    }

    #[test]
    fn a_command_line_has_colours() {
        assert_eq!(
            shown(&command("kubectl get pods -o 'jsonpath={.x}' --watch | grep \"a b\" > $F # end")),
            "<program:kubectl> <verb:get> pods <flag:-o> <string:'jsonpath={.x}'> <flag:--watch> <op:|> <program:grep> \
             <string:\"a b\"> <op:>> <variable:$F> <note:# end>"
        );
        assert_eq!(
            shown(&command("A=1 k scale --replicas=3 deploy/x")),
            "A=1 <program:k> <verb:scale> <flag:--replicas=><number:3> deploy/x"
        );
        assert_eq!(
            shown(&command("for i in 1; do echo ${i}; done")),
            "<op:for> <program:i> in <number:1><op:;> <op:do> <program:echo> <variable:${i}><op:;> <op:done>"
        );
    }

    #[test]
    fn output_has_colours() {
        assert_eq!(shown(&text("NAME   READY   STATUS")), "<head:NAME   READY   STATUS>");
        assert_eq!(shown(&text("web-1  1/1  Running  0")), "web-1  1/1  <good:Running>  0");
        assert_eq!(shown(&text("a b CrashLoopBackOff\n")), "a b <bad:CrashLoopBackOff>\n");
        assert_eq!(shown(&yaml("  - name: web # x")), "  - <key:name><mark::><string: web><note: # x>");
        assert_eq!(shown(&json("    \"replicas\": 3,\n")), "    <key:\"replicas\"><mark::><number: 3,\n>");
        assert_eq!(Form::of("kubectl get po -oyaml"), Form::Yaml);
        assert_eq!(Form::of("kubectl get po -o jsonpath='{.x}'"), Form::Text);
    }

    #[test]
    fn no_character_is_lost() {
        for line in [
            "",
            "é'",
            "'",
            "\"$",
            "$",
            "${",
            "a\\",
            "한글 -",
            "-=",
            "# x\ny",
            "\": ",
            "a: \"b",
            "- - x:",
            "\"a\": ",
            "---",
            "\"é\": x",
            "\"",
            "$é",
        ] {
            for spans in [command(line), text(line), yaml(line), json(line)] {
                assert_eq!(spans.iter().map(|(text, _)| *text).collect::<String>(), line);
            }
        }
    }
}

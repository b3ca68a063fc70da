//! The fields of the form, and the file that `registry push` reads: what the form does not ask for stays in the file as it was.

use crate::i18n::Message;
use api::{Value, yaml};
use kubelet::Registry;
use kubelet::registry::{Problem, read};

/// How a field is written, and what it becomes in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One line of text.
    Line,
    /// Text with newlines.
    Text,
    /// A list of lines.
    Lines,
    /// A list of numbers, with commas between them.
    Numbers,
    /// A number.
    Number,
}

/// A field.
pub struct Field {
    /// Its place in the file.
    pub path: &'static str,
    /// What it is called.
    pub label: Message,
    /// How it is written.
    pub kind: Kind,
    /// What might stand in it.
    pub hint: &'static str,
}

const fn field(path: &'static str, label: Message, kind: Kind, hint: &'static str) -> Field {
    Field { path, label, kind, hint }
}

/// All fields, in the order in which they are asked for.
pub static FIELDS: [Field; 12] = [
    field("name", Message::ImageName, Kind::Line, "shop:1.0"),
    field("ports", Message::ImagePorts, Kind::Numbers, "8080"),
    field("response", Message::ImageResponse, Kind::Text, "Hello from $HOSTNAME"),
    field("response.status", Message::ImageStatus, Kind::Number, "200"),
    field("log.start", Message::ImageLogStart, Kind::Lines, "shop 1.0 starts"),
    field("log.request", Message::ImageLogRequest, Kind::Line, "$METHOD $PATH $STATUS"),
    field("readyAfterSeconds", Message::ImageReady, Kind::Number, "0"),
    field("crash.afterSeconds", Message::ImageCrash, Kind::Number, "–"),
    field("crash.exitCode", Message::ImageCrashCode, Kind::Number, "1"),
    field("crash.message", Message::ImageCrashWords, Kind::Line, "panic: out of luck"),
    field("login.username", Message::ImageUser, Kind::Line, "–"),
    field("login.password", Message::ImagePassword, Kind::Line, "–"),
];

/// What is written in the fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    fields: [String; FIELDS.len()],
    /// The description that is changed; null for a new one.
    base: Value,
}

impl Form {
    /// The form of a description, as an image has it.
    pub fn of(text: &str) -> Form {
        let base = yaml::parse(text).map(|document| document.value).unwrap_or_default();
        let mut form = Form { base, ..Form::default() };
        let long = form.base["response"].as_object().is_some();
        for (field, written) in FIELDS.iter().zip(&mut form.fields) {
            *written = shown(form.base.at(place(field, long)), field.kind);
        }
        form
    }

    /// What is written in a field.
    pub fn field(&self, at: usize) -> &str {
        &self.fields[at]
    }

    /// Writes something in a field.
    pub fn write(&mut self, at: usize, text: String) {
        self.fields[at] = text;
    }

    /// The file.
    pub fn text(&self) -> String {
        let mut value = if self.base.is_null() { Value::object() } else { self.base.clone() };
        let is_long = value["response"].as_object().is_some();
        let long = is_long || FIELDS.iter().zip(&self.fields).any(|(field, written)| asks_for_more(field, written));
        if long && !is_long {
            value.remove("response");
        }
        for (field, written) in FIELDS.iter().zip(&self.fields) {
            let place = place(field, long);
            match meant(written, field.kind) {
                Value::Null => forget(&mut value, place),
                meant => value.set(place, meant),
            }
        }
        yaml::to_string(&value)
    }

    /// What is wrong with it: with each field, and with none of them.
    pub fn problems(&self) -> ([String; FIELDS.len()], Vec<Problem>) {
        let (mut by_field, mut others) = <([String; FIELDS.len()], Vec<Problem>)>::default();
        let problems = match read(&self.text()) {
            Ok(image) => {
                // A name may be somebody else's.
                by_field[0] = Registry::default().push(image).err().unwrap_or_default();
                Vec::new()
            }
            Err(problems) => problems,
        };
        for problem in problems {
            // `response.status` comes after `response`, which it begins with.
            let of = FIELDS.iter().rposition(|field| {
                let rest = problem.text.strip_prefix(field.path);
                rest.is_some_and(|rest| rest.starts_with([':', '[', '.']))
            });
            match of {
                Some(at) if by_field[at].is_empty() => by_field[at] = words(&problem.text),
                Some(_) => {}
                None => others.push(problem),
            }
        }
        (by_field, others)
    }

    /// The lines that push it, and run it, if that is wanted.
    pub fn lines(&self, run: bool) -> Vec<String> {
        let name = self.fields[0].trim();
        let file = format!("{}-image.yaml", short(name));
        let mut lines = crate::drawer::here_document(&file, &self.text());
        lines.push(format!("registry push {file}"));
        if run {
            lines.push(run_command(name));
        }
        lines
    }
}

/// An image's name without what stands before its last slash and behind its colon: what a file and a Deployment are called.
fn short(image: &str) -> &str {
    let name = image.rsplit('/').next().unwrap_or(image);
    match name.split(':').next() {
        None | Some("") => "image",
        Some(name) => name,
    }
}

/// The command that runs the image of this name.
pub fn run_command(image: &str) -> String {
    format!("kubectl create deployment {} --image={image}", short(image).replace(['_', '.'], "-"))
}

/// Where a field stands in a description: an answer may be a text, or, if it is `long`, have a text among other things.
fn place(field: &Field, long: bool) -> &'static str {
    match field.path {
        "response" if long => "response.body",
        path => path,
    }
}

/// Whether an answer with this field is more than its text.
fn asks_for_more(field: &Field, written: &str) -> bool {
    field.path.starts_with("response.") && !written.trim().is_empty()
}

/// Takes something away, and what has nothing in it any more.
fn forget(value: &mut Value, path: &str) {
    value.remove(path);
    if let Some((parent, _)) = path.rsplit_once('.')
        && value.at(parent).as_object().is_some_and(api::Map::is_empty)
    {
        value.remove(parent);
    }
}

/// What stands in a file, as it is shown in a field.
fn shown(value: &Value, kind: Kind) -> String {
    let plain = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.to_string(),
        other => api::json::to_string(other),
    };
    let list = |separator: &str| value.array().iter().map(plain).collect::<Vec<_>>().join(separator);
    match (kind, value) {
        (Kind::Lines, Value::Array(_)) => list("\n"),
        (Kind::Numbers, Value::Array(_)) => list(", "),
        _ => plain(value),
    }
}

/// What is written in a field, as it stands in the file. What is no number stays as it is, for the reader of the file to complain.
fn meant(written: &str, kind: Kind) -> Value {
    let number = |text: &str| match (text.parse::<i64>(), text.parse::<f64>()) {
        (Ok(number), _) => Value::from(number),
        (_, Ok(number)) if number.is_finite() => Value::Float(number),
        _ => Value::from(text),
    };
    if written.trim().is_empty() {
        return Value::Null;
    }
    match kind {
        Kind::Line => written.trim().into(),
        Kind::Text => written.into(),
        Kind::Lines => written.lines().map(Value::from).collect(),
        Kind::Numbers => written.split([',', ' ']).map(str::trim).filter(|part| !part.is_empty()).map(number).collect(),
        Kind::Number => number(written.trim()),
    }
}

/// A problem's words without its field.
fn words(problem: &str) -> String {
    problem.split_once(": ").map_or(problem, |(_, words)| words).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(usize, &str)]) -> Form {
        let mut form = Form::default();
        fields.iter().for_each(|(at, text)| form.write(*at, (*text).to_owned()));
        form
    }

    #[test]
    fn what_is_written_becomes_a_file() {
        let form = form(&[(0, "team/shop:1.0"), (1, "8080, 9090"), (2, "Hello\n"), (4, "a\nb"), (7, "2.5"), (8, "3")]);
        assert_eq!(
            form.text(),
            "crash:\n  afterSeconds: 2.5\n  exitCode: 3\nlog:\n  start:\n  - a\n  - b\nname: team/shop:1.0\nports:\n- 8080\n- 9090\nresponse: |\n  Hello\n"
        );
        assert_eq!(form.problems(), Default::default());
        let lines = form.lines(true);
        assert_eq!(lines[0], "cat > shop-image.yaml <<'EOF'");
        assert_eq!(
            lines[lines.len() - 2..],
            ["registry push shop-image.yaml", "kubectl create deployment shop --image=team/shop:1.0"]
        );
    }

    #[test]
    fn what_the_form_does_not_ask_for_stays() {
        let text = "cpu:\n  perRequest: 20m\ncrash:\n  afterSeconds: 5\nlog:\n  every:\n    line: tick\n    seconds: 5\n  start:\n  - x\nname: a:1\nports:\n- 80\nresponse:\n  body: hi\n  status: 201\n";
        let mut form = Form::of(text);
        assert_eq!((form.field(2), form.text().as_str()), ("hi", text));
        form.write(2, "ho".to_owned());
        form.write(4, String::new());
        form.write(7, String::new());
        let changed = form.text();
        assert!(changed.contains("body: ho\n  status: 201") && changed.contains("every:"), "{changed}");
        assert!(!changed.contains("start") && !changed.contains("crash"), "{changed}");
    }

    #[test]
    fn an_answer_is_a_text_until_its_status_is_said() {
        let mut form = Form::of("name: a:1\nports:\n- 80\nresponse: hi\n");
        form.write(3, "503".to_owned());
        assert_eq!(form.text(), "name: a:1\nports:\n- 80\nresponse:\n  body: hi\n  status: 503\n");
        let mut again = Form::of(&form.text());
        assert_eq!((again.field(2), again.field(3)), ("hi", "503"));
        again.write(2, String::new());
        assert_eq!((again.text().contains("body"), again.problems()), (false, Default::default()));
        form.write(3, String::new());
        assert!(form.text().ends_with("response: hi\n"), "{}", form.text());
    }

    #[test]
    fn each_problem_is_beside_its_field() {
        let (by_field, others) = form(&[(0, "Shop"), (1, "80, eighty"), (3, "99"), (7, "soon")]).problems();
        assert!(by_field[0].contains("must be lowercase"), "{by_field:?}");
        assert_eq!(by_field[1], "Invalid value: \"eighty\": must be between 1 and 65535, inclusive");
        assert!(by_field[2].is_empty() && by_field[3].contains("599"), "{by_field:?}");
        assert!(by_field[7].starts_with("Invalid value: \"soon\""), "{by_field:?}");
        assert_eq!(others, []);
        assert!(form(&[]).problems().0[0].starts_with("Required value"));
        assert!(form(&[(0, "nginx:9")]).problems().0[0].starts_with("denied: "));
    }
}

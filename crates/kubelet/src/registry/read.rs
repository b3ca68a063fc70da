//! A user's description of an image, read: YAML in, an image or what is wrong with it out.

use super::{Answer, Crash, Login, OwnImage, digest};
use crate::Reference;
use api::{Quantity, Str, Value, json, yaml};
use std::time::Duration;

/// A longer description is refused, in bytes.
const LONGEST: usize = 64 << 10;
/// A longer text in it, in bytes.
const LONGEST_TEXT: usize = 16 << 10;
/// More entries of one list.
const MOST_ENTRIES: usize = 64;
/// A day: longer spans are refused, in seconds.
const LONGEST_SPAN: f64 = 86_400.0;
/// What an image costs that does not say: as any other that nobody described.
const USUAL: OwnImage = OwnImage {
    name: Str::new_static(""),
    written: Str::new_static(""),
    id: Str::new_static(""),
    text: Str::new_static(""),
    size: 24 << 20,
    ports: Vec::new(),
    env: Vec::new(),
    start: Vec::new(),
    ready: Vec::new(),
    request: None,
    every: None,
    response: None,
    paths: Vec::new(),
    ready_after: Duration::ZERO,
    stop: Duration::from_millis(10),
    crash: None,
    cpu: (500, 500),
    memory: (6 << 20, 0),
    login: None,
};

/// Something wrong with a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// In which line, from 1; 0 where that is not known.
    pub line: usize,
    /// What is wrong.
    pub text: String,
}

/// Reads a description.
///
/// # Errors
/// All that is wrong with it.
pub fn read(text: &str) -> Result<OwnImage, Vec<Problem>> {
    if text.len() > LONGEST {
        return Err(vec![Problem { line: 0, text: format!("longer than {} KiB", LONGEST >> 10) }]);
    }
    let document = match yaml::parse(text) {
        Ok(document) => document,
        Err(error) => return Err(vec![Problem { line: 0, text: error }]),
    };
    let mut reader = Reader { text, problems: Vec::new() };
    for (line, key) in &document.duplicates {
        reader.problems.push(Problem { line: *line, text: format!("{key}: stands here twice") });
    }
    let mut image = reader.image(&document.value);
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    image.text = yaml::to_string(&document.value).into();
    let repository = image.name.rsplit_once(':').map_or("", |(repository, _)| repository);
    image.id = format!("{repository}@{}", digest(&image.text)).into();
    Ok(image)
}

struct Reader<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn wrong(&mut self, path: &str, what: &str) {
        let line = yaml::line_of(self.text, path).unwrap_or(0);
        self.problems.push(Problem { line, text: format!("{path}: {what}") });
    }

    /// A mapping with no other keys than these.
    fn mapping(&mut self, value: &Value, path: &str, keys: &str) {
        match value.as_object() {
            Some(map) => {
                for (key, _) in map.iter().filter(|(key, _)| !keys.split(' ').any(|known| known == key.as_str())) {
                    let at = join(path, key);
                    self.wrong(&at, &format!("unknown field; there are {}", keys.replace(' ', ", ")));
                }
            }
            None if value.is_null() => {}
            None => self.wrong(path, "must be a mapping of fields"),
        }
    }

    fn image(&mut self, value: &Value) -> OwnImage {
        const KEYS: &str =
            "name size ports env log response paths readyAfterSeconds stopSeconds crash cpu memory login";
        let mut image = USUAL;
        if value.as_object().is_none() {
            self.problems
                .push(Problem { line: 1, text: "must be a mapping of fields, the first one `name`".to_owned() });
            return image;
        }
        self.mapping(value, "", KEYS);
        self.name(&value["name"], &mut image);
        image.size = self.bytes(&value["size"], "size", image.size);
        image.ports =
            self.entries(&value["ports"], "ports").iter().enumerate().filter_map(|(i, v)| self.port(v, i)).collect();
        for (name, value) in self.checked_mapping(&value["env"], "env") {
            let text = self.text(value, &join("env", name));
            image.env.push((name.clone(), text));
        }
        self.log(&value["log"], &mut image);
        if !value["response"].is_null() {
            image.response = Some(self.answer(&value["response"], "response"));
        }
        for (path, value) in self.checked_mapping(&value["paths"], "paths") {
            let at = join("paths", path);
            if !path.starts_with('/') {
                self.wrong(&at, "a path must begin with /");
            }
            let answer = self.answer(value, &at);
            image.paths.push((path.clone(), answer));
        }
        if (image.response.is_some() || !image.paths.is_empty()) && image.ports.is_empty() && self.problems.is_empty() {
            self.wrong("response", "nobody can ask for it: there are no `ports`");
        }
        image.ready_after = self.span(&value["readyAfterSeconds"], "readyAfterSeconds", image.ready_after);
        image.stop = self.span(&value["stopSeconds"], "stopSeconds", image.stop);
        let crash = &value["crash"];
        self.mapping(crash, "crash", "afterSeconds exitCode message");
        if !crash.is_null() {
            image.crash = Some(Crash {
                after: self.span(&crash["afterSeconds"], "crash.afterSeconds", Duration::ZERO),
                code: self.number(&crash["exitCode"], "crash.exitCode", (0, 255), 1) as i32,
                message: self.text(&crash["message"], "crash.message"),
            });
        }
        self.mapping(&value["cpu"], "cpu", "idle perRequest");
        self.mapping(&value["memory"], "memory", "idle perRequest");
        image.cpu.0 = self.cpu(&value["cpu"]["idle"], "cpu.idle", image.cpu.0);
        image.cpu.1 = self.cpu(&value["cpu"]["perRequest"], "cpu.perRequest", image.cpu.1);
        image.memory.0 = self.bytes(&value["memory"]["idle"], "memory.idle", image.memory.0);
        image.memory.1 = self.bytes(&value["memory"]["perRequest"], "memory.perRequest", 0);
        image.login = self.login(&value["login"]);
        image
    }

    fn name(&mut self, value: &Value, image: &mut OwnImage) {
        let name = value.str();
        if name.is_empty() {
            return self.wrong("name", "Required value: such as shop:1.0");
        }
        match Reference::parse(name) {
            Ok(reference) if reference.digest.is_empty() => {
                image.name = reference.full();
                image.written = name.into();
            }
            Ok(_) => self.wrong("name", "a digest is not given, it follows from what is in the image"),
            Err(error) => self.wrong("name", &format!("{name:?}: {error}")),
        }
    }

    fn login(&mut self, login: &Value) -> Option<Login> {
        self.mapping(login, "login", "username password");
        let mut word = |key: &str| {
            let path = join("login", key);
            let word = self.text(&login[key], &path);
            if word.is_empty() && !login.is_null() {
                self.wrong(&path, "Required value: who may pull the image says both");
            }
            word
        };
        let (username, password) = (word("username"), word("password"));
        (!login.is_null()).then_some(Login { username, password })
    }

    fn log(&mut self, log: &Value, image: &mut OwnImage) {
        self.mapping(log, "log", "start ready request every");
        for (key, lines) in [("start", &mut image.start), ("ready", &mut image.ready)] {
            let path = join("log", key);
            // One line may stand without a list.
            if let Value::String(line) = &log[key] {
                lines.extend(line.lines().map(Str::from));
                continue;
            }
            for (i, line) in self.entries(&log[key], &path).iter().enumerate() {
                lines.push(self.text(line, &format!("{path}[{i}]")));
            }
        }
        if !log["request"].is_null() {
            image.request = Some(self.text(&log["request"], "log.request"));
        }
        let every = &log["every"];
        self.mapping(every, "log.every", "seconds line");
        if !every.is_null() {
            let span = self.span(&every["seconds"], "log.every.seconds", Duration::from_secs(10));
            if span < Duration::from_secs(1) {
                self.wrong("log.every.seconds", "must be at least 1");
            }
            image.every = Some((span, self.text(&every["line"], "log.every.line")));
        }
    }

    fn answer(&mut self, value: &Value, path: &str) -> Answer {
        let usual = "text/plain; charset=utf-8";
        // A text alone is the body.
        if !matches!(value, Value::Object(_) | Value::Null) {
            let body = self.text(value, path);
            return Answer { status: 200, content_type: usual.into(), body, ..Answer::default() };
        }
        self.mapping(value, path, "status type body log exitCode");
        let at = |key: &str| join(path, key);
        let given = self.text(&value["type"], &at("type"));
        let content_type = if given.is_empty() { usual.into() } else { given };
        let exit = (!value["exitCode"].is_null())
            .then(|| self.number(&value["exitCode"], &at("exitCode"), (0, 255), 1) as i32);
        Answer {
            status: self.number(&value["status"], &at("status"), (200, 599), 200) as u16,
            content_type,
            body: self.text(&value["body"], &at("body")),
            log: Some(self.text(&value["log"], &at("log"))).filter(|line| !line.is_empty()),
            exit,
        }
    }

    fn entries<'v>(&mut self, value: &'v Value, path: &str) -> &'v [Value] {
        if !value.is_null() && !matches!(value, Value::Array(_)) {
            self.wrong(path, "must be a list");
        }
        let entries = value.array();
        if entries.len() > MOST_ENTRIES {
            self.wrong(path, &format!("must have at most {MOST_ENTRIES} items"));
        }
        &entries[..entries.len().min(MOST_ENTRIES)]
    }

    /// The entries of a mapping whose keys are the user's.
    fn checked_mapping<'v>(&mut self, value: &'v Value, path: &str) -> Vec<(&'v Str, &'v Value)> {
        let map = value.as_object();
        if map.is_none() && !value.is_null() {
            self.wrong(path, "must be a mapping");
        }
        if map.is_some_and(|map| map.len() > MOST_ENTRIES) {
            self.wrong(path, &format!("must have at most {MOST_ENTRIES} items"));
        }
        value.entries().take(MOST_ENTRIES).collect()
    }

    fn port(&mut self, value: &Value, index: usize) -> Option<u16> {
        let port = value.as_int().and_then(|port| u16::try_from(port).ok()).filter(|port| *port > 0);
        if port.is_none() {
            self.wrong(
                &format!("ports[{index}]"),
                &format!("Invalid value: {}: must be between 1 and 65535, inclusive", shown(value)),
            );
        }
        port
    }

    fn text(&mut self, value: &Value, path: &str) -> Str {
        let text: Str = match value {
            Value::Null => Str::default(),
            Value::String(text) => text.clone(),
            Value::Array(_) | Value::Object(_) => {
                self.wrong(path, "must be text");
                Str::default()
            }
            other => json::to_string(other).into(),
        };
        if text.len() > LONGEST_TEXT {
            self.wrong(path, &format!("must have at most {LONGEST_TEXT} bytes"));
        }
        text
    }

    fn number(&mut self, value: &Value, path: &str, (low, high): (i64, i64), usual: i64) -> i64 {
        if value.is_null() {
            return usual;
        }
        let number = value.as_int().filter(|number| (low..=high).contains(number));
        if number.is_none() {
            self.wrong(path, &format!("Invalid value: {}: must be between {low} and {high}, inclusive", shown(value)));
        }
        number.unwrap_or(usual)
    }

    fn span(&mut self, value: &Value, path: &str, usual: Duration) -> Duration {
        let seconds = match value {
            Value::Null => return usual,
            Value::Int(seconds) => *seconds as f64,
            Value::Float(seconds) => *seconds,
            _ => -1.0,
        };
        if !(0.0..=LONGEST_SPAN).contains(&seconds) {
            self.wrong(path, &format!("Invalid value: {}: must be between 0 and {LONGEST_SPAN} seconds", shown(value)));
            return usual;
        }
        Duration::from_millis((seconds * 1000.0) as u64)
    }

    fn quantity(&mut self, value: &Value, path: &str) -> Option<Quantity> {
        let wrong = match value {
            Value::Null => return None,
            Value::String(text) => Quantity::parse(text).err(),
            Value::Int(_) | Value::Float(_) => None,
            _ => Some(api::quantity::FORMAT_ERROR),
        };
        let quantity = Quantity::of(value);
        if let Some(why) = wrong.or(quantity.is_negative().then_some("must be greater than or equal to 0")) {
            self.wrong(path, &format!("Invalid value: {}: {why}", shown(value)));
            return None;
        }
        Some(quantity)
    }

    fn bytes(&mut self, value: &Value, path: &str, usual: i64) -> i64 {
        /// A TiB.
        const MOST: i64 = 1 << 40;
        self.quantity(value, path).map_or(usual, |quantity| quantity.value().min(MOST))
    }

    /// CPUs, in millionths; CPU seconds, in microseconds.
    fn cpu(&mut self, value: &Value, path: &str, usual: u64) -> u64 {
        /// A thousand seconds.
        const MOST: i64 = 1_000_000;
        self.quantity(value, path).map_or(usual, |quantity| quantity.milli_value().min(MOST).unsigned_abs() * 1000)
    }
}

fn join(path: &str, key: &str) -> String {
    match path {
        "" => key.to_owned(),
        path if key.contains(['/', '.']) => format!("{path}[{key}]"),
        path => format!("{path}.{key}"),
    }
}

/// A value as error messages show it.
fn shown(value: &Value) -> String {
    json::to_string(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_read() {
        let image = read(
            "name: shop:1.0\nports: [8080, 9090]\nenv: {COUNT: 3, MODE: fast}\nlog:\n  start: [a, b]\n  every: {seconds: 5, line: tick}\n\
             response: hello\npaths:\n  /healthz: {status: 503, body: not yet}\n  /crash: {exitCode: 3}\n\
             crash: {afterSeconds: 5}\ncpu: {idle: 5m, perRequest: 20m}\nmemory: {idle: 20Mi}\nreadyAfterSeconds: 2.5\n",
        )
        .unwrap();
        assert_eq!((image.name.as_str(), image.ports.as_slice()), ("docker.io/library/shop:1.0", &[8080, 9090][..]));
        assert_eq!(image.env[0], ("COUNT".into(), "3".into()));
        assert_eq!((image.start.len(), image.every.as_ref().unwrap().0.as_secs()), (2, 5));
        assert_eq!(image.answer("/").unwrap().body, "hello");
        assert_eq!((image.answer("/healthz").unwrap().status, image.answer("/crash").unwrap().exit), (503, Some(3)));
        assert_eq!(image.crash.as_ref().map(|crash| (crash.after.as_secs(), crash.code)), Some((5, 1)));
        assert_eq!((image.cpu, image.memory), ((5_000, 20_000), (20 << 20, 0)));
        assert_eq!(image.ready_after.as_millis(), 2_500);
        // The same description has the same digest, however it is laid out.
        let again = |text: &str| read(text).unwrap().id;
        assert_eq!(again("name: a\nports: [1]"), again("name: \"a\"\nports:\n- 1\n"));
        assert_ne!(again("name: a\nports: [1]"), again("name: a\nports: [2]"));
    }

    #[test]
    fn what_is_wrong_has_a_line_and_a_field() {
        let wrong = |text: &str| -> Vec<String> {
            read(text).unwrap_err().into_iter().map(|problem| format!("{}: {}", problem.line, problem.text)).collect()
        };
        assert_eq!(wrong("ports: [80]"), ["1: name: Required value: such as shop:1.0"]);
        assert_eq!(
            wrong("name: shop\nports:\n- 80\n- eighty\n"),
            ["4: ports[1]: Invalid value: \"eighty\": must be between 1 and 65535, inclusive"]
        );
        assert_eq!(
            wrong("name: Shop\n"),
            ["1: name: \"Shop\": invalid reference format: repository name (library/Shop) must be lowercase"]
        );
        assert!(
            wrong("name: a\ncpu: {idle: 5x}\nlogs: []")[0].starts_with("3: logs: unknown field; there are name, size,")
        );
        assert!(wrong("name: a\ncpu: {idle: 5x}")[0].starts_with("2: cpu.idle: Invalid value: \"5x\": "));
        assert_eq!(wrong("name: a\nresponse: x"), ["2: response: nobody can ask for it: there are no `ports`"]);
        assert_eq!(wrong("name: a\nname: b"), ["2: name: stands here twice"]);
        assert!(wrong("- a")[0].contains("must be a mapping"));
        assert!(wrong("name: [")[0].contains("yaml: "));
        assert!(wrong("name: a\nports: 80\ncrash: now\npaths: {a: b}").len() >= 3);
        assert!(read(&format!("name: a\nlog: {{start: [{}]}}", "a, ".repeat(80))).is_err());
        assert!(read(&"x".repeat(LONGEST + 1)).is_err());
    }
}

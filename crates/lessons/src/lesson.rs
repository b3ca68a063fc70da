//! A lesson, read from its files.

use crate::words::Words;
use api::Language;
use api::Value;
use shell::syntax::{Aliases, parse_one};

/// The file that is the same in every language.
pub const PLAN: &str = "lesson.yaml";

/// Something that is wrong with a lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// In which file.
    pub file: String,
    /// In which line, from 1; 0 where it concerns no line.
    pub line: usize,
    /// What.
    pub text: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.text),
            line => write!(f, "{}:{line}: {}", self.file, self.text),
        }
    }
}

/// A lesson.
#[derive(Clone, Debug, Default)]
pub struct Lesson {
    /// The folder's name.
    pub name: String,
    /// What lesson.yaml says.
    pub plan: Value,
    /// The text of lesson.yaml, for line numbers.
    pub plan_text: String,
    /// The words, a language each.
    pub words: Vec<Words>,
    /// The other files of the folder: names and texts.
    pub files: Vec<(String, String)>,
}

impl Lesson {
    /// Reads a lesson from the files of its folder: names (with `/` where they lie deeper) and texts. What cannot be read is a
    /// problem, and reading goes on with the rest.
    pub fn read(name: &str, files: &[(String, String)]) -> (Lesson, Vec<Problem>) {
        let (mut lesson, mut problems) = (Lesson { name: name.to_owned(), ..Lesson::default() }, Vec::new());
        let mut wrong =
            |file: &str, line: usize, text: String| problems.push(Problem { file: file.to_owned(), line, text });
        let mut planned = false;
        let mut texts = Vec::new();
        for (file, text) in files {
            // Editors of Windows put a mark before the text.
            let text = text.strip_prefix('\u{feff}').unwrap_or(text);
            let lang = file.strip_prefix("lesson.").and_then(|rest| rest.strip_suffix(".md"));
            match (lang, file.as_str()) {
                (_, PLAN) => {
                    planned = true;
                    text.clone_into(&mut lesson.plan_text);
                    match api::yaml::parse(text) {
                        Ok(document) => {
                            for (line, key) in &document.duplicates {
                                wrong(PLAN, *line, format!("{key:?} stands here twice"));
                            }
                            lesson.plan = document.value;
                        }
                        // What is wrong in the first line has none in the message.
                        Err(error) => wrong(PLAN, line_in(&error).max(1), explained(error)),
                    }
                }
                (Some(tag), _) => match Language::ALL.into_iter().find(|lang| lang.tag() == tag) {
                    Some(lang) => texts.push((lang, file, text)),
                    None => wrong(file, 0, format!("the page speaks en and ko, not {tag:?}")),
                },
                (None, "lesson.md" | "lesson.yml") => {
                    wrong(file, 0, "this is not read: files are called lesson.yaml, lesson.en.md, lesson.ko.md".into());
                }
                _ => lesson.files.push((file.clone(), text.to_owned())),
            }
        }
        if !planned {
            wrong(PLAN, 0, "the lesson has no lesson.yaml".into());
        }
        if texts.is_empty() {
            wrong("lesson.en.md", 0, "the lesson has no words: neither lesson.en.md nor lesson.ko.md".into());
        }
        for (lang, file, text) in texts {
            lesson.words.push(Words::read(lang, file, text, &mut problems));
        }
        (lesson, problems)
    }

    /// The words in a language, or else in another.
    pub fn words(&self, lang: Language) -> Option<&Words> {
        self.words.iter().find(|words| words.lang == lang).or(self.words.first())
    }

    /// The steps of the plan.
    pub fn steps(&self) -> &[Value] {
        self.plan.get("steps").array()
    }

    /// The step of an id.
    pub fn step(&self, id: &str) -> &Value {
        self.steps().iter().find(|step| step.get("id").str() == id).unwrap_or(&api::NULL)
    }

    /// The cluster that the lesson wants; with this seed, if it does not care.
    pub fn options(&self, seed: u64) -> cluster::Options {
        let default = cluster::Options::default();
        let number = |key: &str| self.plan.get(key).as_int();
        cluster::Options {
            seed: number("seed").map_or(seed, |seed| seed as u64),
            workers: number("workers").map_or(default.workers, |workers| workers.clamp(0, 100) as usize),
            ..default
        }
    }

    /// What is typed, unseen, before the lesson begins.
    pub fn start(&self) -> &str {
        self.plan.get("start").str()
    }

    /// The files that the learner finds in his working directory: names and texts.
    pub fn given(&self) -> impl Iterator<Item = (&str, &str)> {
        let wanted = self.plan.get("files").array();
        let text = |name: &str| self.files.iter().find(|(file, _)| file == name).map(|(_, text)| text.as_str());
        wanted.iter().filter_map(move |name| Some((name.str(), text(name.str())?)))
    }

    /// The lines that are typed, unseen, before the lesson begins: they make its files, and do what it starts with. Because they
    /// are typed, a recording of the session has all of it.
    pub fn opening(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, text) in self.given() {
            if let Some((folder, _)) = name.rsplit_once('/') {
                lines.push(format!("mkdir -p '{folder}'"));
            }
            let mut end = "EOF".to_owned();
            while text.lines().any(|line| line == end) {
                end.push('_');
            }
            lines.push(format!("cat > '{name}' <<'{end}'"));
            lines.extend(text.lines().map(str::to_owned));
            lines.push(end);
        }
        lines.extend(self.start().lines().map(str::to_owned));
        lines
    }

    /// The line of lesson.yaml at which a path such as `steps[0].checks[1]` stands.
    pub fn line_of(&self, path: &str) -> usize {
        api::yaml::line_of(&self.plan_text, path).unwrap_or(0)
    }
}

/// The commands of a script, each as it is typed: a here-document and a loop are one command of several lines.
///
/// # Errors
/// What bash says of a command that is none, and in which line (from 0) of the script it begins.
pub fn commands(script: &str) -> Result<Vec<String>, (usize, String)> {
    let (mut commands, mut rest) = (Vec::new(), script);
    let line = |rest: &str| script[..script.len() - rest.len()].matches('\n').count();
    while let Some((_, used)) = parse_one(rest, &Aliases::default()).map_err(|error| (line(rest), error.to_string()))? {
        let text: Vec<&str> = rest[..used]
            .lines()
            .skip_while(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
            .collect();
        commands.push(text.join("\n"));
        rest = &rest[used..];
    }
    Ok(commands)
}

/// The message of the reader of YAML, with what is meant most often by one that says little.
pub(crate) fn explained(error: String) -> String {
    match error.contains("mapping values are not allowed") {
        true => error + " (a text with a colon in it stands in quotes)",
        false => error,
    }
}

/// The line in a message such as `yaml: line 4: ...`; 0 if it says none.
pub(crate) fn line_in(message: &str) -> usize {
    let after = message.split_once("line ").map_or("", |(_, after)| after);
    after.split(':').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_taken_apart_into_commands() {
        let script = "# first\nkubectl get pods\n\ncat > x <<EOF\na\nb\nEOF\nfor i in 1 2; do\n  echo $i\ndone\n";
        let found = commands(script).unwrap();
        assert_eq!(found, ["kubectl get pods", "cat > x <<EOF\na\nb\nEOF", "for i in 1 2; do\n  echo $i\ndone"]);
        assert_eq!(commands("ls\nls\necho 'x").map_err(|(line, _)| line), Err(2));
    }

    #[test]
    fn files_are_typed() {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let plan = "files: [a/b.yaml]\nstart: |\n  ls\n";
        let (lesson, _) = Lesson::read("x", &[file("lesson.yaml", plan), file("a/b.yaml", "x: $HOME\nEOF\n")]);
        assert_eq!(lesson.opening(), ["mkdir -p 'a'", "cat > 'a/b.yaml' <<'EOF_'", "x: $HOME", "EOF", "EOF_", "ls"]);
    }

    #[test]
    fn what_cannot_be_read_is_a_problem() {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let (_, problems) = Lesson::read("x", &[]);
        assert_eq!(problems.len(), 2);
        let (_, problems) = Lesson::read("x", &[file("lesson.yaml", "a: 1\nb: [\n"), file("lesson.fr.md", "")]);
        assert!(problems[0].line > 1 && problems[0].file == "lesson.yaml", "{problems:?}");
        assert!(problems.iter().any(|problem| problem.text.contains("\"fr\"")));
    }
}

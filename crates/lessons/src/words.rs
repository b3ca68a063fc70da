//! The words of a lesson in one language: `lesson.en.md`, Markdown with a few marks.
//!
//! Front matter says what the lesson is called. `## Heading {#step}` begins a step; what is written before the first belongs to
//! no step, and `{#end}` is what is said after the last. `:::hint CHECK`, `:::note NOTE`, `:::unmet CHECK`, `:::done`
//! and `:::quiz NAME`, each up to a line `:::`, are said when their time has come.

use crate::lesson::{Problem, explained, line_in};
use api::Language;

/// What is said in one language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    /// The language.
    pub lang: Language,
    /// The file's name.
    pub file: String,
    /// Its text.
    pub text: String,
    /// The lesson's name.
    pub title: String,
    /// What it is about, in a sentence.
    pub summary: String,
    /// What is said before the first step; Markdown.
    pub intro: String,
    /// The steps, in order.
    pub steps: Vec<StepWords>,
    /// What is said after the last step: a heading and Markdown.
    pub end: Option<(String, String)>,
}

/// What is said in a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepWords {
    /// The step's id, as in lesson.yaml.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// The line of the heading, from 1.
    pub line: usize,
    /// Its goal; Markdown.
    pub body: String,
    /// What is said when its time has come.
    pub blocks: Vec<Block>,
}

/// When a block is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// When the learner asks, while the check of this id (any check, if it has none) is unmet.
    Hint,
    /// While the condition of this id holds: something was done that leads elsewhere.
    Note,
    /// Instead of what is made from the state, while the check of this id is unmet.
    Unmet,
    /// When the step is done.
    Done,
    /// A question.
    Quiz,
}

/// A part of a step that is not said at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// When it is said.
    pub kind: BlockKind,
    /// The id of a check, a note or the quiz; may be empty for hints.
    pub id: String,
    /// What is said; Markdown.
    pub text: String,
    /// Its first line, from 1.
    pub line: usize,
}

const KINDS: &[(&str, BlockKind)] = &[
    ("hint", BlockKind::Hint),
    ("note", BlockKind::Note),
    ("unmet", BlockKind::Unmet),
    ("done", BlockKind::Done),
    ("quiz", BlockKind::Quiz),
];

impl BlockKind {
    /// The word behind `:::`.
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

impl Words {
    /// Reads a file; problems are noted, and reading goes on.
    pub fn read(lang: Language, file: &str, text: &str, problems: &mut Vec<Problem>) -> Words {
        let mut words = Words { lang, file: file.to_owned(), text: text.to_owned(), ..Words::default() };
        let mut wrong = |line: usize, what: String| problems.push(Problem { file: file.to_owned(), line, text: what });
        let (front, begin) = front_matter(text);
        match api::yaml::parse(&front) {
            Ok(document) => {
                for (key, value) in document.value.entries() {
                    match key.as_str() {
                        "title" => words.title = crate::field::text(value),
                        "summary" => words.summary = crate::field::text(value),
                        _ => wrong(1, format!("the front matter has title and summary, not {key:?}")),
                    }
                }
            }
            // The front matter begins in the second line.
            Err(error) => {
                wrong(line_in(&error).max(1) + 1, format!("the front matter is no YAML: {}", explained(error)));
                (words.title, words.summary) = ("?".into(), "?".into());
            }
        }
        if begin == 0 {
            wrong(
                1,
                "the file begins with front matter: a line ---, title: ..., summary: ..., and another line ---".into(),
            );
        } else {
            for (what, text) in [("title", &words.title), ("summary", &words.summary)] {
                if text.trim().is_empty() {
                    wrong(1, format!("the front matter has no {what}"));
                }
            }
        }
        let mut reader = Reader { words, block: None, ended: false, fence: None };
        for (at, line) in text.lines().enumerate().skip(begin) {
            if let Err(problem) = reader.line(at + 1, line) {
                wrong(at + 1, problem);
            }
        }
        if let Some(line) = reader.fence {
            wrong(line, "this ``` is never closed by another one".into());
        } else if let Some(block) = &reader.block {
            wrong(block.line, "this ::: is never closed by a line with ::: alone".into());
        }
        let mut words = reader.words;
        words.intro = words.intro.trim().to_owned();
        for step in &mut words.steps {
            step.body = step.body.trim().to_owned();
        }
        words
    }

    /// The words of a step.
    pub fn step(&self, id: &str) -> Option<&StepWords> {
        self.steps.iter().find(|step| step.id == id)
    }
}

impl StepWords {
    /// The blocks of a kind, in order.
    pub fn blocks(&self, kind: BlockKind) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }

    /// The first block of a kind with an id.
    pub fn block(&self, kind: BlockKind, id: &str) -> Option<&Block> {
        self.blocks(kind).find(|block| block.id == id)
    }
}

/// The text between the first two lines `---`, and how many lines that is with them.
fn front_matter(text: &str) -> (String, usize) {
    let mut lines = text.lines();
    if lines.next().map(str::trim_end) != Some("---") {
        return (String::new(), 0);
    }
    let inside: Vec<&str> = lines.take_while(|line| line.trim_end() != "---").collect();
    (inside.join("\n"), inside.len() + 2)
}

struct Reader {
    words: Words,
    block: Option<Block>,
    ended: bool,
    /// The line in which a code block begins, while it is open.
    fence: Option<usize>,
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        let mark = line.trim_end();
        if mark.trim_start().starts_with("```") {
            self.fence = self.fence.xor(Some(number));
        }
        if self.fence.is_none() {
            if let Some(name) = mark.strip_prefix(":::") {
                return self.mark(number, name.trim());
            }
            if let Some(heading) = mark.strip_prefix("## ") {
                return self.heading(number, heading.trim());
            }
            if mark.starts_with('#') && mark.ends_with('}') && mark.contains("{#") {
                return Err("the heading of a step begins with ##, no more and no less".into());
            }
        }
        let into = match (&mut self.block, &mut self.words) {
            (Some(block), _) => &mut block.text,
            (None, words) if self.ended => match &mut words.end {
                Some((_, text)) => text,
                None => return Ok(()),
            },
            (None, words) => match words.steps.last_mut() {
                Some(step) => &mut step.body,
                None => &mut words.intro,
            },
        };
        into.push_str(line);
        into.push('\n');
        Ok(())
    }

    /// `:::hint check` or `:::`
    fn mark(&mut self, number: usize, name: &str) -> Result<(), String> {
        let Some(block) = self.block.take() else {
            let (word, id) = name.split_once(' ').unwrap_or((name, ""));
            let Some((_, kind)) = KINDS.iter().find(|(known, _)| *known == word) else {
                if word.is_empty() {
                    return Err("this ::: closes nothing".into());
                }
                // What it closes with closes a block, so that one word that is wrong is one mistake.
                let (id, text) = (id.trim().to_owned(), String::new());
                self.block = Some(Block { kind: BlockKind::Hint, id, text, line: number });
                let names: Vec<_> = KINDS.iter().map(|(name, _)| *name).collect();
                return Err(format!("after ::: comes one of {}, not {word:?}", names.join(", ")));
            };
            self.block = Some(Block { kind: *kind, id: id.trim().to_owned(), text: String::new(), line: number });
            return Ok(());
        };
        let opens = (!name.is_empty()).then(|| format!("the ::: of line {} is not closed before this one", block.line));
        match self.words.steps.last_mut() {
            Some(step) if !self.ended => step.blocks.push(Block { text: block.text.trim().to_owned(), ..block }),
            _ => return Err("a ::: block belongs into a step, below its ## heading".into()),
        }
        let Some(opens) = opens else { return Ok(()) };
        self.mark(number, name)?;
        Err(opens)
    }

    /// `Create it {#create}`
    fn heading(&mut self, number: usize, heading: &str) -> Result<(), String> {
        let id = heading.rsplit_once("{#").and_then(|(title, id)| Some((title.trim(), id.strip_suffix('}')?.trim())));
        let Some((title, id)) = id else {
            return Err("a step's heading ends with its id, as in ## Create it {#create}".into());
        };
        if self.ended {
            return Err("nothing comes after {#end}".into());
        }
        if id == "end" {
            self.ended = true;
            self.words.end = Some((title.to_owned(), String::new()));
            return Ok(());
        }
        let step = StepWords { id: id.to_owned(), title: title.to_owned(), line: number, ..StepWords::default() };
        self.words.steps.push(step);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "---\ntitle: One\nsummary: Of it\n---\nHello.\n\n## First {#first}\n\nDo it.\n\n```\n## no heading\n:::no mark\n```\n\n\
                        :::hint there\nLook.\n:::\n\n:::done\nGood.\n:::\n\n## Bye {#end}\n\nThat was it.\n";

    #[test]
    fn a_text_is_taken_apart() {
        let mut problems = Vec::new();
        let words = Words::read(Language::English, "lesson.en.md", TEXT, &mut problems);
        assert_eq!(problems, []);
        assert_eq!((words.title.as_str(), words.intro.as_str()), ("One", "Hello."));
        let step = words.step("first").unwrap();
        assert_eq!((step.title.as_str(), step.line), ("First", 7));
        assert_eq!(step.body, "Do it.\n\n```\n## no heading\n:::no mark\n```");
        let hint = step.block(BlockKind::Hint, "there").unwrap();
        assert_eq!((hint.text.as_str(), hint.line), ("Look.", 16));
        assert_eq!(words.end.map(|(title, _)| title), Some("Bye".into()));
    }

    #[test]
    fn what_is_wrong_has_a_line() {
        let lines = |text: &str| {
            let mut problems = Vec::new();
            Words::read(Language::English, "x", text, &mut problems);
            problems.into_iter().map(|problem| problem.line).collect::<Vec<_>>()
        };
        let front = "---\ntitle: a\nsummary: b\n---\n";
        assert_eq!(lines(""), [1]);
        assert_eq!(lines(&format!("{front}## No id\n")), [5]);
        assert_eq!(lines(&format!("{front}## A {{#a}}\n:::hunt\nx\n:::\n")), [6]);
        assert_eq!(lines(&format!("{front}## A {{#a}}\n:::hint\nx\n:::done\nx\n:::\n")), [8]);
        assert_eq!(lines(&format!("{front}## A {{#a}}\n:::\n")), [6]);
        assert_eq!(lines(&format!("{front}## A {{#a}}\n:::hint\n")), [6]);
        assert_eq!(lines(&format!("{front}:::hint\n:::\n")), [6]);
    }
}

//! A question with answers: Markdown's task list, of which those with an `x` are right.

/// A question.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quiz {
    /// The question; Markdown.
    pub question: String,
    /// What may be answered.
    pub answers: Vec<Answer>,
}

/// One answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Whether it is right.
    pub right: bool,
    /// What it says; Markdown.
    pub text: String,
    /// What is said to whoever chose it; Markdown.
    pub why: String,
}

impl Quiz {
    /// Reads a block: the question, then `- [ ] wrong` and `- [x] right`, each with an optional `> why` below it.
    pub fn read(text: &str) -> Quiz {
        let mut quiz = Quiz::default();
        for line in text.lines() {
            let trimmed = line.trim();
            let wrong = trimmed.strip_prefix("- [ ]").map(|text| (false, text));
            let right = trimmed.strip_prefix("- [x]").or_else(|| trimmed.strip_prefix("- [X]"));
            let answer = wrong.or_else(|| right.map(|text| (true, text)));
            match (answer, quiz.answers.last_mut()) {
                (Some((right, text)), _) => {
                    quiz.answers.push(Answer { right, text: text.trim().to_owned(), why: String::new() });
                }
                (None, Some(last)) => match trimmed.strip_prefix('>') {
                    Some(why) => append(&mut last.why, why.trim()),
                    None => append(&mut last.text, trimmed),
                },
                (None, None) => {
                    quiz.question.push_str(line);
                    quiz.question.push('\n');
                }
            }
        }
        quiz.question = quiz.question.trim().to_owned();
        quiz
    }

    /// The block's text, which [`Quiz::read`] reads.
    pub fn text(&self) -> String {
        let one = |text: &str| text.split('\n').map(str::trim).collect::<Vec<_>>().join(" ");
        let mut out = format!("{}\n", self.question);
        for answer in &self.answers {
            out.push_str(&format!("\n- [{}] {}", if answer.right { 'x' } else { ' ' }, one(&answer.text)));
            if !answer.why.is_empty() {
                out.push_str(&format!("\n  > {}", one(&answer.why)));
            }
        }
        out
    }

    /// What is wrong with it, if anything is.
    pub fn problem(&self) -> Option<&'static str> {
        match self.answers.iter().filter(|answer| answer.right).count() {
            _ if self.question.is_empty() => Some("the quiz asks nothing"),
            _ if self.answers.len() < 2 => {
                Some("a quiz has at least two answers: lines that begin with - [ ] or - [x]")
            }
            0 => Some("no answer of the quiz is right: mark one with - [x]"),
            all if all == self.answers.len() => Some("every answer of the quiz is right"),
            _ => None,
        }
    }
}

fn append(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read() {
        let quiz = Quiz::read("Which?\n\n- [ ] This\n  > No: that.\n- [x] That\n  goes on\n");
        assert_eq!(quiz.question, "Which?");
        assert_eq!(quiz.answers[0], Answer { right: false, text: "This".into(), why: "No: that.".into() });
        assert_eq!(quiz.answers[1].text, "That goes on");
        assert_eq!(quiz.problem(), None);
        assert_eq!(Quiz::read(&quiz.text()), quiz);
        assert!(Quiz::read("Which?\n- [ ] a\n- [ ] b").problem().is_some());
        assert!(Quiz::read("- [x] a\n- [ ] b").problem().is_some());
    }
}

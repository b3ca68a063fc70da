//! Compound commands, run.

use super::{Flow, Jump, Shell, glob};
use crate::process::Io;
use crate::syntax::{Compound, Part, Script, Word};

impl Shell {
    pub(super) async fn compound(&mut self, compound: &Compound, io: &Io) -> Flow {
        match compound {
            Compound::Group(script) => self.script(script, io).await,
            Compound::Subshell(script) => {
                let mut subshell = self.clone();
                subshell.traps.clear();
                let flow = match subshell.script(script, io).await {
                    // What ends a command line ends a subshell like any other error.
                    Err(Jump::Fail(_)) => Ok(1),
                    flow => flow,
                };
                Ok(subshell.leave(flow, io).await)
            }
            Compound::If(branches, otherwise) => {
                for (condition, body) in branches {
                    if self.test_script(condition, io).await? == 0 {
                        return self.script(body, io).await;
                    }
                }
                match otherwise {
                    Some(body) => self.script(body, io).await,
                    None => Ok(0),
                }
            }
            Compound::While(until, condition, body) => {
                let mut status = 0;
                while (self.test_script(condition, io).await? == 0) != *until {
                    match self.iteration(body, io).await? {
                        Some(s) => status = s,
                        None => break,
                    }
                }
                Ok(status)
            }
            Compound::For(name, words, body) => {
                let values = match words {
                    Some(words) => self.words(words, io).await?,
                    None => self.parameters.clone(),
                };
                let mut status = 0;
                for value in values {
                    self.set(name, value);
                    match self.iteration(body, io).await? {
                        Some(s) => status = s,
                        None => break,
                    }
                }
                Ok(status)
            }
            Compound::ForArithmetic([start, test, step], body) => {
                self.arithmetic(start, io).await?;
                let mut status = 0;
                while test.0.iter().all(is_blank) || self.arithmetic(test, io).await? != 0 {
                    match self.iteration(body, io).await? {
                        Some(s) => status = s,
                        None => break,
                    }
                    self.arithmetic(step, io).await?;
                }
                Ok(status)
            }
            Compound::Case(subject, arms) => {
                let text: Vec<char> = self.one(subject, io).await?.chars().collect();
                let (mut status, mut falls) = (0, false);
                for (patterns, body, end) in arms {
                    let mut hit = falls;
                    for pattern in patterns {
                        hit = hit
                            || glob::matches(
                                &self.expanding(pattern.runs(), io, &|e| e.pattern(pattern)).await?,
                                &text,
                            );
                    }
                    if hit {
                        status = self.script(body, io).await?;
                        falls = *end == ";&";
                        if *end == ";;" {
                            break;
                        }
                    }
                }
                Ok(status)
            }
            Compound::Test(words) => {
                let runs = words.iter().any(Word::runs);
                match self.expanding(runs, io, &|expander| expander.double_bracket(words)).await {
                    Err(Jump::Fail(2)) => Ok(2),
                    flow => flow,
                }
            }
            Compound::Arithmetic(word) => Ok(i32::from(self.arithmetic(word, io).await? == 0)),
        }
    }

    /// Runs a condition: `set -e` does not look at it.
    async fn test_script(&mut self, script: &Script, io: &Io) -> Flow {
        self.tested += 1;
        let flow = self.script(script, io).await;
        self.tested = self.tested.saturating_sub(1);
        flow
    }

    /// Runs a loop's body once; none when the loop ends by `break`.
    async fn iteration(&mut self, body: &Script, io: &Io) -> Result<Option<i32>, Jump> {
        self.kernel.breathe().await;
        match self.script(body, io).await {
            Ok(status) => Ok(Some(status)),
            Err(Jump::Break(n)) if n > 1 => Err(Jump::Break(n - 1)),
            Err(Jump::Break(_)) => Ok(None),
            Err(Jump::Continue(n)) if n > 1 => Err(Jump::Continue(n - 1)),
            Err(Jump::Continue(_)) => Ok(Some(0)),
            Err(jump) => Err(jump),
        }
    }
}

fn is_blank(part: &Part) -> bool {
    matches!(part, Part::Quoted(text) if text.trim().is_empty())
}

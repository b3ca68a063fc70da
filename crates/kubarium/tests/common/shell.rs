//! A simulated cluster with a shell in it: `kubarium sh --json` as a child process.

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long one answer may take; far more than any does.
const LIMIT: Duration = Duration::from_secs(60);

/// What a command answered, or what the recording says it did.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub stdout: String,
    pub stderr: String,
    pub exit: i64,
    /// Seconds since the cluster, or the recording, began.
    pub time: f64,
}

impl Answer {
    /// Reads one line of a recording or of the shell's output; `None` if it is no answer.
    pub fn read(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
        text("cmd")?;
        Some(Self {
            stdout: text("stdout").unwrap_or_default(),
            stderr: text("stderr").unwrap_or_default(),
            exit: value.get("exit").and_then(Value::as_i64).unwrap_or_default(),
            time: value.get("t").and_then(Value::as_f64).unwrap_or_default(),
        })
    }

    /// Everything that was printed.
    pub fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// The command that answers in place of `kubarium sh --json`, if there is one: the real kubectl before `kubarium serve`.
pub fn by_adapter() -> Option<String> {
    std::env::var("ORACLE_SHELL").ok().filter(|words| !words.is_empty())
}

/// The running process.
pub struct Shell {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
    /// Answers that have not come yet; those that came too late are passed over.
    owed: usize,
}

impl Shell {
    /// Starts a new cluster, with further options of `kubarium sh`.
    pub fn start(options: &[&str]) -> std::io::Result<Self> {
        let mut command = match by_adapter() {
            Some(words) => {
                let mut words = words.split_whitespace().map(str::to_owned);
                let mut command = Command::new(words.next().unwrap_or_default());
                command.args(words);
                command
            }
            None => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_kubarium"));
                command.args(["sh", "--json"]).args(options);
                command
            }
        };
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let output = child.stdout.take().expect("it is piped");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let input = child.stdin.take();
        Ok(Self { child, input, lines, owed: 0 })
    }

    /// Gives the shell one command (a here-document has several lines) and waits for its answer.
    pub fn ask(&mut self, line: &str) -> Option<Answer> {
        let input = self.input.as_mut()?;
        writeln!(input, "{line}").and_then(|()| input.flush()).ok()?;
        let end = Instant::now() + LIMIT;
        self.owed += 1;
        let mut last = String::new();
        while self.owed > 0 {
            last = self.lines.recv_timeout(end.saturating_duration_since(Instant::now())).ok()?;
            self.owed -= 1;
        }
        Answer::read(&last)
    }

    /// Whether the process ended by itself: a crash.
    pub fn is_gone(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // The end of its input ends it; a shell that hangs is ended.
        self.input = None;
        let end = Instant::now() + Duration::from_secs(3);
        while !self.is_gone() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

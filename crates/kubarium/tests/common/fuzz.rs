//! Lines made from what people type, changed at random, given to sessions: none may end in a panic or go on for ever.
//!
//! The same seed makes the same lines. A session lives for some lines, so that they meet what others have left behind.

use api::Rng;
use cluster::Options;
use shell::Session;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// What is being run, for whoever has to report it.
pub static LINE: Mutex<(String, Option<Instant>)> = Mutex::new((String::new(), None));

/// Lines for one session.
const LINES: u32 = 60;
/// How many events of the cluster a line may take before it is interrupted, as by Ctrl-C.
const EVENTS: usize = 3_000;
/// How long a line may take by the wall clock, in a build without optimisation on a busy machine.
pub const LIMIT: Duration = Duration::from_secs(60);

const SEEDS: &[&str] = &[
    include_str!("../ckad/a-core.sh"),
    include_str!("../ckad/c-design.sh"),
    include_str!("../ckad/d-config.sh"),
    include_str!("../ckad/f-services.sh"),
    include_str!("../ckad/g-state.sh"),
    include_str!("../ckad/i-crd.sh"),
    include_str!("fuzz.txt"),
];

/// Words that make trouble.
const AWKWARD: &[&str] = &[
    "",
    " ",
    "''",
    "\"",
    "'",
    "\\",
    "$",
    "$(",
    "${",
    "${x:",
    "`",
    "{{",
    "}}",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "|",
    "||",
    "&&",
    "&",
    ";",
    ">",
    "<",
    "<<E",
    "*",
    "?",
    "..",
    "-",
    "--",
    "=",
    ":",
    ",",
    "/",
    "~",
    "!",
    "#",
    "@",
    "%",
    "\t",
    "é",
    "한",
    "\u{0}",
    "\u{fffd}",
    "0",
    "-1",
    "1",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "1e309",
    "NaN",
    "1.5",
    "0x1F",
    "null",
    "true",
    "~",
    "[]",
    "{}",
    "!!binary",
    "&a",
    "*a",
    "- ",
    "? ",
    "|-",
    ">+",
    "---",
    "...",
    "{end}",
    "{range",
    "..*",
    "[?(@",
    "[-1:]",
    "[::0]",
    "%s%d%999d",
    "999999999999s",
    "-5m",
    "2026-02-30T00:00:00Z",
    "1Ei",
    "1e-9",
    "0.1m",
    "é.example",
];

/// Makes lines.
pub struct Lines {
    rng: Rng,
    corpus: Vec<String>,
    words: Vec<String>,
}

impl Lines {
    pub fn new(seed: u64) -> Lines {
        let mut corpus: Vec<String> = Vec::new();
        for text in SEEDS {
            let mut lines = text.lines().filter(|line| !line.starts_with('#'));
            while let Some(line) = lines.next() {
                let mut whole = line.to_owned();
                if line.ends_with("<<'E'") || line.ends_with("<<E") {
                    for line in lines.by_ref() {
                        whole = format!("{whole}\n{line}");
                        if line == "E" {
                            break;
                        }
                    }
                }
                corpus.push(whole);
            }
        }
        let words = corpus.iter().flat_map(|line| line.split_whitespace()).map(str::to_owned).collect();
        Lines { rng: Rng::new(seed), corpus, words }
    }

    fn pick<'a, T>(rng: &mut Rng, all: &'a [T]) -> &'a T {
        &all[rng.below(all.len() as u32) as usize]
    }

    /// The next line (or, with a here-document, lines).
    pub fn next(&mut self) -> String {
        let mut line = Lines::pick(&mut self.rng, &self.corpus).clone();
        for _ in 0..=self.rng.below(4) {
            line = self.changed(line);
        }
        line
    }

    fn changed(&mut self, line: String) -> String {
        let rng = &mut self.rng;
        match rng.below(8) {
            // A word is replaced, added or taken away.
            0..=2 => {
                let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
                let at = rng.below(words.len() as u32) as usize;
                let word = match rng.below(3) {
                    0 => (*Lines::pick(rng, AWKWARD)).to_owned(),
                    _ => Lines::pick(rng, &self.words).clone(),
                };
                match rng.below(3) {
                    0 => words[at] = word,
                    1 => words.insert(at, word),
                    _ => _ = words.remove(at),
                }
                words.join(" ")
            }
            // Characters.
            3..=5 => {
                let mut chars: Vec<char> = line.chars().collect();
                let at = rng.below(chars.len() as u32 + 1) as usize;
                match rng.below(4) {
                    0 if at < chars.len() => _ = chars.remove(at),
                    1 if at < chars.len() => chars.truncate(at),
                    2 => {
                        let end = (at + rng.below(12) as usize).min(chars.len());
                        let part: Vec<char> = chars[at..end].to_vec();
                        for _ in 0..=rng.below(3) {
                            chars.splice(at..at, part.iter().copied());
                        }
                    }
                    _ => _ = chars.splice(at..at, Lines::pick(rng, AWKWARD).chars()).count(),
                }
                chars.into_iter().collect()
            }
            // The beginning of this line and the end of another.
            6 => {
                let other = Lines::pick(rng, &self.corpus).clone();
                let cut = |rng: &mut Rng, text: &str| -> usize {
                    let at = rng.below(text.len() as u32 + 1) as usize;
                    (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
                };
                let (from, to) = (cut(rng, &line), cut(rng, &other));
                format!("{}{}", &line[..from], &other[to..])
            }
            // Numbers become others.
            _ => {
                let mut changed = String::new();
                for c in line.chars() {
                    let awkward: &&str = Lines::pick(rng, AWKWARD);
                    match c.is_ascii_digit() && rng.below(3) == 0 {
                        true => changed.push_str(awkward),
                        false => changed.push(c),
                    }
                }
                changed
            }
        }
    }
}

/// Runs lines until it has been `time` long or there were `most` of them; how many there were.
pub fn run(seed: u64, time: Duration, most: u64) -> u64 {
    let begin = Instant::now();
    let mut lines = Lines::new(seed);
    let mut count = 0;
    while begin.elapsed() < time && count < most {
        let mut session = Session::new(Options { seed: seed.wrapping_add(count), ..Options::default() }, false);
        for _ in 0..LINES {
            let line = lines.next();
            *LINE.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = (line.clone(), Some(Instant::now()));
            session.input(&line);
            // A here-document or a quote that was opened ends.
            session.input("E\n'\n\"");
            for _ in 0..3 {
                let mut left = EVENTS;
                let undrained = session.undrained_probe();
                session.run_foreground(&mut || {
                    left = left.saturating_sub(1);
                    left > 0 && undrained() < 1 << 20
                });
                session.drain();
                if session.editor().is_some() {
                    session.finish_edit(None);
                }
                if left > 0 && !session.busy() {
                    break;
                }
                session.interrupt();
            }
            count += 1;
            if session.ended() {
                break;
            }
        }
    }
    *LINE.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = (String::new(), None);
    count
}

/// Watches: a line that takes too long is told and ends the process; a panic tells its line too.
pub fn watch() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let line = LINE.lock().unwrap_or_else(std::sync::PoisonError::into_inner).0.clone();
        eprintln!("the line was: {line:?}");
        usual(info);
    }));
    std::thread::spawn(|| {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let (line, since) = LINE.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
            if since.is_some_and(|since| since.elapsed() > LIMIT) {
                eprintln!("no end after {LIMIT:?}: {line:?}");
                std::process::exit(1);
            }
        }
    });
}

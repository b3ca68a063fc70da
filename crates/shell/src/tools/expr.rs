//! `expr`

use super::Cx;
use crate::regex::Regex;

/// Works out an expression given as arguments; 1 where it comes to nothing.
pub(super) async fn run(cx: Cx) -> i32 {
    let words = cx.args[1..].to_vec();
    if words.is_empty() {
        cx.err("expr: missing operand\nTry 'expr --help' for more information.\n");
        return 2;
    }
    let mut reader = Reader { words: &words, at: 0, depth: 0 };
    let value = reader.level(0).and_then(|value| match words.get(reader.at) {
        None => Ok(value),
        Some(word) => Err(format!("syntax error: unexpected argument \u{2018}{word}\u{2019}")),
    });
    match value {
        Ok(value) => {
            cx.out(&format!("{value}\n"));
            i32::from(value.is_empty() || value == "0")
        }
        Err(why) => cx.fail(why) + 1,
    }
}

struct Reader<'a> {
    words: &'a [String],
    at: usize,
    depth: usize,
}

const LEVELS: [&[&str]; 6] =
    [&["|"], &["&"], &["<", "<=", "=", "==", "!=", ">=", ">"], &["+", "-"], &["*", "/", "%"], &[":"]];

type Read = Result<String, String>;

impl Reader<'_> {
    fn level(&mut self, level: usize) -> Read {
        let Some(signs) = LEVELS.get(level) else { return self.term() };
        let mut left = self.level(level + 1)?;
        while let Some(sign) = self.words.get(self.at).filter(|word| signs.contains(&word.as_str())) {
            self.at += 1;
            let right = self.level(level + 1)?;
            left = apply(sign, &left, &right)?;
        }
        Ok(left)
    }

    fn next(&mut self) -> Read {
        let last = self.at.checked_sub(1).and_then(|at| self.words.get(at)).cloned().unwrap_or_default();
        let word = self.words.get(self.at).cloned();
        self.at += 1;
        word.ok_or_else(|| format!("syntax error: missing argument after \u{2018}{last}\u{2019}"))
    }

    fn term(&mut self) -> Read {
        self.depth += 1;
        if self.depth > 40 {
            return Err("syntax error: nested too deeply".into());
        }
        let word = self.next()?;
        let more = self.words.len() > self.at;
        let value = match word.as_str() {
            "(" => {
                let value = self.level(0)?;
                match self.words.get(self.at).map(String::as_str) {
                    Some(")") => self.at += 1,
                    _ => return Err("syntax error: expecting ')'".into()),
                }
                value
            }
            "length" if more => self.term()?.chars().count().to_string(),
            "match" if more => {
                let text = self.term()?;
                let pattern = self.term()?;
                apply(":", &text, &pattern)?
            }
            "index" if more => {
                let (text, letters) = (self.term()?, self.term()?);
                text.chars().position(|c| letters.contains(c)).map_or(0, |at| at + 1).to_string()
            }
            "substr" if more => {
                let (text, from, length) = (self.term()?, self.term()?, self.term()?);
                let number = |text: String| text.parse::<usize>().unwrap_or(0);
                let (from, length) = (number(from), number(length));
                if from == 0 { String::new() } else { text.chars().skip(from - 1).take(length).collect() }
            }
            _ => word,
        };
        self.depth -= 1;
        Ok(value)
    }
}

fn apply(sign: &str, a: &str, b: &str) -> Read {
    let nothing = |text: &str| text.is_empty() || text == "0";
    let number = |text: &str| text.parse::<i64>().map_err(|_| "non-integer argument".to_owned());
    Ok(match sign {
        "|" => if nothing(a) { b } else { a }.to_owned(),
        "&" => if nothing(a) || nothing(b) { "0" } else { a }.to_owned(),
        ":" => {
            let regex = Regex::new(&format!("^\\({b}\\)"), false, false)?;
            let groups = Regex::new(b, false, false)?.find(a, 0).map_or(0, |found| found.groups.len());
            match regex.find(a, 0) {
                Some(found) if groups > 0 => found.groups.get(1).copied().flatten().map_or("", |(from, to)| &a[from..to]).to_owned(),
                Some(found) => a[..found.end].chars().count().to_string(),
                None if b.contains("\\(") => String::new(),
                None => "0".into(),
            }
        }
        "+" | "-" | "*" | "/" | "%" => {
            let (a, b) = (number(a)?, number(b)?);
            if b == 0 && matches!(sign, "/" | "%") {
                return Err("division by zero".into());
            }
            match sign {
                "+" => a.wrapping_add(b),
                "-" => a.wrapping_sub(b),
                "*" => a.wrapping_mul(b),
                "/" => a.wrapping_div(b),
                _ => a.wrapping_rem(b),
            }
            .to_string()
        }
        sign => {
            let order = match (number(a), number(b)) {
                (Ok(a), Ok(b)) => a.cmp(&b),
                _ => a.cmp(b),
            };
            let holds = match sign {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                "=" | "==" => order.is_eq(),
                "!=" => order.is_ne(),
                ">=" => order.is_ge(),
                _ => order.is_gt(),
            };
            i64::from(holds).to_string()
        }
    })
}

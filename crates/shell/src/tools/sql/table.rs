//! Tables: how they are written to files and read again, and which of their rows a condition is about.

use super::parse::Test;
use super::{Dialect, Outcome, Server};

/// A table: its columns with their types, and its rows.
#[derive(Default)]
pub(super) struct Table {
    pub(super) columns: Vec<(String, String)>,
    pub(super) rows: Vec<Vec<Option<String>>>,
}

/// How NULL is written to a file.
const NULL: &str = "\\N";
/// What cannot stand in a cell of a file, and the letter that stands for it behind a backslash.
const ESCAPES: [(char, char); 3] = [('\\', '\\'), ('\t', 't'), ('\n', 'n')];

fn encoded(value: &Option<String>) -> String {
    let Some(text) = value else { return NULL.to_owned() };
    let mut cell = String::new();
    for letter in text.chars() {
        match ESCAPES.iter().find(|(plain, _)| *plain == letter) {
            Some((_, sign)) => cell.extend(['\\', *sign]),
            None => cell.push(letter),
        }
    }
    cell
}

fn decoded(cell: &str) -> Option<String> {
    if cell == NULL {
        return None;
    }
    let (mut text, mut letters) = (String::new(), cell.chars());
    while let Some(letter) = letters.next() {
        let sign = if letter == '\\' { letters.next() } else { None };
        let plain = ESCAPES.iter().find(|(_, known)| sign == Some(*known)).map(|(plain, _)| *plain);
        text.push(plain.unwrap_or(letter));
    }
    Some(text)
}

impl Table {
    /// The table in a file's text.
    pub(super) fn read(text: &str) -> Table {
        let mut lines = text.lines();
        let column = |cell: &str| cell.split_once(' ').map(|(name, kind)| (name.to_owned(), kind.to_owned()));
        let columns = lines.next().unwrap_or_default().split('\t').filter_map(column).collect();
        Table { columns, rows: lines.map(|line| line.split('\t').map(decoded).collect()).collect() }
    }

    /// The text of its file.
    pub(super) fn written(&self) -> String {
        let head: Vec<String> = self.columns.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
        let rows = self.rows.iter().map(|row| row.iter().map(encoded).collect::<Vec<_>>().join("\t"));
        std::iter::once(head.join("\t")).chain(rows).map(|line| line + "\n").collect()
    }

    /// The place of a column.
    ///
    /// # Errors
    /// Its name, if there is none.
    pub(super) fn column(&self, name: &str) -> Result<usize, String> {
        self.columns.iter().position(|(known, _)| known.eq_ignore_ascii_case(name)).ok_or_else(|| name.to_owned())
    }

    /// Gives columns without a value their next numbers and their defaults.
    pub(super) fn complete(&self, row: &mut [Option<String>], now: &str) {
        for (place, (_, kind)) in self.columns.iter().enumerate().filter(|(place, _)| row[*place].is_none()).collect::<Vec<_>>() {
            let lower = kind.to_ascii_lowercase();
            if ["serial", "auto_increment", "generated"].iter().any(|word| lower.contains(word)) {
                let numbers = self.rows.iter().filter_map(|row| row[place].as_ref()?.parse::<i64>().ok());
                row[place] = Some((numbers.max().unwrap_or(0) + 1).to_string());
            } else if let Some(at) = lower.find("default ") {
                let word = kind[at + "default ".len()..].split(' ').next().unwrap_or_default();
                row[place] = match word.to_ascii_lowercase().as_str() {
                    "null" => None,
                    "now" | "current_timestamp" => Some(now.to_owned()),
                    _ => Some(word.trim_matches('\'').to_owned()),
                };
            }
        }
    }

    /// Which rows pass all tests.
    pub(super) fn matching(&self, tests: &[Test], server: &Server<'_, '_>) -> Outcome<Vec<bool>> {
        let places: Vec<usize> =
            tests.iter().map(|test| server.place(self, &test.column, "where clause")).collect::<Outcome<_>>()?;
        let passes = |row: &Vec<Option<String>>| {
            tests.iter().zip(&places).all(|(test, place)| test.passes(row[*place].as_deref(), server.dialect))
        };
        Ok(self.rows.iter().map(passes).collect())
    }
}

impl Test {
    fn passes(&self, value: Option<&str>, dialect: Dialect) -> bool {
        let is = |wanted: &Option<String>| value.is_some() && wanted.is_some() && compare(value, wanted.as_deref()).is_eq();
        let (Some(text), Some(Some(wanted))) = (value, self.values.first()) else {
            let null = value.is_none() && self.values.first().is_some_and(Option::is_none);
            // Nothing is equal to NULL, nor different from it: it only is it, or is not.
            return match self.operator.as_str() {
                "is" => null,
                "is not" => value.is_some(),
                "in" => self.values.iter().any(is),
                _ => false,
            };
        };
        let order = compare(value, Some(wanted));
        let lower = |text: &str| text.to_lowercase();
        match self.operator.as_str() {
            "=" | "is" => order.is_eq(),
            "<>" | "!=" | "is not" => order.is_ne(),
            "<" => order.is_lt(),
            ">" => order.is_gt(),
            "<=" => order.is_le(),
            ">=" => order.is_ge(),
            "in" => self.values.iter().any(is),
            // MySQL's usual collations do not tell letters by their case.
            "like" if dialect == Dialect::Postgres => is_like(text, wanted),
            "not like" if dialect == Dialect::Postgres => !is_like(text, wanted),
            "like" | "ilike" => is_like(&lower(text), &lower(wanted)),
            "not like" => !is_like(&lower(text), &lower(wanted)),
            _ => false,
        }
    }
}

/// Whether a text is as a pattern says: `%` stands for any letters, `_` for one.
fn is_like(text: &str, pattern: &str) -> bool {
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut sign) = (0, 0);
    // Behind the last `%`, and which letter it does not stand for any more: only from there may another try help.
    let mut again: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(sign) {
            Some('%') => {
                again = Some((sign + 1, at));
                sign += 1;
            }
            Some(letter) if *letter == '_' || *letter == text[at] => (at, sign) = (at + 1, sign + 1),
            _ => {
                let Some((behind, from)) = again else { return false };
                (at, sign) = (from + 1, behind);
                again = Some((behind, from + 1));
            }
        }
    }
    pattern[sign..].iter().all(|rest| *rest == '%')
}

/// Numbers by size, all else by letters; NULL last.
pub(super) fn compare(a: Option<&str>, b: Option<&str>) -> std::cmp::Ordering {
    let number = |text: &str| text.parse::<f64>().ok();
    match (a, b) {
        (Some(a), Some(b)) => match (number(a), number(b)) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => a.cmp(b),
        },
        _ => a.is_none().cmp(&b.is_none()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_comes_back_as_it_was_stored() {
        for text in [r"C:\temp\new", r"\t", r"\\n", "a\tb\nc", r"\N", "", "\\"] {
            let cell = encoded(&Some(text.to_owned()));
            assert!(!cell.contains(['\t', '\n']), "{cell:?}");
            assert_eq!(decoded(&cell).as_deref(), Some(text));
        }
        assert_eq!(decoded(&encoded(&None)), None);
    }

    #[test]
    fn patterns_are_matched_to_their_end() {
        let cases = [("abc", "a%", true), ("abc", "%c", true), ("abc", "_b_", true), ("abc", "b%", false), ("abc", "ab", false), ("aab", "%ab", true)];
        for (text, pattern, expected) in cases {
            assert_eq!(is_like(text, pattern), expected, "{text} like {pattern}");
        }
        assert!(is_like("한글", "_글") && is_like("", "%") && !is_like("", "_"));
    }
}

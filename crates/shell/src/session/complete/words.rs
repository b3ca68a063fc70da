//! A line that is being typed, cut into words as the shell will cut it.

/// The command at the end of a line.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Words {
    /// Its words without quotes; the last one, which may be empty, is being typed.
    pub words: Vec<String>,
    /// The last word as it was typed.
    pub raw: String,
    /// Where that begins, in bytes.
    pub start: usize,
    /// The quote that is open.
    pub quote: Option<char>,
    /// Whether the last word is the file of a redirection.
    pub redirect: bool,
}

impl Words {
    /// Cuts the text before the cursor.
    pub fn of(text: &str) -> Words {
        let mut at = Words { start: text.len(), ..Words::default() };
        let mut current: Option<String> = None;
        let (mut escaped, mut target) = (false, false);
        for (i, c) in text.char_indices() {
            let begun = current.is_some();
            match (at.quote, c) {
                (None, ' ' | '\t') if !escaped => {
                    target &= !begun;
                    at.push(current.take());
                    continue;
                }
                (None, '|' | '&' | ';' | '(' | '`' | '\n') if !escaped => {
                    // `>&2` and `2>&1` are one redirection.
                    (current, target) = (None, false);
                    at.words.clear();
                    continue;
                }
                (None, '>' | '<') if !escaped => {
                    // What stands before it may be the number of a stream.
                    at.push(current.take().filter(|word| word.parse::<u8>().is_err()));
                    target = true;
                    continue;
                }
                _ => {}
            }
            let word = current.get_or_insert_default();
            if !begun {
                (at.start, at.redirect) = (i, target);
            }
            match (at.quote, c) {
                _ if escaped => {
                    word.push(c);
                    escaped = false;
                }
                (Some('"') | None, '\\') => escaped = true,
                (Some(quote), c) if c == quote => at.quote = None,
                (None, '\'' | '"') => at.quote = Some(c),
                (_, c) => word.push(c),
            }
        }
        if current.is_none() {
            (at.start, at.redirect) = (text.len(), target);
        }
        at.raw = text[at.start..].to_owned();
        at.words.push(current.unwrap_or_default());
        at
    }

    fn push(&mut self, word: Option<String>) {
        // The file of a redirection is no argument.
        if !std::mem::take(&mut self.redirect) {
            self.words.extend(word);
        }
    }

    /// The last word as it must be typed to become `text`, which begins with it. Where the shell would read signs of its own,
    /// a quote begins, and ends with the word unless that goes on.
    pub fn typed(&self, text: &str, open: bool) -> String {
        let last = self.words.last().map_or("", String::as_str);
        let more = text.get(last.len()..).unwrap_or_default();
        let plain = |c: char| c.is_alphanumeric() || "_-.:=@%+,/~".contains(c);
        let mut typed = self.raw.clone();
        if self.quote.is_none() && more.contains(['{', '[', '(', '*', '$']) && !more.contains('\'') {
            return format!("{typed}'{more}{}", if open { "" } else { "'" });
        }
        for c in more.chars() {
            match self.quote {
                None if !plain(c) => typed.extend(['\\', c]),
                Some('"') if matches!(c, '"' | '$' | '`' | '\\') => typed.extend(['\\', c]),
                Some('\'') if c == '\'' => typed += "'\\''",
                _ => typed.push(c),
            }
        }
        typed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> (Vec<String>, usize) {
        let words = Words::of(text);
        (words.words, words.start)
    }

    #[test]
    fn words_are_the_shells() {
        let of = |parts: &[&str], start| (parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>(), start);
        assert_eq!(words("ls a"), of(&["ls", "a"], 3));
        assert_eq!(words("ls "), of(&["ls", ""], 3));
        assert_eq!(words("a; ls 'b c"), of(&["ls", "b c"], 6));
        assert_eq!(words("cat b\\ c"), of(&["cat", "b c"], 4));
        assert_eq!(words("x $(kubectl get"), of(&["kubectl", "get"], 12));
        assert_eq!(words("echo a > f"), of(&["echo", "a", "f"], 9));
        assert!(Words::of("echo a > f").redirect && Words::of("echo a >").redirect && !Words::of("a > f b").redirect);
        assert_eq!(words("cat < f -n"), of(&["cat", "-n"], 8));
    }

    #[test]
    fn what_is_added_is_quoted_as_the_word_is() {
        assert_eq!(Words::of("cat b").typed("b c", false), "b\\ c");
        assert_eq!(Words::of("cat 'b").typed("b c", false), "'b c");
        assert_eq!(Words::of("cat \"b").typed("b$", false), "\"b\\$");
        assert_eq!(Words::of("x -o jsonpath='{.it").typed("jsonpath={.items[*].", true), "jsonpath='{.items[*].");
        assert_eq!(Words::of("x -o jsonpath=").typed("jsonpath={.items[*].", true), "jsonpath='{.items[*].");
        assert_eq!(Words::of("x ").typed("*", false), "'*'");
    }
}

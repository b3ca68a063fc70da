//! What a terminal does between a person's keys and a command.

/// What a person's keys mean to a command.
pub enum Typed {
    /// Text, as soon as its line is finished.
    Text(String),
    /// Ctrl-D on an empty line.
    End,
    /// Ctrl-C.
    Interrupt,
}

/// The line discipline of a terminal: it shows what is typed, and hands on whole lines.
#[derive(Default)]
pub struct Terminal {
    line: String,
}

impl Terminal {
    /// What to show for keys, and what they mean.
    pub fn typed(&mut self, keys: &str) -> (String, Vec<Typed>) {
        let (mut echo, mut meant) = (String::new(), Vec::new());
        for key in keys.chars() {
            match key {
                '\r' | '\n' => {
                    echo.push_str("\r\n");
                    meant.push(Typed::Text(std::mem::take(&mut self.line) + "\n"));
                }
                '\u{3}' => {
                    echo.push_str("^C\r\n");
                    meant.push(Typed::Interrupt);
                }
                '\u{4}' if self.line.is_empty() => meant.push(Typed::End),
                '\u{8}' | '\u{7f}' => {
                    if self.line.pop().is_some() {
                        echo.push_str("\u{8} \u{8}");
                    }
                }
                key if key < ' ' => {}
                key => {
                    self.line.push(key);
                    echo.push(key);
                }
            }
        }
        (echo, meant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_hands_on_whole_lines() {
        let mut terminal = Terminal::default();
        let (echo, meant) = terminal.typed("lx\u{7f}s");
        assert_eq!(echo, "lx\u{8} \u{8}s");
        assert!(meant.is_empty());
        let (echo, meant) = terminal.typed("\r\u{4}");
        assert_eq!(echo, "\r\n");
        assert!(matches!(&meant[..], [Typed::Text(line), Typed::End] if line == "ls\n"));
    }
}

//! What a script says, before its variables are filled in.

/// Text with variables in it, to be filled in when it is used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text(String);

impl Text {
    /// Stands for a `$` that was quoted.
    pub(crate) const DOLLAR: char = '\u{1}';

    /// Text as a script has it: quoted dollars are marked.
    pub(crate) fn raw(text: String) -> Text {
        Text(text)
    }

    /// Text in which every `$` is meant literally.
    pub(crate) fn literal(text: &str) -> Text {
        Text(text.replace('$', "\u{1}"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text(text.to_owned())
    }
}

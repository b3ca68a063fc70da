//! `-o custom-columns=NAME:.metadata.name,...`

use super::columns::{Columns, cell};
use super::go_fmt;
use super::jsonpath::{JsonPath, relaxed};
use crate::fail::{Outcome, fail};
use api::Value;

/// Headers and the paths under them.
#[derive(Clone, Debug)]
pub struct CustomColumns {
    columns: Vec<(String, JsonPath)>,
    /// Whether the header is left out.
    pub no_headers: bool,
}

impl CustomColumns {
    /// Reads `HEADER:path,HEADER:path`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(spec: &str) -> Outcome<CustomColumns> {
        let mut columns = Vec::new();
        for part in spec.split(',') {
            let Some((header, path)) =
                part.split_once(':').filter(|(header, path)| !header.is_empty() && !path.is_empty())
            else {
                return Err(fail!("unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>"));
            };
            columns.push((header.to_owned(), JsonPath::parse(&relaxed(path)?)?));
        }
        Ok(CustomColumns { columns, no_headers: false })
    }

    /// Reads a file: a line of headers and a line of paths, separated by blanks.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse_file(text: &str) -> Outcome<CustomColumns> {
        let mut lines = text.lines();
        let (Some(headers), Some(paths)) = (lines.next(), lines.next()) else {
            return Err(
                "invalid template, missing header line. Expected format is one line of space separated headers, one \
                 line of space separated column specs."
                    .into(),
            );
        };
        let (headers, paths): (Vec<_>, Vec<_>) =
            (headers.split_whitespace().collect(), paths.split_whitespace().collect());
        if headers.len() != paths.len() {
            return Err(fail!(
                "number of headers ({}) and field specifications ({}) don't match",
                headers.len(),
                paths.len()
            ));
        }
        let pairs: Vec<String> = headers.iter().zip(&paths).map(|(header, path)| format!("{header}:{path}")).collect();
        CustomColumns::parse(&pairs.join(","))
    }

    /// An object, or each object of a list, as a row.
    ///
    /// # Errors
    /// A path does not fit.
    pub fn print(&self, object: &Value) -> Outcome<String> {
        let mut text = Columns::default();
        if !self.no_headers {
            text.row(self.columns.iter().map(|(header, _)| header.clone()).collect());
        }
        match &object["items"] {
            Value::Array(items) => items.iter().try_for_each(|item| self.row(item).map(|row| text.row(row)))?,
            _ => text.row(self.row(object)?),
        }
        Ok(text.flush())
    }

    fn row(&self, object: &Value) -> Outcome<Vec<String>> {
        let field = |(_, path): &(String, JsonPath)| {
            let found: Vec<Value> = path.find(object)?.into_iter().flatten().collect();
            Ok(match &found[..] {
                [] => "<none>".to_owned(),
                found => found.iter().map(|v| cell(&go_fmt::plain(v))).collect::<Vec<_>>().join(","),
            })
        };
        self.columns.iter().map(field).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{list, obj};

    #[test]
    fn columns_are_filled_from_paths() {
        let columns = CustomColumns::parse("N:.metadata.name,I:.c[*].i,X:.nosuch").unwrap();
        let object =
            obj! { "metadata" => obj! { "name" => "web" }, "c" => list![obj! { "i" => 1 }, obj! { "i" => "b" }] };
        assert_eq!(columns.print(&object).unwrap(), "N     I     X\nweb   1,b   <none>\n");
        let text = CustomColumns::parse("NAME").unwrap_err().message();
        assert_eq!(text, "unexpected custom-columns spec: NAME, expected <header>:<json-path-expr>");
    }
}

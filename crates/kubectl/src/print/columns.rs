//! Text in columns, as Go's tabwriter lays it out for kubectl: at least six characters a column, three blanks between, and
//! in a watch each column as wide as it has ever been.

/// No column is narrower, its padding included.
const MIN_WIDTH: usize = 6;
/// Blanks after the widest cell.
const PADDING: usize = 3;

/// Rows that wait to be laid out together.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    rows: Vec<Vec<String>>,
    widths: Vec<usize>,
}

impl Columns {
    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The rows added since the last call, laid out. Columns stay as wide as they were.
    pub fn flush(&mut self) -> String {
        for row in &self.rows {
            // The last cell of a row ends it and makes no column.
            for (i, cell) in row.iter().take(row.len().saturating_sub(1)).enumerate() {
                let width = (cell.chars().count() + PADDING).max(MIN_WIDTH);
                match self.widths.get_mut(i) {
                    Some(known) => *known = width.max(*known),
                    None => self.widths.push(width),
                }
            }
        }
        let mut text = String::new();
        for row in std::mem::take(&mut self.rows) {
            let last = row.len().saturating_sub(1);
            for (i, cell) in row.iter().enumerate() {
                text.push_str(cell);
                if i < last {
                    let padding = self.widths[i].saturating_sub(cell.chars().count());
                    text.extend(std::iter::repeat_n(' ', padding));
                }
            }
            text.push('\n');
        }
        text
    }
}

/// A cell of a table: the first line alone, control characters made visible.
pub fn cell(text: &str) -> String {
    match text.find(['\u{c}', '\n', '\r']) {
        Some(at) => format!("{}...", &text[..at]),
        None => text.to_owned(),
    }
    .replace('\u{1b}', "^[")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn columns_keep_their_widths_while_watching() {
        let mut columns = Columns::default();
        columns.row(row("N READY AGE"));
        columns.row(row("a 0/1 5s"));
        assert_eq!(columns.flush(), "N     READY   AGE\na     0/1     5s\n");
        columns.row(row("longname 0/1 5s"));
        columns.row(row("a 0/1 5s"));
        assert_eq!(columns.flush(), "longname   0/1     5s\na          0/1     5s\n");
    }

    #[test]
    fn a_cell_is_one_line() {
        assert_eq!(cell("a\nb"), "a...");
        assert_eq!(cell("\u{1b}[31m"), "^[[31m");
    }
}

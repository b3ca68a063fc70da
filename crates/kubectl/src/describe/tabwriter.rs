//! Columns aligned as Go's text/tabwriter does with the settings of `kubectl describe`: no minimal width, two blanks
//! between columns, text to the left.

use api::put::blanks;

/// The blanks between a column's widest cell and the next column.
const PADDING: usize = 2;

/// Aligns `text`. A tab ends a cell; what follows a line's last tab belongs to no column. The cells of a column are those
/// of neighbouring lines: a line that is too short to reach a column ends it, and the next one begins a new width.
pub fn align(text: &str) -> String {
    align_to(text, 0, PADDING)
}

/// The same as kubectl's own tables have it (`GetNewTabWriter`).
pub fn align_table(text: &str) -> String {
    align_to(text, 6, 3)
}

/// `least`: how wide a column is at least; `padding`: the blanks between the widest cell and the next column.
fn align_to(text: &str, least: usize, padding: usize) -> String {
    let mut cells = cells(text);
    let columns = cells.iter().filter(|cell| cell.ends_column).map(|cell| cell.column + 1).max().unwrap_or_default();
    for column in 0..columns {
        set_widths(&mut cells, column, least, padding);
    }
    let mut aligned = String::with_capacity(text.len() * 2);
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 && cell.column == 0 {
            aligned.push('\n');
        }
        aligned.push_str(&text[cell.from..cell.to]);
        if cell.ends_column {
            blanks(&mut aligned, cell.width.saturating_sub(cell.length));
        }
    }
    aligned
}

/// A cell of a line.
struct Cell {
    /// Where it stands in the text, in bytes.
    from: usize,
    to: usize,
    /// In characters, as Go counts them.
    length: usize,
    column: usize,
    /// Whether a tab follows: only then it is part of a column, which is so wide.
    ends_column: bool,
    width: usize,
}

/// All cells, line by line; in each line there is one at least. One look at each byte: descriptions are long.
fn cells(text: &str) -> Vec<Cell> {
    let (mut cells, mut from, mut length, mut column) = (Vec::new(), 0, 0, 0);
    for (at, byte) in text.bytes().chain([b'\n']).enumerate() {
        let ends_column = matches!(byte, b'\t' | b'\x0b');
        if ends_column || matches!(byte, b'\n' | b'\x0c') {
            cells.push(Cell { from, to: at, length, column, ends_column, width: 0 });
            (from, length, column) = (at + 1, 0, if ends_column { column + 1 } else { 0 });
        } else if byte & 0xc0 != 0x80 {
            length += 1;
        }
    }
    cells
}

/// Gives the cells of a column their width: those of neighbouring lines share one.
fn set_widths(cells: &mut [Cell], column: usize, least: usize, padding: usize) {
    let mut at = 0;
    while at < cells.len() {
        let (first, mut widest, mut there) = (at, 0, false);
        // A run of lines that all have a cell in this column: it ends with a line whose last cell comes first.
        while let Some(cell) = cells.get(at) {
            at += 1;
            if cell.column == column && cell.ends_column {
                (widest, there) = (widest.max(cell.length), true);
            } else if cell.column <= column && !cell.ends_column {
                break;
            }
        }
        for cell in cells[first..at].iter_mut().filter(|cell| there && cell.column == column) {
            cell.width = (widest + padding).max(least);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_aligned_to_the_longest_name() {
        assert_eq!(align("Name:\tweb\nNamespace:\tdefault\n"), "Name:       web\nNamespace:  default\n");
    }

    #[test]
    fn a_line_without_a_tab_ends_the_columns() {
        assert_eq!(align("a:\t1\nlonger:\t2\nData\nb:\t3\n"), "a:       1\nlonger:  2\nData\nb:  3\n");
    }

    #[test]
    fn a_column_goes_on_through_lines_that_reach_further() {
        let text = "Port:\thttp\t80/TCP\nTargetPort:\t8080/TCP\nNodePort:\tx\t31000/TCP\n";
        let expected = "Port:        http  80/TCP\nTargetPort:  8080/TCP\nNodePort:    x  31000/TCP\n";
        assert_eq!(align(text), expected);
    }

    #[test]
    fn empty_cells_count() {
        assert_eq!(align("a\t\tb\nccc\t\td\n"), "a      b\nccc    d\n");
        assert_eq!(align("IP:\t\nIPs:\t<none>\n"), "IP:   \nIPs:  <none>\n");
    }

    #[test]
    fn width_is_counted_in_characters() {
        assert_eq!(align("é:\t1\nab:\t2\n"), "é:   1\nab:  2\n");
    }

    #[test]
    fn what_follows_the_last_tab_has_no_column() {
        assert_eq!(align("x\ty"), "x  y");
        assert_eq!(align(""), "");
    }
}

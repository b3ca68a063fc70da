//! Columns aligned as Go's text/tabwriter does with the settings of `kubectl describe`: no minimal width, two blanks
//! between columns, text to the left.

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
    let lines: Vec<Vec<&str>> = text.split(['\n', '\x0c']).map(|line| line.split(['\t', '\x0b']).collect()).collect();
    let widths = widths(&lines, least, padding);
    let mut aligned = String::with_capacity(text.len() * 2);
    for (i, line) in lines.iter().enumerate() {
        if i > 0 {
            aligned.push('\n');
        }
        for (column, cell) in line.iter().enumerate() {
            aligned.push_str(cell);
            if let Some(width) = widths[i].get(column) {
                aligned.extend(std::iter::repeat_n(' ', width.saturating_sub(length(cell))));
            }
        }
    }
    aligned
}

/// For each line the widths of its cells that end with a tab.
fn widths(lines: &[Vec<&str>], least: usize, padding: usize) -> Vec<Vec<usize>> {
    let mut widths: Vec<Vec<usize>> = lines.iter().map(|line| vec![0; line.len() - 1]).collect();
    let columns = widths.iter().map(Vec::len).max().unwrap_or_default();
    for column in 0..columns {
        let mut first = 0;
        while first < lines.len() {
            // A run of lines that all have a cell in this column.
            let end = (first..lines.len()).find(|i| widths[*i].len() <= column).unwrap_or(lines.len());
            let widest = lines[first..end].iter().map(|line| length(line[column])).max().unwrap_or_default();
            for line in &mut widths[first..end] {
                line[column] = (widest + padding).max(least);
            }
            first = end + 1;
        }
    }
    widths
}

/// In characters, as Go counts them.
fn length(cell: &str) -> usize {
    cell.chars().count()
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

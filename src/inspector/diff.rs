//! The lines in which two texts differ.

/// Equal lines that are shown around a difference.
const CONTEXT: usize = 2;

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// It is in both texts.
    Same,
    /// It is in the old text only.
    Gone,
    /// It is in the new text only.
    New,
    /// Equal lines that are left out.
    Cut,
}

/// The differences with a little around them; nothing for equal texts.
pub fn lines<'a>(old: &'a str, new: &'a str) -> Vec<(Line, &'a str)> {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let rest = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(rest).take_while(|(x, y)| x == y).count();
    let (changed, others) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    if changed.is_empty() && others.is_empty() {
        return Vec::new();
    }
    let mut all: Vec<(Line, &str)> = a[..head].iter().map(|line| (Line::Same, *line)).collect();
    all.extend(between(changed, others));
    all.extend(a[a.len() - tail..].iter().map(|line| (Line::Same, *line)));
    cut(&all)
}

/// The longest common subsequence decides which lines are the same.
fn between<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<(Line, &'a str)> {
    const MUCH: usize = 4_000_000;
    let gone = |lines: &[&'a str]| lines.iter().map(|line| (Line::Gone, *line)).collect::<Vec<_>>();
    if a.len() * b.len() > MUCH {
        let mut all = gone(a);
        all.extend(b.iter().map(|line| (Line::New, *line)));
        return all;
    }
    let width = b.len() + 1;
    let mut common = vec![0_u32; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            common[i * width + j] = match a[i] == b[j] {
                true => common[(i + 1) * width + j + 1] + 1,
                false => common[(i + 1) * width + j].max(common[i * width + j + 1]),
            };
        }
    }
    let (mut i, mut j, mut all) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        if i < a.len() && j < b.len() && a[i] == b[j] {
            all.push((Line::Same, a[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < a.len() && (j == b.len() || common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            all.push((Line::Gone, a[i]));
            i += 1;
        } else {
            all.push((Line::New, b[j]));
            j += 1;
        }
    }
    all
}

/// Leaves out what is far from every difference.
fn cut<'a>(all: &[(Line, &'a str)]) -> Vec<(Line, &'a str)> {
    let near = |at: usize| {
        let (from, to) = (at.saturating_sub(CONTEXT), (at + CONTEXT + 1).min(all.len()));
        all[from..to].iter().any(|(line, _)| *line != Line::Same)
    };
    let mut shown = Vec::new();
    for (at, line) in all.iter().enumerate() {
        if near(at) {
            shown.push(*line);
        } else if shown.last().is_none_or(|(line, _)| *line != Line::Cut) {
            shown.push((Line::Cut, "⋯"));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(old: &str, new: &str) -> String {
        let mark = |line: Line| match line {
            Line::Same => ' ',
            Line::Gone => '-',
            Line::New => '+',
            Line::Cut => '@',
        };
        lines(old, new).iter().map(|(line, text)| format!("{}{text}", mark(*line))).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn what_is_equal_and_far_is_left_out() {
        assert_eq!(told("a\nb\nc\nd\ne\nf", "a\nb\nc\nd\ne\nF"), "@⋯| d| e|-f|+F");
        assert_eq!(told("a\nb", "a\nb"), "");
        assert_eq!(told("a\nx\nb", "a\nb"), " a|-x| b");
        assert_eq!(told("", "a"), "+a");
        assert_eq!(told("1\n2\n3", "1\n3\n4"), " 1|-2| 3|+4");
    }
}

//! How alike two lists of lines are: Ratcliff and Obershelp's measure, as Python's difflib computes it.

use std::collections::BTreeMap;

/// A run of equal lines: where it starts in one list and in the other, and its length.
type Block = (usize, usize, usize);

/// Twice the number of matching lines over the number of all lines; 1 for equal lists.
pub fn ratio(a: &[String], b: &[String]) -> f64 {
    if a == b {
        return 1.0;
    }
    let matches: usize = blocks(a, b).iter().map(|(.., length)| length).sum();
    2.0 * matches as f64 / (a.len() + b.len()) as f64
}

/// The lines of `a` that are missing in `b` behind a minus, those that `b` has instead behind a plus.
pub fn difference(a: &[String], b: &[String]) -> Vec<String> {
    let (mut lines, mut at) = (Vec::new(), (0, 0));
    for (i, j, length) in blocks(a, b).into_iter().chain([(a.len(), b.len(), 0)]) {
        lines.extend(a[at.0..i].iter().map(|line| format!("-{line}")));
        lines.extend(b[at.1..j].iter().map(|line| format!("+{line}")));
        at = (i + length, j + length);
    }
    lines
}

/// The matching blocks in order: the longest one, then those before and after it in the same way.
fn blocks(a: &[String], b: &[String]) -> Vec<Block> {
    let places = places(b);
    let mut found = Vec::new();
    let mut regions = vec![(0, a.len(), 0, b.len())];
    while let Some((a_low, a_high, b_low, b_high)) = regions.pop() {
        let (i, j, length) = longest(a, b, &places, (a_low, a_high, b_low, b_high));
        if length > 0 {
            found.push((i, j, length));
            regions.push((a_low, i, b_low, j));
            regions.push((i + length, a_high, j + length, b_high));
        }
    }
    found.sort_unstable();
    found
}

/// Where each line occurs. Lines that are very frequent in a long list are no starting points, as in difflib.
fn places(b: &[String]) -> BTreeMap<&str, Vec<usize>> {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, line) in b.iter().enumerate() {
        places.entry(line).or_default().push(at);
    }
    if b.len() >= 200 {
        places.retain(|_, at| at.len() <= b.len() / 100 + 1);
    }
    places
}

fn longest(
    a: &[String],
    b: &[String],
    places: &BTreeMap<&str, Vec<usize>>,
    region: (usize, usize, usize, usize),
) -> Block {
    let (a_low, a_high, b_low, b_high) = region;
    let mut best = (a_low, b_low, 0);
    // The length of the match that ends at the previous line of `a` and each line of `b`.
    let mut lengths: BTreeMap<usize, usize> = BTreeMap::new();
    for (i, line) in a.iter().enumerate().take(a_high).skip(a_low) {
        let mut next = BTreeMap::new();
        for &j in places.get(line.as_str()).into_iter().flatten().filter(|&&j| (b_low..b_high).contains(&j)) {
            let length = j.checked_sub(1).and_then(|before| lengths.get(&before)).unwrap_or(&0) + 1;
            next.insert(j, length);
            if length > best.2 {
                best = (i + 1 - length, j + 1 - length, length);
            }
        }
        lengths = next;
    }
    while best.0 > a_low && best.1 > b_low && a[best.0 - 1] == b[best.1 - 1] {
        best = (best.0 - 1, best.1 - 1, best.2 + 1);
    }
    while best.0 + best.2 < a_high && best.1 + best.2 < b_high && a[best.0 + best.2] == b[best.1 + best.2] {
        best.2 += 1;
    }
    best
}

#[test]
fn the_ratio_is_difflibs() {
    let lines = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
    assert_eq!(ratio(&lines("abcd"), &lines("abcd")), 1.0);
    assert_eq!(ratio(&lines("abcd"), &lines("bcde")), 0.75);
    assert_eq!(ratio(&lines("abxcd"), &lines("abcd")), 8.0 / 9.0);
    assert_eq!(ratio(&lines(""), &lines("a")), 0.0);
    assert_eq!(difference(&lines("abc"), &lines("axc")), ["-b", "+x"]);
}

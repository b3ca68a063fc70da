//! `cut`

use super::Cx;

/// Shows parts of lines.
pub(super) async fn run(cx: Cx) -> i32 {
    let long = [("delimiter", 'd'), ("fields", 'f'), ("characters", 'c'), ("bytes", 'b'), ("only-delimited", 's'), ("output-delimiter", 'o'), ("complement", 'C')];
    let options = match cx.options("d:f:c:b:so:Cn", &long) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let list = options.value('f').or(options.value('c')).or(options.value('b'));
    let Some(list) = list else {
        cx.err("cut: you must specify a list of bytes, characters, or fields\nTry 'cut --help' for more information.\n");
        return 1;
    };
    let fields = options.has('f');
    let Some(ranges) = ranges(list) else {
        let what = if fields { "field" } else { "byte/character position" };
        return cx.fail(format_args!("invalid {what} value \u{2018}{list}\u{2019}"));
    };
    let delimiter = options.value('d').unwrap_or("\t");
    if delimiter.chars().count() != 1 {
        cx.err("cut: the delimiter must be a single character\nTry 'cut --help' for more information.\n");
        return 1;
    }
    let wanted = |i: usize| ranges.iter().any(|(from, to)| (*from..=*to).contains(&i)) != options.has('C');
    let joint = options.value('o').unwrap_or(delimiter);
    let (texts, fine) = cx.inputs(&options.operands).await;
    let mut out = String::new();
    for line in texts.iter().flat_map(|(_, text)| text.lines()) {
        if !fields {
            out.extend(line.chars().enumerate().filter(|(i, _)| wanted(i + 1)).map(|(_, c)| c));
        } else if line.contains(delimiter) {
            let kept: Vec<&str> = line.split(delimiter).enumerate().filter(|(i, _)| wanted(i + 1)).map(|(_, f)| f).collect();
            out.push_str(&kept.join(joint));
        } else if options.has('s') {
            continue;
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    cx.out(&out);
    i32::from(!fine)
}

/// `1,3-5,7-` as ranges.
fn ranges(list: &str) -> Option<Vec<(usize, usize)>> {
    let one = |part: &str| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let from = if from.is_empty() { 1 } else { from.parse().ok()? };
        let to = if to.is_empty() { usize::MAX } else { to.parse().ok()? };
        (from >= 1 && to >= from && part != "-").then_some((from, to))
    };
    list.split(',').map(one).collect()
}

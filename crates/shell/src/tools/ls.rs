//! `ls`

use super::{Cx, Options};
use api::Time;

/// Lists directories.
pub(super) async fn run(cx: Cx) -> i32 {
    let long = [("all", 'a'), ("almost-all", 'A'), ("recursive", 'R'), ("human-readable", 'h'), ("reverse", 'r'), ("color", 'K')];
    let options = match cx.options("alA1dhFRrtSiGCpngK::", &long) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let here = [".".to_owned()];
    let operands = if options.operands.is_empty() { &here[..] } else { &options.operands };
    let (mut files, mut dirs, mut status) = (Vec::new(), Vec::new(), 0);
    for name in operands {
        match cx.stat(name) {
            Ok(stat) if stat.directory && !options.has('d') => dirs.push(name.clone()),
            Ok(stat) => files.push((name.clone(), stat)),
            Err(error) => {
                cx.fail_as(format_args!("cannot access '{name}': {error}"), format_args!("{name}: {error}"));
                status = if cx.is_busybox() { 1 } else { 2 };
            }
        }
    }
    let titles = operands.len() > 1 || options.has('R');
    let mut out = listing(&mut files, &options);
    while !dirs.is_empty() {
        let dir = dirs.remove(0);
        if titles {
            out.push_str(&format!("{}{dir}:\n", if out.is_empty() { "" } else { "\n" }));
        }
        let path = cx.path(&dir);
        let names = match cx.files(|files| files.list(&path)) {
            Ok(names) => names,
            Err(error) => {
                cx.err(&format!("ls: cannot open directory '{dir}': {error}\n"));
                status = 2;
                continue;
            }
        };
        let dots = if options.has('a') { vec![".".into(), "..".into()] } else { Vec::new() };
        let hidden = options.has('a') || options.has('A');
        let names = dots.into_iter().chain(names.into_iter().filter(|name| hidden || !name.starts_with('.')));
        let stat = |name: &vfs::Str| cx.stat(&vfs::path::join(&path, name)).ok().map(|stat| (name.to_string(), stat));
        let mut entries: Vec<(String, vfs::Stat)> = names.filter_map(|name| stat(&name)).collect();
        if options.has('l') {
            let blocks: u64 = entries.iter().map(|(_, stat)| stat.size.div_ceil(4096) * 4).sum();
            out.push_str(&format!("total {blocks}\n"));
        }
        out.push_str(&listing(&mut entries, &options));
        if options.has('R') {
            let inner = entries.iter().filter(|(name, stat)| stat.directory && name != "." && name != "..");
            let inner: Vec<String> = inner.map(|(name, _)| vfs::path::join(&dir, name)).collect();
            dirs.splice(0..0, inner);
        }
    }
    cx.out(&out);
    status
}

/// One line an entry. A terminal's columns depend on its width, and the page's has none.
fn listing(entries: &mut [(String, vfs::Stat)], options: &Options) -> String {
    api::sort_by(entries, |a, b| match (options.has('t'), options.has('S')) {
        (true, _) => b.1.modified.cmp(&a.1.modified).then(a.0.cmp(&b.0)),
        (_, true) => b.1.size.cmp(&a.1.size).then(a.0.cmp(&b.0)),
        _ => a.0.cmp(&b.0),
    });
    if options.has('r') {
        entries.reverse();
    }
    let mark = |stat: &vfs::Stat| match stat.directory {
        true if options.has('F') || options.has('p') => "/",
        false if options.has('F') && stat.mode & 0o111 != 0 => "*",
        _ => "",
    };
    if !options.has('l') {
        return entries.iter().map(|(name, stat)| format!("{name}{}\n", mark(stat))).collect();
    }
    let size = |stat: &vfs::Stat| if options.has('h') { human(stat.size) } else { stat.size.to_string() };
    let width = entries.iter().map(|(_, stat)| size(stat).len()).max().unwrap_or(0);
    let line = |(name, stat): &(String, vfs::Stat)| {
        let links = if stat.directory { 2 } else { 1 };
        let when = Time(stat.modified).rfc1123z();
        // "Mon, 23 Nov 2026 00:43:19 +0000" -> "Nov 23 00:43"
        let when = format!("{} {:>2} {}", &when[8..11], when[5..7].trim_start_matches('0'), &when[17..22]);
        format!("{} {links} root root {:>width$} {when} {name}{}\n", mode(stat), size(stat), mark(stat))
    };
    entries.iter().map(line).collect()
}

/// `drwxr-xr-x`
pub(super) fn mode(stat: &vfs::Stat) -> String {
    let bits = (0..9).map(|i| if stat.mode & (0o400 >> i) != 0 { b"rwx"[i % 3] as char } else { '-' });
    [if stat.directory { 'd' } else { '-' }].into_iter().chain(bits).collect()
}

/// 4096 as `4.0K`
pub(super) fn human(size: u64) -> String {
    let mut value = size as f64;
    for unit in ["", "K", "M", "G"] {
        if value < 1024.0 {
            return if unit.is_empty() || value >= 10.0 { format!("{:.0}{unit}", value.ceil()) } else { format!("{value:.1}{unit}") };
        }
        value /= 1024.0;
    }
    format!("{value:.1}T")
}

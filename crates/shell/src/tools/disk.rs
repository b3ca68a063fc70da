//! `fallocate`, `dd`, `df`, `du`: what fills a disk, and what shows how full it is. Zeros take no memory here, only numbers.

use super::Cx;
use crate::process::Machine;
use std::time::Duration;

/// So much at once that a node's kubelet had better look at its disk.
const BIG: u64 = 64 << 20;
/// What a disk writes in a second.
const SPEED: u64 = 1 << 30;

/// A number of bytes with a suffix: `K`, `M` ... in powers of 1024, `KB`, `MB` ... of 1000.
fn size(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = (text[..end].parse::<u64>().ok()?, &text[end..]);
    let (letter, base) = match unit {
        "" | "c" | "B" => return Some(number),
        unit => match unit.strip_suffix("iB") {
            Some(letter) => (letter, 1024u64),
            None => unit.strip_suffix('B').map_or((unit, 1024), |letter| (letter, 1000)),
        },
    };
    let power = ["K", "M", "G", "T"].iter().position(|known| known.eq_ignore_ascii_case(letter))? as u32 + 1;
    number.checked_mul(base.checked_pow(power)?)
}

/// Makes a file of `bytes` at least; how many of its bytes had room.
fn allocate(cx: &Cx, path: &str, bytes: u64) -> vfs::Result<u64> {
    let there = cx.stat(path).map_or(0, |stat| stat.size);
    let kernel = cx.kernel();
    let node = kernel.system().node_of(&cx.shell.place);
    let space = node.as_ref().and_then(|node| kernel.system().disk_space(node)).map(|(_, free)| free);
    let room = space.map_or(1 << 36, |free| free.max(0).unsigned_abs());
    let granted = bytes.min(there.saturating_add(room));
    let (full, now) = (cx.path(path), cx.now());
    cx.files(|files| files.allocate(&full, granted, now))?;
    if let Some(node) = node.filter(|_| granted >= BIG) {
        cx.shell.acting().machine(&node, Machine::DiskWritten);
        kernel.stepped();
    }
    Ok(granted)
}

/// `fallocate -l SIZE FILE`
pub(super) async fn fallocate(cx: Cx) -> i32 {
    let options = match cx.options("l:o:xnvz", &[("length", 'l'), ("offset", 'o'), ("posix", 'x')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let Some(length) = options.value('l') else { return cx.fail("no length argument specified") };
    let Some(bytes) = size(length).filter(|bytes| *bytes > 0) else { return cx.fail("invalid length value specified") };
    let Some(file) = options.operands.first() else { return cx.fail("no filename specified") };
    match allocate(&cx, file, bytes) {
        Ok(granted) if granted < bytes => {
            let path = cx.path(file);
            let _ = cx.files(|files| files.remove(&path));
            cx.fail("fallocate failed: No space left on device")
        }
        Ok(_) => 0,
        Err(error) => cx.fail(format_args!("cannot open {file}: {error}")),
    }
}

/// `dd if=/dev/zero of=FILE bs=1M count=N`
pub(super) async fn dd(cx: Cx) -> i32 {
    let (mut from, mut to, mut block, mut count) = (String::new(), String::new(), 512, None);
    for word in &cx.args[1..] {
        let number = |text: &str| size(text).filter(|n| *n > 0);
        match word.split_once('=') {
            Some(("if", file)) => from = file.to_owned(),
            Some(("of", file)) => to = file.to_owned(),
            Some(("bs", text)) => match number(text) {
                Some(bytes) => block = bytes,
                None => return cx.fail(format_args!("invalid number: \u{2018}{text}\u{2019}")),
            },
            Some(("count", text)) => match size(text) {
                Some(blocks) => count = Some(blocks),
                None => return cx.fail(format_args!("invalid number: \u{2018}{text}\u{2019}")),
            },
            Some(("conv" | "oflag" | "iflag" | "status" | "seek" | "skip", _)) => {}
            _ => return cx.fail(format_args!("unrecognized operand \u{2018}{word}\u{2019}")),
        }
    }
    let endless = matches!(from.as_str(), "/dev/zero" | "/dev/urandom" | "/dev/random");
    let text = match endless {
        true => None,
        false => match cx.read(if from.is_empty() { "-" } else { &from }).await {
            Ok(text) => Some(text),
            Err(error) => return cx.fail(format_args!("failed to open '{from}': {error}")),
        },
    };
    let most = count.map(|blocks| blocks.saturating_mul(block));
    let wanted = match &text {
        Some(text) => (text.len() as u64).min(most.unwrap_or(u64::MAX)),
        None => most.unwrap_or(u64::MAX),
    };
    let (path, now) = (cx.path(&to), cx.now());
    let written = match (&text, to.as_str()) {
        (None, "" | "/dev/null") if most.is_none() => {
            std::future::pending::<()>().await;
            0
        }
        (_, "/dev/null") | (None, "") => wanted,
        (Some(text), to) => {
            let mut end = wanted as usize;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            if to.is_empty() {
                cx.out(&text[..end]);
            } else if let Err(error) = cx.files(|files| files.write(&path, &text.as_bytes()[..end], now)) {
                return cx.fail(format_args!("failed to open '{to}': {error}"));
            }
            wanted
        }
        (None, to) => {
            let empty = cx.files(|files| files.write(&path, "", now));
            match empty.and_then(|()| allocate(&cx, to, wanted)) {
                Ok(granted) => granted,
                Err(error) => return cx.fail(format_args!("failed to open '{to}': {error}")),
            }
        }
    };
    let span = Duration::from_micros((u128::from(written) * 1_000_000 / u128::from(SPEED)) as u64 + 40);
    cx.kernel().sleep(span).await;
    if written < wanted {
        cx.err(&format!("dd: error writing '{to}': No space left on device\n"));
    }
    let (whole, part) = (written / block, u64::from(written % block != 0));
    cx.err(&format!("{}+{part} records in\n{whole}+{part} records out\n", whole + u64::from(written < wanted)));
    let seconds = span.as_secs_f64();
    let human = if written < 1000 { String::new() } else { format!(" ({}, {})", decimal(written), binary(written)) };
    let speed = decimal((written as f64 / seconds) as u64);
    cx.err(&format!("{written} bytes{human} copied, {seconds:.6} s, {speed}/s\n"));
    i32::from(written < wanted)
}

fn scaled(bytes: u64, base: f64, units: [&str; 5]) -> String {
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= base && unit < 4 {
        value /= base;
        unit += 1;
    }
    let digits = usize::from(unit > 0 && value < 9.95);
    format!("{value:.digits$} {}", units[unit])
}

fn decimal(bytes: u64) -> String {
    scaled(bytes, 1000.0, ["B", "kB", "MB", "GB", "TB"])
}

fn binary(bytes: u64) -> String {
    scaled(bytes, 1024.0, ["B", "KiB", "MiB", "GiB", "TiB"])
}

/// As `df -h` and `du -h` write a size: rounded up.
fn human(bytes: u64) -> String {
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 1024.0 && unit < 4 {
        value /= 1024.0;
        unit += 1;
    }
    let suffix = ["", "K", "M", "G", "T"][unit];
    match unit > 0 && value < 9.95 {
        true => format!("{:.1}{suffix}", (value * 10.0).ceil() / 10.0),
        false => format!("{:.0}{suffix}", value.ceil()),
    }
}

/// How full the disk is.
pub(super) async fn df(cx: Cx) -> i32 {
    let options = match cx.options("hkHTm", &[("human-readable", 'h')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    if let Some(missing) = options.operands.iter().find(|path| cx.stat(path).is_err()) {
        return cx.fail(format_args!("{missing}: No such file or directory"));
    }
    let system = cx.kernel().system();
    let node = system.node_of(&cx.shell.place);
    let space = node.as_ref().and_then(|node| system.disk_space(node));
    drop(system);
    let (total, free) = space.map_or((1 << 36, 3 << 34), |(total, free)| (total.unsigned_abs(), free.max(0).unsigned_abs()));
    let container = matches!(cx.shell.place, crate::process::Place::Container { .. });
    let device = if container { "overlay" } else { "/dev/sda1" };
    let used = total.saturating_sub(free);
    let show = |bytes: u64| if options.has('h') { human(bytes) } else { (bytes / 1024).to_string() };
    let heading = if options.has('h') { "Size" } else { "1K-blocks" };
    let percent = (used * 100).div_ceil(total.max(1));
    let (total, used, free) = (show(total), show(used), show(free));
    // busybox' columns are as they are, GNU's as wide as what is in them, with room for small numbers.
    let available = if options.has('h') && !cx.is_busybox() { "Avail" } else { "Available" };
    let wide = |heading: &str, value: &str| if cx.is_busybox() { 9 } else { heading.len().max(value.len()).max(5) };
    let name = if cx.is_busybox() { 20 } else { 14 };
    let (a, b, c) = (wide(heading, &total), wide("Used", &used), wide(available, &free));
    cx.out(&format!("{:<name$} {heading:>a$} {:>b$} {available:>c$} Use% Mounted on\n", "Filesystem", "Used"));
    cx.out(&format!("{device:<name$} {total:>a$} {used:>b$} {free:>c$} {percent:>3}% /\n"));
    0
}

/// How much files take.
pub(super) async fn du(cx: Cx) -> i32 {
    let options = match cx.options("shkacd:", &[("summarize", 's'), ("human-readable", 'h'), ("max-depth", 'd')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let here = [".".to_owned()];
    let mut status = 0;
    for name in if options.operands.is_empty() { &here[..] } else { &options.operands[..] } {
        if cx.stat(name).is_err() {
            status = cx.fail(format_args!("cannot access '{name}': No such file or directory"));
            continue;
        }
        let bytes = usage(&cx, name);
        let text = if options.has('h') { human(bytes) } else { bytes.div_ceil(1024).to_string() };
        cx.out(&format!("{text}\t{name}\n"));
    }
    status
}

fn usage(cx: &Cx, path: &str) -> u64 {
    let Ok(stat) = cx.stat(path) else { return 0 };
    if !stat.directory {
        return stat.size;
    }
    let full = cx.path(path);
    let names = cx.files(|files| files.list(&full)).unwrap_or_default();
    stat.size + names.iter().map(|name| usage(cx, &vfs::path::join(&full, name))).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_written() {
        assert_eq!([size("80G"), size("1kB"), size("5MiB"), size("7")], [Some(80 << 30), Some(1000), Some(5 << 20), Some(7)]);
        assert_eq!([size(""), size("G"), size("1X"), size("99999999T")], [None, None, None, None]);
        assert_eq!((decimal(1_048_576_000), binary(1_048_576_000)), ("1.0 GB".into(), "1000 MiB".into()));
        assert_eq!((human(4096), human(86 << 30)), ("4.0K".into(), "86G".into()));
    }
}

//! `mkdir`, `rmdir`, `touch`, `mktemp`, `chmod`

use super::Cx;

fn missing(cx: &Cx, what: &str) -> i32 {
    cx.err(&format!("{0}: missing {what}\nTry '{0} --help' for more information.\n", cx.name()));
    1
}

/// Makes directories.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("pvm:", &[("parents", 'p'), ("verbose", 'v'), ("mode", 'm')]) {
        Ok(options) if options.operands.is_empty() => return missing(&cx, "operand"),
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut status = 0;
    for name in &options.operands {
        let (path, now) = (cx.path(name), cx.now());
        let made = cx.files(|files| if options.has('p') { files.mkdir_all(&path, now) } else { files.mkdir(&path, now) });
        let bits = options.value('m').and_then(|mode| changed(0o777, mode));
        let made = made.and_then(|()| bits.map_or(Ok(()), |bits| cx.files(|files| files.chmod(&path, bits))));
        match made {
            Ok(()) if options.has('v') => cx.out(&format!("mkdir: created directory '{name}'\n")),
            Ok(()) => {}
            Err(error) => status = cx.fail_as(format_args!("cannot create directory \u{2018}{name}\u{2019}: {error}"), format_args!("can't create directory '{name}': {error}")),
        }
    }
    status
}

/// Removes empty directories.
pub(super) async fn rmdir(cx: Cx) -> i32 {
    let options = match cx.options("pv", &[("parents", 'p')]) {
        Ok(options) if options.operands.is_empty() => return missing(&cx, "operand"),
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut status = 0;
    for name in &options.operands {
        let path = cx.path(name);
        if let Err(error) = cx.files(|files| files.rmdir(&path)) {
            status = cx.fail(format_args!("failed to remove '{name}': {error}"));
        }
    }
    status
}

/// Makes empty files, or sets the time of those that are there.
pub(super) async fn touch(cx: Cx) -> i32 {
    let options = match cx.options("acmd:t:r:", &[("no-create", 'c'), ("date", 'd')]) {
        Ok(options) if options.operands.is_empty() => return missing(&cx, "file operand"),
        Ok(options) => options,
        Err(status) => return status,
    };
    let mut status = 0;
    for name in &options.operands {
        let (mut path, now) = (cx.path(name), cx.now());
        if options.has('c') && cx.stat(name).is_err() {
            continue;
        }
        if name.ends_with('/') {
            path.push('/');
        }
        if let Err(error) = cx.files(|files| files.touch(&path, now)) {
            status = cx.fail_as(format_args!("cannot touch '{name}': {error}"), format_args!("{name}: {error}"));
        }
    }
    status
}

/// Makes a file, or a directory, of a name that nobody has.
pub(super) async fn mktemp(cx: Cx) -> i32 {
    let options = match cx.options("dp:qtu", &[("directory", 'd'), ("tmpdir", 'p')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let template = options.operands.first().map_or("/tmp/tmp.XXXXXXXXXX", String::as_str);
    let (begin, now) = (template.trim_end_matches('X'), cx.now());
    let wild = template.len() - begin.len();
    if wild < 3 {
        return cx.fail(format_args!("too few X's in template \u{2018}{template}\u{2019}"));
    }
    let mut random = api::random::Rng::new((now as u64).wrapping_add(cx.kernel().pid() as u64));
    let name = begin.to_owned() + &random.suffix(wild);
    let path = cx.path(&name);
    let made = cx.files(|files| if options.has('d') { files.mkdir(&path, now) } else { files.write(&path, "", now) });
    match made {
        Ok(()) => cx.out(&format!("{name}\n")),
        Err(error) => return cx.fail(format_args!("failed to create file via template \u{2018}{template}\u{2019}: {error}")),
    }
    0
}

/// Sets permission bits.
pub(super) async fn chmod(cx: Cx) -> i32 {
    let words: Vec<&String> = cx.args[1..].iter().filter(|a| !matches!(a.as_str(), "-R" | "-v" | "-f" | "--")).collect();
    let Some((mode, names)) = words.split_first() else { return missing(&cx, "operand") };
    if names.is_empty() {
        return missing(&cx, &format!("operand after \u{2018}{mode}\u{2019}"));
    }
    let mut status = 0;
    let mut names: Vec<String> = names.iter().rev().map(|name| (*name).clone()).collect();
    while let Some(name) = &names.pop() {
        if cx.args.iter().any(|flag| flag == "-R") {
            let path = cx.path(name);
            let inner = cx.files(|files| files.list(&path)).unwrap_or_default();
            names.extend(inner.iter().map(|inner| vfs::path::join(name, inner)));
        }
        let stat = match cx.stat(name) {
            Ok(stat) => stat,
            Err(error) => {
                status = cx.fail(format_args!("cannot access '{name}': {error}"));
                continue;
            }
        };
        let Some(bits) = changed(stat.mode, mode) else {
            cx.err(&format!("chmod: invalid mode: \u{2018}{mode}\u{2019}\nTry 'chmod --help' for more information.\n"));
            return 1;
        };
        let path = cx.path(name);
        if let Err(error) = cx.files(|files| files.chmod(&path, bits)) {
            status = cx.fail(format_args!("changing permissions of '{name}': {error}"));
        }
    }
    status
}

/// `755`, `+x`, `u+rw,go-w`
fn changed(mut bits: u32, mode: &str) -> Option<u32> {
    if mode.chars().all(|c| c.is_digit(8)) {
        return u32::from_str_radix(mode, 8).ok().filter(|bits| *bits <= 0o7777);
    }
    for clause in mode.split(',') {
        let at = clause.find(['+', '-', '='])?;
        let (who, rest) = clause.split_at(at);
        let mut mask = 0;
        for c in who.chars() {
            mask |= match c {
                'u' => 0o700,
                'g' => 0o070,
                'o' => 0o007,
                'a' => 0o777,
                _ => return None,
            };
        }
        let mask = if who.is_empty() { 0o777 } else { mask };
        let mut set = 0;
        for c in rest[1..].chars() {
            set |= match c {
                'r' => 0o444,
                'w' => 0o222,
                'x' | 'X' => 0o111,
                _ => return None,
            };
        }
        bits = match &rest[..1] {
            "+" => bits | (set & mask),
            "-" => bits & !(set & mask),
            _ => (bits & !mask) | (set & mask),
        };
    }
    Some(bits)
}

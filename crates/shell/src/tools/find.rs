//! `find`

use super::Cx;
use crate::interp::glob;
use crate::process::BoxFuture;

/// What is asked of a file, or done with it.
enum Test {
    Name(Vec<glob::Char>, bool),
    Path(Vec<glob::Char>),
    Type(String),
    Empty,
    Newer(i64),
    /// Whole units (days, or minutes) since the last change: `+n`, `-n`, `n`.
    Age(i64, char, i64),
    Size(char, u64, u64),
    Permission(u32),
    Print(&'static str),
    Printf(String),
    Delete,
    Prune,
    Quit,
    True(bool),
    /// The command, with `{}` in it; whether it takes all files at once.
    Exec(Vec<String>, bool, usize),
    Not(Box<Test>),
    And(Vec<Test>),
    Or(Vec<Test>),
}

/// A file, and how deep it lies.
struct Found<'a> {
    path: &'a str,
    stat: &'a vfs::Stat,
    level: usize,
}

#[derive(Default)]
struct Search {
    depth: Option<usize>,
    least: usize,
    /// Whether something prints or acts: else what is found is printed.
    acts: bool,
    commands: usize,
}

/// Lists files below directories.
pub(super) async fn run(cx: Cx) -> i32 {
    let starts = |a: &String| a.starts_with('-') && a.len() > 1 || matches!(a.as_str(), "!" | "(");
    let split = cx.args[1..].iter().position(starts).unwrap_or(cx.args.len() - 1) + 1;
    let mut roots = cx.args[1..split].to_vec();
    if roots.is_empty() {
        roots.push(".".into());
    }
    let mut search = Search::default();
    let words = cx.args[split..].to_vec();
    let mut rest = &words[..];
    let test = match search.either(&cx, &mut rest, 0) {
        Ok(test) if rest.is_empty() => test,
        Ok(_) => return cx.fail(format_args!("paths must precede expression: `{}'", rest[0])),
        Err(why) => return cx.fail(why),
    };
    let mut walk = Walk { cx: &cx, status: 0, collected: vec![Vec::new(); search.commands], quit: false };
    let mut todo: Vec<(String, usize)> = roots.into_iter().rev().map(|root| (root, 0)).collect();
    let mut deleted = Vec::new();
    while let Some((path, level)) = todo.pop() {
        let stat = match cx.stat(&path) {
            Ok(stat) => stat,
            Err(error) => {
                walk.status = cx.fail(format_args!("\u{2018}{path}\u{2019}: {error}"));
                continue;
            }
        };
        let file = Found { path: &path, stat: &stat, level };
        let mut pruned = false;
        if level >= search.least {
            let fits = walk.fits(&test, &file, &mut pruned, &mut deleted).await;
            if fits && !search.acts {
                cx.out(&format!("{path}\n"));
            }
        }
        if walk.quit {
            break;
        }
        if stat.directory && !pruned && search.depth.is_none_or(|depth| level < depth) {
            let absolute = cx.path(&path);
            let names = cx.files(|files| files.list(&absolute)).unwrap_or_default();
            todo.extend(names.iter().rev().map(|name| (vfs::path::join(&path, name), level + 1)));
        }
    }
    // What lies inside goes first.
    for path in deleted.iter().rev() {
        let absolute = cx.path(path);
        if let Err(error) = cx.files(|files| files.remove_all(&absolute)) {
            walk.status = cx.fail(format_args!("cannot delete \u{2018}{path}\u{2019}: {error}"));
        }
    }
    walk.finish(&test).await;
    walk.status
}

type Read<T = Test> = Result<T, String>;

impl Search {
    fn either(&mut self, cx: &Cx, rest: &mut &[String], depth: usize) -> Read {
        if depth > 20 {
            return Err("expression nested too deeply".into());
        }
        let mut any = vec![self.all(cx, rest, depth)?];
        while matches!(rest.first().map(String::as_str), Some("-o" | "-or")) {
            *rest = &rest[1..];
            any.push(self.all(cx, rest, depth)?);
        }
        Ok(if any.len() == 1 { any.remove(0) } else { Test::Or(any) })
    }

    fn all(&mut self, cx: &Cx, rest: &mut &[String], depth: usize) -> Read {
        let mut all = Vec::new();
        while let Some(word) = rest.first() {
            match word.as_str() {
                "-o" | "-or" | ")" => break,
                "-a" | "-and" => *rest = &rest[1..],
                _ => all.push(self.one(cx, rest, depth)?),
            }
        }
        Ok(Test::And(all))
    }

    fn one(&mut self, cx: &Cx, rest: &mut &[String], depth: usize) -> Read {
        let word = rest[0].clone();
        *rest = &rest[1..];
        let mut value = || -> Read<String> {
            let (value, more) = rest.split_first().ok_or_else(|| format!("missing argument to `{word}'"))?;
            *rest = more;
            Ok(value.clone())
        };
        let number = |text: &str| text.trim_start_matches(['+', '-']).parse::<i64>().map_err(|_| format!("invalid argument `{text}' to `{word}'"));
        let sign = |text: &str| text.chars().next().filter(|c| "+-".contains(*c)).unwrap_or('=');
        Ok(match word.as_str() {
            "!" | "-not" => {
                if rest.is_empty() {
                    return Err(format!("expected an expression after `{word}'"));
                }
                Test::Not(Box::new(self.one(cx, rest, depth + 1)?))
            }
            "(" => {
                let inner = self.either(cx, rest, depth + 1)?;
                match rest.first().map(String::as_str) {
                    Some(")") => *rest = &rest[1..],
                    _ => return Err("invalid expression; I was expecting to find a ')' somewhere but did not see one.".into()),
                }
                inner
            }
            "-name" => Test::Name(glob::unquoted(&value()?), false),
            "-iname" => Test::Name(glob::unquoted(&value()?.to_lowercase()), true),
            "-path" | "-wholename" => Test::Path(glob::unquoted(&value()?)),
            "-type" => Test::Type(value()?),
            "-empty" => Test::Empty,
            "-newer" => {
                let file = value()?;
                let stat = cx.stat(&file).map_err(|error| format!("\u{2018}{file}\u{2019}: {error}"))?;
                Test::Newer(stat.modified)
            }
            "-mtime" | "-mmin" => {
                let text = value()?;
                Test::Age(if word == "-mmin" { 60_000_000 } else { 86_400_000_000 }, sign(&text), number(&text)?)
            }
            "-size" => {
                let text = value()?;
                let unit = match text.chars().next_back() {
                    Some('c') => 1,
                    Some('k') => 1 << 10,
                    Some('M') => 1 << 20,
                    Some('G') => 1 << 30,
                    _ => 512,
                };
                let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
                Test::Size(sign(&text), number(digits)?.unsigned_abs(), unit)
            }
            "-perm" => {
                let text = value()?;
                let digits = text.trim_start_matches(['-', '/']);
                Test::Permission(u32::from_str_radix(digits, 8).map_err(|_| format!("invalid mode \u{2018}{text}\u{2019}"))?)
            }
            "-maxdepth" => {
                self.depth = Some(number(&value()?)?.max(0) as usize);
                Test::True(true)
            }
            "-mindepth" => {
                self.least = number(&value()?)?.max(0) as usize;
                Test::True(true)
            }
            "-true" | "-depth" | "-follow" | "-xdev" | "-mount" => Test::True(true),
            "-false" => Test::True(false),
            "-print" | "-print0" | "-printf" | "-delete" | "-quit" | "-exec" | "-execdir" | "-ok" | "-ls" => {
                self.acts |= word != "-quit";
                match word.as_str() {
                    "-print0" => Test::Print("\0"),
                    "-printf" => Test::Printf(value()?),
                    "-delete" => Test::Delete,
                    "-quit" => Test::Quit,
                    "-print" | "-ls" => Test::Print("\n"),
                    _ => {
                        let end = rest.iter().position(|word| word == ";" || word == "+");
                        let end = end.ok_or_else(|| format!("missing argument to `{word}'"))?;
                        let command = rest[..end].to_vec();
                        let all = rest[end] == "+";
                        *rest = &rest[end + 1..];
                        self.commands += 1;
                        Test::Exec(command, all, self.commands - 1)
                    }
                }
            }
            "-prune" => Test::Prune,
            other if other.starts_with('-') => return Err(format!("unknown predicate `{other}'")),
            other => return Err(format!("paths must precede expression: `{other}'")),
        })
    }
}

struct Walk<'a> {
    cx: &'a Cx,
    status: i32,
    /// What `-exec ... +` runs with in the end.
    collected: Vec<Vec<String>>,
    quit: bool,
}

impl Walk<'_> {
    fn fits<'f>(&'f mut self, test: &'f Test, file: &'f Found<'f>, pruned: &'f mut bool, deleted: &'f mut Vec<String>) -> BoxFuture<'f, bool> {
        Box::pin(async move {
            let stat = file.stat;
            let compared = |sign: &char, have: i64, wanted: i64| match sign {
                '+' => have > wanted,
                '-' => have < wanted,
                _ => have == wanted,
            };
            match test {
                Test::Name(pattern, ignore) => {
                    let name = vfs::path::name(file.path);
                    let name = if *ignore { name.to_lowercase() } else { name.to_owned() };
                    glob::matches(pattern, &name.chars().collect::<Vec<_>>())
                }
                Test::Path(pattern) => glob::matches(pattern, &file.path.chars().collect::<Vec<_>>()),
                Test::Type(kinds) => kinds.split(',').any(|kind| (kind == "d") == stat.directory && matches!(kind, "d" | "f")),
                Test::Empty if stat.directory => {
                    let path = self.cx.path(file.path);
                    self.cx.files(|files| files.list(&path)).is_ok_and(|names| names.is_empty())
                }
                Test::Empty => stat.size == 0,
                Test::Newer(than) => stat.modified > *than,
                Test::Age(unit, sign, count) => compared(sign, (self.cx.now() - stat.modified).div_euclid(*unit), *count),
                Test::Size(sign, count, unit) => compared(sign, stat.size.div_ceil(*unit) as i64, *count as i64),
                Test::Permission(mode) => stat.mode & 0o777 & mode == *mode,
                Test::Print(end) => {
                    self.cx.out(&format!("{}{end}", file.path));
                    true
                }
                Test::Printf(format) => {
                    self.cx.out(&printed(format, file));
                    true
                }
                Test::Delete => {
                    deleted.push(file.path.to_owned());
                    true
                }
                Test::Prune => {
                    *pruned = true;
                    true
                }
                Test::Quit => {
                    self.quit = true;
                    true
                }
                Test::True(truth) => *truth,
                Test::Exec(_, true, number) => {
                    self.collected[*number].push(file.path.to_owned());
                    true
                }
                Test::Exec(command, false, _) => {
                    let line = command.iter().map(|word| word.replace("{}", file.path)).collect();
                    self.cx.kernel().breathe().await;
                    self.cx.run(line, &self.cx.io).await == 0
                }
                Test::Not(inner) => !self.fits(inner, file, pruned, deleted).await,
                Test::And(all) => {
                    for test in all {
                        if !self.fits(test, file, pruned, deleted).await {
                            return false;
                        }
                    }
                    true
                }
                Test::Or(any) => {
                    for test in any {
                        if self.fits(test, file, pruned, deleted).await {
                            return true;
                        }
                    }
                    false
                }
            }
        })
    }

    /// Runs the commands that take all files at once.
    fn finish<'f>(&'f mut self, test: &'f Test) -> BoxFuture<'f, ()> {
        Box::pin(async move {
            match test {
                Test::Exec(command, true, number) => {
                    let files = std::mem::take(&mut self.collected[*number]);
                    if !files.is_empty() {
                        let line = command.iter().filter(|word| *word != "{}").cloned().chain(files).collect();
                        if self.cx.run(line, &self.cx.io).await != 0 {
                            self.status = 1;
                        }
                    }
                }
                Test::Not(inner) => self.finish(inner).await,
                Test::And(all) | Test::Or(all) => {
                    for test in all {
                        self.finish(test).await;
                    }
                }
                _ => {}
            }
        })
    }
}

/// `-printf`: what people use of it.
fn printed(format: &str, file: &Found<'_>) -> String {
    let mut out = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('0') => out.push('\0'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            '%' => match chars.next() {
                Some('p') => out.push_str(file.path),
                Some('f') => out.push_str(vfs::path::name(file.path)),
                Some('h') => out.push_str(file.path.rsplit_once('/').map_or(".", |(dir, _)| dir)),
                Some('s') => out.push_str(&file.stat.size.to_string()),
                Some('d') => out.push_str(&file.level.to_string()),
                Some('m') => out.push_str(&format!("{:o}", file.stat.mode & 0o7777)),
                Some('y') => out.push(if file.stat.directory { 'd' } else { 'f' }),
                Some('T') => {
                    let letter = chars.next().unwrap_or('@');
                    let time = api::Time(file.stat.modified);
                    out.push_str(&super::date::show(time, &format!("%{}", if letter == '@' { 's' } else { letter })));
                }
                Some('%') => out.push('%'),
                Some(other) => out.extend(['%', other]),
                None => out.push('%'),
            },
            c => out.push(c),
        }
    }
    out
}

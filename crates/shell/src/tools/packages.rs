//! `apk` and `apt-get`: programs that a container gets while it runs. They are files of the container, and gone when it is made anew.

use super::Cx;
use super::databases::reach;
use std::time::Duration;

/// Packages by their names at Alpine and Debian, with their versions and their programs: those that can be run here.
const PACKAGES: &[(&[&str], &str, &[&str])] = &[
    (&["bash"], "5.2.37", &["bash"]),
    (&["bind-tools", "bind9-dnsutils", "bind9-host", "dnsutils"], "9.20.11", &["dig", "host", "nslookup"]),
    (&["curl"], "8.14.1", &["curl"]),
    (&["file"], "5.46", &["file"]),
    (&["iproute2"], "6.15.0", &["ip"]),
    (&["iputils", "iputils-ping"], "20240905", &["ping"]),
    (&["jq"], "1.7.1", &["jq"]),
    (&["mariadb-client", "mysql-client", "default-mysql-client"], "11.8.2", &["mysql", "mariadb", "mysqladmin"]),
    (&["netcat-openbsd", "netcat-traditional"], "1.229", &["nc"]),
    (&["openssl"], "3.5.1", &["openssl"]),
    (&["postgresql-client", "postgresql17-client"], "17.6", &["psql", "pg_isready"]),
    (&["procps", "procps-ng"], "4.0.4", &["ps", "watch"]),
    (&["redis", "redis-tools"], "8.0.3", &["redis-cli"]),
    (&["stress-ng"], "0.19.01", &["stress-ng"]),
    (&["traceroute"], "2.1.6", &["traceroute"]),
    (&["vim", "nano"], "9.1.1566", &["vi", "vim", "nano"]),
    (&["wget"], "1.25.0", &["wget"]),
];

/// Where Debian's lists are once `apt-get update` has fetched them.
const LISTS: &str = "/var/lib/apt/lists/deb.debian.org_debian_dists_trixie_InRelease";

type Package = (&'static str, &'static str, &'static [&'static str]);

fn find(name: &str) -> Option<Package> {
    let (names, version, programs) = PACKAGES.iter().find(|(names, ..)| names.contains(&name))?;
    Some((names.iter().find(|known| **known == name)?, version, programs))
}

/// What is to be done, and with which packages.
fn asked(args: &[String]) -> (&str, Vec<&str>) {
    let mut words = args[1..].iter().map(String::as_str).filter(|word| !word.starts_with('-'));
    (words.next().unwrap_or_default(), words.collect())
}

/// The packages of these names that there are, and the names of which there is none; of all, where no index is at hand.
fn sorted<'a>(names: &[&'a str], indexed: bool) -> (Vec<Package>, Vec<&'a str>) {
    let found = |name: &&str| find(name).filter(|_| indexed);
    (names.iter().filter_map(found).collect(), names.iter().copied().filter(|name| found(name).is_none()).collect())
}

/// Whether who runs it may change the system; the words of the one or the other are written if not.
fn may(cx: &Cx, words: &str) -> bool {
    let root = cx.kernel().system().identity(&cx.shell.place).is_none_or(|who| who.nameless.is_none() && who.user == "root");
    if !root {
        cx.err(words);
    }
    root
}

/// Puts the programs of packages where they are found.
fn install(cx: &Cx, packages: &[Package]) -> Result<(), vfs::Error> {
    let now = cx.now();
    cx.files(|files| {
        files.mkdir_all("/usr/bin", now)?;
        for program in packages.iter().flat_map(|(_, _, programs)| *programs) {
            let path = format!("/usr/bin/{program}");
            files.write(&path, "\u{7f}ELF", now)?;
            files.chmod(&path, 0o755)?;
        }
        Ok(())
    })
}

/// Alpine's.
pub(super) async fn apk(cx: Cx) -> i32 {
    const HOST: &str = "dl-cdn.alpinelinux.org";
    let (command, names) = asked(&cx.args);
    if !matches!(command, "add" | "update") {
        cx.out("apk-tools 2.14.9, compiled for x86_64.\n\nusage: apk add PACKAGE... | apk update\n");
        return 1;
    }
    if !may(&cx, "ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: Permission denied\n") {
        return 99;
    }
    let there = reach(&cx, HOST, 443).await;
    for part in ["main", "community"] {
        let url = format!("https://{HOST}/alpine/v3.22/{part}");
        match there {
            Ok(_) => cx.out(&format!("fetch {url}/x86_64/APKINDEX.tar.gz\n")),
            Err(_) => cx.err(&format!("WARNING: fetching {url}: temporary error (try again later)\n")),
        }
    }
    if command == "update" {
        cx.out(if there.is_ok() { "OK: 26326 distinct packages available\n" } else { "4 unavailable, 0 stale; 16 distinct packages available\n" });
        return i32::from(there.is_err()) * 4;
    }
    let (known, unknown) = sorted(&names, there.is_ok());
    if !unknown.is_empty() {
        let mut text = "ERROR: unable to select packages:\n".to_owned();
        for name in unknown {
            text += &format!("  {name} (no such package):\n    required by: world[{name}]\n");
        }
        cx.err(&text);
        return 1;
    }
    cx.kernel().sleep(Duration::from_millis(1_500)).await;
    if let Err(error) = install(&cx, &known) {
        cx.err(&format!("ERROR: Unable to lock database: {error}\nERROR: Failed to open apk database: {error}\n"));
        return 99;
    }
    for (at, (name, version, _)) in known.iter().enumerate() {
        cx.out(&format!("({}/{}) Installing {name} ({version}-r0)\n", at + 1, known.len()));
    }
    cx.out(&format!("Executing busybox-1.37.0-r18.trigger\nOK: {} MiB in {} packages\n", 8 + known.len(), 16 + known.len()));
    0
}

/// Debian's, under both of its names.
pub(super) async fn apt(cx: Cx) -> i32 {
    let (command, names) = asked(&cx.args);
    let lock = "E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\nE: Unable to acquire the \
                dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?\n";
    match command {
        "update" | "install" if !may(&cx, lock) => 100,
        "update" => update(&cx).await,
        "install" => {
            cx.out("Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\n");
            add(&cx, &names).await
        }
        _ => {
            cx.out("apt 3.0.3 (amd64)\nUsage: apt-get update | apt-get install [-y] PACKAGE...\n");
            1
        }
    }
}

async fn update(cx: &Cx) -> i32 {
    const HOST: &str = "deb.debian.org";
    let release = format!("http://{HOST}/debian trixie InRelease");
    let written = match reach(cx, HOST, 80).await {
        Ok(_) => {
            cx.kernel().sleep(Duration::from_secs(2)).await;
            cx.out(&format!(
                "Get:1 {release} [140 kB]\nGet:2 http://{HOST}/debian trixie/main amd64 Packages [9669 kB]\nFetched 9809 kB in 2s \
                 (4905 kB/s)\nReading package lists... Done\n"
            ));
            let now = cx.now();
            cx.files(|files| {
                files.mkdir_all("/var/lib/apt/lists", now)?;
                files.write(LISTS, "Codename: trixie\n", now)
            })
        }
        Err(why) => {
            let why = if why.starts_with("Name") { format!("Temporary failure resolving '{HOST}'") } else { format!("Could not connect to {HOST}:80. {why}") };
            cx.out(&format!("Ign:1 {release}\nErr:1 {release}\n  {why}\nReading package lists... Done\n"));
            cx.err(&format!(
                "W: Failed to fetch http://{HOST}/debian/dists/trixie/InRelease  {why}\nW: Some index files failed to download. They \
                 have been ignored, or old ones used instead.\n"
            ));
            Ok(())
        }
    };
    match written {
        Ok(()) => 0,
        Err(error) => {
            cx.err(&format!("E: List directory /var/lib/apt/lists/partial is missing. - Acquire (30: {error})\n"));
            100
        }
    }
}

async fn add(cx: &Cx, names: &[&str]) -> i32 {
    let listed = cx.files(|files| Ok(files.exists(LISTS))).unwrap_or_default();
    let (known, unknown) = sorted(names, listed);
    if !unknown.is_empty() {
        for name in unknown {
            cx.err(&format!("E: Unable to locate package {name}\n"));
        }
        return 100;
    }
    cx.out(&format!("The following NEW packages will be installed:\n  {}\n", names.join(" ")));
    let sure = cx.args.iter().any(|word| word == "--yes" || word.starts_with('-') && !word.starts_with("--") && word.contains('y'));
    if !sure {
        cx.out("Do you want to continue? [Y/n] ");
        let answer = cx.io.stdin.line(cx.kernel()).await;
        if !answer.is_some_and(|line| matches!(line.trim(), "" | "y" | "Y" | "yes")) {
            cx.out("Abort.\n");
            return 1;
        }
    }
    cx.kernel().sleep(Duration::from_secs(3)).await;
    if let Err(error) = install(cx, &known) {
        cx.err(&format!("E: Could not open lock file /var/lib/dpkg/lock-frontend - open (30: {error})\n"));
        return 100;
    }
    for (name, version, _) in &known {
        cx.out(&format!("Setting up {name} ({version}-1) ...\n"));
    }
    0
}

//! `psql` and `mysql`: who connects, and how answers are shown.

use super::{Answer, Dialect, Refusal, Server, statements};
use crate::process::Place;
use crate::tools::Cx;
use crate::tools::databases::{options, reach, value};

/// A session with a server.
struct Client<'c> {
    cx: &'c Cx,
    dialect: Dialect,
    /// Where the server runs, and its data directory there.
    place: Place,
    data: String,
    user: String,
    database: String,
    /// Whether answers are for people, rather than for programs; and whether columns have titles.
    drawn: bool,
    titled: bool,
}

/// A variable of a server's environment.
fn variable(env: &[(String, String)], name: &str) -> Option<String> {
    env.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
}

/// PostgreSQL's client.
pub(in crate::tools) async fn psql(cx: Cx) -> i32 {
    let (given, words) = options(&cx.args, "hpUdcf", true);
    let has = |letter: char| given.iter().any(|(name, _)| *name == letter);
    let user = value(&given, 'U').or(words.get(1).copied()).unwrap_or("root").to_owned();
    let host = value(&given, 'h');
    let port = value(&given, 'p').or(value(&given, 'P')).and_then(|port| port.parse().ok()).unwrap_or(5432);
    let refuse = |where_: &str, why: &str| {
        cx.err(&format!("psql: error: connection to server {where_} failed: {why}\n"));
        2
    };
    let (place, at) = match (reach(&cx, host.unwrap_or("127.0.0.1"), port).await, host) {
        (Ok((Some(place), _, address)), Some(host)) => (place, format!("at \"{host}\" ({address}), port {port}")),
        (Ok((Some(place), ..)), None) => (place, format!("on socket \"/var/run/postgresql/.s.PGSQL.{port}\"")),
        (Ok(_), _) => return refuse("", "server closed the connection unexpectedly"),
        (Err(why), Some(host)) if why.starts_with("Name") => {
            cx.err(&format!("psql: error: could not translate host name \"{host}\" to address: {why}\n"));
            return 2;
        }
        (Err(why), Some(host)) => {
            let hint = "\n\tIs the server running on that host and accepting TCP/IP connections?";
            return refuse(&format!("at \"{host}\", port {port}"), &format!("{why}{hint}"));
        }
        (Err(_), None) => {
            let hint = "No such file or directory\n\tIs the server running locally and accepting connections on that socket?";
            return refuse(&format!("on socket \"/var/run/postgresql/.s.PGSQL.{port}\""), hint);
        }
    };
    let env = cx.kernel().system().identity(&place).map(|identity| identity.env).unwrap_or_default();
    let Some(data) = variable(&env, "PGDATA") else { return refuse(&at, "received invalid response to SSL negotiation") };
    let owner = variable(&env, "POSTGRES_USER").unwrap_or("postgres".to_owned());
    let first = variable(&env, "POSTGRES_DB").unwrap_or(owner.clone());
    let secret = variable(&env, "POSTGRES_PASSWORD").unwrap_or_default();
    let trusted = variable(&env, "POSTGRES_HOST_AUTH_METHOD").is_some_and(|method| method == "trust");
    let accounts = begin(&cx, &place, &format!("{data}/global/pg_authid"), &format!("{owner}\t{secret}\n"), |name| {
        format!("{data}/base/{name}")
    }, &["postgres", "template0", "template1", &first]);
    let Some(password) = account(&accounts, &user) else {
        return refuse(&at, &format!("FATAL:  role \"{user}\" does not exist"));
    };
    if host.is_some_and(|host| !host.starts_with('/')) && !trusted {
        match cx.env.get("PGPASSWORD") {
            None => return refuse(&at, "fe_sendauth: no password supplied"),
            Some(shown) if *shown != password => {
                return refuse(&at, &format!("FATAL:  password authentication failed for user \"{user}\""));
            }
            Some(_) => {}
        }
    }
    let database = value(&given, 'd').or(words.first().copied()).unwrap_or(&user).to_owned();
    let data = format!("{data}/base");
    let (drawn, titled) = (!has('A'), !has('t'));
    let mut client = Client { cx: &cx, dialect: Dialect::Postgres, place, data, user, database, drawn, titled };
    if !client.ask(|server| server.databases()).contains(&client.database) {
        return refuse(&at, &format!("FATAL:  database \"{}\" does not exist", client.database));
    }
    let mut texts: Vec<String> = given.iter().filter(|(name, _)| *name == 'c').map(|(_, text)| (*text).to_owned()).collect();
    if has('l') {
        texts.push("\\l".to_owned());
    }
    if let Some(file) = value(&given, 'f') {
        match cx.read(file).await {
            Ok(text) => texts.push(text),
            Err(error) => return cx.fail(format_args!("error: {file}: {error}")),
        }
    }
    client.serve(texts, "psql (17.6 (Debian 17.6-1.pgdg13+1))\nType \"help\" for help.\n\n").await
}

/// MySQL's client, which MariaDB has as well.
pub(in crate::tools) async fn mysql(cx: Cx) -> i32 {
    let (given, words) = options(&cx.args, "hPueDp?", true);
    let has = |letter: char| given.iter().any(|(name, _)| *name == letter);
    let user = value(&given, 'u').unwrap_or("root").to_owned();
    let host = value(&given, 'h').filter(|host| *host != "localhost");
    let port = value(&given, 'P').and_then(|port| port.parse().ok()).unwrap_or(3306);
    let fail = |text: &str| {
        cx.err(&format!("ERROR {text}\n"));
        1
    };
    let (place, client) = match (reach(&cx, host.unwrap_or("127.0.0.1"), port).await, host) {
        (Ok((Some(place), client, _)), _) => (place, client),
        (Ok(_), _) => return fail("2013 (HY000): Lost connection to MySQL server at 'reading initial communication packet', system error: 0"),
        (Err(_), None) => return fail("2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)"),
        (Err(why), Some(host)) if why.starts_with("Name") => return fail(&format!("2005 (HY000): Unknown MySQL server host '{host}' (-2)")),
        (Err(why), Some(host)) => {
            let number = if why.ends_with("refused") { 111 } else if why.ends_with("host") { 113 } else { 110 };
            return fail(&format!("2003 (HY000): Can't connect to MySQL server on '{host}:{port}' ({number})"));
        }
    };
    let env = cx.kernel().system().identity(&place).map(|identity| identity.env).unwrap_or_default();
    let said = |name: &str| variable(&env, &format!("MYSQL_{name}")).or(variable(&env, &format!("MARIADB_{name}")));
    let mut accounts = format!("user\tpassword\nroot\t{}\n", said("ROOT_PASSWORD").unwrap_or_default());
    if let (Some(user), Some(password)) = (said("USER"), said("PASSWORD")) {
        accounts += &format!("{user}\t{password}\n");
    }
    let data = "/var/lib/mysql";
    let first = said("DATABASE").unwrap_or("mysql".to_owned());
    let folders = ["information_schema", "mysql", "performance_schema", "sys", &first];
    let accounts = begin(&cx, &place, &format!("{data}/mysql/user.ibd"), &accounts, |name| format!("{data}/{name}"), &folders);
    let typed = given.iter().find(|(name, _)| *name == 'p').map(|(_, password)| *password);
    let shown = match typed {
        Some("") => {
            cx.out("Enter password: ");
            cx.io.stdin.line(cx.kernel()).await.map(|line| line.trim_end().to_owned()).unwrap_or_default()
        }
        Some(password) => {
            cx.err("mysql: [Warning] Using a password on the command line interface can be insecure.\n");
            password.to_owned()
        }
        None => cx.env.get("MYSQL_PWD").cloned().unwrap_or_default(),
    };
    if account(&accounts, &user) != Some(&shown) {
        let (from, used) = (host.map_or("localhost".to_owned(), |_| client), if shown.is_empty() { "NO" } else { "YES" });
        return fail(&format!("1045 (28000): Access denied for user '{user}'@'{from}' (using password: {used})"));
    }
    let database = value(&given, 'D').or(words.first().copied()).unwrap_or_default().to_owned();
    let drawn = has('t') || cx.io.stdin.is_terminal();
    let mut client =
        Client { cx: &cx, dialect: Dialect::MySql, place, data: data.to_owned(), user, database, drawn, titled: !has('N') };
    if !client.database.is_empty() && !client.ask(|server| server.databases()).contains(&client.database) {
        return fail(&format!("1049 (42000): Unknown database '{}'", client.database));
    }
    let texts = given.iter().filter(|(name, _)| *name == 'e').map(|(_, text)| (*text).to_owned()).collect();
    let welcome = "Welcome to the MySQL monitor.  Commands end with ; or \\g.\nServer version: 9.4.0 MySQL Community Server - GPL\n\n";
    client.serve(texts, welcome).await
}

/// Makes what a server makes when it starts on an empty data directory; who may connect, as it is noted there. What is noted stays,
/// whatever the variables of a later container say.
fn begin(cx: &Cx, place: &Place, noted: &str, accounts: &str, folder: impl Fn(&str) -> String, names: &[&str]) -> String {
    let now = cx.now();
    let made = cx.kernel().files(place, |files| {
        if !files.exists(noted) {
            names.iter().try_for_each(|name| files.mkdir_all(&folder(name), now))?;
            files.mkdir_all(noted.rsplit_once('/').map_or("/", |(above, _)| above), now)?;
            files.write(noted, accounts, now)?;
        }
        files.read_text(noted)
    });
    made.and_then(Result::ok).unwrap_or_default()
}

fn account<'a>(accounts: &'a str, user: &str) -> Option<&'a str> {
    accounts.lines().filter_map(|line| line.split_once('\t')).find(|(name, _)| *name == user).map(|(_, password)| password)
}

impl Client<'_> {
    fn ask<T>(&mut self, act: impl FnOnce(&mut Server<'_, '_>) -> T) -> T
    where
        T: Default,
    {
        let (dialect, data, user, now) = (self.dialect, &self.data, &self.user, self.cx.now());
        let database = &mut self.database;
        let answer = self.cx.kernel().files(&self.place, |files| {
            vfs::Result::Ok(act(&mut Server { files, dialect, data, database, user, now }))
        });
        answer.and_then(Result::ok).unwrap_or_default()
    }

    /// Runs what is given, or what standard input says.
    async fn serve(&mut self, texts: Vec<String>, welcome: &str) -> i32 {
        if texts.is_empty() && self.cx.io.stdin.is_terminal() {
            self.cx.out(welcome);
            return self.talk().await;
        }
        let texts = if texts.is_empty() { vec![self.cx.io.stdin.all(self.cx.kernel()).await] } else { texts };
        for text in texts {
            for statement in statements(&text) {
                if let Err(status) = self.one(statement.trim()) {
                    return status;
                }
            }
        }
        0
    }

    /// Takes statements from a terminal, until the person has had enough.
    async fn talk(&mut self) -> i32 {
        let mut text = String::new();
        loop {
            let mark = if text.is_empty() { '=' } else { '-' };
            self.cx.out(&match self.dialect {
                Dialect::Postgres => format!("{}{mark}# ", self.database),
                Dialect::MySql => if text.is_empty() { "mysql> " } else { "    -> " }.to_owned(),
            });
            let Some(line) = self.cx.io.stdin.line(self.cx.kernel()).await else { return 0 };
            let word = line.trim().trim_end_matches(';');
            if text.is_empty() && matches!(word, "exit" | "quit" | "\\q") {
                self.cx.out(if self.dialect == Dialect::MySql { "Bye\n" } else { "" });
                return 0;
            }
            text += &line;
            if line.trim_end().ends_with(';') || text.trim_start().starts_with('\\') {
                for statement in statements(&std::mem::take(&mut text)) {
                    let _ = self.one(statement.trim());
                }
            }
        }
    }

    /// One statement, or one of psql's own commands; the exit status where it fails.
    fn one(&mut self, statement: &str) -> Result<(), i32> {
        let mut words = statement.split_whitespace();
        let (first, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let own = match first {
            "\\l" => Some("show databases".to_owned()),
            "\\dt" | "\\d" => Some("show tables".to_owned()),
            "\\c" | "\\connect" => Some(format!("use {name}")),
            _ => None,
        };
        let text = own.as_deref().unwrap_or(statement).to_owned();
        let answer = self.ask(|server| Some(server.run(&text)));
        let lost = || Refusal("2013 (HY000)", "server closed the connection unexpectedly".to_owned());
        match answer.unwrap_or_else(|| Err(lost())) {
            Ok(Answer::Done(_)) if matches!(first, "\\c" | "\\connect") => {
                self.cx.out(&format!("You are now connected to database \"{name}\" as user \"{}\".\n", self.user));
            }
            Ok(Answer::Done(tag)) => self.cx.out(&self.done(&tag)),
            Ok(Answer::Rows(_, rows, _)) if rows.is_empty() && first.starts_with("\\d") => {
                self.cx.err("Did not find any relations.\n");
            }
            Ok(Answer::Rows(titles, rows, numbers)) => {
                let text = match own {
                    Some(_) => self.catalog(first == "\\l", rows),
                    None => self.drawn("", &titles, &rows, &numbers),
                };
                self.cx.out(&text);
            }
            Err(Refusal(number, why)) => {
                self.cx.err(&match self.dialect {
                    Dialect::Postgres => format!("ERROR:  {why}\n"),
                    Dialect::MySql if self.cx.io.stdin.is_terminal() => format!("ERROR {number}: {why}\n"),
                    Dialect::MySql => format!("ERROR {number} at line 1: {why}\n"),
                });
                return Err(1);
            }
        }
        Ok(())
    }

    /// Databases or tables, as psql lists them.
    fn catalog(&self, databases: bool, rows: Vec<Vec<Option<String>>>) -> String {
        let (heading, titles) = match databases {
            true => ("List of databases", ["Name", "Owner", "Encoding", "Locale Provider"]),
            false => ("List of relations", ["Schema", "Name", "Type", "Owner"]),
        };
        let full = |row: Vec<Option<String>>| {
            let name = row.into_iter().next().flatten().unwrap_or_default();
            let cells = match databases {
                true => [name.as_str(), &self.user, "UTF8", "libc"],
                false => ["public", name.as_str(), "table", &self.user],
            };
            cells.map(|cell| Some(cell.to_owned())).to_vec()
        };
        let rows: Vec<_> = rows.into_iter().map(full).collect();
        self.drawn(heading, &titles.map(str::to_owned), &rows, &[false; 4])
    }

    fn done(&self, tag: &str) -> String {
        let rows = tag.rsplit(' ').next().and_then(|count| count.parse::<usize>().ok()).unwrap_or(0);
        match self.dialect {
            _ if tag.is_empty() && self.dialect == Dialect::Postgres => String::new(),
            Dialect::Postgres => format!("{tag}\n"),
            Dialect::MySql if !self.drawn => String::new(),
            Dialect::MySql if tag.is_empty() => "Database changed\n".to_owned(),
            Dialect::MySql => {
                let matched = format!("Rows matched: {rows}  Changed: {rows}  Warnings: 0\n");
                let more = if tag.starts_with("UPDATE") { &matched } else { "" };
                format!("Query OK, {rows} row{} affected (0.01 sec)\n{more}\n", if rows == 1 { "" } else { "s" })
            }
        }
    }

    /// Rows as the client shows them.
    fn drawn(&self, heading: &str, titles: &[String], rows: &[Vec<Option<String>>], numbers: &[bool]) -> String {
        let mysql = self.dialect == Dialect::MySql;
        let cell = |value: &Option<String>| value.clone().unwrap_or(if mysql { "NULL" } else { "" }.to_owned());
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        let head = self.titled.then(|| titles.to_vec());
        if !self.drawn {
            let between = if mysql { "\t" } else { "|" };
            let foot = (!mysql && self.titled).then(|| vec![count(rows.len())]);
            return head.into_iter().chain(rows).chain(foot).map(|row| row.join(between) + "\n").collect();
        }
        let long = |text: &String| text.chars().count();
        let widths: Vec<usize> = (0..titles.len())
            .map(|at| rows.iter().map(|row| long(&row[at])).chain([long(&titles[at])]).max().unwrap_or(0))
            .collect();
        let edge = if mysql { "|" } else { "" };
        let line = |row: &[String], centred: bool| {
            let cells = row.iter().zip(&widths).zip(numbers).map(|((text, width), number)| match (centred, number) {
                (true, _) if !mysql => format!(" {text:^width$} "),
                (false, true) => format!(" {text:>width$} "),
                _ => format!(" {text:<width$} "),
            });
            let text = format!("{edge}{}{edge}", cells.collect::<Vec<_>>().join("|"));
            if mysql || centred { text + "\n" } else { text.trim_end().to_owned() + "\n" }
        };
        let dashes = widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>().join("+");
        let rule = if mysql { format!("+{dashes}+\n") } else { format!("{dashes}\n") };
        let body: String = rows.iter().map(|row| line(row, false)).collect();
        let top = head.map(|head| line(&head, true)).unwrap_or_default();
        match (mysql, self.titled) {
            (true, _) if rows.is_empty() => "Empty set (0.00 sec)\n\n".to_owned(),
            (true, _) => {
                let foot = if self.cx.io.stdin.is_terminal() {
                    format!("{} row{} in set (0.00 sec)\n\n", rows.len(), if rows.len() == 1 { "" } else { "s" })
                } else {
                    String::new()
                };
                format!("{rule}{top}{}{body}{rule}{foot}", if top.is_empty() { "" } else { &rule })
            }
            (false, false) => format!("{body}\n"),
            (false, true) => {
                let heading = if heading.is_empty() { String::new() } else { format!("{heading:^width$}", width = dashes.len()).trim_end().to_owned() + "\n" };
                format!("{heading}{top}{rule}{body}{}\n\n", count(rows.len()))
            }
        }
    }
}

fn count(rows: usize) -> String {
    format!("({rows} row{})", if rows == 1 { "" } else { "s" })
}

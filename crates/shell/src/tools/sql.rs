//! A little of SQL, for the clients of databases: what people type to see that data is there, and where it goes. A database is a
//! folder of the server's data directory and a table a file in it, so that it lives as long as the volume does.

mod client;
mod parse;
mod table;

pub(super) use client::{mysql, psql};
use parse::statements;
use parse::{Expression, Select, Statement};
use table::{Table, compare};
use vfs::View;

/// Which server answers: they differ in words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Postgres,
    MySql,
}

/// What a statement comes to.
#[derive(Debug, PartialEq)]
enum Answer {
    /// Rows, under the names of their columns, and which of these are numbers.
    Rows(Vec<String>, Vec<Vec<Option<String>>>, Vec<bool>),
    /// What has been done, as PostgreSQL tags it.
    Done(String),
}

/// Why a statement is refused: MySQL's number and state, and the words.
#[derive(Debug, PartialEq)]
struct Refusal(&'static str, String);

type Outcome<T> = Result<T, Refusal>;

/// A server's files, as one statement sees them.
struct Server<'a, 'v> {
    files: &'a mut View<'v>,
    dialect: Dialect,
    /// Where its databases are.
    data: &'a str,
    /// The one that is used; empty for none.
    database: &'a mut String,
    user: &'a str,
    now: i64,
}

impl Server<'_, '_> {
    /// Does what one statement says.
    fn run(&mut self, text: &str) -> Outcome<Answer> {
        let statement = parse::read(text).map_err(|near| self.syntax(&near))?;
        let quiet = |tag: &str| Ok(Answer::Done(tag.to_owned()));
        match statement {
            Statement::CreateDatabase(name, lenient) => {
                if self.databases().contains(&name) {
                    return if lenient { quiet("CREATE DATABASE") } else { Err(self.there("database", &name)) };
                }
                let folder = format!("{}/{name}", self.data);
                let made = self.files.mkdir_all(&folder, self.now);
                made.map_err(|_| Refusal("1006 (HY000)", format!("Can't create database '{name}' (errno: 30)")))?;
                quiet("CREATE DATABASE")
            }
            Statement::DropDatabase(name, lenient) => {
                if !self.databases().contains(&name) {
                    return if lenient { quiet("DROP DATABASE") } else { Err(self.no_database(&name)) };
                }
                let _ = self.files.remove_all(&format!("{}/{name}", self.data));
                quiet("DROP DATABASE")
            }
            Statement::Databases => {
                let title = if self.dialect == Dialect::MySql { "Database" } else { "datname" };
                Ok(listed(title, self.databases()))
            }
            Statement::Tables => {
                let title = format!("Tables_in_{}", self.database);
                let tables = self.tables()?;
                Ok(listed(&title, tables))
            }
            Statement::Use(name) => {
                if !self.databases().contains(&name) {
                    return Err(self.no_database(&name));
                }
                *self.database = name;
                quiet("")
            }
            Statement::CreateTable(name, columns, lenient) => {
                if self.files.exists(&self.path(&name)?) {
                    return if lenient { quiet("CREATE TABLE") } else { Err(self.there("relation", &name)) };
                }
                self.save(&name, &Table { columns, rows: Vec::new() })?;
                quiet("CREATE TABLE")
            }
            Statement::DropTable(name, lenient) => {
                let path = self.path(&name)?;
                if !self.files.exists(&path) {
                    return if lenient { quiet("DROP TABLE") } else { Err(self.no_table(&name)) };
                }
                let _ = self.files.remove(&path);
                quiet("DROP TABLE")
            }
            Statement::Insert(name, columns, rows) => self.insert(&name, &columns, rows),
            Statement::Delete(name, tests) => {
                let mut table = self.load(&name)?;
                let kept: Vec<bool> = table.matching(&tests, self)?.into_iter().map(|matches| !matches).collect();
                let gone = kept.iter().filter(|kept| !**kept).count();
                let mut kept = kept.into_iter();
                table.rows.retain(|_| kept.next().unwrap_or(true));
                self.save(&name, &table)?;
                Ok(Answer::Done(format!("DELETE {gone}")))
            }
            Statement::Update(name, values, tests) => {
                let mut table = self.load(&name)?;
                let matching = table.matching(&tests, self)?;
                let place = |(column, value)| Ok((self.place(&table, column, "field list")?, value));
                let values: Vec<(usize, &Option<String>)> = values.iter().map(|(c, v)| place((c, v))).collect::<Outcome<_>>()?;
                let rows = table.rows.iter_mut().zip(&matching).filter(|(_, matches)| **matches);
                rows.for_each(|(row, _)| values.iter().for_each(|(place, value)| row[*place].clone_from(value)));
                self.save(&name, &table)?;
                Ok(Answer::Done(format!("UPDATE {}", matching.iter().filter(|matches| **matches).count())))
            }
            Statement::Select(select) => self.select(&select),
            Statement::Nothing => quiet(""),
        }
    }

    fn insert(&mut self, name: &str, columns: &[String], rows: Vec<Vec<Option<String>>>) -> Outcome<Answer> {
        let mut table = self.load(name)?;
        let places: Vec<usize> = match columns.is_empty() {
            true => (0..table.columns.len()).collect(),
            false => columns.iter().map(|column| self.place(&table, column, name)).collect::<Outcome<_>>()?,
        };
        let count = rows.len();
        for (at, values) in rows.into_iter().enumerate() {
            if values.len() != places.len() {
                let text = format!("Column count doesn't match value count at row {}", at + 1);
                let words = if self.dialect == Dialect::MySql { &text } else { "INSERT has more expressions than target columns" };
                return Err(Refusal("1136 (21S01)", words.to_owned()));
            }
            let mut row: Vec<Option<String>> = vec![None; table.columns.len()];
            for (place, value) in places.iter().zip(values) {
                row[*place] = value;
            }
            table.complete(&mut row, &self.clock());
            table.rows.push(row);
        }
        self.save(name, &table)?;
        Ok(Answer::Done(format!("INSERT 0 {count}")))
    }

    fn select(&mut self, select: &Select) -> Outcome<Answer> {
        let Some(name) = &select.from else {
            let values = select.what.iter().map(|(what, _)| self.value(what)).collect::<Outcome<Vec<_>>>()?;
            let titles = select.what.iter().map(|(what, title)| title.clone().unwrap_or_else(|| self.title(what))).collect();
            let numbers = values.iter().map(|value| is_number(value.as_deref())).collect();
            return Ok(Answer::Rows(titles, vec![values], numbers));
        };
        let table = self.load(name)?;
        let matching = table.matching(&select.tests, self)?;
        let mut rows: Vec<&Vec<Option<String>>> =
            table.rows.iter().zip(matching).filter(|(_, matches)| *matches).map(|(row, _)| row).collect();
        if let [(Expression::Count, title)] = &select.what[..] {
            let title = title.clone().unwrap_or_else(|| self.title(&Expression::Count));
            return Ok(Answer::Rows(vec![title], vec![vec![Some(rows.len().to_string())]], vec![true]));
        }
        if let Some((column, down)) = &select.order {
            let place = self.place(&table, column, name)?;
            api::sort_by(&mut rows, |a, b| compare(a[place].as_deref(), b[place].as_deref()));
            if *down {
                rows.reverse();
            }
        }
        rows.truncate(select.limit.unwrap_or(usize::MAX));
        let mut places = Vec::new();
        for (what, title) in &select.what {
            match what {
                Expression::All => places.extend((0..table.columns.len()).map(|place| (place, None))),
                Expression::Column(column) => places.push((self.place(&table, column, name)?, title.clone())),
                _ => return Err(self.syntax("expression beside columns")),
            }
        }
        let titles = places.iter().map(|(place, title)| title.clone().unwrap_or_else(|| table.columns[*place].0.clone()));
        let numbers = places.iter().map(|(place, _)| is_numeric(&table.columns[*place].1)).collect();
        let cells = |row: &&Vec<Option<String>>| places.iter().map(|(place, _)| row[*place].clone()).collect();
        Ok(Answer::Rows(titles.collect(), rows.iter().map(cells).collect(), numbers))
    }

    /// What an expression that needs no table comes to.
    fn value(&self, what: &Expression) -> Outcome<Option<String>> {
        Ok(match what {
            Expression::Literal(value) => value.clone(),
            Expression::Call(name) => Some(match (name.as_str(), self.dialect) {
                ("version", Dialect::Postgres) => "PostgreSQL 17.6 (Debian 17.6-1.pgdg13+1) on x86_64-pc-linux-gnu".to_owned(),
                ("version", Dialect::MySql) => "9.4.0".to_owned(),
                ("now" | "current_timestamp", _) => self.clock(),
                ("current_database" | "database", _) => self.database.clone(),
                ("current_user" | "user", _) => self.user.to_owned(),
                ("@@hostname", _) => self.files.read_text("/etc/hostname").unwrap_or_default().trim().to_owned(),
                _ => return Err(self.syntax(name)),
            }),
            Expression::Column(name) => return Err(self.no_column(name, "field list")),
            Expression::All | Expression::Count => return Err(self.syntax("*")),
        })
    }

    fn clock(&self) -> String {
        api::Time(self.now).rfc3339().replace(['T', 'Z'], " ").trim().to_owned()
    }

    fn title(&self, what: &Expression) -> String {
        match (what, self.dialect) {
            (Expression::Count, Dialect::Postgres) => "count".to_owned(),
            (Expression::Count, Dialect::MySql) => "count(*)".to_owned(),
            (Expression::Call(name), Dialect::MySql) if !name.starts_with('@') => format!("{name}()"),
            (Expression::Call(name) | Expression::Column(name), _) => name.clone(),
            (Expression::Literal(value), Dialect::MySql) => value.clone().unwrap_or("NULL".to_owned()),
            _ => "?column?".to_owned(),
        }
    }

    fn databases(&self) -> Vec<String> {
        let entries = self.files.list(self.data).unwrap_or_default();
        let is_database = |name: &str| name != "lost+found" && self.files.is_dir(&format!("{}/{name}", self.data));
        entries.iter().filter(|entry| is_database(entry)).map(ToString::to_string).collect()
    }

    fn tables(&self) -> Outcome<Vec<String>> {
        if self.database.is_empty() {
            return Err(Refusal("1046 (3D000)", "No database selected".to_owned()));
        }
        let entries = self.files.list(&format!("{}/{}", self.data, self.database)).unwrap_or_default();
        Ok(entries.into_iter().filter_map(|entry| entry.strip_suffix(self.suffix()).map(str::to_owned)).collect())
    }

    /// InnoDB's tablespaces have a suffix.
    fn suffix(&self) -> &'static str {
        if self.dialect == Dialect::MySql { ".ibd" } else { "" }
    }

    /// Where a table is: in the database before its dot, or in the one that is used. PostgreSQL's dots come after schemas.
    fn path(&self, table: &str) -> Outcome<String> {
        let (before, name) = table.rsplit_once('.').unwrap_or((self.database.as_str(), table));
        let database = if self.dialect == Dialect::MySql { before } else { self.database.as_str() };
        match database {
            "" => Err(Refusal("1046 (3D000)", "No database selected".to_owned())),
            _ => Ok(format!("{}/{database}/{name}{}", self.data, self.suffix())),
        }
    }

    fn load(&self, name: &str) -> Outcome<Table> {
        let text = self.files.read_text(&self.path(name)?).map_err(|_| self.no_table(name))?;
        Ok(Table::read(&text))
    }

    fn save(&mut self, name: &str, table: &Table) -> Outcome<()> {
        let written = self.files.write(&self.path(name)?, table.written().into_bytes(), self.now);
        written.map_err(|error| Refusal("1030 (HY000)", format!("could not write to file \"{name}\": {error}")))
    }

    fn place(&self, table: &Table, column: &str, name: &str) -> Outcome<usize> {
        table.column(column).map_err(|column| self.no_column(&column, name))
    }

    fn no_column(&self, column: &str, table: &str) -> Refusal {
        match self.dialect {
            Dialect::MySql => Refusal("1054 (42S22)", format!("Unknown column '{column}' in '{table}'")),
            Dialect::Postgres => Refusal("", format!("column \"{column}\" does not exist")),
        }
    }

    fn no_table(&self, name: &str) -> Refusal {
        let table = if name.contains('.') { name.to_owned() } else { format!("{}.{name}", self.database) };
        match self.dialect {
            Dialect::MySql => Refusal("1146 (42S02)", format!("Table '{table}' doesn't exist")),
            Dialect::Postgres => Refusal("", format!("relation \"{name}\" does not exist")),
        }
    }

    fn no_database(&self, name: &str) -> Refusal {
        match self.dialect {
            Dialect::MySql => Refusal("1049 (42000)", format!("Unknown database '{name}'")),
            Dialect::Postgres => Refusal("", format!("database \"{name}\" does not exist")),
        }
    }

    fn there(&self, what: &str, name: &str) -> Refusal {
        match (self.dialect, what) {
            (Dialect::MySql, "database") => {
                Refusal("1007 (HY000)", format!("Can't create database '{name}'; database exists"))
            }
            (Dialect::MySql, _) => Refusal("1050 (42S01)", format!("Table '{name}' already exists")),
            (Dialect::Postgres, _) => Refusal("", format!("{what} \"{name}\" already exists")),
        }
    }

    fn syntax(&self, near: &str) -> Refusal {
        match self.dialect {
            Dialect::MySql => Refusal(
                "1064 (42000)",
                format!(
                    "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for \
                     the right syntax to use near '{near}' at line 1"
                ),
            ),
            Dialect::Postgres if near.is_empty() => Refusal("", "syntax error at end of input".to_owned()),
            Dialect::Postgres => Refusal("", format!("syntax error at or near \"{near}\"")),
        }
    }
}

fn is_number(value: Option<&str>) -> bool {
    value.is_some_and(|text| text.parse::<f64>().is_ok())
}

fn is_numeric(kind: &str) -> bool {
    ["int", "serial", "numeric", "decimal", "real", "double", "float"].iter().any(|word| kind.to_ascii_lowercase().contains(word))
}

fn listed(title: &str, names: Vec<String>) -> Answer {
    let rows = names.into_iter().map(|name| vec![Some(name)]).collect();
    Answer::Rows(vec![title.to_owned()], rows, vec![false])
}

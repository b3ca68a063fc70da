//! SQL read: text to words, words to a statement.

/// What is asked for.
#[derive(Debug, PartialEq)]
pub(super) enum Expression {
    All,
    Count,
    Column(String),
    Call(String),
    Literal(Option<String>),
}

/// A condition on a column.
#[derive(Debug, PartialEq)]
pub(super) struct Test {
    pub(super) column: String,
    pub(super) operator: String,
    /// What it is compared with; several for `in`.
    pub(super) values: Values,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct Select {
    /// What, each with the title that it is given.
    pub(super) what: Vec<(Expression, Option<String>)>,
    pub(super) from: Option<String>,
    pub(super) tests: Vec<Test>,
    pub(super) order: Option<(String, bool)>,
    pub(super) limit: Option<usize>,
}

type Values = Vec<Option<String>>;

#[derive(Debug, PartialEq)]
pub(super) enum Statement {
    CreateDatabase(String, bool),
    DropDatabase(String, bool),
    Databases,
    Tables,
    Use(String),
    CreateTable(String, Vec<(String, String)>, bool),
    DropTable(String, bool),
    Insert(String, Vec<String>, Vec<Values>),
    Delete(String, Vec<Test>),
    Update(String, Vec<(String, Option<String>)>, Vec<Test>),
    Select(Select),
    /// What changes nothing here: SET, GRANT, FLUSH ...
    Nothing,
}

/// The statements of a text: what stands between semicolons that are in no quotes.
pub(super) fn statements(text: &str) -> Vec<String> {
    let (mut all, mut quote) = (vec![String::new()], None);
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("--"));
    for letter in lines.flat_map(|line| line.chars().chain(['\n'])) {
        // psql's own commands end with their line.
        let own = all.last().is_some_and(|last| last.trim_start().starts_with('\\'));
        match (letter, quote) {
            (';' | '\n', None) if letter == ';' || own => {
                all.push(String::new());
                continue;
            }
            ('\'' | '"' | '`', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            _ => {}
        }
        if let Some(last) = all.last_mut() {
            last.push(letter);
        }
    }
    all.retain(|statement| !statement.trim().is_empty());
    all
}

#[derive(Clone, Debug, PartialEq)]
enum Word {
    /// A name, a number or a sign.
    Plain(String),
    /// A name in quotes.
    Name(String),
    /// A text.
    Text(String),
}

fn words(text: &str) -> Vec<Word> {
    let mut all = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '\'' | '"' | '`' => {
                let mut inside = String::new();
                let mut letters = rest.char_indices().skip(1).peekable();
                let mut end = rest.len();
                while let Some((at, letter)) = letters.next() {
                    // A quote is written twice.
                    if letter == first && letters.peek().is_none_or(|(_, next)| *next != first) {
                        end = at + 1;
                        break;
                    }
                    if letter == first {
                        letters.next();
                    }
                    inside.push(letter);
                }
                all.push(if first == '\'' { Word::Text(inside) } else { Word::Name(inside) });
                end
            }
            letter if letter.is_alphanumeric() || matches!(letter, '_' | '@' | '.' | '-') => {
                let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '@' | '.' | '$') || c == '-' && letter.is_ascii_digit();
                let end = rest.char_indices().skip(1).find(|(_, c)| !is_part(*c)).map_or(rest.len(), |(at, _)| at);
                all.push(Word::Plain(rest[..end].to_owned()));
                end
            }
            _ => {
                let two = rest.get(..2).filter(|two| ["<=", ">=", "<>", "!="].contains(two));
                let sign = two.unwrap_or(&rest[..first.len_utf8()]);
                all.push(Word::Plain(sign.to_owned()));
                sign.len()
            }
        };
        rest = rest[end..].trim_start();
    }
    all
}

/// How a column is compared; what begins with another comes before it.
const OPERATORS: [&str; 13] = ["=", "<>", "!=", "<=", ">=", "<", ">", "is not", "is", "in", "not like", "like", "ilike"];

/// The words that are left.
struct Reader {
    words: Vec<Word>,
    at: usize,
}

type Read<T> = Result<T, String>;

/// Reads a statement.
///
/// # Errors
/// The word at which it cannot be read; empty at the end.
pub(super) fn read(text: &str) -> Read<Statement> {
    let mut reader = Reader { words: words(text), at: 0 };
    let statement = reader.statement()?;
    match reader.words.get(reader.at) {
        Some(_) if statement != Statement::Nothing => Err(reader.near()),
        _ => Ok(statement),
    }
}

impl Reader {
    fn near(&self) -> String {
        match self.words.get(self.at) {
            Some(Word::Plain(text) | Word::Name(text)) => text.clone(),
            Some(Word::Text(text)) => format!("'{text}'"),
            None => String::new(),
        }
    }

    /// Takes these words if they come next.
    fn takes(&mut self, text: &str) -> bool {
        let wanted: Vec<&str> = text.split(' ').collect();
        let is = |(at, word): (usize, &&str)| {
            matches!(self.words.get(self.at + at), Some(Word::Plain(next)) if next.eq_ignore_ascii_case(word))
        };
        let found = wanted.iter().enumerate().all(is);
        self.at += if found { wanted.len() } else { 0 };
        found
    }

    fn needs(&mut self, text: &str) -> Read<()> {
        if self.takes(text) { Ok(()) } else { Err(self.near()) }
    }

    fn name(&mut self) -> Read<String> {
        let name = match self.words.get(self.at) {
            Some(Word::Plain(name)) if name.starts_with(|c: char| c.is_alphabetic() || c == '_') => name.to_ascii_lowercase(),
            Some(Word::Name(name)) => name.clone(),
            _ => return Err(self.near()),
        };
        self.at += 1;
        if name.contains('/') || name.is_empty() { Err(name) } else { Ok(name) }
    }

    fn value(&mut self) -> Read<Option<String>> {
        let value = match self.words.get(self.at) {
            Some(Word::Text(text)) => Some(text.clone()),
            Some(Word::Plain(word)) if word.eq_ignore_ascii_case("null") => None,
            Some(Word::Plain(word)) if ["true", "false"].contains(&word.to_ascii_lowercase().as_str()) => {
                Some(word[..1].to_ascii_lowercase())
            }
            Some(Word::Plain(word)) if word.parse::<f64>().is_ok() => Some(word.clone()),
            _ => return Err(self.near()),
        };
        self.at += 1;
        Ok(value)
    }

    /// What stands in brackets, with commas between.
    fn list<T>(&mut self, one: impl Fn(&mut Reader) -> Read<T>) -> Read<Vec<T>> {
        self.needs("(")?;
        let mut all = vec![one(self)?];
        while self.takes(",") {
            all.push(one(self)?);
        }
        self.needs(")")?;
        Ok(all)
    }

    fn statement(&mut self) -> Read<Statement> {
        const WITHOUT_EFFECT: [&str; 9] = ["set", "grant", "flush", "begin", "commit", "start", "create user", "alter user", "analyze"];
        if self.takes("create database") || self.takes("create schema") {
            let lenient = self.takes("if not exists");
            let name = self.name()?;
            // Character sets, owners: nothing depends on them.
            self.at = self.words.len();
            return Ok(Statement::CreateDatabase(name, lenient));
        }
        if self.takes("create table") {
            let lenient = self.takes("if not exists");
            let name = self.name()?;
            let columns = self.list(Reader::column)?.into_iter().flatten().collect();
            self.at = self.words.len();
            return Ok(Statement::CreateTable(name, columns, lenient));
        }
        if self.takes("drop database") || self.takes("drop schema") {
            let lenient = self.takes("if exists");
            return Ok(Statement::DropDatabase(self.name()?, lenient));
        }
        if self.takes("drop table") {
            let lenient = self.takes("if exists");
            return Ok(Statement::DropTable(self.name()?, lenient));
        }
        match () {
            () if self.takes("show databases") => Ok(Statement::Databases),
            () if self.takes("show tables") => Ok(Statement::Tables),
            () if self.takes("use") => Ok(Statement::Use(self.name()?)),
            () if self.takes("insert into") => self.insert(),
            () if self.takes("delete from") => Ok(Statement::Delete(self.name()?, self.tests()?)),
            () if self.takes("update") => self.update(),
            () if self.takes("select") => self.select(),
            () if WITHOUT_EFFECT.iter().any(|word| self.takes(word)) => Ok(Statement::Nothing),
            () => Err(self.near()),
        }
    }

    /// `name type ...`; nothing for a constraint of the table.
    fn column(&mut self) -> Read<Option<(String, String)>> {
        let constraint = ["primary", "constraint", "unique", "foreign", "key", "check", "index"];
        let is_constraint = constraint.contains(&self.near().to_ascii_lowercase().as_str());
        let name = if is_constraint { String::new() } else { self.name()? };
        let (mut kind, mut depth) = (Vec::new(), 0);
        loop {
            match self.near().as_str() {
                "" => return Err(String::new()),
                ")" | "," if depth == 0 => break,
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            kind.push(self.near());
            self.at += 1;
        }
        Ok((!is_constraint).then(|| (name, kind.join(" "))))
    }

    fn insert(&mut self) -> Read<Statement> {
        let name = self.name()?;
        let columns = if self.near() == "(" { self.list(Reader::name)? } else { Vec::new() };
        self.needs("values")?;
        let mut rows = vec![self.list(Reader::value)?];
        while self.takes(",") {
            rows.push(self.list(Reader::value)?);
        }
        Ok(Statement::Insert(name, columns, rows))
    }

    fn update(&mut self) -> Read<Statement> {
        let name = self.name()?;
        self.needs("set")?;
        let one = |reader: &mut Reader| -> Read<(String, Option<String>)> {
            let column = reader.name()?;
            reader.needs("=")?;
            Ok((column, reader.value()?))
        };
        let mut values = vec![one(self)?];
        while self.takes(",") {
            values.push(one(self)?);
        }
        Ok(Statement::Update(name, values, self.tests()?))
    }

    fn tests(&mut self) -> Read<Vec<Test>> {
        let mut all = Vec::new();
        if !self.takes("where") {
            return Ok(all);
        }
        loop {
            let column = self.name()?;
            let known = OPERATORS.iter().find(|operator| self.takes(operator));
            let operator = (*known.ok_or_else(|| self.near())?).to_owned();
            let values = if operator == "in" { self.list(Reader::value)? } else { vec![self.value()?] };
            all.push(Test { column, operator, values });
            if !self.takes("and") {
                return Ok(all);
            }
        }
    }

    fn select(&mut self) -> Read<Statement> {
        let mut select = Select { what: vec![self.wanted()?], ..Select::default() };
        while self.takes(",") {
            select.what.push(self.wanted()?);
        }
        if self.takes("from") {
            select.from = Some(self.name()?);
            select.tests = self.tests()?;
            if self.takes("order by") {
                let column = self.name()?;
                let down = self.takes("desc");
                let _ = !down && self.takes("asc");
                select.order = Some((column, down));
            }
        }
        if self.takes("limit") {
            select.limit = self.value()?.and_then(|count| count.parse().ok());
        }
        Ok(Statement::Select(select))
    }

    fn wanted(&mut self) -> Read<(Expression, Option<String>)> {
        let what = if self.takes("*") {
            Expression::All
        } else if self.takes("count ( * )") {
            Expression::Count
        } else if let Ok(value) = self.value() {
            Expression::Literal(value)
        } else if self.near().starts_with('@') {
            self.at += 1;
            Expression::Call(match &self.words[self.at - 1] {
                Word::Plain(name) | Word::Name(name) | Word::Text(name) => name.clone(),
            })
        } else {
            let name = self.name()?;
            if self.takes("( )") || ["current_user", "current_timestamp"].contains(&name.as_str()) {
                Expression::Call(name)
            } else {
                Expression::Column(name)
            }
        };
        let title = if self.takes("as") { Some(self.name()?) } else { None };
        Ok((what, title))
    }
}

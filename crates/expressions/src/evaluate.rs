//! One expression: compiling it, and what it comes to.

use api::{Map, OrdMap, Quantity, Value};
use cel::extractors::This;
use cel::objects::{Key, Map as CelMap};
use cel::{Context, Env, ExecutionError, Program, Value as CelValue, extensions};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The longest expression, and the deepest nesting of brackets in one. The parser is recursive; cel-go has limits of the same
/// kind (`ParserRecursionLimit`, `ParserExpressionSizeLimit`).
const MAX_LENGTH: usize = 10_000;
const MAX_DEPTH: usize = 40;
/// The most operators of one expression: each may be a level of its tree.
const MAX_OPERATORS: usize = 400;
/// The key that marks a quantity among maps.
const QUANTITY: &str = "@quantity";

/// Kubernetes' environment: the standard library, strings, lists, math.
fn env() -> &'static Arc<Env> {
    static ENV: OnceLock<Arc<Env>> = OnceLock::new();
    ENV.get_or_init(|| {
        let mut env = Env::stdlib();
        // Names that two libraries share are the first one's.
        let _ = env.add_extension(extensions::strings);
        let _ = env.add_extension(extensions::lists);
        let _ = env.add_extension(extensions::math);
        Arc::new(env)
    })
}

/// The program of an expression. Each change asks for the same ones, and reading one costs more than what it comes to.
fn program(expression: &str) -> Result<Arc<Program>, String> {
    /// More than the expressions of any cluster; beyond, all are read again.
    const MOST: usize = 1000;
    static KNOWN: Mutex<OrdMap<String, Arc<Program>>> = Mutex::new(OrdMap::new());
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known().get(expression) {
        return Ok(found.clone());
    }
    let program = Arc::new(env().compile(expression).map_err(|error| error.to_string())?);
    let mut known = known();
    if known.len() >= MOST {
        *known = OrdMap::new();
    }
    known.insert(expression.to_owned(), program.clone());
    Ok(program)
}

/// A compiled expression.
pub(crate) struct Compiled {
    program: Arc<Program>,
}

impl Compiled {
    /// Whether it refers to a variable.
    pub(crate) fn uses(&self, name: &str) -> bool {
        self.program.references().has_variable(name)
    }

    /// What it comes to.
    ///
    /// # Errors
    /// In cel-go's words.
    pub(crate) fn evaluate(&self, variables: &[(&str, CelValue)]) -> Result<CelValue, String> {
        let mut context = Context::with_env(env().clone());
        functions(&mut context);
        for (name, value) in variables {
            context.add_variable_from_value(*name, value.clone());
        }
        self.program.execute(&context).map_err(|error| words(&error))
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// It cannot be evaluated, or is no truth.
    pub(crate) fn holds(&self, variables: &[(&str, CelValue)]) -> Result<bool, String> {
        match self.evaluate(variables)? {
            CelValue::Bool(held) => Ok(held),
            _ => Err("cel expression must evaluate to a bool".to_owned()),
        }
    }
}

/// Compiles an expression that may refer to these variables.
///
/// # Errors
/// What is wrong with it, as cel-go says it.
pub(crate) fn compile(expression: &str, variables: &[&str]) -> Result<Compiled, String> {
    if expression.len() > MAX_LENGTH || depth(expression) > MAX_DEPTH || operators(expression) > MAX_OPERATORS {
        return Err(format!("ERROR: <input>:-1:0: expression recursion limit exceeded: {MAX_DEPTH}"));
    }
    let program = program(expression)?;
    let unknown = program.references().variables().into_iter().find(|name| !known(name, variables)).map(str::to_owned);
    match unknown {
        None => Ok(Compiled { program }),
        Some(name) => {
            let at = expression.find(&name).unwrap_or_default();
            let (line, column) = (
                expression[..at].matches('\n').count(),
                expression[..at].chars().rev().take_while(|c| *c != '\n').count(),
            );
            let shown = expression.lines().nth(line).unwrap_or_default();
            Err(format!(
                "ERROR: <input>:{}:{}: undeclared reference to '{name}' (in container '')\n | {shown}\n | {}^",
                line + 1,
                column + 1,
                ".".repeat(column)
            ))
        }
    }
}

/// Whether a name is declared: a variable, a type, or what macros use inside.
fn known(name: &str, variables: &[&str]) -> bool {
    const TYPES: &[&str] = &[
        "bool",
        "bytes",
        "double",
        "dyn",
        "int",
        "list",
        "map",
        "null_type",
        "optional",
        "optional_type",
        "string",
        "type",
        "uint",
        "math",
        "google",
        "duration",
        "timestamp",
    ];
    variables.contains(&name) || TYPES.contains(&name) || name.starts_with('@') || name.starts_with("__")
}

fn depth(expression: &str) -> usize {
    let (mut now, mut most) = (0usize, 0);
    for c in expression.chars() {
        match c {
            '(' | '[' | '{' => now += 1,
            ')' | ']' | '}' => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}

fn operators(expression: &str) -> usize {
    expression.chars().filter(|c| "&|!?:+-*/%<>=.".contains(*c)).count() / 2
}

/// An error in cel-go's words (`types.Err`).
fn words(error: &ExecutionError) -> String {
    match error {
        ExecutionError::NoSuchKey(key) => format!("no such key: {key}"),
        ExecutionError::IndexOutOfBounds(CelValue::Int(index)) => format!("index out of bounds: {index}"),
        ExecutionError::DivisionByZero(_) => "division by zero".to_owned(),
        ExecutionError::RemainderByZero(_) => "modulus by zero".to_owned(),
        ExecutionError::Overflow(..) => "integer overflow".to_owned(),
        ExecutionError::UndeclaredReference(name) => format!("no such attribute(s): {name}"),
        ExecutionError::FunctionError { message, .. } => message.clone(),
        ExecutionError::NoSuchOverload(_)
        | ExecutionError::UnsupportedBinaryOperator(..)
        | ExecutionError::ValuesNotComparable(..)
        | ExecutionError::NotSupportedAsMethod { .. }
        | ExecutionError::UnexpectedType { .. } => "no such overload".to_owned(),
        other => other.to_string(),
    }
}

/// Our tree as a value of CEL.
pub(crate) fn value(of: &Value) -> CelValue {
    match of {
        Value::Null => CelValue::Null,
        Value::Bool(truth) => CelValue::Bool(*truth),
        Value::Int(number) => CelValue::Int(*number),
        Value::Float(number) => CelValue::Float(*number),
        Value::String(text) => CelValue::String(Arc::new(text.to_string())),
        Value::Array(items) => CelValue::List(Arc::new(items.iter().map(value).collect())),
        Value::Object(fields) => map(fields),
    }
}

fn map(fields: &Map) -> CelValue {
    let pair = |(key, field): (&api::Str, &Value)| (Key::String(Arc::new(key.to_string())), value(field));
    CelValue::Map(CelMap { map: Arc::new(fields.iter().map(pair).collect()) })
}

/// A map of values of CEL.
pub(crate) fn record(fields: impl IntoIterator<Item = (String, CelValue)>) -> CelValue {
    let fields = fields.into_iter().map(|(name, value)| (Key::String(Arc::new(name)), value));
    CelValue::Map(CelMap { map: Arc::new(fields.collect()) })
}

/// What Kubernetes adds (k8s.io/apiserver/pkg/cel/library).
fn functions(context: &mut Context<'_, '_>) {
    let _ = context.add_function("quantity", |text: Arc<String>| match Quantity::parse(&text) {
        Ok(_) => Ok(record([(QUANTITY.to_owned(), CelValue::String(text))])),
        Err(_) => Err(ExecutionError::function_error(
            "quantity",
            "quantities must match the regular expression \
            '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        )),
    });
    let _ = context.add_function("isQuantity", |text: Arc<String>| Quantity::parse(&text).is_ok());
    let _ =
        context.add_function("isLessThan", |This(a): This<CelValue>, b: CelValue| compare(&a, &b).map(|o| o.is_lt()));
    let _ = context
        .add_function("isGreaterThan", |This(a): This<CelValue>, b: CelValue| compare(&a, &b).map(|o| o.is_gt()));
    let _ = context.add_function("compareTo", |This(a): This<CelValue>, b: CelValue| compare(&a, &b).map(|o| o as i64));
    let _ = context.add_function("isInteger", |This(a): This<CelValue>| amount(&a).map(|q| q.fract() == 0.0));
    let _ = context.add_function("asInteger", |This(a): This<CelValue>| amount(&a).map(|q| q as i64));
    let _ = context.add_function("asApproximateFloat", |This(a): This<CelValue>| amount(&a));
    let _ = context.add_function("sign", |This(a): This<CelValue>| {
        amount(&a).map(|q| q.partial_cmp(&0.0).map_or(0, |o| o as i64))
    });
    let _ = context.add_function("find", |This(text): This<Arc<String>>, pattern: Arc<String>| {
        expression(&pattern).map(|known| CelValue::from(known.find(&text).map_or("", |found| found.as_str())))
    });
    let _ = context.add_function("findAll", |This(text): This<Arc<String>>, pattern: Arc<String>| {
        expression(&pattern)
            .map(|known| CelValue::from(known.find_iter(&text).map(|found| found.as_str()).collect::<Vec<_>>()))
    });
    let _ = context.add_function("isIP", |text: Arc<String>| text.parse::<std::net::IpAddr>().is_ok());
    let _ = context.add_function("isURL", |text: Arc<String>| {
        text.split_once("://").is_some_and(|(scheme, rest)| !scheme.is_empty() && !rest.is_empty())
            || text.starts_with('/')
    });
    let _ = context.add_function("isSorted", |This(list): This<Arc<Vec<CelValue>>>| {
        list.windows(2).all(|pair| pair[0].partial_cmp(&pair[1]).is_none_or(std::cmp::Ordering::is_le))
    });
    let _ = context.add_function("sum", |This(list): This<Arc<Vec<CelValue>>>| sum(&list));
}

fn expression(pattern: &str) -> Result<regex::Regex, ExecutionError> {
    regex::Regex::new(pattern).map_err(|_| ExecutionError::function_error("find", format!("Illegal regex: {pattern}")))
}

fn sum(list: &[CelValue]) -> Result<CelValue, ExecutionError> {
    let mut whole = (0i64, 0.0f64, false);
    for item in list {
        match item {
            CelValue::Int(number) => whole.0 = whole.0.saturating_add(*number),
            CelValue::Float(number) => whole = (whole.0, whole.1 + number, true),
            _ => return Err(ExecutionError::function_error("sum", "no such overload")),
        }
    }
    Ok(if whole.2 { CelValue::Float(whole.1 + whole.0 as f64) } else { CelValue::Int(whole.0) })
}

/// The number that a quantity is.
fn amount(of: &CelValue) -> Result<f64, ExecutionError> {
    let text = match of {
        CelValue::Map(fields) => fields.map.get(&Key::String(Arc::new(QUANTITY.to_owned()))).cloned(),
        CelValue::Int(number) => return Ok(*number as f64),
        CelValue::Float(number) => return Ok(*number),
        _ => None,
    };
    match text {
        Some(CelValue::String(text)) => {
            let quantity =
                Quantity::parse(&text).map_err(|_| ExecutionError::function_error("quantity", "no quantity"))?;
            Ok(quantity.milli_value() as f64 / 1000.0)
        }
        _ => Err(ExecutionError::function_error("quantity", "no such overload")),
    }
}

fn compare(a: &CelValue, b: &CelValue) -> Result<std::cmp::Ordering, ExecutionError> {
    let (a, b) = (amount(a)?, amount(b)?);
    Ok(a.partial_cmp(&b).unwrap_or(std::cmp::Ordering::Equal))
}

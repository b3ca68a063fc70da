//! One expression: compiling it, and what it comes to.

use crate::library;
use api::{Map, OrdMap, Value};
use cel::objects::{Key, Map as CelMap};
use cel::{Context, Env, ExecutionError, Program, Value as CelValue, extensions};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The longest expression, and the deepest nesting of brackets in one. The parser is recursive; cel-go has limits of the same
/// kind (`ParserRecursionLimit`, `ParserExpressionSizeLimit`).
const MAX_LENGTH: usize = 10_000;
const MAX_DEPTH: usize = 40;
/// The most operators of one expression: each may be a level of its tree.
const MAX_OPERATORS: usize = 400;

/// Kubernetes' environment: the standard library, strings, lists, math.
fn env() -> &'static Arc<Env> {
    static ENV: OnceLock<Arc<Env>> = OnceLock::new();
    ENV.get_or_init(|| {
        let mut env = Env::stdlib();
        // Names that two libraries share are the first one's.
        let _ = env.add_extension(extensions::strings);
        let _ = env.add_extension(extensions::lists);
        let _ = env.add_extension(extensions::math);
        library::declare(&mut env);
        Arc::new(env)
    })
}

/// All functions, to be shared by all evaluations.
fn root() -> &'static Context<'static, 'static> {
    static ROOT: OnceLock<Context<'static, 'static>> = OnceLock::new();
    ROOT.get_or_init(|| {
        let mut context = Context::with_env(env().clone());
        library::add(&mut context);
        context
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
        let mut context = root().new_inner_scope();
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
    let known = [variables, TYPES, library::NAMESPACES].iter().any(|names| names.contains(&name));
    known || name.starts_with('@') || name.starts_with("__")
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

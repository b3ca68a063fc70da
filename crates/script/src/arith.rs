//! Arithmetic: `$((1 + 2 * x))`.

/// The variables of an expression.
pub trait Variables {
    /// A variable's text; none if it is not set.
    fn get(&self, name: &str) -> Option<String>;
    /// Sets a variable.
    fn set(&mut self, name: &str, value: String);
}

/// The value of an expression; an empty one is 0.
///
/// # Errors
/// What bash says after the expression.
pub fn evaluate(text: &str, variables: &mut dyn Variables) -> Result<i64, String> {
    nested(text, variables, 0)
}

fn nested(text: &str, variables: &mut dyn Variables, depth: usize) -> Result<i64, String> {
    if depth > 40 {
        return Err("expression recursion level exceeded".into());
    }
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, at: 0, variables, depth, skip: 0 };
    if parser.tokens.is_empty() {
        return Ok(0);
    }
    let value = parser.comma()?;
    match parser.tokens.get(parser.at) {
        None => Ok(value),
        Some(token) => Err(format!("syntax error in expression (error token is \"{token}\")")),
    }
}

const OPERATORS: [&str; 36] = [
    "<<=", ">>=", "**", "++", "--", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+=", "-=", "*=", "/=", "%=", "&=",
    "|=", "^=", "+", "-", "*", "/", "%", "<", ">", "=", "!", "~", "&", "|", "^", "?", ":",
];

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let (mut tokens, mut rest) = (Vec::new(), text);
    while let Some(c) = rest.chars().next() {
        let length = if c.is_whitespace() {
            rest = &rest[c.len_utf8()..];
            continue;
        } else if c.is_ascii_alphanumeric() || c == '_' {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '#')).unwrap_or(rest.len());
            end + subscript(&rest[end..])
        } else if "(),".contains(c) {
            1
        } else if let Some(operator) = OPERATORS.iter().find(|op| rest.starts_with(**op)) {
            operator.len()
        } else {
            return Err(format!("syntax error: invalid arithmetic operator (error token is \"{rest}\")"));
        };
        tokens.push(rest[..length].to_owned());
        rest = &rest[length..];
    }
    Ok(tokens)
}

/// How long the `[...]` is that text begins with; 0 if it begins with none.
fn subscript(text: &str) -> usize {
    if !text.starts_with('[') {
        return 0;
    }
    let mut open = 0;
    for (at, c) in text.char_indices() {
        match c {
            '[' => open += 1,
            ']' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return at + 1;
        }
    }
    0
}

/// Whether it is a variable's name, or that of an element.
fn is_variable(token: &str) -> bool {
    match token.split_once('[') {
        Some((name, index)) => crate::syntax::is_name(name) && index.ends_with(']'),
        None => crate::syntax::is_name(token),
    }
}

struct Parser<'v> {
    tokens: Vec<String>,
    at: usize,
    variables: &'v mut dyn Variables,
    depth: usize,
    /// Inside the part of `&&`, `||` or `?:` that is not evaluated: assignments and divisions do nothing.
    skip: usize,
}

/// Binary operators by precedence, weakest first.
const LEVELS: [&[&str]; 10] = [
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

impl Parser<'_> {
    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn take(&mut self, token: &str) -> bool {
        let hit = self.peek() == token;
        self.at += usize::from(hit);
        hit
    }

    fn comma(&mut self) -> Result<i64, String> {
        let mut value = self.assignment()?;
        while self.take(",") {
            value = self.assignment()?;
        }
        Ok(value)
    }

    fn assignment(&mut self) -> Result<i64, String> {
        self.depth += 1;
        if self.depth > 100 {
            return Err("expression recursion level exceeded".into());
        }
        let value = self.assignment_inner();
        self.depth -= 1;
        value
    }

    fn assignment_inner(&mut self) -> Result<i64, String> {
        let name = self.peek().to_owned();
        let operator = self.tokens.get(self.at + 1).cloned().unwrap_or_default();
        let assigns = operator.ends_with('=') && !["==", "!=", "<=", ">="].contains(&operator.as_str());
        if assigns && is_variable(&name) {
            self.at += 2;
            let name = self.resolved(name)?;
            let right = self.assignment()?;
            let value = match operator.trim_end_matches('=') {
                "" => right,
                op => {
                    let left = self.variable(&name)?;
                    self.apply(op, left, right)?
                }
            };
            self.assign(&name, value);
            return Ok(value);
        }
        self.ternary()
    }

    fn assign(&mut self, name: &str, value: i64) {
        if self.skip == 0 {
            self.variables.set(name, value.to_string());
        }
    }

    fn ternary(&mut self) -> Result<i64, String> {
        let condition = self.binary(0)?;
        if !self.take("?") {
            return Ok(condition);
        }
        let yes = self.skipping(condition == 0, Self::assignment)?;
        if !self.take(":") {
            return Err("expected `:' for conditional expression".into());
        }
        let no = self.skipping(condition != 0, Self::assignment)?;
        Ok(if condition != 0 { yes } else { no })
    }

    fn skipping(&mut self, skip: bool, parse: impl FnOnce(&mut Self) -> Result<i64, String>) -> Result<i64, String> {
        self.skip += usize::from(skip);
        let value = parse(self);
        self.skip -= usize::from(skip);
        value
    }

    fn binary(&mut self, level: usize) -> Result<i64, String> {
        let Some(operators) = LEVELS.get(level) else { return self.power() };
        let mut left = self.binary(level + 1)?;
        while let Some(operator) = operators.iter().find(|op| self.peek() == **op) {
            self.at += 1;
            let skip = (*operator == "&&" && left == 0) || (*operator == "||" && left != 0);
            let right = self.skipping(skip, |parser| parser.binary(level + 1))?;
            left = self.apply(operator, left, right)?;
        }
        Ok(left)
    }

    fn power(&mut self) -> Result<i64, String> {
        let base = self.unary()?;
        if !self.take("**") {
            return Ok(base);
        }
        let exponent = self.power()?;
        u32::try_from(exponent).map(|e| base.wrapping_pow(e)).map_err(|_| "exponent less than 0".to_owned())
    }

    fn unary(&mut self) -> Result<i64, String> {
        self.depth += 1;
        if self.depth > 100 {
            return Err("expression recursion level exceeded".into());
        }
        let operator = self.peek().to_owned();
        let value = match operator.as_str() {
            "-" | "+" | "!" | "~" => {
                self.at += 1;
                let value = self.unary()?;
                match operator.as_str() {
                    "-" => value.wrapping_neg(),
                    "!" => i64::from(value == 0),
                    "~" => !value,
                    _ => value,
                }
            }
            "++" | "--" => {
                self.at += 1;
                let name = self.peek().to_owned();
                let name = self.resolved(name)?;
                self.at += 1;
                let value = self.variable(&name)?.wrapping_add(if operator == "++" { 1 } else { -1 });
                self.assign(&name, value);
                value
            }
            _ => self.primary()?,
        };
        self.depth -= 1;
        Ok(value)
    }

    fn primary(&mut self) -> Result<i64, String> {
        let token = self.peek().to_owned();
        self.at += 1;
        if token == "(" {
            let value = self.comma()?;
            return if self.take(")") { Ok(value) } else { Err("missing `)'".into()) };
        }
        if token.starts_with(|c: char| c.is_ascii_digit()) {
            return number(&token);
        }
        if !is_variable(&token) {
            return Err(match token.is_empty() {
                true => "syntax error: operand expected (error token is \"\")".into(),
                false => format!("syntax error: operand expected (error token is \"{token}\")"),
            });
        }
        let token = self.resolved(token)?;
        let value = self.variable(&token)?;
        let step = match self.peek() {
            "++" => 1,
            "--" => -1,
            _ => return Ok(value),
        };
        self.at += 1;
        self.assign(&token, value.wrapping_add(step));
        Ok(value)
    }

    /// An element's name with its index worked out, where that is no name itself.
    fn resolved(&mut self, token: String) -> Result<String, String> {
        let Some((name, index)) = token.strip_suffix(']').and_then(|token| token.split_once('[')) else {
            return Ok(token);
        };
        if self.variables.get(&token).is_some() {
            return Ok(token);
        }
        let number = nested(index, self.variables, self.depth + 1)?;
        Ok(format!("{name}[{number}]"))
    }

    /// A variable's value: its text is an expression itself.
    fn variable(&mut self, name: &str) -> Result<i64, String> {
        match self.variables.get(name) {
            Some(text) => match text.trim().parse() {
                Ok(value) => Ok(value),
                Err(_) => nested(&text, self.variables, self.depth + 1),
            },
            None => Ok(0),
        }
    }

    fn apply(&self, operator: &str, a: i64, b: i64) -> Result<i64, String> {
        if matches!(operator, "/" | "%") && b == 0 {
            return if self.skip > 0 { Ok(0) } else { Err("division by 0 (error token is \"0\")".into()) };
        }
        Ok(match operator {
            "+" => a.wrapping_add(b),
            "-" => a.wrapping_sub(b),
            "*" => a.wrapping_mul(b),
            "/" => a.wrapping_div(b),
            "%" => a.wrapping_rem(b),
            "<<" => a.wrapping_shl(b as u32),
            ">>" => a.wrapping_shr(b as u32),
            "&" => a & b,
            "|" => a | b,
            "^" => a ^ b,
            "==" => i64::from(a == b),
            "!=" => i64::from(a != b),
            "<" => i64::from(a < b),
            ">" => i64::from(a > b),
            "<=" => i64::from(a <= b),
            ">=" => i64::from(a >= b),
            "&&" => i64::from(a != 0 && b != 0),
            _ => i64::from(a != 0 || b != 0),
        })
    }
}

fn number(token: &str) -> Result<i64, String> {
    let lower = token.to_ascii_lowercase();
    let parsed = if let Some(hex) = lower.strip_prefix("0x") {
        i64::from_str_radix(hex, 16)
    } else if let Some((base, digits)) = token.split_once('#') {
        match base.parse::<u32>() {
            Ok(base @ 2..=36) => i64::from_str_radix(&digits.to_ascii_lowercase(), base),
            _ => return Err(format!("invalid arithmetic base (error token is \"{token}\")")),
        }
    } else if lower.len() > 1 && lower.starts_with('0') {
        i64::from_str_radix(&lower, 8)
    } else {
        lower.parse()
    };
    parsed.map_err(|_| format!("value too great for base (error token is \"{token}\")"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::FlatMap;
    use proptest::prelude::*;

    impl Variables for FlatMap<String, String> {
        fn get(&self, name: &str) -> Option<String> {
            FlatMap::get(self, name).cloned()
        }
        fn set(&mut self, name: &str, value: String) {
            self.insert(name.into(), value);
        }
    }

    #[test]
    fn expressions() {
        let mut variables = FlatMap::from([("x".to_owned(), "5".to_owned()), ("y".into(), "x+1".into())]);
        let mut value = |text: &str| evaluate(text, &mut variables);
        assert_eq!(value("1 + 2 * 3 - (4 - 1) % 2"), Ok(6));
        assert_eq!(value("x++ + ++x"), Ok(12));
        assert_eq!(value("y * 2, x"), Ok(7));
        assert_eq!(value("0 && (x = 9) || 1 ? 2**10 : 1/0"), Ok(1024));
        assert_eq!(value("x += 0x10"), Ok(23));
        assert_eq!(value(""), Ok(0));
        assert_eq!(value("1/0"), Err("division by 0 (error token is \"0\")".into()));
        assert!(value("1 +").is_err() && value("(1").is_err() && value("1 2").is_err() && value("08").is_err());
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[-+*/%()<>=!&|^?:,x01 ]{0,30}") {
            let mut variables = FlatMap::from([("x".to_owned(), "x".to_owned())]);
            let _ = evaluate(&text, &mut variables);
        }
    }
}

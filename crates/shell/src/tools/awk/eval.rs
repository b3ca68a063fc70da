//! awk's expressions.

use super::program::Expr;
use super::run::{Machine, Run, Stop};
use super::value::Value;
use crate::regex::Regex;

/// How many fields a line may be given.
const MAX_FIELDS: usize = 100_000;

impl Machine {
    pub(super) fn eval(&mut self, expr: &Expr) -> Run<Value> {
        let truth = |b: bool| Value::Number(f64::from(u8::from(b)));
        Ok(match expr {
            Expr::Number(n) => Value::Number(*n),
            Expr::Text(text) => Value::Text(text.clone()),
            Expr::Match(regex) => truth(regex.is_match(&self.line)),
            Expr::Group(inner) => self.eval(inner)?,
            Expr::Variable(name) => self.variables.get(name).cloned().unwrap_or(Value::Input(String::new())),
            Expr::Field(index) => {
                let n = self.eval(index)?.number();
                match n {
                    0.0 => Value::Input(self.line.clone()),
                    n if n < 0.0 => return Err(Stop::Error(format!("trying to access out of range field {n}"))),
                    n => Value::Input(self.fields.get(n as usize - 1).cloned().unwrap_or_default()),
                }
            }
            Expr::Element(array, index) => {
                let key = self.key(index)?;
                let array = self.arrays.entry(array.clone()).or_default();
                array.entry(key).or_insert(Value::Input(String::new())).clone()
            }
            Expr::Assign(place, operator, value) => {
                let mut value = self.eval(value)?;
                if let Some(operator) = operator {
                    let old = self.eval(place)?.number();
                    value = Value::Number(calculate(operator, old, value.number())?);
                }
                self.assign(place, value.clone())?;
                value
            }
            Expr::Step(place, step, before) => {
                let old = self.eval(place)?.number();
                self.assign(place, Value::Number(old + step))?;
                Value::Number(if *before { old } else { old + step })
            }
            Expr::Not(inner) => truth(!self.eval(inner)?.truth()),
            Expr::Negative(inner) => Value::Number(-self.eval(inner)?.number()),
            Expr::Concat(a, b) => {
                let text = self.eval(a)?.text() + &self.eval(b)?.text();
                if text.len() > vfs::Fs::MAX_FILE {
                    return Err(Stop::Error("string too long".into()));
                }
                Value::Text(text)
            }
            Expr::Binary("&&", a, b) => truth(self.eval(a)?.truth() && self.eval(b)?.truth()),
            Expr::Binary("||", a, b) => truth(self.eval(a)?.truth() || self.eval(b)?.truth()),
            Expr::Binary(operator, a, b) => {
                let (a, b) = (self.eval(a)?, self.eval(b)?);
                match *operator {
                    "+" | "-" | "*" | "/" | "%" | "^" => Value::Number(calculate(operator, a.number(), b.number())?),
                    operator => {
                        let order = match a.numeric() && b.numeric() {
                            true => a.number().total_cmp(&b.number()),
                            false => a.text().cmp(&b.text()),
                        };
                        truth(match operator {
                            "<" => order.is_lt(),
                            "<=" => order.is_le(),
                            ">" => order.is_gt(),
                            ">=" => order.is_ge(),
                            "==" => order.is_eq(),
                            _ => order.is_ne(),
                        })
                    }
                }
            }
            Expr::Matches(text, negated, pattern) => {
                let text = self.eval(text)?.text();
                truth(self.regex(pattern)?.is_match(&text) != *negated)
            }
            Expr::In(index, array) => {
                let key = self.key(index)?;
                truth(self.arrays.get(array).is_some_and(|array| array.contains_key(&key)))
            }
            Expr::If(condition, yes, no) => {
                let branch = if self.eval(condition)?.truth() { yes } else { no };
                self.eval(branch)?
            }
            Expr::Call(name, arguments) => self.call(name, arguments)?,
        })
    }

    /// A pattern: a regular expression as it stands, or the text of anything else.
    pub(super) fn regex(&mut self, pattern: &Expr) -> Run<Regex> {
        match pattern {
            Expr::Match(regex) => Ok(regex.clone()),
            other => {
                let text = self.eval(other)?.text();
                Regex::new(&text, true, false).map_err(Stop::Error)
            }
        }
    }

    pub(super) fn assign(&mut self, place: &Expr, value: Value) -> Run<()> {
        match place {
            Expr::Variable(name) => {
                if name == "NF" {
                    let count = (value.number().max(0.0) as usize).min(MAX_FIELDS);
                    self.fields.resize(count, String::new());
                    self.line = self.fields.join(&self.text_of("OFS"));
                }
                self.variables.insert(name.clone(), value);
            }
            Expr::Field(index) => {
                let n = self.eval(index)?.number();
                if n < 0.0 || n > MAX_FIELDS as f64 {
                    return Err(Stop::Error(format!("trying to access out of range field {n}")));
                }
                match n as usize {
                    0 => self.take_line(value.text()),
                    n => {
                        if self.fields.len() < n {
                            self.fields.resize(n, String::new());
                        }
                        self.fields[n - 1] = value.text();
                        self.line = self.fields.join(&self.text_of("OFS"));
                        self.variables.insert("NF".into(), Value::Number(self.fields.len() as f64));
                    }
                }
            }
            Expr::Element(array, index) => {
                let key = self.key(index)?;
                self.arrays.entry(array.clone()).or_default().insert(key, value);
            }
            _ => return Err(Stop::Error("illegal assignment".into())),
        }
        Ok(())
    }
}

fn calculate(operator: &str, a: f64, b: f64) -> Run<f64> {
    Ok(match operator {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" | "%" if b == 0.0 => return Err(Stop::Error("division by zero".into())),
        "/" => a / b,
        "%" => a % b,
        _ => a.powf(b),
    })
}

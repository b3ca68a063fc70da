//! awk's values: text and numbers, and what is both.

/// A value: text, or a number, or text from the input that looks like a number and then is one too.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Number(f64),
    Text(String),
    Input(String),
}

impl Value {
    pub(super) fn text(&self) -> String {
        match self {
            Value::Number(n) => shown(*n),
            Value::Text(text) | Value::Input(text) => text.clone(),
        }
    }

    pub(super) fn number(&self) -> f64 {
        match self {
            Value::Number(n) => *n,
            Value::Text(text) | Value::Input(text) => leading(text),
        }
    }

    pub(super) fn truth(&self) -> bool {
        match self {
            Value::Number(n) => *n != 0.0,
            Value::Text(text) => !text.is_empty(),
            Value::Input(text) => text.trim().parse::<f64>().map_or(!text.is_empty(), |n| n != 0.0),
        }
    }

    pub(super) fn numeric(&self) -> bool {
        match self {
            Value::Number(_) => true,
            Value::Text(_) => false,
            Value::Input(text) => text.trim().parse::<f64>().is_ok(),
        }
    }
}

/// A number as awk prints it: integers plainly, others with six digits.
fn shown(n: f64) -> String {
    if n == n.trunc() && n.abs() < 1e16 {
        return format!("{}", n as i64);
    }
    let digits = 5 - n.abs().log10().floor() as i32;
    let text = format!("{n:.*}", digits.clamp(0, 20) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// The number at the beginning of text.
fn leading(text: &str) -> f64 {
    let text = text.trim_start();
    let mut end = 0;
    let mut dot = false;
    for (i, c) in text.char_indices() {
        let fits = c.is_ascii_digit() || (c == '.' && !std::mem::replace(&mut dot, true)) || (i == 0 && "+-".contains(c));
        if !fits {
            break;
        }
        end = i + 1;
    }
    text[..end].parse().unwrap_or(0.0)
}


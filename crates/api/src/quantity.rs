//! Quantities of resources: `100m`, `1.5Gi`, `2e3` (k8s.io/apimachinery/pkg/api/resource).

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

/// How a quantity is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `k`, `M`, `G` ...: powers of 1000.
    #[default]
    DecimalSi,
    /// `Ki`, `Mi`, `Gi` ...: powers of 1024.
    BinarySi,
    /// `e3`, `e6` ...
    DecimalExponent,
}

/// An amount, exact down to a billionth, with the form it is written in. Equality and order look at the amount alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Quantity {
    /// In billionths; no unit is smaller than `n`.
    nanos: i128,
    format: Format,
}

const NANOS: i128 = 1_000_000_000;
/// The largest amount Kubernetes keeps: 2^63-1, here in billionths.
const LARGEST: i128 = i64::MAX as i128 * NANOS;
const DECIMAL: [(&str, i32); 10] =
    [("E", 18), ("P", 15), ("T", 12), ("G", 9), ("M", 6), ("k", 3), ("", 0), ("m", -3), ("u", -6), ("n", -9)];
const BINARY: [(&str, u32); 7] = [("Ei", 60), ("Pi", 50), ("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10), ("", 0)];

/// What the server says of text that is no quantity.
pub const FORMAT_ERROR: &str =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

impl Quantity {
    /// Reads text such as `1.5Gi`. What is finer than a billionth is rounded up (away from zero), as the server does.
    ///
    /// # Errors
    /// [`FORMAT_ERROR`], or the server's message for an unknown suffix.
    pub fn parse(text: &str) -> Result<Quantity, &'static str> {
        let (negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(digits.len());
        let (number, suffix) = digits.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return Err(FORMAT_ERROR);
        }
        let (format, ten, two) = scale(suffix)?;
        let nanos = scaled(whole, fraction, ten, two).min(LARGEST);
        Ok(Quantity { nanos: if negative { -nanos } else { nanos }, format })
    }

    /// The quantity in a field: text, or a number as YAML allows it. Zero for anything else; decoding has refused it.
    pub fn of(value: &crate::Value) -> Quantity {
        match value {
            crate::Value::String(text) => Quantity::parse(text).unwrap_or_default(),
            crate::Value::Int(number) => Quantity::from_value(*number, Format::DecimalSi),
            crate::Value::Float(number) => Quantity::parse(&number.to_string()).unwrap_or_default(),
            _ => Quantity::default(),
        }
    }

    /// A quantity of `value` units.
    pub fn from_value(value: i64, format: Format) -> Quantity {
        Quantity { nanos: i128::from(value) * NANOS, format }
    }

    /// A quantity of `milli` thousandths, such as millicores.
    pub fn from_milli(milli: i64, format: Format) -> Quantity {
        Quantity { nanos: i128::from(milli) * (NANOS / 1000), format }
    }

    /// In units, rounded up.
    pub fn value(self) -> i64 {
        round_up(self.nanos, NANOS)
    }

    /// In thousandths, rounded up: CPU in millicores.
    pub fn milli_value(self) -> i64 {
        round_up(self.nanos, NANOS / 1000)
    }

    /// How it is written.
    pub fn format(self) -> Format {
        self.format
    }

    /// Whether it is 0.
    pub fn is_zero(self) -> bool {
        self.nanos == 0
    }

    /// Whether it is less than 0.
    pub fn is_negative(self) -> bool {
        self.nanos < 0
    }

    /// Whether it is a whole number of units.
    pub fn is_whole(self) -> bool {
        self.nanos % NANOS == 0
    }
}

/// A suffix's format, power of ten and power of two.
fn scale(suffix: &str) -> Result<(Format, i32, u32), &'static str> {
    if let Some(&(_, ten)) = DECIMAL.iter().find(|(name, _)| *name == suffix) {
        return Ok((Format::DecimalSi, ten, 0));
    }
    if let Some(&(_, two)) = BINARY.iter().find(|(name, _)| *name == suffix) {
        return Ok((Format::BinarySi, 0, two));
    }
    let exponent = suffix.strip_prefix(['e', 'E']).ok_or(match suffix_shape(suffix) {
        true => "unable to parse quantity's suffix",
        false => FORMAT_ERROR,
    })?;
    match exponent.parse::<i32>() {
        Ok(ten) => Ok((Format::DecimalExponent, ten, 0)),
        Err(_) if suffix_shape(suffix) => Err("unable to parse quantity's suffix"),
        Err(_) => Err(FORMAT_ERROR),
    }
}

/// Whether a suffix has the form that [`FORMAT_ERROR`] describes, though it may mean nothing.
fn suffix_shape(suffix: &str) -> bool {
    let rest = suffix.trim_start_matches(|c| "eEinumkKMGTP".contains(c));
    let rest = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    rest.bytes().all(|b| b.is_ascii_digit())
}

/// `whole.fraction` x 10^ten x 2^two in billionths, rounded up, at most a little over [`LARGEST`].
fn scaled(whole: &str, fraction: &str, ten: i32, two: u32) -> i128 {
    const PLENTY: i128 = LARGEST * 2;
    // The point moves: billionths are nine places on, and the suffix gives the rest.
    let point = i64::try_from(whole.len()).unwrap_or(i64::MAX).saturating_add(i64::from(ten)).saturating_add(9);
    let digits = || whole.bytes().chain(fraction.bytes()).map(|b| i128::from(b - b'0'));
    if digits().all(|d| d == 0) {
        return 0;
    }
    let (mut kept, mut lost) = (0i128, false);
    // Twelve digits more than the billionths: 2^60 must not magnify what was cut off into something visible.
    const SPARE: u32 = 12;
    let keep = if two > 0 { point.saturating_add(SPARE.into()) } else { point };
    for (place, digit) in digits().chain(std::iter::repeat(0)).enumerate() {
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        if place >= keep {
            lost |= digits().skip(usize::try_from(keep.max(0)).unwrap_or(0)).any(|d| d != 0);
            break;
        }
        kept = kept.saturating_mul(10).saturating_add(digit);
        if kept > PLENTY.saturating_mul(1_000_000) && two == 0 {
            return PLENTY;
        }
        if kept > i128::MAX / 16 {
            return PLENTY;
        }
    }
    if two == 0 {
        return kept.saturating_add(i128::from(lost)).min(PLENTY);
    }
    let spare = 10i128.pow(SPARE);
    let (high, low) = (kept / spare, kept % spare);
    // low < 10^12 and 2^60 < 1.2 * 10^18: the product fits.
    let product = high.saturating_mul(1 << two).saturating_add((low << two) / spare);
    let rest = (low << two) % spare != 0 || lost;
    product.saturating_add(i128::from(rest)).min(PLENTY)
}

fn round_up(nanos: i128, unit: i128) -> i64 {
    let quotient = nanos / unit;
    let up = match nanos % unit {
        0 => quotient,
        rest => quotient + rest.signum(),
    };
    i64::try_from(up).unwrap_or(if up < 0 { i64::MIN } else { i64::MAX })
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Quantity) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Quantity) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Quantity) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

impl Add for Quantity {
    type Output = Quantity;

    /// The sum, written as the first is (as the second if the first is 0), as the server's `Add` does.
    fn add(self, other: Quantity) -> Quantity {
        let format = if self.is_zero() { other.format } else { self.format };
        Quantity { nanos: self.nanos.saturating_add(other.nanos), format }
    }
}

impl Sub for Quantity {
    type Output = Quantity;

    fn sub(self, other: Quantity) -> Quantity {
        let format = if self.is_zero() { other.format } else { self.format };
        Quantity { nanos: self.nanos.saturating_sub(other.nanos), format }
    }
}

impl Sum for Quantity {
    fn sum<I: Iterator<Item = Quantity>>(quantities: I) -> Quantity {
        quantities.fold(Quantity::default(), Add::add)
    }
}

impl fmt::Display for Quantity {
    /// The canonical form: no fraction, the largest suffix that allows that.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Binary suffixes are for whole numbers of at least 1024.
        if self.format == Format::BinarySi && self.nanos.abs() >= 1024 * NANOS && self.nanos % NANOS == 0 {
            let units = self.nanos / NANOS;
            let fits = |&&(_, two): &&(&str, u32)| units % (1 << two) == 0;
            if let Some((suffix, two)) = BINARY.iter().find(fits) {
                return write!(f, "{}{suffix}", units >> two);
            }
        }
        if self.nanos == 0 {
            return f.write_str("0");
        }
        for (suffix, ten) in DECIMAL {
            let unit = 10i128.pow((ten + 9) as u32);
            if self.nanos % unit == 0 {
                let number = self.nanos / unit;
                return match self.format {
                    Format::DecimalExponent if ten != 0 => write!(f, "{number}e{ten}"),
                    _ => write!(f, "{number}{suffix}"),
                };
            }
        }
        unreachable!("every amount is a multiple of a billionth")
    }
}

impl From<Quantity> for crate::Value {
    fn from(quantity: Quantity) -> crate::Value {
        crate::Value::from(quantity.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_forms() {
        let cases = [
            ("0", "0"),
            ("100m", "100m"),
            ("0.1", "100m"),
            ("1000m", "1"),
            ("1500m", "1500m"),
            ("1.5", "1500m"),
            ("2000", "2k"),
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("0.5Ki", "512"),
            ("0.5", "500m"),
            ("1e3", "1e3"),
            ("12e6", "12e6"),
            ("1E", "1E"),
            ("1E2", "100"),
            ("-1Ki", "-1Ki"),
            ("+5", "5"),
            (".5", "500m"),
            ("5.", "5"),
            ("1u", "1u"),
            ("0.1n", "1n"),
            ("100Ei", "9223372036854775807"),
            ("16384Pi", "9223372036854775807"),
            ("7Ei", "7Ei"),
            ("99999999999999999999999999999999999999999999", "9223372036854775807"),
            ("1e-30", "1e-9"),
            ("1e999999999", "9223372036854775807"),
            ("0e999999999", "0"),
            ("3882180Ki", "3882180Ki"),
            ("0.1Ei", "115292150460684697600m"),
        ];
        for (text, canonical) in cases {
            let printed = Quantity::parse(text).unwrap().to_string();
            assert_eq!(printed, canonical, "{text}");
        }
    }

    #[test]
    fn bad_text_is_refused() {
        for text in ["", "lots", "1.2.3", "1 Gi", "-", ".", "1gi", "é"] {
            assert_eq!(Quantity::parse(text).unwrap_err(), FORMAT_ERROR, "{text}");
        }
        for text in ["1ki", "1K", "1GiGi", "1mm", "1e", "1e99999999999"] {
            assert_eq!(Quantity::parse(text).unwrap_err(), "unable to parse quantity's suffix", "{text}");
        }
    }

    #[test]
    fn values_round_up_and_compare() {
        let quantity = |text| Quantity::parse(text).unwrap();
        assert_eq!(quantity("100m").milli_value(), 100);
        assert_eq!(quantity("100m").value(), 1);
        assert_eq!(quantity("1Gi").value(), 1 << 30);
        assert_eq!(quantity("1u").milli_value(), 1);
        assert!(quantity("1Gi") > quantity("1G"));
        assert_eq!(quantity("1"), quantity("1000m"));
        assert_eq!((quantity("1Gi") + quantity("1Mi")).to_string(), "1025Mi");
        assert_eq!([quantity("100m"), quantity("1")].into_iter().sum::<Quantity>().to_string(), "1100m");
        assert_eq!((quantity("1") - quantity("1500m")).to_string(), "-500m");
    }
}

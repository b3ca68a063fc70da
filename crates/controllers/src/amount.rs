//! Numbers that may be written as percentages (`intstr.GetScaledValueFromIntOrPercent`).

use api::Value;

/// A number, or a percentage of `total`; at least 0.
pub fn resolve(amount: &Value, total: i64, round_up: bool) -> i64 {
    let percent = amount.str().strip_suffix('%').and_then(|p| p.parse::<i64>().ok());
    match percent {
        Some(percent) if round_up => percent.saturating_mul(total).saturating_add(99).div_euclid(100),
        Some(percent) => percent.saturating_mul(total).div_euclid(100),
        None => amount.int(),
    }
    .max(0)
}

/// `n`, or nothing in place of 0: such a field of a status is left out.
pub fn positive(n: i64) -> Option<i64> {
    Some(n).filter(|n| *n > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_round_as_asked() {
        assert_eq!(resolve(&"25%".into(), 10, true), 3);
        assert_eq!(resolve(&"25%".into(), 10, false), 2);
        assert_eq!(resolve(&4.into(), 10, false), 4);
        assert_eq!(resolve(&Value::Null, 10, true), 0);
    }
}

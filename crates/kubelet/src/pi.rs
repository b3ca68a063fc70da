//! Pi, for the Job that every introduction computes it with.

/// The first `count` digits of pi (Rabinowitz and Wagon's spigot).
pub(crate) fn digits(count: usize) -> String {
    let digits = count.clamp(1, 5_000);
    let size = digits * 10 / 3 + 16;
    let mut remainders = vec![2u64; size];
    let mut numbers: Vec<u8> = Vec::with_capacity(digits + 8);
    for _ in 0..digits + 8 {
        let mut carry = 0;
        for i in (1..size).rev() {
            let sum = remainders[i] * 10 + carry;
            let divisor = 2 * i as u64 + 1;
            remainders[i] = sum % divisor;
            carry = sum / divisor * i as u64;
        }
        let sum = remainders[0] * 10 + carry;
        remainders[0] = sum % 10;
        numbers.push((sum / 10) as u8);
    }
    // A number of 10 carries into the ones before it.
    for i in (1..numbers.len()).rev() {
        if numbers[i] > 9 {
            numbers[i] -= 10;
            numbers[i - 1] += 1;
        }
    }
    let text: String = numbers.iter().take(digits).map(|n| char::from(b'0' + n)).collect();
    if digits == 1 { text } else { format!("{}.{}", &text[..1], &text[1..]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_of_pi() {
        assert!(digits(60).starts_with("3.14159265358979323846264338327950288419716939937510582097494"));
        assert_eq!(digits(2_000).len(), 2_001);
    }
}

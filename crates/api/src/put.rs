//! What is put at the end of a text that grows, by those who write much of it: without texts of its own in between.

/// So many blanks.
pub fn blanks(text: &mut String, count: usize) {
    const SOME: &str = "                                                                ";
    let mut left = count;
    while left > SOME.len() {
        text.push_str(SOME);
        left -= SOME.len();
    }
    text.push_str(&SOME[..left]);
}

/// An integer's digits.
pub fn int(text: &mut String, number: i64) {
    // As many as the longest one has.
    let mut digits = [0; 19];
    let mut first = digits.len();
    let mut left = number.unsigned_abs();
    while left >= 10 {
        first -= 1;
        digits[first] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    if number < 0 {
        text.push('-');
    }
    text.push(char::from(b'0' + left as u8));
    text.push_str(str::from_utf8(&digits[first..]).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_digits() {
        for number in [0, 7, -7, 10, 99, 100, -1_234_567_890, i64::MIN, i64::MAX] {
            let mut text = String::from("x");
            int(&mut text, number);
            assert_eq!(text, format!("x{number}"));
        }
    }

    #[test]
    fn any_number_of_blanks() {
        for count in [0, 1, 64, 65, 200] {
            let mut text = String::new();
            blanks(&mut text, count);
            assert_eq!(text, " ".repeat(count));
        }
    }
}

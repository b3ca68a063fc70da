//! X.690's distinguished encoding (DER), as far as certificates need it.

use crate::Time;

/// The tag of an INTEGER.
pub const INTEGER: u8 = 2;
/// The tag of a BIT STRING.
pub const BITS: u8 = 3;
/// The tag of an OCTET STRING.
pub const OCTETS: u8 = 4;
/// The tag of an OBJECT IDENTIFIER.
pub const OBJECT_IDENTIFIER: u8 = 6;
/// The tag of a UTF8String.
pub const UTF8: u8 = 12;
/// The tag of a UTCTime.
pub const UTC_TIME: u8 = 23;
/// The tag of a SEQUENCE.
pub const SEQUENCE: u8 = 0x30;
/// The tag of a SET.
pub const SET: u8 = 0x31;

/// A value with its tag and length before it.
pub fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut bytes = vec![tag];
    match content.len() {
        length @ 0..=0x7f => bytes.push(length as u8),
        length => {
            let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
            bytes.push(0x80 | digits.len() as u8);
            bytes.extend(digits);
        }
    }
    bytes.extend(content);
    bytes
}

/// A moment as UTCTime: `260105090000Z`.
pub fn utc(time: Time) -> Vec<u8> {
    let digits: Vec<u8> = time.rfc3339().bytes().filter(u8::is_ascii_digit).skip(2).take(12).collect();
    tlv(UTC_TIME, &[&digits, b"Z"])
}

/// The first value in `bytes`, tag and length included, and what comes after it.
pub fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, length) = measure(bytes)?;
    let end = head.checked_add(length)?;
    Some((bytes.get(..end)?, &bytes[end..]))
}

/// What is inside the first value in `bytes`.
pub fn content(bytes: &[u8]) -> Option<&[u8]> {
    let (head, length) = measure(bytes)?;
    bytes.get(head..head.checked_add(length)?)
}

/// The values in `bytes`, one after the other, as far as they are whole.
pub fn values(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut all = Vec::new();
    while let Some((value, rest)) = split(bytes) {
        all.push(value);
        bytes = rest;
    }
    all
}

/// How long the tag and the length of a value are, and how long its content.
fn measure(bytes: &[u8]) -> Option<(usize, usize)> {
    match *bytes.get(1)? {
        length @ 0..=0x7f => Some((2, length.into())),
        length @ 0x81..=0x84 => {
            let count = usize::from(length & 0x7f);
            let digits = bytes.get(2..2 + count)?;
            Some((2 + count, digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit))))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_apart_as_they_are_put_together() {
        let long = vec![7; 300];
        let bytes = tlv(SEQUENCE, &[&tlv(INTEGER, &[&[1]]), &tlv(BITS, &[&long])]);
        let inside = content(&bytes).unwrap();
        let (number, rest) = split(inside).unwrap();
        assert_eq!((number, content(rest)), (&[2, 1, 1][..], Some(&long[..])));
        assert_eq!(values(inside), [number, rest]);
        assert_eq!((split(&[0x30]), split(&[0x30, 0x84, 1]), split(&[0x30, 5, 1])), (None, None, None));
        assert_eq!(utc(Time::parse("2026-01-05T09:00:00Z").unwrap())[2..], *b"260105090000Z");
    }
}

//! Base 64: padded as Secrets have it, and without padding as URLs and tokens do (RFC 4648, sections 4 and 5).

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const FOR_URLS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What a letter stands for; none if it is none of base 64's.
pub fn value_of(letter: u8) -> Option<u32> {
    place(ALPHABET, letter)
}

fn place(alphabet: &[u8; 64], letter: u8) -> Option<u32> {
    alphabet.iter().position(|a| *a == letter).map(|at| at as u32)
}

/// Encodes bytes in the letters for URLs, without padding.
pub fn encode_for_url(bytes: &[u8]) -> String {
    encode(bytes).trim_end_matches('=').replace('+', "-").replace('/', "_")
}

/// Encodes bytes, padded.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let letter = ALPHABET[(word >> (18 - 6 * i) & 63) as usize] as char;
            text.push(if i <= chunk.len() { letter } else { '=' });
        }
    }
    text
}

/// Decodes padded base 64 into text.
///
/// # Errors
/// It is no base 64.
pub fn decode(text: &str) -> Result<String, String> {
    decode_bytes(text).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Decodes padded base 64.
///
/// # Errors
/// It is no base 64.
pub fn decode_bytes(text: &str) -> Result<Vec<u8>, String> {
    letters(ALPHABET, text.trim_end_matches('=')).map_err(illegal)
}

/// Decodes what [`encode_for_url`] makes.
///
/// # Errors
/// It is no such text.
pub fn decode_from_url(text: &str) -> Result<Vec<u8>, String> {
    let bytes = letters(FOR_URLS, text).map_err(illegal)?;
    if text.len() % 4 == 1 { Err(illegal(text.len())) } else { Ok(bytes) }
}

fn illegal(at: usize) -> String {
    format!("illegal base64 data at input byte {at}")
}

/// The bytes that letters stand for, or the place of one that stands for nothing.
fn letters(alphabet: &[u8; 64], text: &str) -> Result<Vec<u8>, usize> {
    let mut bytes = Vec::new();
    let (mut word, mut bits) = (0_u32, 0);
    for (at, letter) in text.bytes().enumerate() {
        word = word << 6 | place(alphabet, letter).ok_or(at)?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((word >> bits) as u8);
            word &= (1 << bits) - 1;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_survives_a_round_trip() {
        for (text, encoded) in [("", ""), ("b", "Yg=="), ("ab", "YWI="), ("abc", "YWJj"), ("admin!", "YWRtaW4h")] {
            assert_eq!(encode(text.as_bytes()), encoded);
            assert_eq!(decode(encoded).as_deref(), Ok(text));
        }
        assert!(decode("*").is_err());
        let odd = [0xfb, 0xff, 0xfe, 0x01];
        assert_eq!(encode_for_url(&odd), "-__-AQ");
        assert_eq!(decode_from_url("-__-AQ").as_deref(), Ok(&odd[..]));
        assert_eq!(decode_from_url("+AAA"), Err("illegal base64 data at input byte 0".into()));
        assert_eq!(decode_from_url("AAAAA"), Err("illegal base64 data at input byte 5".into()));
    }
}

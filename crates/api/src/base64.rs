//! Base 64, for the data of Secrets.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

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
    let mut bytes = Vec::new();
    let (mut word, mut bits) = (0_u32, 0);
    for (at, letter) in text.trim_end_matches('=').bytes().enumerate() {
        let Some(value) = ALPHABET.iter().position(|a| *a == letter) else {
            return Err(format!("illegal base64 data at input byte {at}"));
        };
        word = word << 6 | value as u32;
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
    }
}

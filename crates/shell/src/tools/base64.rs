//! `base64`

use super::Cx;
use api::base64::{encode, value_of};

/// Encodes, or with `-d` decodes.
pub(super) async fn run(cx: Cx) -> i32 {
    let long = [("decode", 'd'), ("wrap", 'w'), ("ignore-garbage", 'i')];
    let options = match cx.options("dDiw:", &long) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let (texts, fine) = cx.inputs(&options.operands).await;
    if !fine {
        return 1;
    }
    let text: String = texts.into_iter().map(|(_, text)| text).collect();
    if options.has('d') || options.has('D') {
        let (bytes, valid) = decode(&text);
        cx.out(&vfs::text::to_text(&bytes));
        return if valid { 0 } else { cx.fail("invalid input") };
    }
    let wrap = match options.value('w').map_or(Ok(76), str::parse::<usize>) {
        Ok(wrap) => wrap,
        Err(_) => return cx.fail(format_args!("invalid wrap size: \u{2018}{}\u{2019}", options.value('w').unwrap_or_default())),
    };
    let encoded = encode(&vfs::text::to_bytes(&text));
    if wrap == 0 {
        cx.out(&encoded);
        return 0;
    }
    let chunks = encoded.as_bytes().chunks(wrap);
    cx.out(&chunks.map(|chunk| format!("{}\n", String::from_utf8_lossy(chunk))).collect::<String>());
    0
}

/// What base64 stands for, up to the first character that is none; and whether all of it was valid.
fn decode(text: &str) -> (Vec<u8>, bool) {
    let (mut out, mut word, mut bits, mut padding, mut letters) = (Vec::new(), 0u32, 0, 0, 0);
    for byte in text.bytes().filter(|b| *b != b'\n') {
        if byte == b'=' {
            padding += 1;
            continue;
        }
        let Some(value) = value_of(byte).filter(|_| padding == 0) else { return (out, false) };
        word = word << 6 | value;
        bits += 6;
        letters += 1;
        if bits >= 8 {
            bits -= 8;
            out.push((word >> bits) as u8);
        }
    }
    (out, (letters + padding) % 4 == 0 && padding <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in ["", "a", "ab", "abc", "abcd", "é✓"] {
            assert_eq!(decode(&encode(text.as_bytes())), (text.as_bytes().to_vec(), true));
        }
        assert_eq!(encode(b"admin"), "YWRtaW4=");
        assert!(!decode("YWR").1 && !decode("!").1);
    }
}

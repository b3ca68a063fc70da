//! `md5sum`, `sha1sum`, `sha256sum`, and bytes as numbers: `xxd`, `hexdump`, `od`.

use super::Cx;
use api::sha256::digits;

/// Prints the checksum of each file, or with `-c` compares them with a list.
pub(super) async fn run(cx: Cx) -> i32 {
    let options = match cx.options("cbt", &[("check", 'c'), ("binary", 'b')]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let digest: fn(&[u8]) -> Vec<u8> = match cx.name() {
        "md5sum" => md5,
        "sha1sum" => sha1,
        _ => |bytes| api::sha256::digest(bytes).to_vec(),
    };
    let (texts, mut fine) = cx.inputs(&options.operands).await;
    let hex = |bytes: &[u8]| digits(&digest(bytes));
    for (name, text) in &texts {
        if !options.has('c') {
            cx.out(&format!("{}  {name}\n", hex(&vfs::text::to_bytes(text))));
            continue;
        }
        for line in text.lines() {
            let Some((sum, name)) = line.split_once("  ") else { continue };
            let same = cx.read(name).await.is_ok_and(|text| hex(&vfs::text::to_bytes(&text)) == sum);
            cx.out(&format!("{name}: {}\n", if same { "OK" } else { "FAILED" }));
            fine &= same;
        }
    }
    i32::from(!fine)
}

/// A message in blocks of 64 bytes, with its end marked and its length in bits behind it.
fn padded(bytes: &[u8], length: [u8; 8]) -> Vec<u8> {
    let mut message = bytes.to_vec();
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    message.extend(length);
    message
}

/// RFC 1321.
fn md5(bytes: &[u8]) -> Vec<u8> {
    const TURNS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let mut state: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded(bytes, (bytes.len() as u64 * 8).to_le_bytes()).chunks(64) {
        let words: Vec<u32> = block.chunks(4).map(|w| u32::from_le_bytes([w[0], w[1], w[2], w[3]])).collect();
        let [mut a, mut b, mut c, mut d] = state;
        for i in 0..64_usize {
            let (mixed, word) = match i / 16 {
                0 => ((b & c) | (!b & d), i),
                1 => ((d & b) | (!d & c), (5 * i + 1) % 16),
                2 => (b ^ c ^ d, (3 * i + 5) % 16),
                _ => (c ^ (b | !d), (7 * i) % 16),
            };
            // The table's entries are sines.
            let sine = ((i as f64 + 1.0).sin().abs() * 4_294_967_296.0) as u32;
            let sum = a.wrapping_add(mixed).wrapping_add(sine).wrapping_add(words[word]);
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(sum.rotate_left(TURNS[i / 16][i % 4]));
        }
        for (own, new) in state.iter_mut().zip([a, b, c, d]) {
            *own = own.wrapping_add(new);
        }
    }
    state.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// FIPS 180-4.
fn sha1(bytes: &[u8]) -> Vec<u8> {
    let mut state: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in padded(bytes, (bytes.len() as u64 * 8).to_be_bytes()).chunks(64) {
        let mut words: Vec<u32> = block.chunks(4).map(|w| u32::from_be_bytes([w[0], w[1], w[2], w[3]])).collect();
        for i in 16..80 {
            words.push((words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16]).rotate_left(1));
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (i, word) in words.iter().enumerate() {
            let (mixed, constant) = match i / 20 {
                0 => ((b & c) | (!b & d), 0x5a82_7999_u32),
                1 => (b ^ c ^ d, 0x6ed9_eba1),
                2 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6),
            };
            let sum = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e).wrapping_add(constant).wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, sum);
        }
        for (own, new) in state.iter_mut().zip([a, b, c, d, e]) {
            *own = own.wrapping_add(new);
        }
    }
    state.iter().flat_map(|word| word.to_be_bytes()).collect()
}

const ROW: usize = 16;

fn letters(row: &[u8]) -> String {
    row.iter().map(|byte| if (32..127).contains(byte) { *byte as char } else { '.' }).collect()
}

/// One or two bytes as a number, the lower first.
fn word(pair: &[u8]) -> u16 {
    u16::from(pair[0]) | u16::from(pair.get(1).copied().unwrap_or(0)) << 8
}

/// Bytes as hexadecimal numbers and letters.
pub(super) async fn xxd(cx: Cx) -> i32 {
    let options = match cx.options("pl:ru", &[]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let (texts, fine) = cx.inputs(&options.operands).await;
    let most = options.value('l').and_then(|n| n.parse().ok()).unwrap_or(usize::MAX);
    for (_, text) in &texts {
        let all = vfs::text::to_bytes(text);
        let bytes = &all[..all.len().min(most)];
        if options.has('r') {
            let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
            let bytes: Vec<u8> = (0..digits.len() / 2).filter_map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).ok()).collect();
            cx.out(&vfs::text::to_text(&bytes));
            continue;
        }
        if options.has('p') {
            for row in bytes.chunks(30) {
                cx.out(&format!("{}\n", digits(row)));
            }
            continue;
        }
        for (at, row) in bytes.chunks(ROW).enumerate() {
            let pairs: Vec<String> = row.chunks(2).map(digits).collect();
            cx.out(&format!("{:08x}: {:39}  {}\n", at * ROW, pairs.join(" "), letters(row)));
        }
    }
    i32::from(!fine)
}

/// The same, as `hexdump -C` shows it.
pub(super) async fn hexdump(cx: Cx) -> i32 {
    let options = match cx.options("Cvn:", &[]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let (texts, fine) = cx.inputs(&options.operands).await;
    let bytes: Vec<u8> = texts.iter().flat_map(|(_, text)| vfs::text::to_bytes(text)).collect();
    for (at, row) in bytes.chunks(ROW).enumerate() {
        if options.has('C') {
            let half = |part: &[u8]| part.chunks(1).map(digits).collect::<Vec<_>>().join(" ");
            let (left, right) = row.split_at(row.len().min(8));
            cx.out(&format!("{:08x}  {:23}  {:23}  |{}|\n", at * ROW, half(left), half(right), letters(row)));
        } else {
            let words: String = row.chunks(2).map(|pair| format!(" {:04x}", word(pair))).collect();
            cx.out(&format!("{:07x}{words}\n", at * ROW));
        }
    }
    if !bytes.is_empty() {
        cx.out(&if options.has('C') { format!("{:08x}\n", bytes.len()) } else { format!("{:07x}\n", bytes.len()) });
    }
    i32::from(!fine)
}

/// The same in octal, or as letters (`-c`), or bytes in hexadecimal (`-tx1`).
pub(super) async fn od(cx: Cx) -> i32 {
    let options = match cx.options("cbxA:t:vN:j:", &[]) {
        Ok(options) => options,
        Err(status) => return status,
    };
    let (texts, fine) = cx.inputs(&options.operands).await;
    let bytes: Vec<u8> = texts.iter().flat_map(|(_, text)| vfs::text::to_bytes(text)).collect();
    let form = if options.has('c') { "c" } else { options.value('t').unwrap_or("o2") };
    let place = |at: usize| match options.value('A') {
        Some("n") => String::new(),
        Some("d") => format!("{at:07}"),
        Some("x") => format!("{at:06x}"),
        _ => format!("{at:07o}"),
    };
    for (at, row) in bytes.chunks(ROW).enumerate() {
        let shown: String = match form {
            "c" => row
                .iter()
                .map(|byte| match byte {
                    b'\n' => "  \\n".to_owned(),
                    b'\t' => "  \\t".to_owned(),
                    b'\r' => "  \\r".to_owned(),
                    0 => "  \\0".to_owned(),
                    32..127 => format!("   {}", *byte as char),
                    byte => format!(" {byte:03o}"),
                })
                .collect(),
            "x1" => row.chunks(1).map(|byte| format!(" {}", digits(byte))).collect(),
            "d1" | "u1" => row.iter().map(|byte| format!(" {byte:3}")).collect(),
            _ => row.chunks(2).map(|pair| format!(" {:06o}", word(pair))).collect(),
        };
        cx.out(&format!("{}{shown}\n", place(at * ROW)));
    }
    let end = place(bytes.len());
    if !end.is_empty() {
        cx.out(&format!("{end}\n"));
    }
    i32::from(!fine)
}

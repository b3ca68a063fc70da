//! Zip files (PKWARE's APPNOTE 6.3, as far as everybody reads it): deflate, no encryption, no 64-bit sizes. The same files make
//! the same bytes: no time is written but the format's own beginning.

/// Bit 11: names are UTF-8.
const UTF8: u16 = 1 << 11;
/// 1980-01-01, the earliest date that there is.
const DATE: u16 = 0x21;
/// The method "deflate", and the version that has it.
const DEFLATE: u16 = 8;
const VERSION: u16 = 20;
/// How hard deflate tries.
const LEVEL: u8 = 6;

/// An archive of files: names with `/`, and contents.
pub fn archive(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let offset = out.len() as u32;
        let packed = miniz_oxide::deflate::compress_to_vec(content, LEVEL);
        let mut entry = Vec::new();
        for short in [VERSION, UTF8, DEFLATE, 0, DATE] {
            entry.extend(short.to_le_bytes());
        }
        for long in [crc32(content), packed.len() as u32, content.len() as u32] {
            entry.extend(long.to_le_bytes());
        }
        entry.extend((name.len() as u16).to_le_bytes());
        entry.extend(0u16.to_le_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&entry);
        out.extend(name.as_bytes());
        out.extend(&packed);
        directory.extend(b"PK\x01\x02");
        directory.extend(VERSION.to_le_bytes());
        directory.extend(&entry);
        // No comment, the first disk, no attributes.
        directory.extend([0; 2 + 2 + 2 + 4]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let (start, size, count) = (out.len() as u32, directory.len() as u32, files.len() as u16);
    out.extend(directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(size.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend(0u16.to_le_bytes());
    out
}

/// The checksum of ISO 3309, reflected.
fn crc32(bytes: &[u8]) -> u32 {
    let mut table = [0u32; 256];
    for (at, entry) in table.iter_mut().enumerate() {
        *entry = (0..8).fold(at as u32, |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 });
    }
    !bytes.iter().fold(!0, |crc: u32, byte| table[((crc ^ u32::from(*byte)) & 255) as usize] ^ (crc >> 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_known_one() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn an_archive_has_its_parts() {
        let files = [("a/b.txt".to_owned(), b"hello hello hello".to_vec()), ("이름".to_owned(), Vec::new())];
        let archive = archive(&files);
        assert_eq!(archive, super::archive(&files));
        assert!(archive.starts_with(b"PK\x03\x04\x14\0\0\x08\x08\0"));
        let packed = miniz_oxide::deflate::compress_to_vec(b"hello hello hello", LEVEL);
        let body = 30 + "a/b.txt".len();
        assert_eq!(archive[body..body + packed.len()], packed);
        let end = &archive[archive.len() - 22..];
        assert!(end.starts_with(b"PK\x05\x06") && end[10] == 2);
        let start = u32::from_le_bytes([end[16], end[17], end[18], end[19]]) as usize;
        assert!(archive[start..].starts_with(b"PK\x01\x02"));
    }
}

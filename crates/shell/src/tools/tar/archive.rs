//! The format of tar archives: blocks of 512 bytes, a header before each file's content (POSIX ustar, with GNU's long names;
//! read are pax' long names, too).

const BLOCK: usize = 512;
/// What GNU tar writes at once; archives are as long as a multiple of it.
const RECORD: usize = 20 * BLOCK;

/// A file or folder in an archive.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Member {
    /// Its path; a folder's ends with a slash.
    pub(crate) name: String,
    /// Its permission bits.
    pub(crate) mode: u32,
    /// When it was changed, in seconds since the Unix epoch.
    pub(crate) modified: i64,
    /// What is in it.
    pub(crate) content: vfs::Bytes,
}

impl Member {
    /// Whether it is a folder.
    pub(crate) fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }
}

fn octal(block: &mut [u8], at: usize, length: usize, number: u64) {
    let digits = format!("{number:0width$o}", width = length - 1);
    block[at..at + length - 1].copy_from_slice(&digits.as_bytes()[digits.len() + 1 - length..]);
}

fn sum(block: &[u8]) -> u64 {
    // The field of the sum itself counts as blanks.
    let field = |i: usize| (148..156).contains(&i);
    block.iter().enumerate().map(|(i, byte)| if field(i) { 32 } else { u64::from(*byte) }).sum()
}

fn put(out: &mut Vec<u8>, name: &str, sort: u8, mode: u32, modified: i64, content: &[u8]) {
    let mut block = [0u8; BLOCK];
    let shown = &name.as_bytes()[..name.len().min(100)];
    block[..shown.len()].copy_from_slice(shown);
    octal(&mut block, 100, 8, u64::from(mode));
    octal(&mut block, 108, 8, 0);
    octal(&mut block, 116, 8, 0);
    octal(&mut block, 124, 12, content.len() as u64);
    octal(&mut block, 136, 12, modified.max(0) as u64);
    block[156] = sort;
    block[257..265].copy_from_slice(b"ustar  \0");
    block[265..269].copy_from_slice(b"root");
    block[297..301].copy_from_slice(b"root");
    let sum = sum(&block);
    octal(&mut block, 148, 7, sum);
    block[155] = b' ';
    out.extend_from_slice(&block);
    out.extend_from_slice(content);
    out.resize(out.len().next_multiple_of(BLOCK), 0);
}

/// The archive of these members.
pub(crate) fn write(members: &[Member]) -> Vec<u8> {
    let mut out = Vec::new();
    for member in members {
        if member.name.len() > 100 {
            put(&mut out, "././@LongLink", b'L', 0, 0, format!("{}\0", member.name).as_bytes());
        }
        let sort = if member.is_folder() { b'5' } else { b'0' };
        put(&mut out, &member.name, sort, member.mode, member.modified, &member.content);
    }
    out.resize((out.len() + 2 * BLOCK).next_multiple_of(RECORD), 0);
    out
}

/// The members of an archive: of an unfinished one as many as are whole. None if it is no archive.
pub(crate) fn read(bytes: &[u8]) -> Option<Vec<Member>> {
    let (mut members, mut at, mut long) = (Vec::new(), 0, None);
    while let Some(block) = bytes.get(at..at + BLOCK) {
        if block.iter().all(|byte| *byte == 0) {
            return Some(members);
        }
        let text = |from: usize, length: usize| {
            let field = block[from..from + length].split(|byte| *byte == 0).next().unwrap_or_default();
            String::from_utf8_lossy(field).into_owned()
        };
        let number = |from: usize, length: usize| u64::from_str_radix(text(from, length).trim(), 8).ok();
        if number(148, 8) != Some(sum(block)) {
            return if members.is_empty() { None } else { Some(members) };
        }
        let size = number(124, 12).unwrap_or(0) as usize;
        at += BLOCK;
        let Some(content) = bytes.get(at..at.checked_add(size)?) else { break };
        at = (at + size).next_multiple_of(BLOCK);
        match block[156] {
            b'L' => long = Some(String::from_utf8_lossy(content).trim_end_matches('\0').to_owned()),
            b'x' => long = pax_path(&String::from_utf8_lossy(content)).or(long),
            sort @ (b'0' | 0 | b'5' | b'7') => {
                let prefix = if text(257, 6) == "ustar" { text(345, 155) } else { String::new() };
                let mut name = long.take().unwrap_or_else(|| match prefix.as_str() {
                    "" => text(0, 100),
                    prefix => format!("{prefix}/{}", text(0, 100)),
                });
                if sort == b'5' && !name.ends_with('/') {
                    name.push('/');
                }
                let (mode, modified) = (number(100, 8).unwrap_or(0o644) as u32, number(136, 12).unwrap_or(0) as i64);
                members.push(Member { name, mode: mode & 0o7777, modified, content: content.to_vec().into() });
            }
            // Links and devices: no file here can be one.
            _ => long = None,
        }
    }
    (at > 0 || bytes.is_empty()).then_some(members)
}

/// The path among pax' records: `LENGTH path=NAME`, a line each.
fn pax_path(records: &str) -> Option<String> {
    records.lines().find_map(|line| line.split_once(' ')?.1.strip_prefix("path=")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let member = |name: &str, content: &[u8]| Member {
            name: name.into(),
            mode: 0o640,
            modified: 1_767_603_600,
            content: content.to_vec().into(),
        };
        let deep = "folder/".repeat(20) + "name";
        let members = [member("a/", b""), member("a/b", &[0, 255, 7]), member(&deep, &[b'x'; 600])];
        let bytes = write(&members);
        assert_eq!((bytes.len() % RECORD, &bytes[257..262]), (0, &b"ustar"[..]));
        assert_eq!(read(&bytes).unwrap(), members);
        assert_eq!(read(b"no archive at all").as_deref(), None);
        assert_eq!(read(&[b'x'; 600]), None);
        assert_eq!(read(&[]), Some(vec![]));
        assert_eq!(pax_path("20 atime=1.5\n15 path=long/er\n").as_deref(), Some("long/er"));
    }
}

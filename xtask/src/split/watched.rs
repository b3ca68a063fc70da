//! What was watched to run until the page is there: functions, and within them stretches.

use std::collections::{BTreeMap, BTreeSet};

/// The functions that are needed to open the page, by their names without what changes from build to build, and which of
/// their stretches. Names are kept as hashes: who wants to know about one function looks it up, and nobody reads thousands.
#[derive(Default)]
pub struct FirstLoad {
    functions: BTreeSet<u32>,
    /// By the function's name and shape, which of its stretches ran.
    stretches: BTreeMap<(u32, u32), Vec<bool>>,
}

impl FirstLoad {
    /// Reads a list with a line for each function: its name's hash, and for one that ran in part its shape and a bit for each
    /// stretch, all in hexadecimal digits.
    pub fn read(text: &str) -> FirstLoad {
        let mut all = FirstLoad::default();
        for line in text.lines() {
            let mut words = line.split(' ');
            let mut number = || u32::from_str_radix(words.next()?, 16).ok();
            let (Some(name), shape) = (number(), number()) else { continue };
            all.functions.insert(name);
            if let (Some(shape), Some(bits)) = (shape, words.next()) {
                let digits = bits.chars().filter_map(|digit| digit.to_digit(16));
                let bits = digits.flat_map(|digit| (0..4).map(move |bit| digit >> bit & 1 == 1)).collect();
                all.stretches.insert((name, shape), bits);
            }
        }
        all
    }

    /// The text that `read` takes.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for name in &self.functions {
            let parts = self.stretches.range((*name, 0)..=(*name, u32::MAX));
            let mut parts = parts.filter(|(_, ran)| ran.contains(&false)).peekable();
            if parts.peek().is_none() {
                text += &format!("{name:08x}\n");
            }
            for ((_, shape), ran) in parts {
                let digit = |four: &[bool]| four.iter().rev().fold(0, |digit, bit| digit * 2 + u8::from(*bit));
                let bits: String = ran.chunks(4).map(|four| format!("{:x}", digit(four))).collect();
                text += &format!("{name:08x} {shape:08x} {bits}\n");
            }
        }
        text
    }

    /// Adds a function and which of its stretches ran. One that did not run at all adds nothing.
    pub fn add(&mut self, name: &str, shape: u32, ran: &[bool]) {
        let name = hash(name);
        if !ran.contains(&true) {
            return;
        }
        self.functions.insert(name);
        let known = self.stretches.entry((name, shape)).or_insert_with(|| vec![false; ran.len()]);
        known.iter_mut().zip(ran).for_each(|(known, ran)| *known |= ran);
    }

    /// Whether a function ran.
    pub fn contains(&self, name: &str) -> bool {
        self.functions.contains(&hash(name))
    }

    /// Which stretches of a function ran, if it ran in part and has not changed since.
    pub fn ran(&self, name: &str, shape: u32) -> Option<&[bool]> {
        self.stretches.get(&(hash(name), shape)).map(Vec::as_slice)
    }
}

/// FNV-1a over a function's name without the hashes of crates (`api[1f2e...]`) and the numbers of copies (`.17`).
fn hash(name: &str) -> u32 {
    let mut in_brackets = false;
    let stable = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('.');
    stable.bytes().fold(0x811c_9dc5, |hash, byte| {
        in_brackets = (in_brackets || byte == b'[') && byte != b']';
        if in_brackets { hash } else { (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_whatever_the_build() {
        let mut needed = FirstLoad::default();
        needed.add("<api[1f]::Value as core[2e]::Clone>::clone.143", 7, &[true, false, true, true, true]);
        needed.add("api::whole", 9, &[true, true]);
        needed.add("api::none", 9, &[false]);
        let read = FirstLoad::read(&needed.text());
        assert_eq!(read.text(), needed.text());
        assert!(read.contains("<api[3d]::Value as core[4c]::Clone>::clone"));
        assert!(!read.contains("<api[3d]::Other as core[4c]::Clone>::clone"));
        let ran = read.ran("<api[3d]::Value as core[4c]::Clone>::clone", 7).expect("it ran in part");
        assert_eq!(ran[..5], [true, false, true, true, true]);
        assert!(read.ran("<api[3d]::Value as core[4c]::Clone>::clone", 8).is_none());
        assert!(read.contains("api::whole") && read.ran("api::whole", 9).is_none() && !read.contains("api::none"));
    }
}

//! The simulation's randomness: one seeded stream, the same on every machine.

use crate::Str;
use rand::{Rng as _, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// The alphabet of Kubernetes' generated names: no vowels, so no words
/// (k8s.io/apimachinery/pkg/util/rand).
const SAFE_ALPHABET: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

/// A seeded random generator. A clone goes on with the same numbers.
#[derive(Clone, Debug)]
pub struct Rng(Pcg64Mcg);

impl Rng {
    /// The stream of `seed`.
    pub fn new(seed: u64) -> Rng {
        Rng(Pcg64Mcg::seed_from_u64(seed))
    }

    /// 32 random bits.
    pub fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// A number in `0..n`, or 0 where `n` is 0.
    pub fn below(&mut self, n: u32) -> u32 {
        // Not rand's range sampling: that may change between its versions, and a seed must keep its meaning.
        ((u64::from(self.bits()) * u64::from(n)) >> 32) as u32
    }

    /// A number in `0.0..1.0`.
    pub fn float(&mut self) -> f64 {
        f64::from(self.bits()) / (f64::from(u32::MAX) + 1.0)
    }

    /// A version 4 UUID.
    pub fn uid(&mut self) -> Str {
        let (a, b) = (self.0.next_u64(), self.0.next_u64());
        uid_of(a, b)
    }

    /// `n` characters as Kubernetes appends them to a `generateName`.
    pub fn suffix(&mut self, n: usize) -> String {
        (0..n).map(|_| SAFE_ALPHABET[self.below(27) as usize] as char).collect()
    }

    /// `n` lower-case hexadecimal digits.
    pub fn hex(&mut self, n: usize) -> String {
        (0..n).map(|_| char::from_digit(self.below(16), 16).unwrap_or('0')).collect()
    }
}

/// A number as characters of the generated names' alphabet (`SafeEncodeString`): decimal digits of a hash, remapped.
pub fn safe_encode(text: &str) -> String {
    text.bytes().map(|byte| SAFE_ALPHABET[byte as usize % SAFE_ALPHABET.len()] as char).collect()
}

/// The version 4 UUID of these 128 bits, six of which it leaves out.
pub fn uid_of(a: u64, b: u64) -> Str {
    let (time, version) = (a >> 32, (a & 0xffff) >> 4);
    let variant = 0x8000 | (b >> 48 & 0x3fff);
    let parts = [(time, 8), (a >> 16 & 0xffff, 4), (0x4000 | version, 4), (variant, 4), (b & 0xffff_ffff_ffff, 12)];
    let mut text = [b'-'; 36];
    let mut at = 0;
    for (number, digits) in parts {
        for place in (0..digits).rev() {
            text[at] = b"0123456789abcdef"[(number >> (4 * place) & 15) as usize];
            at += 1;
        }
        at += 1;
    }
    std::str::from_utf8(&text).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_names_for_ever() {
        let mut rng = Rng::new(1);
        let first: Vec<String> = (0..3).map(|_| rng.suffix(5)).collect();
        let mut again = Rng::new(1);
        assert_eq!(first, (0..3).map(|_| again.suffix(5)).collect::<Vec<_>>());
        assert_ne!(first[0], Rng::new(2).suffix(5));
    }

    #[test]
    fn uids_have_the_form_of_version_4() {
        let uid = Rng::new(7).uid();
        let parts: Vec<usize> = uid.split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
        assert_eq!(&uid[14..15], "4");
        assert!(matches!(&uid[19..20], "8" | "9" | "a" | "b"));
    }

    #[test]
    fn below_stays_below() {
        let mut rng = Rng::new(3);
        assert!((0..1000).all(|_| rng.below(7) < 7));
        assert_eq!(rng.below(0), 0);
    }
}

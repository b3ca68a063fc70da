//! Korean particles behind a value that is only known when it is said: a template has both forms, as in `{}이(가)`, and the end of
//! the value decides. Names are mostly English words, which people read as words (`web` is 웹), or letter by letter (`db`).

/// Both forms, as they are written in a template; the one behind a final consonant; the one behind a vowel.
const PARTICLES: [(&str, &str, &str); 7] = [
    ("이(가)", "이", "가"),
    ("은(는)", "은", "는"),
    ("을(를)", "을", "를"),
    ("과(와)", "과", "와"),
    ("와(과)", "과", "와"),
    ("(으)로", "으로", "로"),
    ("(이)라", "이라", "라"),
];

/// How the end of a value sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Vowel,
    /// ㄹ is a final consonant, but not before 로.
    Rieul,
    Consonant,
}

/// Adds a part of a template to what was said before it. A particle at its beginning takes the form that fits there; both forms
/// stay where nobody knows how that sounds.
pub fn push(said: &mut String, part: &str) {
    let known = PARTICLES.iter().find_map(|(both, closed, open)| Some((part.strip_prefix(both)?, *closed, *open)));
    let Some(((rest, closed, open), end)) = known.zip(end(said)) else { return said.push_str(part) };
    let opens = end == End::Vowel || end == End::Rieul && open == "로";
    said.push_str(if opens { open } else { closed });
    said.push_str(rest);
}

/// How a text ends, whatever quotes or brackets close it.
fn end(text: &str) -> Option<End> {
    let text = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    match text.chars().next_back()? {
        syllable @ '가'..='힣' => Some(match (u32::from(syllable) - u32::from('가')) % 28 {
            0 => End::Vowel,
            8 => End::Rieul,
            _ => End::Consonant,
        }),
        '0' | '3' | '6' => Some(End::Consonant),
        '1' | '7' | '8' => Some(End::Rieul),
        '2' | '4' | '5' | '9' => Some(End::Vowel),
        letter if letter.is_ascii_alphabetic() => {
            let word = text.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
            Some(end_of_word(word.to_ascii_lowercase().as_bytes()))
        }
        _ => None,
    }
}

/// A word in small letters; what has no vowel is spelled, and of the letters only 엘, 엠, 엔 and 알 end in a consonant.
fn end_of_word(word: &[u8]) -> End {
    let vowel = |letter: &u8| b"aeiouy".contains(letter);
    if !word.iter().any(vowel) {
        return match word.last() {
            Some(b'l' | b'r') => End::Rieul,
            Some(b'm' | b'n') => End::Consonant,
            _ => End::Vowel,
        };
    }
    // The course writes Pod이.
    match word {
        b"pod" | [.., b'm' | b'n'] | [.., b'n', b'g'] | [.., b'm' | b'n', b'e'] => End::Consonant,
        [.., b'l'] | [.., b'l', b'e'] => End::Rieul,
        // Behind a short vowel, a stop closes the syllable: 맵, 잡, 셋, 백.
        [.., b'c', b'k'] | [.., b'p', b'p'] => End::Consonant,
        [before @ .., short, b'b' | b'c' | b'k' | b'p' | b't'] if vowel(short) && !before.last().is_some_and(vowel) => {
            End::Consonant
        }
        _ => End::Vowel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(value: &str, part: &str) -> String {
        let mut said = value.to_owned();
        push(&mut said, part);
        said
    }

    #[test]
    fn a_particle_follows_the_last_syllable_letter_or_digit() {
        for subject in [
            "웹이",
            "파드가",
            "mynginx가",
            "web이",
            "Pod이",
            "web-1이",
            "web-2가",
            "node3이",
            "db가",
            "vm이",
            "redis가",
            "server가",
            "volume이",
            "node가",
            "ConfigMap이",
            "ReplicaSet이",
            "Deployment가",
            "Job이",
            "app이",
            "stack이",
            "\"web\"이",
            "0.5가",
        ] {
            let (value, particle) = subject.split_at(subject.char_indices().next_back().unwrap().0);
            assert_eq!(said(value, "이(가) 있음"), format!("{value}{particle} 있음"));
        }
    }

    #[test]
    fn every_particle_has_its_forms() {
        assert_eq!((said("web", "은(는)"), said("api", "은(는)")), ("web은".into(), "api는".into()));
        assert_eq!((said("web", "을(를)"), said("api", "을(를)")), ("web을".into(), "api를".into()));
        assert_eq!((said("web", "과(와)"), said("api", "와(과)")), ("web과".into(), "api와".into()));
        assert_eq!((said("a", "(이)라는"), said("m", "(이)라는")), ("a라는".into(), "m이라는".into()));
        let ways = ["web", "api", "shell", "10.44.0.1", "10.44.0.3", "서울"].map(|to| said(to, "(으)로"));
        assert_eq!(ways, ["web으로", "api로", "shell로", "10.44.0.1로", "10.44.0.3으로", "서울로"]);
    }

    #[test]
    fn nothing_else_changes_and_the_unknown_keeps_both() {
        assert_eq!(said("web", " is"), "web is");
        assert_eq!(said("web", " 이(가)"), "web 이(가)");
        assert_eq!([said("", "이(가)"), said("…", "이(가)"), said("名", "이(가)")], ["이(가)", "…이(가)", "名이(가)"]);
    }
}

//! The descriptions: `Struct text` and, below it, `  field text`, one a line.

use api::FlatMap;
use std::sync::OnceLock;

const TEXTS: &str = include_str!("texts.txt");

/// What a struct is; empty if nobody has said it yet.
pub fn of_struct(name: &str) -> &'static str {
    all().get(&(name, "")).copied().unwrap_or_default()
}

/// What a field is: of its struct, else the same in all structs that have it, else empty.
pub fn of_field(of: &str, field: &str) -> &'static str {
    let texts = all();
    texts.get(&(of, field)).or_else(|| texts.get(&("*", field))).copied().unwrap_or_default()
}

type Texts = FlatMap<(&'static str, &'static str), &'static str>;

fn all() -> &'static Texts {
    static ALL: OnceLock<Texts> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut texts = Texts::new();
        let mut of = "";
        for line in TEXTS.lines().filter(|line| !line.starts_with('#')) {
            let (name, text) = line.trim_start().split_once(' ').unwrap_or((line.trim_start(), ""));
            if !line.starts_with(' ') {
                of = name;
            }
            texts.insert((of, if line.starts_with(' ') { name } else { "" }), text);
        }
        texts
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::kind;
    use api::schema::{Type, table};

    #[test]
    fn every_text_belongs_to_something_and_is_a_sentence() {
        // Every struct that kinds reach.
        let mut structs: FlatMap<&str, usize> = FlatMap::new();
        let mut open: Vec<usize> = kind::KINDS.iter().chain(kind::METRICS).map(|kind| table().kind(kind)).collect();
        while let Some(id) = open.pop() {
            let of = table().get(id);
            if structs.insert(of.name, id).is_some() {
                continue;
            }
            for field in &of.fields {
                let mut ty = &field.ty;
                while let Type::List(inner) | Type::Map(inner) = ty {
                    ty = inner;
                }
                if let Type::Struct(id) = ty {
                    open.push(*id);
                }
            }
        }
        for ((of, field), text) in all() {
            assert!(*of == "*" || structs.contains_key(of), "{of} is no struct");
            let exists = *of == "*" || field.is_empty() || table().get(structs[of]).field(field).is_some();
            assert!(exists, "{of} has no field {field}");
            assert!(text.is_empty() || text.ends_with(['.', ')']), "{of} {field}: {text}");
        }
    }

    #[test]
    fn what_people_ask_for_is_described() {
        for (of, field) in [("Pod", "spec"), ("PodSpec", "containers"), ("Container", "image"), ("Service", "kind")] {
            assert!(!of_field(of, field).is_empty(), "{of}.{field}");
        }
        assert!(!of_struct("Deployment").is_empty());
        assert_eq!(of_struct("NoSuch"), "");
    }
}

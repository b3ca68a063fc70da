//! Texts that are handed over say what they are and in which version.

use api::{Language, Value, json};

/// The version of the texts that this program writes, and the newest that it reads.
const VERSION: i64 = 1;

/// Why a text is not what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It is damaged, or no text of ours: what is wrong with it.
    Damaged(String),
    /// It is a text of ours, but of another sort: which.
    Other(String),
    /// It was made by a newer version, which writes this version of the text.
    Newer(i64),
}

impl Broken {
    /// What is wrong, for whoever wanted a text of this sort.
    pub fn words(&self, lang: Language) -> String {
        match self {
            Broken::Damaged(why) => match lang {
                Language::English => format!("This is damaged or something else altogether: {why}."),
                Language::Korean => format!("손상되었거나 전혀 다른 내용입니다: {why}."),
            },
            Broken::Other(sort) => match lang {
                Language::English => format!("This is something else of Kubarium: {sort:?}."),
                Language::Korean => format!("Kubarium의 다른 내용입니다: {sort:?}."),
            },
            Broken::Newer(version) => match lang {
                Language::English => format!("This was made by a newer Kubarium (version {version} of the text)."),
                Language::Korean => format!("더 새로운 Kubarium에서 만들었습니다(형식 버전 {version})."),
            },
        }
    }
}

/// A text of a sort, begun: what else it says is added by the caller.
pub(crate) fn begun(sort: &str) -> Value {
    api::obj! { "kubarium" => sort, "version" => VERSION }
}

/// Reads a text of a sort.
pub(crate) fn open(text: &str, sort: &str) -> Result<Value, Broken> {
    let value = json::parse(text.trim().trim_start_matches('\u{feff}')).map_err(Broken::Damaged)?;
    match (value.get("kubarium").str(), value.get("version").as_int()) {
        (found, Some(version)) if found == sort && version > VERSION => Err(Broken::Newer(version)),
        (found, Some(1..)) if found == sort => Ok(value),
        (found, _) if !found.is_empty() && found != sort => Err(Broken::Other(found.to_owned())),
        _ if value.get("kubarium").as_int().is_some() => Err(Broken::Other("session".into())),
        _ => Err(damaged("it does not say what it is")),
    }
}

pub(crate) fn damaged(why: &str) -> Broken {
    Broken::Damaged(why.to_owned())
}

//! Clauses: what must be true of the cluster. Each either holds, or says in words what is missing.
//!
//! A clause is a mapping of lesson.yaml. Its first word, one of [`FORMS`], says what it is about; a form is one function from
//! the mapping and the scene to what is unmet.

mod network;
mod object;
mod relation;
pub(crate) mod rights;
mod saw;
mod terminal;

use crate::lang::Say;
use crate::scene::Scene;
use api::Language;
use api::Value;

/// What a clause of one form looks like and how it is decided.
pub struct Form {
    /// The key by which it is known.
    pub name: &'static str,
    /// The other keys that it may have, each with what stands there (see [`crate::lint()`]).
    pub keys: &'static [(&'static str, Takes)],
    /// What stands at its name.
    pub takes: Takes,
    unmet: fn(&Value, &mut Scene<'_>) -> Option<String>,
}

/// What may stand at a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A reference to objects.
    Reference,
    /// A place: `workstation`, `node/NAME` or a reference to Pods.
    Spot,
    /// What a value should be.
    Expected,
    /// What a number should be.
    Number,
    /// Paths of fields, each with what is expected there.
    Fields,
    /// Columns of `kubectl get`, each with what is expected there.
    Columns,
    /// true or false.
    Bool,
    /// Any text; `{REFERENCE FIELD}` in it is filled.
    Text,
    /// A regular expression.
    Regex,
    /// A text or a list of texts.
    Texts,
    /// A span of time such as `30s`.
    Duration,
    /// What is done to what: `list pods -n shop`.
    Deed,
    /// A clause.
    Clause,
    /// A list of clauses.
    Clauses,
}

use Takes::*;

/// The forms of clauses.
pub const FORMS: &[Form] = &[
    Form {
        name: "object",
        takes: Reference,
        keys: &[
            ("count", Number),
            ("every", Bool),
            ("fields", Fields),
            ("columns", Columns),
            ("ready", Bool),
            ("new", Bool),
        ],
        unmet: object::object,
    },
    Form { name: "absent", takes: Reference, keys: &[], unmet: object::absent },
    Form { name: "lost", takes: Reference, keys: &[("count", Number)], unmet: object::lost },
    Form { name: "written", takes: Reference, keys: &[("by", Text), ("fields", Fields)], unmet: object::written },
    Form { name: "selector", takes: Reference, keys: &[("matches", Reference)], unmet: relation::selector },
    Form { name: "endpoints", takes: Reference, keys: &[("count", Number)], unmet: relation::endpoints },
    Form {
        name: "request",
        takes: Text,
        keys: &[("from", Spot), ("answers", Number), ("body", Expected), ("host", Text)],
        unmet: network::request,
    },
    Form { name: "reached", takes: Reference, keys: &[("from", Reference)], unmet: network::reached },
    Form {
        name: "file",
        takes: Text,
        keys: &[("in", Spot), ("container", Text), ("text", Expected), ("count", Number)],
        unmet: terminal::file,
    },
    Form {
        name: "env",
        takes: Text,
        keys: &[("in", Spot), ("container", Text), ("text", Expected), ("count", Number)],
        unmet: terminal::env,
    },
    Form { name: "saw", takes: Texts, keys: &[("ran", Regex), ("about", Texts), ("without", Texts)], unmet: saw::saw },
    Form { name: "allowed", takes: Deed, keys: &[("to", Text)], unmet: rights::allowed },
    Form { name: "refused", takes: Deed, keys: &[("to", Text)], unmet: rights::refused },
    Form { name: "ran", takes: Regex, keys: &[("exit", Number)], unmet: terminal::ran },
    Form { name: "passed", takes: Duration, keys: &[], unmet: terminal::passed },
    Form { name: "any", takes: Clauses, keys: &[], unmet: any },
    Form { name: "all", takes: Clauses, keys: &[], unmet: all },
    Form { name: "not", takes: Clause, keys: &[], unmet: not },
];

/// The form of a clause: of `saw` and `ran` in one, the first counts.
pub fn form(clause: &Value) -> Option<&'static Form> {
    let fields = clause.as_object()?;
    FORMS.iter().find(|form| fields.contains_key(form.name))
}

/// The forms that look at what is there now, wherever it came from.
const LASTING: [&str; 8] = ["object", "absent", "selector", "endpoints", "file", "env", "allowed", "refused"];

/// Whether a clause is about what is there, and no longer met when that has gone.
pub fn is_lasting(clause: &Value) -> bool {
    form(clause).is_some_and(|form| LASTING.contains(&form.name))
}

/// What is missing for the clause to be met, in words; none if it is met.
pub fn unmet(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    match form(clause) {
        Some(form) => (form.unmet)(clause, scene),
        None => Some(scene.lang.pick("This check says nothing.", "내용이 없는 확인입니다.").to_owned()),
    }
}

/// Whether all clauses of a list are met.
pub fn all_met(clauses: &Value, scene: &mut Scene<'_>) -> bool {
    clauses.array().iter().all(|clause| unmet(clause, scene).is_none())
}

fn any(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let mut words = Vec::new();
    for clause in clause.get("any").array() {
        words.push(unmet(clause, scene)?);
    }
    Some(words.join(scene.lang.pick(" Or: ", " 또는: ")))
}

fn all(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    clause.get("all").array().iter().find_map(|clause| unmet(clause, scene))
}

fn not(clause: &Value, scene: &mut Scene<'_>) -> Option<String> {
    let met = unmet(clause.get("not"), scene).is_none();
    met.then(|| {
        scene.lang.pick("Something is still as it should not be.", "아직 그러면 안 되는 것이 남아 있습니다.").to_owned()
    })
}

/// What a count should be, where the clause does not say it: at least one.
fn count_of(clause: &Value) -> Value {
    match clause.get("count") {
        Value::Null => api::obj! { "atLeast" => 1 },
        count => count.clone(),
    }
}

/// A number of things in Korean needs a counter.
fn counted(expected: &Value, lang: Language) -> String {
    crate::expect::words(expected, lang)
}

//! The descriptions of all kinds, read once from the texts in `schema/`.

use crate::FlatMap;
use crate::{Kind, Map, Value, kind, list};
use std::sync::OnceLock;

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Text; the string is the name of Go's type.
    String(&'static str),
    /// A 32-bit integer.
    Int32,
    /// A 64-bit integer.
    Int64,
    /// `true` or `false`.
    Bool,
    /// A number with a fraction.
    Float,
    /// A number or text, such as a port's number or name.
    IntOrString,
    /// A resource quantity.
    Quantity,
    /// RFC 3339 text in whole seconds.
    Time,
    /// RFC 3339 text with microseconds.
    MicroTime,
    /// Base64 text.
    Bytes,
    /// Anything.
    Any,
    /// A struct, by its place in the table.
    Struct(usize),
    /// A list.
    List(Box<Type>),
    /// A map with string keys.
    Map(Box<Type>),
}

/// When a field that holds its zero value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Left out when zero.
    OmitZero,
    /// A pointer: left out when missing, written when zero.
    Pointer,
    /// Always written.
    Always,
}

/// How server-side apply merges a list or a map, and what can be owned in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Merge {
    /// As its type says: structs and maps field by field, lists as a whole.
    #[default]
    Usual,
    /// As a whole.
    Atomic,
    /// A list whose elements are owned one by one.
    Set,
    /// A list of structs that these fields tell apart.
    Map(Vec<&'static str>),
}

/// One field of a struct.
#[derive(Clone, Debug)]
pub struct Field {
    /// The field's name in JSON.
    pub name: &'static str,
    /// What it holds.
    pub ty: Type,
    /// When it is written.
    pub presence: Presence,
    /// Whether the API requires it (`kubectl explain` says `-required-`).
    pub required: bool,
    /// Whether a missing one is null, not a zero value, where it is always written.
    pub pointer: bool,
    /// Its static default, or null.
    pub default: Value,
    /// Whether a strategic merge patch joins the elements of this list.
    pub merge: bool,
    /// The key by which it joins them; empty for lists of plain values.
    pub merge_key: &'static str,
    /// Whether a strategic merge patch may list the keys to keep.
    pub retain_keys: bool,
    /// How server-side apply merges it.
    pub apply: Merge,
}

/// One struct of the API.
#[derive(Clone, Debug)]
pub struct Struct {
    /// The name of its Go type, such as `PodSpec`.
    pub name: &'static str,
    /// Its fields, sorted by name.
    pub fields: Vec<Field>,
    /// What is checked of it, in the order of the server's errors: a field (`.` for the struct itself) and a check
    /// (`schema/rules.txt`).
    pub rules: Vec<(&'static str, &'static str)>,
    /// Whether defaulting may write something into it or below it.
    pub has_defaults: bool,
    /// Whether server-side apply replaces it as a whole.
    pub atomic: bool,
    /// The places of the fields that are always written.
    pub(super) always: Vec<usize>,
    /// The places of the fields with a static default.
    pub(super) defaults: Vec<usize>,
}

impl Struct {
    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.binary_search_by(|f| f.name.cmp(name)).ok().map(|i| &self.fields[i])
    }
}

/// All structs and string types.
pub struct Table {
    structs: Vec<Struct>,
    kinds: FlatMap<&'static str, usize>,
    /// The structs of the stored kinds.
    roots: Vec<usize>,
    /// Each struct as a type.
    types: Vec<Type>,
    enums: FlatMap<&'static str, Vec<&'static str>>,
}

impl Table {
    /// How many structs there are.
    pub fn len(&self) -> usize {
        self.structs.len()
    }

    /// Whether there is none; there always is.
    pub fn is_empty(&self) -> bool {
        self.structs.is_empty()
    }

    /// The struct that a [`Type::Struct`] names.
    pub fn get(&self, id: usize) -> &Struct {
        &self.structs[id]
    }

    /// As [`Table::get`], if there are so many.
    #[cfg(test)]
    pub(crate) fn try_get(&self, id: usize) -> Option<&Struct> {
        self.structs.get(id)
    }

    /// The struct of a kind's objects.
    pub fn kind(&self, kind: &Kind) -> usize {
        match kind::KINDS.get(kind.index) {
            Some(stored) if stored.group == kind.group && stored.version == kind.version => self.roots[kind.index],
            _ => struct_of(kind, &self.kinds),
        }
    }

    /// Whether a struct is one of autoscaling/v2: they stand between that kind's and `autoscaling.v1`'s.
    fn is_second_version(&self, id: usize) -> bool {
        let place = |name: &str| self.kinds.get(name).copied().unwrap_or_default();
        (place("HorizontalPodAutoscaler")..place("autoscaling.v1.HorizontalPodAutoscaler")).contains(&id)
    }

    /// A kind's struct as a type.
    pub fn root(&self, kind: &Kind) -> &Type {
        &self.types[self.kind(kind)]
    }

    /// A struct as a type.
    pub fn type_of(&self, id: usize) -> &Type {
        &self.types[id]
    }

    /// The struct with a Go name.
    pub fn named(&self, name: &str) -> Option<usize> {
        self.kinds.get(name).copied()
    }

    /// The values of an enumeration; none for other string types.
    pub fn enumeration(&self, string_type: &str) -> &[&'static str] {
        self.enums.get(string_type).map_or(&[], Vec::as_slice)
    }
}

const TEXTS: [&str; 27] = [
    include_str!("../../schema/meta.txt"),
    include_str!("../../schema/container.txt"),
    include_str!("../../schema/volume.txt"),
    include_str!("../../schema/storage.txt"),
    include_str!("../../schema/pod.txt"),
    include_str!("../../schema/node.txt"),
    include_str!("../../schema/service.txt"),
    include_str!("../../schema/apps.txt"),
    include_str!("../../schema/other.txt"),
    include_str!("../../schema/core.txt"),
    include_str!("../../schema/statefulset.txt"),
    include_str!("../../schema/batch.txt"),
    include_str!("../../schema/autoscaling.txt"),
    include_str!("../../schema/networking.txt"),
    include_str!("../../schema/policy.txt"),
    include_str!("../../schema/rbac.txt"),
    include_str!("../../schema/csi.txt"),
    include_str!("../../schema/scheduling.txt"),
    include_str!("../../schema/events.txt"),
    include_str!("../../schema/certificates.txt"),
    include_str!("../../schema/runtimeclass.txt"),
    include_str!("../../schema/authentication.txt"),
    include_str!("../../schema/authorization.txt"),
    include_str!("../../schema/admissionregistration.txt"),
    include_str!("../../schema/flowcontrol.txt"),
    include_str!("../../schema/resource.txt"),
    include_str!("../../schema/apiextensions.txt"),
];
/// What is checked of each struct.
const RULES: &str = include_str!("../../schema/rules.txt");
const APPLY: &str = include_str!("../../schema/apply.txt");
const STRINGS: &str = include_str!("../../schema/strings.txt");

/// The table.
pub fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(load)
}

fn load() -> Table {
    let lines = || TEXTS.iter().flat_map(|text| text.lines()).filter(|l| !l.is_empty() && !l.starts_with('#'));
    let heads = lines().filter(|line| !line.starts_with(' '));
    let kinds: FlatMap<&'static str, usize> = heads.enumerate().map(|(i, name)| (name, i)).collect();
    let enums = STRINGS.lines().filter(|l| !l.starts_with('#')).filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.map(|word| word.trim_matches('"')).collect()))
    });
    let enums: FlatMap<&'static str, Vec<&'static str>> = enums.collect();
    let mut structs: Vec<Struct> = Vec::with_capacity(kinds.len());
    for line in lines() {
        match (line.strip_prefix("  "), structs.last_mut()) {
            (Some(line), Some(last)) => last.fields.push(field(line, &kinds, &enums)),
            _ => {
                let name = line.rsplit('.').next().unwrap_or(line);
                let (always, defaults) = (Vec::new(), Vec::new());
                let (fields, rules) = (Vec::new(), Vec::new());
                structs.push(Struct { name, fields, rules, has_defaults: false, atomic: false, always, defaults });
            }
        }
    }
    for one in &mut structs {
        crate::sort_by_key(&mut one.fields, |f| f.name);
        let places = |wanted: fn(&Field) -> bool| (0..one.fields.len()).filter(|&i| wanted(&one.fields[i])).collect();
        one.always = places(|f| f.presence == Presence::Always);
        one.defaults = places(|f| !f.default.is_null());
    }
    add_rules(&mut structs, &kinds);
    mark_defaults(&mut structs);
    for line in APPLY.lines().filter(|line| !line.starts_with('#')) {
        mark_apply(line, &kinds, &mut structs);
    }
    let roots = kind::KINDS.iter().map(|kind| struct_of(kind, &kinds)).collect();
    let types = (0..structs.len()).map(Type::Struct).collect();
    Table { structs, kinds, roots, types, enums }
}

/// Reads one line of `schema/apply.txt`.
fn mark_apply(line: &'static str, names: &Names<usize>, structs: &mut [Struct]) {
    let mut words = line.split(' ');
    let id = words.next().and_then(|name| names.get(name));
    let Some(one) = id.map(|id| &mut structs[*id]) else { unreachable!("the schema has no struct for {line}") };
    let (Some(name), Some(how)) = (words.next(), words.next()) else {
        one.atomic = true;
        return;
    };
    let Some(field) = one.fields.iter_mut().find(|f| f.name == name) else { unreachable!("no field for {line}") };
    field.apply = match how.strip_prefix("map:") {
        Some(keys) => Merge::Map(keys.split('+').collect()),
        None if how == "set" => Merge::Set,
        None => Merge::Atomic,
    };
}

/// The struct of a kind: Go types of one name in several groups are told apart by a prefix, `events.Event` or
/// `autoscaling.v1.HorizontalPodAutoscaler`.
fn struct_of(kind: &Kind, structs: &Names<usize>) -> usize {
    if kind.is_custom() {
        return structs.get("CustomObject").copied().unwrap_or_default();
    }
    let group = kind.group.split('.').next().unwrap_or_default();
    let exact = format!("{group}.{}.{}", kind.version, kind.kind);
    let grouped = format!("{group}.{}", kind.kind);
    let found = [exact.as_str(), &grouped, kind.kind].into_iter().find_map(|name| structs.get(name));
    *found.unwrap_or_else(|| unreachable!("the schema describes no {}", kind.kind))
}

/// Reads `schema/rules.txt` into the structs that it is about.
fn add_rules(structs: &mut [Struct], names: &Names<usize>) {
    let mut of = None;
    for line in RULES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("  ") {
            None => of = names.get(line).copied(),
            Some(rule) => {
                let rule = rule.split_once(' ').unwrap_or((rule, ""));
                match of.and_then(|id| structs.get_mut(id)) {
                    Some(one) => one.rules.push(rule),
                    None => unreachable!("the schema describes nothing with the rule {line}"),
                }
            }
        }
    }
}

type Names<T> = FlatMap<&'static str, T>;

fn field(line: &'static str, structs: &Names<usize>, strings: &Names<Vec<&'static str>>) -> Field {
    let mut words = line.split(' ');
    let name = words.next().unwrap_or_default();
    let written = words.next().unwrap_or_default();
    let bare = name.trim_end_matches(['!', '?', '+']);
    let text = written.trim_start_matches(['*', '~']);
    let ty = parse_type(text, structs, strings);
    let pointer = written.starts_with('*');
    // Go leaves no struct out, however empty.
    let kept =
        matches!(ty, Type::Struct(_) | Type::Time | Type::MicroTime | Type::IntOrString | Type::Quantity | Type::Any);
    let presence = match (name.ends_with(['!', '?']), pointer) {
        (true, _) => Presence::Always,
        (false, true) => Presence::Pointer,
        (false, false) if kept && !written.starts_with('~') => Presence::Always,
        (false, false) => Presence::OmitZero,
    };
    let mut field = Field {
        name: bare,
        presence,
        required: name.ends_with(['!', '+']),
        pointer,
        default: Value::Null,
        merge: false,
        merge_key: "",
        retain_keys: false,
        apply: Merge::Usual,
        ty,
    };
    for word in words.flat_map(|word| if word.starts_with('=') { vec![word] } else { word.split(',').collect() }) {
        if let Some(default) = word.strip_prefix('=') {
            field.default = static_default(default, &field.ty);
        } else if let Some(key) = word.strip_prefix("merge") {
            field.merge = true;
            field.merge_key = key.trim_start_matches(':');
            field.apply = if field.merge_key.is_empty() { Merge::Set } else { Merge::Map(vec![field.merge_key]) };
        } else {
            field.retain_keys |= word == "retainKeys";
        }
    }
    field
}

fn parse_type(text: &'static str, structs: &Names<usize>, strings: &Names<Vec<&'static str>>) -> Type {
    let inner = |open, close| text.strip_prefix(open).and_then(|t: &str| t.strip_suffix(close));
    if let Some(element) = inner('[', ']') {
        return Type::List(Box::new(parse_type(element, structs, strings)));
    }
    if let Some(element) = inner('{', '}') {
        return Type::Map(Box::new(parse_type(element, structs, strings)));
    }
    match text {
        "string" => Type::String("string"),
        "int32" => Type::Int32,
        "int64" => Type::Int64,
        "bool" => Type::Bool,
        "float" => Type::Float,
        "IntOrString" => Type::IntOrString,
        "Quantity" => Type::Quantity,
        "Time" => Type::Time,
        "MicroTime" => Type::MicroTime,
        "bytes" => Type::Bytes,
        "any" => Type::Any,
        name => match (structs.get(name), strings.get_key_value(name)) {
            (Some(id), _) => Type::Struct(*id),
            (None, Some((name, _))) => Type::String(name),
            (None, None) => unreachable!("the schema names no type {name}"),
        },
    }
}

fn static_default(text: &str, ty: &Type) -> Value {
    match (text, ty) {
        ("{}", _) => Value::object(),
        ("[]", _) => list![],
        ("\"\"", _) => "".into(),
        ("true" | "false", Type::Bool) => (text == "true").into(),
        (_, Type::String(_)) => text.into(),
        _ => text.parse::<i64>().map_or(text.into(), Value::Int),
    }
}

/// The structs into which `schema::default`'s functions write, beside those with static defaults.
pub(super) const COMPUTED: &[&str] = &[
    "CSIDriverSpec",
    "HorizontalPodAutoscalerBehavior",
    "HorizontalPodAutoscalerSpec",
    "Job",
    "LimitRangeItem",
    "NetworkPolicySpec",
    "Subject",
    "ReplicationController",
    "Secret",
    "StatefulSetSpec",
    "StatefulSetUpdateStrategy",
    "Pod",
    "PodSpec",
    "Container",
    "EphemeralContainer",
    "Volume",
    "ServiceSpec",
    "DeploymentStrategy",
    "DaemonSetUpdateStrategy",
    "NodeStatus",
];

fn mark_defaults(structs: &mut [Struct]) {
    for one in structs.iter_mut() {
        one.has_defaults = COMPUTED.contains(&one.name) || one.fields.iter().any(|f| !f.default.is_null());
    }
    // What holds a struct with defaults has defaults; to the end of all chains.
    loop {
        let holds = |ty: &Type| struct_in(ty).is_some_and(|id| structs[id].has_defaults);
        let more: Vec<usize> = (0..structs.len())
            .filter(|&i| !structs[i].has_defaults && structs[i].fields.iter().any(|f| holds(&f.ty)))
            .collect();
        if more.is_empty() {
            return;
        }
        for i in more {
            structs[i].has_defaults = true;
        }
    }
}

/// The struct that a type is, or is a list or a map of.
pub(super) fn struct_in(ty: &Type) -> Option<usize> {
    match ty {
        Type::Struct(id) => Some(*id),
        Type::List(element) | Type::Map(element) => struct_in(element),
        _ => None,
    }
}

/// What Go's decoder calls a type in its errors.
pub(super) fn go_name(ty: &Type) -> String {
    match ty {
        Type::String("string") | Type::Bytes => "string".into(),
        Type::String("UID") => "types.UID".into(),
        Type::String(name) => format!("v1.{name}"),
        Type::Int32 | Type::IntOrString => "int32".into(),
        Type::Int64 => "int64".into(),
        Type::Bool => "bool".into(),
        Type::Float => "float64".into(),
        Type::Quantity => "resource.Quantity".into(),
        Type::Time | Type::MicroTime => "string".into(),
        Type::Any => "interface {}".into(),
        Type::Struct(id) => {
            // Of all that is stored, only autoscalers have a second version.
            let version = if table().is_second_version(*id) { "v2" } else { "v1" };
            format!("{version}.{}", table().get(*id).name)
        }
        Type::List(element) => format!("[]{}", go_name(element)),
        Type::Map(element) => match **element {
            Type::Quantity => "v1.ResourceList".into(),
            _ => format!("map[string]{}", go_name(element)),
        },
    }
}

/// An object without fields, or the zero of a type where it is always written.
pub(super) fn zero(field: &Field) -> Value {
    match &field.ty {
        _ if field.pointer => Value::Null,
        ty => zero_of(ty),
    }
}

/// What Go's zero value of a type looks like in JSON.
pub fn zero_of(ty: &Type) -> Value {
    match ty {
        Type::String(_) | Type::Bytes => "".into(),
        Type::Int32 | Type::Int64 | Type::IntOrString => 0.into(),
        Type::Float => 0.0.into(),
        Type::Bool => false.into(),
        Type::Quantity => "0".into(),
        Type::Struct(_) => Map::default().into(),
        Type::Time | Type::MicroTime | Type::Any | Type::List(_) | Type::Map(_) => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_described() {
        for kind in kind::served() {
            let described = table().get(table().kind(kind));
            assert_eq!(described.name, kind.kind);
            assert!(described.field("metadata").is_some(), "{}", kind.kind);
        }
    }

    #[test]
    fn merge_keys_and_defaults_are_read() {
        let table = table();
        let spec = table.get(table.named("PodSpec").unwrap());
        let volumes = spec.field("volumes").unwrap();
        assert!(volumes.merge && volumes.retain_keys && volumes.merge_key == "name");
        assert_eq!(spec.field("dnsPolicy").unwrap().default, "ClusterFirst".into());
        assert!(spec.field("containers").unwrap().required);
        let meta = table.get(table.named("ObjectMeta").unwrap());
        assert!(meta.field("finalizers").unwrap().merge && meta.field("finalizers").unwrap().merge_key.is_empty());
        assert!(!meta.has_defaults && spec.has_defaults);
        assert_eq!(table.enumeration("PullPolicy"), ["Always", "Never", "IfNotPresent"]);
    }
}

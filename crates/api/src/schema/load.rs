//! How the texts in `schema/` become the table.

use super::table::{Field, Merge, Presence, Struct, Table, Type, struct_in};
use crate::{FlatMap, Kind, Value, kind, list};

const TEXTS: [&str; 28] = [
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
    include_str!("../../schema/metrics.txt"),
];
/// What is checked of each struct.
const RULES: &str = include_str!("../../schema/rules.txt");
const APPLY: &str = include_str!("../../schema/apply.txt");
const STRINGS: &str = include_str!("../../schema/strings.txt");

pub(super) fn load() -> Table {
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
pub(super) fn struct_of(kind: &Kind, structs: &Names<usize>) -> usize {
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

pub(super) type Names<T> = FlatMap<&'static str, T>;

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

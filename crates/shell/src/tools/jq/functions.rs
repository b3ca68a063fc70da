//! The functions that the language has of its own; what can be said with them is in builtins.jq.

use super::eval::{Item, Machine, Out, Run, Scope, Stop, Trail, error};
use super::paths;
use super::ast::Filter;
use super::forms::format;
use super::operators::arithmetic;
use super::reader::parse;
use super::text;
use super::times::time;
use super::value::{Json, compare};

/// Those that take values, with the number of their arguments.
const PLAIN: &str = "not/0 length/0 utf8bytelength/0 keys/0 keys_unsorted/0 has/1 contains/1 add/0 type/0 tostring/0 tonumber/0 \
    tojson/0 fromjson/0 sort/0 unique/0 min/0 max/0 reverse/0 flatten/1 join/1 split/1 startswith/1 endswith/1 ltrimstr/1 \
    rtrimstr/1 trimstr/1 trim/0 ltrim/0 rtrim/0 ascii_downcase/0 ascii_upcase/0 explode/0 implode/0 indices/1 floor/0 ceil/0 round/0 \
    trunc/0 sqrt/0 fabs/0 log/0 log2/0 log10/0 exp/0 exp2/0 exp10/0 sin/0 cos/0 pow/2 infinite/0 nan/0 isnan/0 isinfinite/0 \
    isnormal/0 now/0 strftime/1 strflocaltime/1 strptime/1 mktime/0 gmtime/0 localtime/0 setpath/2 delpaths/1 tojson/0 \
    match_all/3 bsearch/1 debug/0 stderr/0 input_line_number/0 builtins/0 halt/0 ltrimstr/1 \
    significand/0 fmin/2 fmax/2 fmod/2 atan/0 tan/0 cbrt/0";
/// Those that take filters or give several results.
const SPECIAL: &str = "empty/0 error/0 select/1 path/1 getpath/1 range/3 sort_by/1 group_by/1 unique_by/1 min_by/1 max_by/1 until/2 \
    first/1 take_first/2 any/2 all/2 input/0 inputs/0 halt_error/1 format/1";

/// Whether there is such a function (`name/arguments`).
pub(super) fn is_known(called: &str) -> bool {
    PLAIN.split_whitespace().chain(SPECIAL.split_whitespace()).any(|known| known == called)
}

/// The value as iterating over it fails.
pub(super) fn with_value(value: &Json) -> String {
    if matches!(value, Json::Null) { "null".to_owned() } else { value.described() }
}

/// Gives `out` what a function makes of `input`.
pub(super) fn call<'p>(
    machine: &Machine,
    name: &str,
    arguments: &'p [Filter],
    scope: &Scope<'p>,
    input: &Item,
    out: Out<'_>,
) -> Run {
    let plain = Item::of(input.value.clone());
    let made = |value: Json| Item { trail: if matches!(input.trail, Trail::Off) { Trail::Off } else { Trail::Lost }, value };
    match (name, arguments) {
        ("empty", []) => Ok(()),
        ("error", []) => Err(Stop::Error(input.value.clone())),
        ("select", [condition]) => machine.eval(condition, scope, &plain, &mut |item| {
            if item.value.truth() { out(input.clone()) } else { Ok(()) }
        }),
        ("path", [filter]) => paths::paths(machine, filter, scope, &input.value, &mut |keys, _| out(made(keys.into()))),
        ("getpath", [filter]) => machine.eval(filter, scope, &plain, &mut |path| {
            let Json::List(keys) = &path.value else { return error("Path must be specified as an array") };
            let value = paths::get(&input.value, keys)?;
            let step = |trail: Trail, key: &Json| match trail {
                Trail::Off => Trail::Off,
                Trail::Lost => Trail::Lost,
                trail => Trail::Step(std::rc::Rc::new((trail, key.clone()))),
            };
            out(Item { trail: keys.iter().fold(input.trail.clone(), step), value })
        }),
        ("range", [from, to, by]) => machine.eval(from, scope, &plain, &mut |from| {
            machine.eval(to, scope, &plain, &mut |to| {
                machine.eval(by, scope, &plain, &mut |by| range(machine, &from.value, &to.value, &by.value, &mut |n| out(made(n.into()))))
            })
        }),
        ("sort_by" | "group_by" | "unique_by" | "min_by" | "max_by", [by]) => {
            out(made(ordered(machine, name, Some(by), scope, &input.value)?))
        }
        ("until", [condition, update]) => until(machine, (condition, update), scope, plain.value, &mut |value| out(made(value))),
        ("first", [filter]) => machine.until_enough(&mut |number| {
            machine.eval(filter, scope, input, &mut |item| {
                out(item)?;
                Err(Stop::Break(number))
            })
        }),
        ("take_first", [count, filter]) => machine.eval(count, scope, &plain, &mut |count| {
            let Json::Number(most) = count.value else { return error("Invalid count") };
            let mut taken = 0.0;
            machine.until_enough(&mut |number| {
                machine.eval(filter, scope, input, &mut |item| {
                    taken += 1.0;
                    out(item)?;
                    if taken >= most { Err(Stop::Break(number)) } else { Ok(()) }
                })
            })
        }),
        ("any" | "all", [source, condition]) => {
            let any = name == "any";
            let mut found = false;
            machine.until_enough(&mut |number| {
                machine.eval(source, scope, &plain, &mut |item| {
                    machine.eval(condition, scope, &Item::of(item.value), &mut |item| {
                        found |= item.value.truth() == any;
                        if found { Err(Stop::Break(number)) } else { Ok(()) }
                    })
                })
            })?;
            out(made((found == any).into()))
        }
        ("input", []) => match next_input(machine)? {
            Some(value) => out(made(value)),
            None => error("No more inputs"),
        },
        ("inputs", []) => {
            while let Some(value) = next_input(machine)? {
                out(made(value))?;
            }
            Ok(())
        }
        ("halt_error", [code]) => machine.eval(code, scope, &plain, &mut |code| {
            let value: Json = vec![("__halt__".into(), input.value.clone()), ("code".into(), code.value)].into();
            Err(Stop::Error(value))
        }),
        ("format", [form]) => machine.eval(form, scope, &plain, &mut |form| out(made(format(&form.value.text(), &input.value)?))),
        _ => with_arguments(machine, arguments, scope, &plain, &mut Vec::new(), &mut |values| {
            out(made(apply(machine, name, &input.value, values)?))
        }),
    }
}

fn next_input(machine: &Machine) -> Result<Option<Json>, Stop> {
    let next = (machine.inputs.borrow_mut())();
    next.or_else(error)
}

/// Every way in which the arguments can be taken together.
fn with_arguments<'p>(
    machine: &Machine,
    arguments: &'p [Filter],
    scope: &Scope<'p>,
    input: &Item,
    values: &mut Vec<Json>,
    out: &mut dyn FnMut(&[Json]) -> Run,
) -> Run {
    let Some((argument, rest)) = arguments.split_first() else { return out(values) };
    for value in machine.collect(argument, scope, &input.value)? {
        values.push(value);
        let run = with_arguments(machine, rest, scope, input, values, out);
        values.pop();
        run?;
    }
    Ok(())
}

fn range(machine: &Machine, from: &Json, to: &Json, by: &Json, out: &mut dyn FnMut(f64) -> Run) -> Run {
    let (Json::Number(from), Json::Number(to), Json::Number(by)) = (from, to, by) else {
        return error("Range bounds must be numeric");
    };
    let mut at = *from;
    while if *by > 0.0 { at < *to } else { *by < 0.0 && at > *to } {
        machine.step()?;
        out(at)?;
        at += by;
    }
    Ok(())
}

/// Goes on with the update's result while there is one alone, without recursion.
fn until<'p>(
    machine: &Machine,
    (condition, update): (&'p Filter, &'p Filter),
    scope: &Scope<'p>,
    mut value: Json,
    out: &mut dyn FnMut(Json) -> Run,
) -> Run {
    loop {
        let enough = paths::first(machine, condition, scope, &value)?;
        if enough.is_none_or(|enough| enough.truth()) {
            return out(value);
        }
        let mut next = machine.collect(update, scope, &value)?;
        match next.len() {
            1 => value = next.swap_remove(0),
            _ => return next.into_iter().try_for_each(|value| until(machine, (condition, update), scope, value, out)),
        }
    }
}

/// `sort_by`, `group_by`, `unique_by`, `min_by`, `max_by`, and the same without a filter.
fn ordered<'p>(machine: &Machine, name: &str, by: Option<&'p Filter>, scope: &Scope<'p>, input: &Json) -> Result<Json, Stop> {
    let Json::List(items) = input else {
        let how = match name.split('_').next() {
            Some("sort") => "sorted, as it is not an array",
            Some("group") => "grouped, as it is not an array",
            Some("unique") => "grouped, as it is not an array",
            _ => return error(format!("Cannot iterate over {}", with_value(input))),
        };
        return error(format!("{} cannot be {how}", input.described()));
    };
    let keyed = machine.keyed(by, scope, items)?;
    let groups = || {
        let mut groups: Vec<(Json, Vec<Json>)> = Vec::new();
        for (key, item) in &keyed {
            match groups.last_mut().filter(|(last, _)| compare(last, key).is_eq()) {
                Some((_, items)) => items.push(item.clone()),
                None => groups.push((key.clone(), vec![item.clone()])),
            }
        }
        groups
    };
    Ok(match name.split('_').next().unwrap_or_default() {
        "group" => groups().into_iter().map(|(_, items)| Json::from(items)).collect::<Vec<_>>().into(),
        "unique" => groups().into_iter().map(|(_, mut items)| items.swap_remove(0)).collect::<Vec<_>>().into(),
        "min" => keyed.into_iter().next().map_or(Json::Null, |(_, item)| item),
        "max" => keyed.into_iter().next_back().map_or(Json::Null, |(_, item)| item),
        _ => keyed.into_iter().map(|(_, item)| item).collect::<Vec<_>>().into(),
    })
}

fn apply(machine: &Machine, name: &str, input: &Json, arguments: &[Json]) -> Result<Json, Stop> {
    let number = || match input {
        Json::Number(n) => Ok(*n),
        other => error(format!("{} number required", other.described())),
    };
    Ok(match (name, arguments) {
        ("not", []) => (!input.truth()).into(),
        ("type", []) => input.kind().into(),
        ("length", []) => match input {
            Json::Null => 0.0.into(),
            Json::Bool(_) => return error(format!("{} has no length", input.described())),
            Json::Number(n) => n.abs().into(),
            Json::Text(text) => text.chars().count().into(),
            Json::List(items) => items.len().into(),
            Json::Map(entries) => entries.len().into(),
        },
        ("utf8bytelength", []) => match input {
            Json::Text(text) => text.len().into(),
            other => return error(format!("{} only strings have UTF-8 byte length", other.described())),
        },
        ("keys" | "keys_unsorted", []) => match input {
            Json::List(items) => (0..items.len()).map(Json::from).collect::<Vec<_>>().into(),
            Json::Map(entries) => {
                let entries = if name == "keys" { input.sorted() } else { entries.to_vec() };
                entries.into_iter().map(|(key, _)| Json::Text(key)).collect::<Vec<_>>().into()
            }
            other => return error(format!("{} has no keys", other.described())),
        },
        ("has", [key]) => match (input, key) {
            (Json::Map(entries), Json::Text(key)) => entries.iter().any(|(known, _)| known == key).into(),
            (Json::List(items), Json::Number(n)) => (*n >= 0.0 && *n < items.len() as f64).into(),
            (input, key) => return error(format!("Cannot check whether {} has a {} key", input.kind(), key.kind())),
        },
        ("contains", [other]) => contains(input, other)?.into(),
        ("add", []) => {
            let mut sum = Json::Null;
            machine.each(&Item::of(input.clone()), &mut |item| {
                sum = arithmetic("+", &sum, &item.value)?;
                Ok(())
            })?;
            sum
        }
        ("tostring", []) => input.text().into(),
        ("tojson", []) => input.compact().into(),
        ("fromjson", []) => match input {
            Json::Text(text) => parse(text).or_else(|why| error(format!("{why} (while parsing '{text}')")))?,
            other => return error(format!("{} cannot be parsed as JSON", other.described())),
        },
        ("tonumber", []) => match input {
            Json::Number(n) => (*n).into(),
            Json::Text(text) => match parse(text) {
                Ok(Json::Number(n)) if !text.trim().is_empty() && text.trim() == &**text => n.into(),
                _ => return error(format!("Cannot parse '{text}' as number")),
            },
            other => return error(format!("{} cannot be parsed as a number", other.described())),
        },
        ("sort" | "unique" | "min" | "max", []) => ordered(machine, name, None, &None, input)?,
        ("reverse", []) => match input {
            Json::Null => Vec::<Json>::new().into(),
            Json::Text(text) => text.chars().rev().collect::<String>().into(),
            Json::List(items) => items.iter().rev().cloned().collect::<Vec<_>>().into(),
            other => return error(format!("Cannot reverse {}", other.described())),
        },
        ("flatten", [Json::Number(depth)]) => match input {
            _ if *depth < 0.0 => return error("flatten depth must not be negative"),
            Json::List(items) => {
                let mut flat = Vec::new();
                flatten(items, *depth, &mut flat);
                flat.into()
            }
            other => return error(format!("Cannot iterate over {}", with_value(other))),
        },
        ("implode", []) => {
            let Json::List(items) = input else { return error("implode input must be an array") };
            let letter = |item: &Json| match item {
                Json::Number(n) if *n >= 0.0 => char::from_u32(*n as u32),
                _ => None,
            };
            let text: Option<String> = items.iter().map(letter).collect();
            text.ok_or(Stop::Error("Unicode codepoint must be numeric".into()))?.into()
        }
        ("infinite", []) => f64::INFINITY.into(),
        ("nan", []) => f64::NAN.into(),
        ("isnan", []) => number()?.is_nan().into(),
        ("isinfinite", []) => number()?.is_infinite().into(),
        ("isnormal", []) => number()?.is_normal().into(),
        ("pow" | "fmin" | "fmax" | "fmod", [Json::Number(a), Json::Number(b)]) => match name {
            "pow" => a.powf(*b),
            "fmin" => a.min(*b),
            "fmax" => a.max(*b),
            _ => a % b,
        }
        .into(),
        ("floor" | "ceil" | "round" | "trunc" | "sqrt" | "fabs" | "log" | "log2" | "log10" | "exp" | "exp2" | "exp10" | "sin"
        | "cos" | "tan" | "atan" | "cbrt" | "significand", []) => mathematics(name, number()?).into(),
        ("now", []) => machine.now.into(),
        ("mktime" | "gmtime" | "localtime" | "strftime" | "strflocaltime" | "strptime", _) => {
            time(name, input, arguments.first())?
        }
        ("setpath", [Json::List(path), value]) => paths::update(input, path, &mut |_| Ok(value.clone()))?,
        ("delpaths", [Json::List(all)]) => paths::delete(input, all)?,
        ("setpath" | "delpaths", _) => return error("Path must be specified as an array"),
        ("bsearch", [wanted]) => match input {
            Json::List(items) => {
                let found = items.binary_search_by(|item| compare(item, wanted));
                found.map_or_else(|at| -1.0 - at as f64, |at| at as f64).into()
            }
            other => return error(format!("{} cannot be searched from", other.described())),
        },
        ("debug", []) => {
            machine.said.borrow_mut().push_str(&format!("[\"DEBUG:\",{}]\n", input.compact()));
            input.clone()
        }
        ("stderr", []) => {
            machine.said.borrow_mut().push_str(&input.compact());
            input.clone()
        }
        ("input_line_number", []) => machine.line.get().into(),
        ("builtins", []) => PLAIN.split_whitespace().chain(SPECIAL.split_whitespace()).map(Json::from).collect::<Vec<_>>().into(),
        ("halt", []) => {
            let value: Json = vec![("__halt__".into(), Json::Null), ("code".into(), 0.0.into())].into();
            return Err(Stop::Error(value));
        }
        _ => return text::apply(name, input, arguments),
    })
}

fn mathematics(name: &str, n: f64) -> f64 {
    match name {
        "floor" => n.floor(),
        "ceil" => n.ceil(),
        "round" => n.round(),
        "trunc" => n.trunc(),
        "sqrt" => n.sqrt(),
        "fabs" => n.abs(),
        "log" => n.ln(),
        "log2" => n.log2(),
        "log10" => n.log10(),
        "exp" => n.exp(),
        "exp2" => n.exp2(),
        "exp10" => 10f64.powf(n),
        "sin" => n.sin(),
        "cos" => n.cos(),
        "tan" => n.tan(),
        "atan" => n.atan(),
        "cbrt" => n.cbrt(),
        _ if n == 0.0 || !n.is_finite() => n,
        _ => n / n.abs().log2().floor().exp2(),
    }
}

fn flatten(items: &[Json], depth: f64, flat: &mut Vec<Json>) {
    for item in items {
        match item {
            Json::List(inner) if depth > 0.0 => flatten(inner, depth - 1.0, flat),
            other => flat.push(other.clone()),
        }
    }
}

fn contains(a: &Json, b: &Json) -> Result<bool, Stop> {
    Ok(match (a, b) {
        (Json::Text(a), Json::Text(b)) => a.contains(&**b),
        (Json::List(a), Json::List(b)) => {
            for wanted in b.iter() {
                let mut found = false;
                for item in a.iter() {
                    found |= item.kind() == wanted.kind() && contains(item, wanted)?;
                }
                if !found {
                    return Ok(false);
                }
            }
            true
        }
        (Json::Map(entries), Json::Map(b)) => {
            for (key, wanted) in b.iter() {
                let item = a.get(key);
                let there = entries.iter().any(|(known, _)| known == key);
                if !there || item.kind() != wanted.kind() || !contains(&item, wanted)? {
                    return Ok(false);
                }
            }
            true
        }
        (a, b) if a.kind() == b.kind() => a == b,
        (a, b) => return error(format!("{} and {} cannot have their containment checked", a.described(), b.described())),
    })
}

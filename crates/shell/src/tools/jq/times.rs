//! Functions of times.

use super::eval::{Stop, error};
use super::value::Json;
use api::Time;

/// Times are seconds since the epoch, or their parts: year, month from 0, day, hours, minutes, seconds, week day, day of the year.
pub(super) fn time(name: &str, input: &Json, argument: Option<&Json>) -> Result<Json, Stop> {
    let moment = |input: &Json| match input {
        Json::Number(seconds) => Ok(*seconds),
        Json::List(parts) => {
            let part = |at: usize| if let Some(Json::Number(n)) = parts.get(at) { *n } else { 0.0 };
            let text = format!(
                "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
                part(0), part(1) + 1.0, part(2), part(3), part(4), part(5).floor()
            );
            Time::parse(&text).map(|time| time.seconds() as f64).ok_or(Stop::Error("invalid gmtime representation".into()))
        }
        _ => error(format!("{name} requires array of 6 numbers")),
    };
    let at = |seconds: f64| Time((seconds.clamp(-6e10, 2e11) * 1e6) as i64);
    match (name, argument) {
        ("mktime", None) => match input {
            Json::List(_) => Ok(moment(input)?.floor().into()),
            _ => error("mktime requires array of 6 numbers"),
        },
        ("gmtime" | "localtime", None) => {
            let Json::Number(seconds) = input else { return error(format!("{name}() requires a number")) };
            Ok(parts(at(*seconds), *seconds))
        }
        ("strftime" | "strflocaltime", Some(Json::Text(form))) => {
            if !matches!(input, Json::Number(_) | Json::List(_)) {
                return error(format!("{name}/1 requires parsed datetime inputs"));
            }
            Ok(crate::tools::date::show(at(moment(input)?), form).into())
        }
        ("strptime", Some(Json::Text(form))) => {
            let Json::Text(text) = input else {
                return error("strptime/1 requires string inputs and arguments");
            };
            match crate::tools::date::read(text, form) {
                Some(time) => Ok(parts(time, time.seconds() as f64)),
                None => error(format!("date \"{text}\" does not match format \"{form}\"")),
            }
        }
        _ => error(format!("{name}/1 requires a string format")),
    }
}

fn parts(time: Time, seconds: f64) -> Json {
    let show = |form: &str| crate::tools::date::show(time, form).trim().parse::<f64>().unwrap_or_default();
    let fraction = seconds - seconds.floor();
    let values =
        [show("%Y"), show("%m") - 1.0, show("%d"), show("%H"), show("%M"), show("%S") + fraction, show("%w"), show("%j") - 1.0];
    values.map(Json::from).to_vec().into()
}

//! `/kubarium/...`: what is no part of Kubernetes. Tests move virtual time with it.

use super::owner::Door;
use api::obj;
use apiserver::http::{Answer, Head};
use std::time::Duration;

/// The most that one request may skip, in seconds: a year.
const MOST: f64 = 365.0 * 86400.0;

/// The answer to a path below `/kubarium/`; none for another path.
///
/// `POST /kubarium/advance?seconds=N` lets virtual time pass at once; `GET /kubarium/time` tells it.
pub async fn answer(door: &Door, head: &Head) -> Option<Answer> {
    let rest = head.path.strip_prefix("/kubarium/")?;
    let seconds = head.query.strip_prefix("seconds=").and_then(|text| text.parse::<f64>().ok());
    Some(match (head.method.as_str(), rest, seconds) {
        ("POST", "advance", Some(seconds)) if (0.0..=MOST).contains(&seconds) => {
            let span = Duration::from_secs_f64(seconds);
            door.ask(move |owner| owner.skip(span)).await;
            time(door).await
        }
        ("POST", "advance", _) => {
            Answer::text(400, "text/plain; charset=utf-8", "seconds is a number from 0 to 31536000\n")
        }
        ("GET", "time", _) => time(door).await,
        _ => Answer::page_not_found(),
    })
}

async fn time(door: &Door) -> Answer {
    let told = door.ask(|owner| (owner.now(), owner.look(|cluster| cluster.elapsed()))).await;
    let Some((now, elapsed)) = told else { return Answer::page_not_found() };
    Answer::json(200, &obj! { "time" => now.rfc3339_micros().as_str(), "elapsed" => elapsed.as_secs_f64() }, true)
}

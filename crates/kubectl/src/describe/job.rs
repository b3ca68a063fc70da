//! What of a Job is no plain field.

use super::writer::Writer;
use api::Value;
use api::time::human_duration;

/// How long a Job took that is complete.
pub fn duration(w: &mut Writer, status: &Value) {
    if let (Some(start), Some(end)) = (status["startTime"].time(), status["completionTime"].time()) {
        w.field(0, "Duration", human_duration(end.since(start)));
    }
}

/// How many Pods are in which state, and which indexes are done.
pub fn statuses(w: &mut Writer, job: &Value) {
    let status = &job["status"];
    let ready = status["ready"].as_int().map_or_else(String::new, |ready| format!(" ({ready} Ready)"));
    let (active, succeeded, failed) = (status["active"].int(), status["succeeded"].int(), status["failed"].int());
    w.field(0, "Pods Statuses", format_args!("{active} Active{ready} / {succeeded} Succeeded / {failed} Failed"));
    if job["spec"]["completionMode"].str() == "Indexed" {
        w.field(0, "Completed Indexes", indexes(status["completedIndexes"].str()));
    }
}

/// The indexes; a long list ends with the comma after its first 50 characters or more.
fn indexes(list: &str) -> String {
    const LIMIT: usize = 50;
    if list.is_empty() {
        return "<none>".to_owned();
    }
    match list.char_indices().find(|(at, c)| *at >= LIMIT && *c == ',') {
        Some((at, _)) => format!("{}...", &list[..=at]),
        None => list.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::indexes;

    #[test]
    fn long_lists_are_cut_at_a_comma() {
        assert_eq!(indexes(""), "<none>");
        assert_eq!(indexes("0-3,5"), "0-3,5");
        let long = (0..30).map(|i| (i * 2).to_string()).collect::<Vec<_>>().join(",");
        assert_eq!(indexes(&long), "0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32,34,36,...");
    }
}

//! How kubectl says no: what went wrong, as text on standard error, and the exit status
//! (k8s.io/kubectl/pkg/cmd/util/helpers.go, `CheckErr`).

use crate::host::Host;
use api::Status;

/// Why a command failed.
#[derive(Clone, Debug, PartialEq)]
pub enum Fail {
    /// The server refused.
    Status(Status),
    /// Something kubectl noticed itself; printed after `error: `.
    Text(String),
    /// Text that is printed as it stands.
    Plain(String),
    /// Several failures, each printed on lines of its own.
    Many(Vec<Fail>),
    /// The same as `Text`, after a text on standard output.
    Shown(String, String),
    /// Nothing more to say; the exit status.
    Exit(i32),
}

/// What a command comes to.
pub type Outcome<T = ()> = Result<T, Fail>;

impl From<Status> for Fail {
    fn from(status: Status) -> Fail {
        Fail::Status(status)
    }
}

impl From<String> for Fail {
    fn from(text: String) -> Fail {
        Fail::Text(text)
    }
}

impl From<&str> for Fail {
    fn from(text: &str) -> Fail {
        Fail::Text(text.to_owned())
    }
}

/// A failure with a formatted text.
macro_rules! fail {
    ($($arg:tt)*) => { $crate::fail::Fail::Text(format!($($arg)*)) };
}
pub(crate) use fail;

impl Fail {
    /// All of `failures` as one: itself if it is alone, `Ok` if there are none.
    pub fn all(mut failures: Vec<Fail>) -> Outcome {
        match failures.len() {
            0 => Ok(()),
            1 => Err(failures.remove(0)),
            _ => Err(Fail::Many(failures)),
        }
    }

    /// The same without `error: ` before it (`cmdutil.MultipleErrors`).
    pub fn bare(self) -> Fail {
        match self {
            Fail::Text(text) => Fail::Plain(text),
            other => other,
        }
    }

    /// Whether the server said that something is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Fail::Status(status) if status.reason == "NotFound")
    }

    /// The same failure, `prefix: ` before its message.
    pub fn within(self, prefix: &str) -> Fail {
        match self {
            Fail::Status(mut status) => {
                status.message = format!("{prefix}: {}", status.message);
                Fail::Status(status)
            }
            Fail::Text(text) => Fail::Text(format!("{prefix}: {text}")),
            other => other,
        }
    }

    /// The message alone, as an error inside another one.
    pub fn message(&self) -> String {
        match self {
            Fail::Status(status) => status.message.clone(),
            Fail::Text(text) | Fail::Plain(text) | Fail::Shown(_, text) => text.clone(),
            Fail::Many(all) => format!("[{}]", all.iter().map(Fail::message).collect::<Vec<_>>().join(", ")),
            Fail::Exit(code) => format!("exit status {code}"),
        }
    }

    /// Prints the failure and returns the exit status.
    pub fn report(&self, host: &dyn Host) -> i32 {
        if let Fail::Shown(shown, _) = self {
            host.stdout(shown);
        }
        let text = match self {
            Fail::Exit(code) => return *code,
            Fail::Status(status) if status.reason == "Invalid" => invalid(status),
            Fail::Many(all) => all.iter().map(|one| one.line(false)).collect::<Vec<_>>().join("\n"),
            one => one.line(true),
        };
        host.stderr(&text);
        if !text.ends_with('\n') {
            host.stderr("\n");
        }
        1
    }

    /// One failure; `prefixed` says whether kubectl's own ones begin with `error: ` (those of a list do not).
    pub(crate) fn line(&self, prefixed: bool) -> String {
        match self {
            Fail::Status(status) if status.reason == "Unauthorized" => {
                format!("error: You must be logged in to the server ({})", status.message)
            }
            Fail::Status(status) if status.reason.is_empty() => format!("Error from server: {}", status.message),
            Fail::Status(status) => format!("Error from server ({}): {}", status.reason, status.message),
            Fail::Text(text) | Fail::Shown(_, text) if prefixed && !text.starts_with("error: ") => {
                format!("error: {text}")
            }
            other => other.message(),
        }
    }
}

/// A refused object: the fields that are wrong, one a line if there are several.
fn invalid(status: &Status) -> String {
    let (kind, name) = (status.details["kind"].str(), status.details["name"].str());
    let mut text = "The request is invalid".to_owned();
    let mut causes: Vec<String> = Vec::new();
    // Of an answer that the server did not mean to give, only its message counts.
    let meant = status.details["causes"].array().iter().all(|c| c["reason"].str() != "UnexpectedServerResponse");
    for (field, message) in status.causes().filter(|_| meant) {
        let cause = if field.is_empty() { message.to_owned() } else { format!("{field}: {message}") };
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }
    if !kind.is_empty() || !name.is_empty() {
        text = format!("The {kind} {name:?} is invalid");
    } else if !status.message.is_empty() && causes.is_empty() {
        text = format!("{text}: {}", status.message);
    }
    match &causes[..] {
        [] => text,
        [one] => format!("{text}: {one}"),
        several => format!("{text}: \n{}", several.iter().map(|c| format!("* {c}\n")).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::{FieldError, kind};

    #[test]
    fn several_wrong_fields_are_listed() {
        let errors = [FieldError::required("spec.a", ""), FieldError::required("spec.b", "")];
        let text = invalid(&Status::invalid(kind::POD, "x", &errors));
        assert_eq!(text, "The Pod \"x\" is invalid: \n* spec.a: Required value\n* spec.b: Required value\n");
        let text = invalid(&Status::invalid(kind::POD, "x", &errors[..1]));
        assert_eq!(text, "The Pod \"x\" is invalid: spec.a: Required value");
    }

    #[test]
    fn only_a_lone_failure_of_kubectl_is_prefixed() {
        let status = Fail::Status(Status::not_found(kind::POD, "x"));
        assert_eq!(status.line(true), "Error from server (NotFound): pods \"x\" not found");
        assert_eq!(Fail::from("oops").line(true), "error: oops");
        assert_eq!(Fail::from("oops").line(false), "oops");
    }
}

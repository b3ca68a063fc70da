//! What a command has changed, printed.

use super::{Format, Printed};
use crate::cx::Cx;
use crate::fail::Outcome;
use api::{Kind, Value};

/// Commands that leave objects as files have them: maps to Go, whose keys JSON sorts. The others make an object or read it into
/// a struct, whose fields have an order.
const AS_GIVEN: [&str; 6] = ["create", "apply", "replace", "patch", "label", "annotate"];

impl Cx<'_> {
    /// Prints an object that a command has changed: a line such as `pod/x created`, or as `-o` says.
    ///
    /// # Errors
    /// The format does not fit.
    pub fn print_changed(&self, kind: &Kind, object: &Value, done: &str) -> Outcome {
        self.print_done(kind, object, &format!("{done}{}", self.dry_run()?.suffix()))
    }

    /// The same, but for a command that does not say that this was a dry run.
    ///
    /// # Errors
    /// The format does not fit.
    pub fn print_done(&self, kind: &Kind, object: &Value, done: &str) -> Outcome {
        let printed = Printed { kind, object, done, managed: self.flags.on("show-managed-fields") };
        // What the server has seen comes from it as a map.
        let made = object.uid().is_empty() && !AS_GIVEN.contains(&self.command.name);
        let format = self.format()?;
        let text = if made { format.print_struct(&printed) } else { format.print(&printed) }?;
        if matches!(format, Format::Yaml) && self.printed.replace(true) {
            self.host.stdout("---\n");
        }
        self.host.stdout(&text);
        Ok(())
    }
}

//! Expressions in CEL: what decides over a change by them is not here, as it weighs too much for the page. Who has it puts it
//! into the server ([`ApiServer::set_expressions`]).

use crate::request::Request;
use crate::server::ApiServer;
use api::{Kind, Status, Value};
use std::sync::Arc;

/// A change that is about to be made.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// Who asks for it, and how.
    pub request: &'a Request,
    /// `CREATE`, `UPDATE` or `DELETE`.
    pub operation: &'static str,
    /// The object as it would be; null where it goes.
    pub object: &'a Value,
    /// The object as it is; null where there is none.
    pub old: &'a Value,
}

impl<'a> Change<'a> {
    /// The new object, or the old one where it goes.
    pub fn either(&self) -> &'a Value {
        if self.object.is_null() { self.old } else { self.object }
    }
}

/// Who evaluates expressions.
pub trait Expressions: Send + Sync + std::fmt::Debug {
    /// Whether a change may be made: by the rules of a custom kind's schema, and by the policies. Returns warnings.
    ///
    /// # Errors
    /// The refusal.
    fn admit(&self, server: &ApiServer, change: &Change<'_>) -> Result<Vec<String>, Status>;
}

impl ApiServer {
    /// Puts in who evaluates expressions.
    pub fn set_expressions(&mut self, expressions: Arc<dyn Expressions>) {
        self.expressions = Some(expressions);
    }

    /// The schema of a kind that users have defined.
    pub fn custom_schema(&self, kind: &Kind) -> Option<Value> {
        self.custom(kind).map(|custom| custom.schema.clone())
    }

    /// Asks for a change, if anybody is there.
    pub(crate) fn express(&self, change: &Change<'_>, warnings: &mut Vec<String>) -> Result<(), Status> {
        if let Some(expressions) = &self.expressions {
            warnings.extend(expressions.admit(self, change)?);
        }
        Ok(())
    }
}

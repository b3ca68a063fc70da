//! What a column of a table is.

use api::{Value, obj};

/// One column (meta.k8s.io/v1 `TableColumnDefinition`).
#[derive(Debug)]
pub struct Column {
    /// The heading; kubectl prints it in capitals.
    pub name: &'static str,
    /// The OpenAPI type of its cells.
    pub type_: &'static str,
    /// The OpenAPI format of its cells; `name` marks the column with the object's name.
    pub format: &'static str,
    /// What it shows.
    pub description: &'static str,
    /// 0 for columns that are always printed, 1 for those of `-o wide` only.
    pub priority: i64,
}

impl Column {
    pub(crate) const fn string(name: &'static str, description: &'static str) -> Column {
        Column { name, type_: "string", format: "", description, priority: 0 }
    }

    pub(crate) const fn integer(name: &'static str, description: &'static str) -> Column {
        Column { type_: "integer", ..Column::string(name, description) }
    }

    /// The same column, for `-o wide` only.
    pub(crate) const fn wide(self) -> Column {
        Column { priority: 1, ..self }
    }
}

/// The object's name.
pub(crate) const NAME: Column = Column { format: "name", ..Column::string("Name", "Name of the object.") };
/// The time since the object was made.
pub(crate) const AGE: Column = Column::string("Age", "Time since the object was created.");

/// The names of a template's containers.
pub(crate) const CONTAINERS: Column = Column::string("Containers", "Names of the template's containers.").wide();
/// The images of a template's containers.
pub(crate) const IMAGES: Column = Column::string("Images", "Images of the template's containers.").wide();
/// A label selector.
pub(crate) const SELECTOR: Column = Column::string("Selector", "Which Pods belong to it.").wide();

impl From<&Column> for Value {
    fn from(column: &Column) -> Value {
        obj! {
            "name" => column.name,
            "type" => column.type_,
            "format" => column.format,
            "description" => column.description,
            "priority" => column.priority,
        }
    }
}

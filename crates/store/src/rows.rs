//! Rows and the domain's nouns: each pair is converted in one file, both ways.

mod assignment;
mod finding;
mod org;
mod visit;

pub(crate) use assignment::{AssignmentColumns, AssignmentRow};
pub(crate) use finding::{FindingColumns, FindingRow};
pub(crate) use org::{UnitColumns, UnitRow, VenueColumns, VenueRow};
pub(crate) use visit::{VisitColumns, VisitRow};

use std::borrow::Cow;

use serde::{Serialize, de::DeserializeOwned};

use crate::error::{Error, Result};

/// Declares a row and its columns as arrays, in the order in which a statement unnests them.
macro_rules! columns {
    ($row:ident, $columns:ident { $($field:ident: $type:ty),* $(,)? }) => {
        /// One row.
        #[derive(Clone, Debug, PartialEq)]
        pub(crate) struct $row { $(pub(crate) $field: $type),* }

        /// Rows by column.
        #[derive(Debug, Default)]
        pub(crate) struct $columns { $($field: Vec<$type>),* }

        impl $columns {
            fn push(&mut self, row: $row) { $(self.$field.push(row.$field);)* }

            /// Binds one array a column, in order.
            pub(crate) fn bind(self, query: $crate::rows::Statement) -> $crate::rows::Statement {
                $(let query = query.bind(self.$field);)*
                query
            }
        }

        impl $crate::rows::Stored for $row {
            fn as_stored(row: &sqlx::postgres::PgRow) -> $crate::error::Result<Self> {
                Ok(Self { $($field: sqlx::Row::try_get(row, stringify!($field))?),* })
            }
        }

        impl FromIterator<$row> for $columns {
            fn from_iter<I: IntoIterator<Item = $row>>(rows: I) -> Self {
                let mut columns = Self::default();
                rows.into_iter().for_each(|row| columns.push(row));
                columns
            }
        }
    };
}
pub(crate) use columns;

/// A row as it stands, column by column.
pub(crate) trait Stored: Sized {
    /// Reads every column by its name, JSONB selected as text.
    fn as_stored(row: &sqlx::postgres::PgRow) -> Result<Self>;
}

/// A statement with its arguments.
pub(crate) type Statement = sqlx::query::Query<'static, sqlx::Postgres, sqlx::postgres::PgArguments>;

/// Reads a JSONB column that was selected as text.
pub(crate) fn parse<T: DeserializeOwned>(table: &'static str, json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|error| Error::Inconsistent { table, what: error.to_string() })
}

/// Writes plain data for a JSONB column.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Inconsistent { table: "json", what: error.to_string() })
}

/// A text as the database can hold it: it knows no NUL, so nothing that it knows has one.
pub(crate) fn text(asked: &str) -> Cow<'_, str> {
    if asked.contains('\0') { Cow::Owned(asked.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(asked) }
}

/// A number that is never negative here and fits the column's 32 bits.
pub(crate) fn signed(number: u32) -> Result<i32> {
    i32::try_from(number).map_err(|_| Error::Inconsistent { table: "number", what: format!("{number} is too large") })
}

/// A number of the database as one that is never negative.
pub(crate) fn unsigned(table: &'static str, number: i64) -> Result<u32> {
    u32::try_from(number).map_err(|_| Error::Inconsistent { table, what: format!("{number} is out of range") })
}

/// A digest from its column.
pub(crate) fn digest(table: &'static str, bytes: &[u8]) -> Result<domain::evidence::Sha256> {
    bytes
        .try_into()
        .map(domain::evidence::Sha256)
        .map_err(|_| Error::Inconsistent { table, what: "a digest of another length".to_owned() })
}

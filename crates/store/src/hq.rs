//! What HQ reads. Every list is a keyset walk over an index that is declared in
//! the migrations; what cannot be bounded by one is not offered.
//!
//! All run in a transaction of [`Store::read`](crate::Store::read): row-level
//! security names the tenant, so no statement here does.

pub mod answers;
pub mod board;
pub mod checklists;
pub mod findings;
pub mod held;
mod keyset;
pub mod org;
pub mod people;
pub mod tasks;
pub mod visit;
pub mod visits;
mod walk;

pub use keyset::{Cursor, Slice, Stretch};

use domain::{text::Text, visit::VisitDocument};
use serde::de::DeserializeOwned;
use sqlx::{Row as _, postgres::PgRow};

use crate::{
    error::{Error, Result},
    packed::{Words, unpack},
    rows::parse,
};

/// Rows that a page of a list has.
pub const PAGE: usize = 50;

/// A JSONB column, read as text.
fn json<T: DeserializeOwned>(row: &PgRow, column: &'static str) -> Result<T> {
    let text: &str = row.try_get(column)?;
    serde_json::from_str(text).map_err(|error| Error::Inconsistent { table: column, what: error.to_string() })
}

/// What a visit handed in, from a row of `visit_revision`.
fn document(row: &PgRow, words: Option<&Words>) -> Result<VisitDocument> {
    parse("visit_revision", &unpack("visit_revision", row.try_get("document")?, words)?)
}

/// A text in two languages.
fn words(row: &PgRow, column: &'static str) -> Result<Text> {
    json(row, column)
}

/// A JSONB column that may be NULL, read as text.
fn json_or_none<T: DeserializeOwned>(row: &PgRow, column: &'static str) -> Result<Option<T>> {
    let text: Option<&str> = row.try_get(column)?;
    text.map(serde_json::from_str)
        .transpose()
        .map_err(|error| Error::Inconsistent { table: column, what: error.to_string() })
}

/// A number of the database as one that is never negative.
fn count(row: &PgRow, column: &'static str) -> Result<u32> {
    let number: i32 = row.try_get(column)?;
    u32::try_from(number).map_err(|_| Error::Inconsistent { table: column, what: "a negative number".to_owned() })
}

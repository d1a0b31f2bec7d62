//! What the server uses.

use serde::Serialize;
pub use serde_json::{Error, from_slice, from_str, value::RawValue};

/// Writes plain data: a value that has a form in JSON whatever it holds.
///
/// # Panics
/// The type can refuse to be written, or has keys that are no text.
#[must_use]
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data")
}

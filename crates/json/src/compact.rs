//! JSON in few bytes of code: what our own types need of it and no more.
//!
//! Integers of 64 bits with a sign, no floats, no self-describing types
//! (`untagged`, internally tagged or flattened ones cannot be read). Of several
//! ways to hand a value to a type it knows one, its errors are empty, and what does
//! not depend on the type stands outside the generic functions.

mod raw;
mod reader;
mod writer;

pub use raw::RawValue;

use core::fmt;

use serde::{Deserialize, Serialize};

/// The text is not JSON, or none of the type that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch;

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the JSON that was expected")
    }
}

impl core::error::Error for Mismatch {}

/// Reads a value.
///
/// # Errors
/// The text is not JSON, or none of this type.
pub fn from_str<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T, Mismatch> {
    let mut reader = reader::Reader::new(json);
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Reads a value from bytes.
///
/// # Errors
/// They are not JSON, or none of this type.
pub fn from_slice<'de, T: Deserialize<'de>>(json: &'de [u8]) -> Result<T, Mismatch> {
    from_str(core::str::from_utf8(json).map_err(|_| Mismatch)?)
}

/// Writes plain data: a value that has a form in JSON whatever it holds.
///
/// # Panics
/// The type can refuse to be written, or has floats or keys that are no text.
#[must_use]
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> String {
    let mut writer = writer::Writer::default();
    let Ok(()) = value.serialize(&mut writer);
    writer.finish()
}

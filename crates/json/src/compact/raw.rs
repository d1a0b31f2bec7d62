//! JSON that was written before.

use core::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Visitor},
    ser::SerializeStruct as _,
};

use super::{Mismatch, reader::Reader};

/// How `serde_json` marks it, which our own readers and writers then know.
pub(super) const RAW: &str = "$serde_json::private::RawValue";

/// JSON that is handed on as it is, as `serde_json` has it.
#[derive(Clone, Debug)]
pub struct RawValue(String);

impl RawValue {
    /// From a text that is JSON.
    ///
    /// # Errors
    /// It is not.
    pub fn from_string(json: String) -> Result<Box<Self>, Mismatch> {
        Reader::new(&json).only_value()?;
        Ok(Box::new(Self(json)))
    }

    /// The text.
    #[must_use]
    pub fn get(&self) -> &str {
        &self.0
    }
}

impl Serialize for RawValue {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut raw = to.serialize_struct(RAW, 1)?;
        raw.serialize_field(RAW, &self.0)?;
        raw.end()
    }
}

struct Text;

impl Visitor<'_> for Text {
    type Value = RawValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_str<E: de::Error>(self, json: &str) -> Result<RawValue, E> {
        Ok(RawValue(json.to_owned()))
    }
}

impl<'de> Deserialize<'de> for RawValue {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_newtype_struct(RAW, Text)
    }
}

//! Errors as problem documents (RFC 9457): a code for programs, words for people.

use domain::text::Text;
use serde::{Deserialize, Serialize};

/// An error answer. `Content-Type: application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// HTTP status, repeated.
    pub status: u16,
    /// A stable code, like `other_account`. Programs match on it, never on words.
    pub code: String,
    /// What happened, whether anything is lost, what to do next.
    pub title: Text,
    /// Which field, limit or id; no prose.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

//! What can be wrong with the text of an op.

use super::canonical::CanonicalError;

/// Why a body was not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It has no canonical form.
    #[error("no canonical form: {0}")]
    Canonical(#[from] CanonicalError),
    /// It is JSON, but no body, or its payload is not one of its kind.
    #[error("not a body of its kind: {0}")]
    Shape(String),
    /// The kind or its version is unknown here: the op is held, not refused.
    #[error("unknown kind {0}")]
    UnknownKind(String),
}

//! Opening and closing HQ's session.

use crate::error::HqError;

/// Opens a session. Refused until the store is wired in.
#[expect(clippy::unused_async, reason = "asks the store")]
pub(crate) async fn open(_tenant: &str, _login: &str, _password: &str, _to: &str) -> Result<(), HqError> {
    Err(HqError::Unreachable)
}

/// Closes the session.
#[expect(clippy::unused_async, reason = "asks the store")]
pub(crate) async fn close() -> Result<(), HqError> {
    Err(HqError::Unreachable)
}

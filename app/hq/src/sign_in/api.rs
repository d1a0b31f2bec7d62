//! What signing in asks of the server.

use leptos::prelude::*;

use crate::error::HqError;

/// Opens a session; its cookie goes with the answer. Then leads to `to`, if that lies
/// within HQ.
///
/// # Errors
/// [`HqError::WrongCredentials`], whichever of the three is wrong; [`HqError::Throttled`].
#[server(prefix = "/hq/act", endpoint = "sign-in")]
pub async fn sign_in(tenant: String, login: String, password: String, to: String) -> Result<(), HqError> {
    crate::ssr::session::open(&tenant, &login, &password, &to).await
}

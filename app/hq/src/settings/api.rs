//! What the settings ask of the server: cookies of this browser, nothing else.

#![cfg_attr(feature = "ssr", expect(clippy::unused_async, reason = "a server function is async, whatever it does"))]

use leptos::prelude::*;

use crate::error::HqError;

/// Chooses a language by its tag, `zh-CN` or `en`.
///
/// # Errors
/// None.
#[server(prefix = "/hq/act", endpoint = "settings/language")]
pub async fn set_language(lang: String) -> Result<(), HqError> {
    crate::ssr::preferences::set_language(&lang);
    Ok(())
}

/// Chooses colours: `light` or `dark`; the system's for any other word.
///
/// # Errors
/// None.
#[server(prefix = "/hq/act", endpoint = "settings/theme")]
pub async fn set_theme(theme: String) -> Result<(), HqError> {
    crate::ssr::preferences::set_theme(&theme);
    Ok(())
}

/// Switches single keys `on` or `off`.
///
/// # Errors
/// None.
#[server(prefix = "/hq/act", endpoint = "settings/keys")]
pub async fn set_keys(keys: String) -> Result<(), HqError> {
    crate::ssr::preferences::set_keys(keys == "on");
    Ok(())
}

/// Ends the session. Nothing of the phone's is touched.
///
/// # Errors
/// [`HqError::Internal`].
#[server(prefix = "/hq/act", endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), HqError> {
    crate::ssr::session::close().await
}

//! What people chose for this browser.

use domain::text::Lang;
use http::{header::ACCEPT_LANGUAGE, request::Parts};
use ui::Theme;

use super::cookies::{Cookie, read_cookie};
use crate::context::PageContext;

const LANGUAGE: &str = "mc_lang";
const THEME: &str = "mc_theme";
const KEYS: &str = "mc_keys";
const YEAR_SECONDS: i64 = 365 * 24 * 3600;

impl PageContext {
    /// What the request alone tells: language, colours, keys.
    #[must_use]
    pub fn of_request(parts: &Parts) -> Self {
        let accepted = || {
            let header = parts.headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?;
            // The first language that is one of ours; people list what they read best first.
            header.split(',').map(str::trim).find(|tag| tag.starts_with("zh") || tag.starts_with("en"))
        };
        Self {
            lang: read_cookie(parts, LANGUAGE).or_else(accepted).map(Lang::from_tag).unwrap_or_default(),
            theme: Theme::from_name(read_cookie(parts, THEME).unwrap_or_default()),
            shortcuts: read_cookie(parts, KEYS) != Some("off"),
            ..Self::default()
        }
    }
}

/// Chooses a language by its tag.
pub(crate) fn set_language(tag: &str) {
    keep(LANGUAGE, Lang::from_tag(tag).tag());
}

/// Chooses colours by their name.
pub(crate) fn set_theme(name: &str) {
    keep(THEME, Theme::from_name(name).name().unwrap_or("auto"));
}

/// Switches single keys on or off.
pub(crate) fn set_keys(on: bool) {
    keep(KEYS, if on { "on" } else { "off" });
}

fn keep(name: &str, value: &str) {
    let cookie = Cookie {
        name: name.to_owned(),
        value: value.to_owned(),
        path: "/",
        max_age: Some(YEAR_SECONDS),
        // The phone's boot.js reads the language before anything else runs.
        http_only: false,
        secure: false,
    };
    cookie.set();
}

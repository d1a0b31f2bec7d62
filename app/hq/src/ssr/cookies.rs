//! Cookies of HQ. What people chose for this browser lies in them, and nothing that counts.

use http::{HeaderValue, header::SET_COOKIE, request::Parts};
use leptos::prelude::expect_context;
use leptos_axum::ResponseOptions;

/// A cookie to be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Its name, as it is: a prefix is part of it.
    pub name: String,
    /// Its value: letters, digits and `-_.~` only.
    pub value: String,
    /// The addresses that it goes to.
    pub path: &'static str,
    /// For how many seconds; 0 takes it away, `None` keeps it until the browser is closed.
    pub max_age: Option<i64>,
    /// Scripts cannot read it.
    pub http_only: bool,
    /// Only over https.
    pub secure: bool,
}

impl Cookie {
    /// The header's value. `None` if name or value hold what a header cannot.
    #[must_use]
    pub fn header(&self) -> Option<HeaderValue> {
        let mut text = format!("{}={}; Path={}; SameSite=Lax", self.name, self.value, self.path);
        if let Some(age) = self.max_age {
            text.push_str(&format!("; Max-Age={age}"));
        }
        if self.http_only {
            text.push_str("; HttpOnly");
        }
        if self.secure {
            text.push_str("; Secure");
        }
        HeaderValue::from_str(&text).ok()
    }

    /// Sends it with the answer to this request.
    pub(crate) fn set(&self) {
        if let Some(header) = self.header() {
            expect_context::<ResponseOptions>().append_header(SET_COOKIE, header);
        }
    }
}

/// The value of the cookie `name` among the request's.
#[must_use]
pub fn read_cookie<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts
        .headers
        .get_all(http::header::COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

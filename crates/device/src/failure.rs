//! What went wrong in the browser.

use wasm_bindgen::{JsCast as _, JsValue};

/// A failed call of the browser: the name of the `DOMException` (or error) and its text.
///
/// Compare the name; the text differs from engine to engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {message}")]
pub struct Failure {
    /// `QuotaExceededError`, `NotAllowedError`, `AbortError`, …
    pub name: String,
    /// For logs and the rescue page.
    pub message: String,
}

impl Failure {
    /// The name of [`Failure::is_stale`].
    pub const STALE: &str = "Stale";

    /// A failure of our own.
    #[must_use]
    pub fn new(name: &str, message: &str) -> Self {
        Self { name: name.to_owned(), message: message.to_owned() }
    }

    /// Whether the phone's storage is full.
    #[must_use]
    pub fn is_quota(&self) -> bool {
        self.name == "QuotaExceededError"
    }

    /// Whether another tab has written since this one read.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.name == Self::STALE
    }

    /// Whether a value was found, and is not what was sealed: it stays so however often it is read.
    #[must_use]
    pub fn is_of_seal(&self) -> bool {
        self.name == "BadSeal" || self.name == "OperationError"
    }

    /// Whether the person or the system refused it.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.name == "NotAllowedError" || self.name == "SecurityError"
    }
}

impl From<JsValue> for Failure {
    fn from(value: JsValue) -> Self {
        if let Some(exception) = value.dyn_ref::<web_sys::DomException>() {
            return Self { name: exception.name(), message: exception.message() };
        }
        if let Some(error) = value.dyn_ref::<js_sys::Error>() {
            return Self { name: String::from(error.name()), message: String::from(error.message()) };
        }
        Self { name: "Error".to_owned(), message: value.as_string().unwrap_or_default() }
    }
}

//! The half of HQ that exists on the server only: the document around the app,
//! the request's session, cookies, and the way from a server function to the store.

mod bundle;
mod cookies;
pub mod document;
pub(crate) mod preferences;
pub(crate) mod session;

pub use bundle::Bundle;
pub use cookies::{Cookie, read_cookie};

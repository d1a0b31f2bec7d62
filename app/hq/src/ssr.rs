//! The half of HQ that exists on the server only: the document around the app,
//! the request's session, cookies, and the way from a server function to the store.

mod act;
pub mod answers;
mod bundle;
mod cookies;
pub mod csv;
pub(crate) mod decide;
pub mod document;
mod gate;
pub(crate) mod people;
pub(crate) mod preferences;
mod qr;
pub(crate) mod rows;
pub(crate) mod session;
pub(crate) mod tasks;

pub use bundle::Bundle;
pub use cookies::{Cookie, read_cookie};
pub use gate::{Caller, HqServer, Process, SignedIn, Work, page_context};
pub(crate) use gate::{Reading, caller, failed, reading};
pub use people::PASSWORD_MIN;

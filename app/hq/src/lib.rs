//! HQ: rendered on the server, hydrated in the browser, usable before the WASM arrives.
//!
//! Forms are real forms. Everything that a screen shows comes from a server
//! function of its area (`*/api.rs`); what those need to exist only on the
//! server lies in `ssr`, the one module behind that feature.

#![expect(
    unreachable_pub,
    reason = "what the macros of components and server functions make is `pub`, whatever is around it"
)]

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("`ssr` and `hydrate` exclude one another: build the server and the bundle in two cargo calls");

mod app;
mod board;
mod checklists;
mod context;
mod decisions;
mod error;
mod findings;
mod frame;
mod held;
mod keys;
mod labels;
mod loaded;
mod org;
mod parts;
pub mod paths;
mod people;
mod settings;
mod sign_in;
mod tasks;
mod visit;
mod visits;
mod words;

#[cfg(feature = "ssr")]
pub mod ssr;

pub use app::App;
pub use context::{PageContext, Person};
pub use error::HqError;

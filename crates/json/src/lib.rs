//! JSON for the types that phone and server share.
//!
//! On the server it is `serde_json`, for speed. In a bundle it is [`compact`],
//! which does the same in a fraction of the code: a phone downloads the reader of
//! every type once for each way in which a format may hand it over, and
//! `serde_json` has many. Tests hold the two against each other.

pub mod compact;
#[cfg(not(target_arch = "wasm32"))]
mod native;

#[cfg(target_arch = "wasm32")]
pub use compact::{Mismatch as Error, RawValue, from_slice, from_str, to_string};
#[cfg(not(target_arch = "wasm32"))]
pub use native::{Error, RawValue, from_slice, from_str, to_string};

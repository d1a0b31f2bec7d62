//! Settings: flag before environment before file before default.
//!
//! Everything can be said in all three ways under one name; a file with a name
//! that nobody knows is refused, or a typing mistake would go unnoticed.

mod file;
mod layer;
mod settings;

pub use layer::Layer;
pub use settings::{LogFormat, Row, Settings, Source};

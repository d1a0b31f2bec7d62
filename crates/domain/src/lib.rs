//! The nouns and rules of Mingcha.
//!
//! Pure: no I/O, no clock, no randomness. What can be wrong without a browser
//! or a database lives here and is tested here. The same code runs on the
//! phone, on the server, in the simulator and in `mingcha verify`.

pub mod assignment;
pub mod checklist;
pub mod evidence;
pub mod finding;
pub mod ids;
pub mod op;
pub mod org;
pub mod place;
pub mod role;
pub mod scoring;
pub mod sorted;
pub mod text;
pub mod time;
pub mod visit;

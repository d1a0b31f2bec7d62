//! What a phone keeps, sends and believes. Pure: no clock, no randomness, no I/O.
//!
//! The [`Engine`] holds the outbox, the cursor and the uploads of one phone in
//! memory. Every function that changes it gives back [`Change`]s; whoever
//! drives it puts them on the disk in one transaction *before* anybody is told,
//! and keeps the old engine if the disk refuses. After a kill [`Engine::load`]
//! goes on from the records alone.

mod backoff;
mod engine;
mod file;
mod merge;
mod op;
mod outcome;
mod record;

pub use backoff::Backoff;
pub use engine::{Cut, CutError, Engine, Freed, PushTaken, Reopen};
pub use file::{FileNote, FileState, UploadStep};
pub use merge::{absorb, draft_of};
pub use op::{OpRecord, OpState};
pub use outcome::Outcome;
pub use record::{Change, Head, Trouble};

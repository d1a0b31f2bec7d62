//! What a phone keeps, sends and believes. Pure: no clock, no randomness, no I/O.
//!
//! The [`Engine`] holds the outbox, the cursor and the uploads of one phone in
//! memory. Every function that changes it gives back [`Change`]s; whoever
//! drives it puts them on the disk in one transaction *before* anybody is told,
//! and keeps the old engine if the disk refuses. After a kill [`Engine::load`]
//! goes on from the records alone. [`TaskAtHand`] is what the phone has of a
//! task; a [`Pass`] says what to do next when there is a network.

mod backoff;
mod desk;
mod engine;
mod file;
mod merge;
mod op;
mod outcome;
mod pass;
mod record;
mod stage;
mod task;

pub use backoff::Backoff;
pub use desk::Fresh;
pub use engine::{Cut, CutError, Engine, Freed, PushTaken, Reopen};
pub use file::{FileNote, FileState, UploadStep};
pub use merge::{absorb, draft_of};
pub use op::{OpRecord, OpState};
pub use outcome::Outcome;
pub use pass::{End, Pass, Step};
pub use record::{Change, Head, Next, Trouble};
pub use stage::Stage;
pub use task::{HandedIn, TaskAtHand, merge, put_draft};

//! Whoever writes down what phones saw: a checker's history, a benchmark's clock.

use domain::{
    evidence::Sha256,
    ids::{JournalId, VisitId},
};
use protocol::{
    pull::Pulled,
    push::{Push, Pushed},
};
use sync::{Freed, OpRecord, Reopen};

/// What a phone did or saw, in its own order.
#[derive(Debug)]
pub enum Event<'a> {
    /// An op was cut; it lies on the phone's disk.
    Cut(&'a OpRecord),
    /// A push is about to be sent.
    Pushing(&'a Push),
    /// A push got no answer, or another status than 200: nobody knows yet what became of it.
    PushLost(Option<u16>),
    /// A push was answered.
    Pushed(&'a Pushed),
    /// An op has its last word, under a receipt that holds.
    Freed(&'a Freed),
    /// A receipt did not hold, and freed nothing.
    Doubtful,
    /// The server has hashed these bytes and has them.
    Stored {
        /// Whose.
        visit: VisitId,
        /// Which.
        sha256: Sha256,
        /// How many.
        size: u64,
    },
    /// A pull was answered; `None`: nothing new.
    Pulled(Option<&'a Pulled>),
    /// A new journal was begun, and why.
    Reopened(JournalId, Reopen),
}

/// Whoever writes it down. Called from many tasks at once.
pub trait Witness: Send + Sync {
    /// Phone `phone` did or saw this.
    fn saw(&self, phone: u64, event: &Event<'_>);
}

/// Writes nothing down.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Witness for Nobody {
    fn saw(&self, _phone: u64, _event: &Event<'_>) {}
}

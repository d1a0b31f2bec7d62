//! An op on its way, and what became of it.

use domain::{
    evidence::Sha256,
    ids::{AssignmentId, OpId},
    time::Moment,
};
use serde::{Deserialize, Serialize};

/// An op of the journal. Once it has its place it never changes but for its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpRecord {
    /// Its place in the journal.
    pub seq: i64,
    /// Which op.
    pub id: OpId,
    /// About which task.
    pub task: AssignmentId,
    /// What it asks, as `noun.verb@version`.
    pub kind: String,
    /// When it was cut, by the phone's clock.
    pub cut_at: Moment,
    /// The canonical body: what is sent, byte by byte.
    pub body: String,
    /// SHA-256 of the body.
    pub digest: Sha256,
    /// What became of it.
    pub state: OpState,
}

/// What became of an op.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpState {
    /// Not safe on the server yet, as far as this phone knows.
    Waiting,
    /// The server has it, with a receipt, since then. Kept for a while: a restored server may ask again.
    Safe {
        /// By the server's clock.
        at: Moment,
    },
    /// The server refused it: kept here.
    Refused,
}

impl OpRecord {
    /// Whether it is still to be sent.
    #[must_use]
    pub const fn waits(&self) -> bool {
        matches!(self.state, OpState::Waiting)
    }
}

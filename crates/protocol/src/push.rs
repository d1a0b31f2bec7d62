//! `POST /api/v1/sync/push`: ops go up, verdicts and a receipt come back.

use domain::{
    evidence::Sha256,
    ids::{AccountId, JournalId, OpId},
    op::{Envelope, Verdict},
    time::Moment,
};
use json::RawValue;
use serde::{Deserialize, Serialize};

use crate::receipt::{Head, PathStep};

/// The most ops that one push may carry.
pub const PUSH_MAX_OPS: usize = 200;
/// The most bytes that one push may have; 413 beyond it, and the client halves.
pub const PUSH_MAX_BYTES: usize = 8 * 1024 * 1024;

/// Ops of one journal, in order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Push {
    /// On whose behalf.
    pub account: AccountId,
    /// The journal. All ops are of this one.
    pub journal: JournalId,
    /// The head of the newest receipt that this journal has: shows the server whether it was restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<Head>,
    /// The ops, by ascending seq.
    pub ops: Vec<PushedOp>,
}

/// One op as it travels. The body stays as it was written: its digest is of its canonical form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushedOp {
    /// Who sent it, in which order.
    pub envelope: Envelope,
    /// What is to happen: a [`domain::op::OpBody`].
    pub body: Box<RawValue>,
}

/// What became of a push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushed {
    /// One answer for each op that was looked at.
    pub results: Vec<OpResult>,
    /// The seq that the server expects next of this journal.
    pub expect: i64,
    /// The heads that cover the results of this push, newest last.
    pub heads: Vec<Head>,
    /// The server's clock.
    pub server_time: Moment,
}

/// What became of one op.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpResult {
    /// Which op.
    pub op_id: OpId,
    /// Its seq in the journal.
    pub seq: i64,
    /// What became of it. For a duplicate see `first`.
    pub verdict: Verdict,
    /// The verdict that stands, where this one is `duplicate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Verdict>,
    /// The digest of the body as the server has it.
    pub digest: Sha256,
    /// Its place in the tenant's log.
    pub rev: i64,
    /// Which head covers it: [`Head::number`].
    pub batch: i64,
    /// The path from its leaf to that head's root.
    pub path: Vec<PathStep>,
}

//! The small records that an engine consists of, each under a key of its own.

use domain::{
    ids::{AssignmentId, JournalId, OpId},
    op::Verdict,
    time::Moment,
};
use protocol::receipt;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::Reopen;

/// A change of what lies on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Keeps this value.
    Put(String, Vec<u8>),
    /// Forgets it.
    Delete(String),
}

/// Where a phone stands towards the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The journal that it writes.
    pub journal: JournalId,
    /// The last place that was given to an op.
    pub last_seq: i64,
    /// The epoch of the server's store.
    pub epoch: u32,
    /// Where its pull goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The newest head of the server's log that it has a receipt under: its witness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<receipt::Head>,
    /// What the server's clock said last: by it what was kept long enough is let go of, whatever the phone's says.
    #[serde(default)]
    pub heard: Moment,
    /// The journal that it is about to write, and why: from then on nothing goes out in the old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
}

/// A journal that was asked for and is not open yet, as far as this phone knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Next {
    /// Its id, made here: asking twice opens it once.
    pub journal: JournalId,
    /// Why it is needed.
    pub why: Reopen,
}

/// An op that the server refused, or took without letting it take effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// Which op.
    pub op: OpId,
    /// About which task.
    pub task: AssignmentId,
    /// What was asked, as `noun.verb@version`.
    pub kind: String,
    /// What the server said.
    pub verdict: Verdict,
    /// When, by the server's clock.
    pub at: Moment,
}

/// The key of the one [`Head`].
pub(crate) const HEAD: &str = "sync/head";
/// Ops by their place in the journal.
pub(crate) const OPS: &str = "op/";
/// Files by their hash.
pub(crate) const FILES: &str = "upload/";
/// Troubles by their op.
pub(crate) const TROUBLES: &str = "trouble/";

/// Keeps `value` under `key`. Plain data always has JSON.
pub(crate) fn put(key: String, value: &impl Serialize) -> Change {
    Change::Put(key, json::to_string(value).into_bytes())
}

/// Reads a value; `None` if it is none of its kind.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    json::from_slice(bytes).ok()
}

/// The key of a place in the journal: in the order of bytes as in the order of numbers.
pub(crate) fn op_key(seq: i64) -> String {
    let digits = seq.to_string();
    let mut key = String::from(OPS);
    for _ in digits.len()..16 {
        key.push('0');
    }
    key.push_str(&digits);
    key
}

//! The lines of a history.

use serde::{Deserialize, Serialize};

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ev", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the table in the crate's documentation says what each is")]
pub enum Event {
    Cut {
        who: String,
        op: String,
        journal: String,
        seq: i64,
        digest: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        files: Vec<String>,
    },
    Reopened {
        who: String,
        journal: String,
        ops: Vec<Place>,
    },
    Sent {
        who: String,
        call: u64,
        journal: String,
        ops: Vec<Sent>,
    },
    Served {
        call: u64,
    },
    Answered {
        call: u64,
        outcome: Outcome,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        results: Vec<Result>,
    },
    Acted {
        who: String,
        op: String,
        digest: String,
        outcome: Outcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verdict: Option<Verdict>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rev: Option<i64>,
    },
    Freed {
        who: String,
        op: String,
    },
    Forgot {
        who: String,
        op: String,
    },
    Refused {
        who: String,
        op: String,
    },
    Died {
        who: String,
    },
    Stored {
        sha256: String,
        right: bool,
    },
    Complete {
        visit: String,
    },
    Read {
        who: String,
        from: i64,
        revs: Vec<i64>,
        to: i64,
    },
    Restored {
        rev: i64,
    },
    Log {
        rev: i64,
        op: String,
        digest: String,
        verdict: Verdict,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base: Option<u32>,
    },
    Place {
        journal: String,
        seq: i64,
        op: String,
        rev: i64,
    },
    Effect {
        op: String,
        times: u32,
    },
    Wrote {
        op: String,
        subject: String,
        value: String,
    },
    Shows {
        subject: String,
        value: String,
    },
    Evidence {
        visit: String,
        sha256: String,
        counted: bool,
        present: bool,
    },
    Visit {
        visit: String,
        expected: u32,
        verified: u32,
    },
    Device {
        who: String,
        state: String,
    },
    Server {
        who: String,
        state: String,
    },
    End,
}

/// Whether a request was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was, and here is what became of it.
    Ok,
    /// It surely was not.
    Fail,
    /// Nobody knows: no answer came.
    Unknown,
}

/// What became of an op.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It took effect.
    Applied,
    /// It was here before.
    Duplicate,
    /// It is kept and waits for HQ.
    Held,
    /// It can never be meant.
    Refused,
}

/// An op as it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Which.
    pub op: String,
    /// Its place in the journal.
    pub seq: i64,
    /// Of its body.
    pub digest: String,
}

/// An op and its place in a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Which.
    pub op: String,
    /// Its place.
    pub seq: i64,
}

/// What the server said about one op.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Result {
    /// Which.
    pub op: String,
    /// Its place in the journal.
    pub seq: i64,
    /// Of the body that the server has.
    pub digest: String,
    /// What became of it now.
    pub verdict: Verdict,
    /// What became of it when it first came, where it is a duplicate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Verdict>,
    /// Its place in the log.
    pub rev: i64,
}

impl Result {
    /// The verdict that stands.
    #[must_use]
    pub fn standing(&self) -> Verdict {
        self.first.unwrap_or(self.verdict)
    }
}

/// Reads a history.
///
/// # Errors
/// The first line that is none, with its number.
pub fn read(text: &str) -> std::result::Result<Vec<Event>, String> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(n, line)| serde_json::from_str(line).map_err(|error| format!("line {}: {error}", n + 1))).collect()
}

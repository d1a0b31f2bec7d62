//! Photos and memos on their way.

use domain::{
    evidence::{EvidenceRecord, Sha256, StoredBytes},
    ids::{AssignmentId, VisitId},
    time::Moment,
};
use mutants::{Mutant, planted};
use protocol::evidence::{CHUNK_BYTES, UploadState};
use serde::{Deserialize, Serialize};

use crate::Outcome;

/// How often the whole of a file may arrive with another hash before it is given up, and shown.
const SPOILED_MAX: u32 = 3;

/// A file that was handed in with a visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileNote {
    /// Its hash, by which it is stored.
    pub sha256: Sha256,
    /// Whose file.
    pub task: AssignmentId,
    /// How many bytes.
    pub size: u64,
    /// Where it stands.
    pub state: FileState,
    /// How often the whole arrived with another hash.
    #[serde(default)]
    pub spoiled: u32,
}

/// Where a file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// So many bytes are there, as far as this phone knows.
    Waiting {
        /// Bytes.
        sent: u64,
    },
    /// The server has hashed the whole and has it.
    Received {
        /// By the server's clock, as last heard.
        at: Moment,
    },
    /// It cannot be sent; the person sees it.
    Stuck,
}

/// What to do next with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadStep {
    /// Open the upload, or find out how far it is.
    Create,
    /// Send these bytes.
    Chunk {
        /// The first byte.
        from: u64,
        /// How many.
        len: u64,
    },
    /// Nothing.
    Done,
}

impl FileNote {
    /// A file as it is handed in.
    pub(crate) fn new(task: AssignmentId, bytes: &StoredBytes) -> Self {
        Self { sha256: bytes.sha256, task, size: bytes.size, state: FileState::Waiting { sent: 0 }, spoiled: 0 }
    }

    /// The visit that names it.
    #[must_use]
    pub fn visit(&self) -> VisitId {
        VisitId::of(self.task)
    }

    /// Whether it is still to be sent.
    #[must_use]
    pub const fn waits(&self) -> bool {
        matches!(self.state, FileState::Waiting { .. })
    }

    /// How many bytes are there.
    #[must_use]
    pub const fn sent(&self) -> u64 {
        match self.state {
            FileState::Waiting { sent } => sent,
            FileState::Received { .. } => self.size,
            FileState::Stuck => 0,
        }
    }

    /// The first step of a pass is always to ask: the server may have lost what it had, or have more.
    #[must_use]
    pub const fn next(&self, asked: bool) -> UploadStep {
        match self.state {
            FileState::Waiting { .. } if !asked => UploadStep::Create,
            FileState::Waiting { sent } => {
                let left = self.size.saturating_sub(sent);
                UploadStep::Chunk { from: sent, len: if left < CHUNK_BYTES { left } else { CHUNK_BYTES } }
            }
            FileState::Received { .. } | FileState::Stuck => UploadStep::Done,
        }
    }

    /// Takes what the server said about its state. Only `verified` makes it received: all bytes sent is not enough.
    pub(crate) fn heard(&mut self, state: UploadState, now: Moment) {
        if state.verified || (planted(Mutant::ReceivedWhenAllSent) && state.offset + CHUNK_BYTES >= self.size) {
            self.state = FileState::Received { at: now };
            return;
        }
        let FileState::Waiting { sent } = self.state else { return };
        // The whole went up and is gone: its hash was another one.
        if sent > 0 && state.offset == 0 && sent + CHUNK_BYTES >= self.size {
            self.spoiled += 1;
        }
        self.state = if self.spoiled >= SPOILED_MAX {
            FileState::Stuck
        } else {
            FileState::Waiting { sent: state.offset.min(self.size) }
        };
    }

    /// Takes an answer that was no state. `true`: go on with this file at once, from the beginning of a pass.
    pub(crate) const fn failed(&mut self, outcome: Outcome) -> bool {
        match outcome {
            Outcome::Offset | Outcome::Damaged => true,
            Outcome::Wrong | Outcome::TooLarge => {
                self.state = FileState::Stuck;
                false
            }
            _ => false,
        }
    }
}

/// The files that a document names, each once.
pub(crate) fn named(evidence: &[EvidenceRecord]) -> impl Iterator<Item = &StoredBytes> {
    evidence.iter().filter_map(|record| record.bytes.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(size: u64) -> FileNote {
        let bytes = StoredBytes { sha256: Sha256::of(b"x"), size, mime: "image/jpeg".into() };
        FileNote::new(AssignmentId(uuid::Uuid::nil()), &bytes)
    }

    fn at(offset: u64) -> UploadState {
        UploadState { offset, verified: false }
    }

    #[test]
    fn it_asks_first_and_goes_on_where_the_server_is() {
        let mut note = note(300_000);
        assert_eq!(note.next(false), UploadStep::Create);
        note.heard(at(131_072), Moment(1));
        assert_eq!(note.next(true), UploadStep::Chunk { from: 131_072, len: 131_072 });
        note.heard(at(262_144), Moment(1));
        assert_eq!(note.next(true), UploadStep::Chunk { from: 262_144, len: 300_000 - 262_144 });
        note.heard(at(300_000), Moment(1));
        assert!(note.waits(), "all bytes are not yet a received file");
        note.heard(UploadState { offset: 300_000, verified: true }, Moment(9));
        assert_eq!(note.state, FileState::Received { at: Moment(9) });
        assert_eq!(note.next(true), UploadStep::Done);
        note.heard(at(0), Moment(10));
        assert_eq!(note.sent(), 300_000, "what was received stays so");
    }

    #[test]
    fn what_arrives_spoiled_again_and_again_is_shown() {
        let mut note = note(1_000);
        for n in 1..=SPOILED_MAX {
            note.state = FileState::Waiting { sent: 1_000 };
            note.heard(at(0), Moment(1));
            assert_eq!(note.spoiled, n);
        }
        assert_eq!(note.state, FileState::Stuck);
        // A server that lost a half of a large file has not spoiled it.
        let mut large = note_large();
        large.heard(at(0), Moment(1));
        assert_eq!((large.spoiled, large.sent()), (0, 0));
    }

    fn note_large() -> FileNote {
        FileNote { state: FileState::Waiting { sent: 131_072 }, ..note(10_000_000) }
    }
}

//! Photos and memos on their way.

use domain::{
    evidence::{EvidenceRecord, Sha256, StoredBytes},
    ids::{AssignmentId, VisitId},
    time::Moment,
};
use mutants::{Mutant, planted};
use protocol::evidence::{CHUNK_BYTES, UploadState, last_of};
use serde::{Deserialize, Serialize};

use crate::Outcome;

/// A file that was handed in with a visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileNote {
    /// Its hash, by which it is stored.
    pub sha256: Sha256,
    /// Whose file; where several tasks name the same bytes, the one that it goes up for now, or went up for last.
    pub task: AssignmentId,
    /// How many bytes.
    pub size: u64,
    /// Where it stands.
    pub state: FileState,
    /// Whether a pull has named it among what counts for the visit of `task`. Until then only the answer to an upload says
    /// that the server has it, and a server that was put back does not know of that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counted: bool,
    /// Other tasks that name the same bytes, and for whose visits they are still to go up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<AssignmentId>,
    /// Other tasks that name the same bytes, and for whose visits the server has them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub had: Vec<AssignmentId>,
    /// Those of `had` of which no pull has said so yet. Once `task` counts, it is asked for one of them again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubted: Vec<AssignmentId>,
    /// A restored server has not been asked about it yet. Its rows may count bytes that its backup lacked; an upload looks.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unasked: bool,
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
        let state = FileState::Waiting { sent: 0 };
        let (also, had, doubted) = (Vec::new(), Vec::new(), Vec::new());
        Self { sha256: bytes.sha256, task, size: bytes.size, state, counted: false, also, had, doubted, unasked: false }
    }

    /// The same bytes are handed in by `task`: every visit gets them once.
    pub(crate) fn named_by(&mut self, task: AssignmentId) {
        let known = self.task == task || self.also.contains(&task) || self.had.contains(&task);
        if !known && !planted(Mutant::SendsEqualBytesOnce) {
            self.also.push(task);
            self.go_on();
        }
    }

    /// `task` does not hand it in after all; as of `now`. `false`: then nobody does, or did.
    pub(crate) fn unnamed_by(&mut self, task: AssignmentId, now: Moment) -> bool {
        self.also.retain(|also| *also != task);
        if self.task != task || matches!(self.state, FileState::Received { .. }) {
            return true;
        }
        if let Some(next) = self.also.pop() {
            (self.task, self.state, self.counted) = (next, FileState::Waiting { sent: 0 }, false);
        } else if let Some(had) = self.had.pop() {
            (self.task, self.state) = (had, FileState::Received { at: now });
            self.counted = !self.doubted.contains(&had);
            self.doubted.retain(|doubted| *doubted != had);
        } else {
            return false;
        }
        true
    }

    /// The server has it for `task`, as of `now`.
    pub(crate) fn arrived(&mut self, task: AssignmentId, now: Moment) {
        if self.task == task {
            if !matches!(self.state, FileState::Received { .. }) {
                self.state = FileState::Received { at: now };
            }
            self.go_on();
        } else if let Some(place) = self.also.iter().position(|also| *also == task) {
            self.had.push(self.also.swap_remove(place));
        }
    }

    /// It counts for `task`, as of `now`.
    pub(crate) fn counts(&mut self, task: AssignmentId, now: Moment) {
        if self.unasked && self.task == task && self.waits() {
            // Noted, and believed once an upload has looked: no pull may say so a second time.
            self.counted = true;
            return;
        }
        self.doubted.retain(|doubted| *doubted != task);
        self.counted |= self.task == task;
        self.arrived(task, now);
        if self.counted
            && let Some(next) = self.doubted.pop()
        {
            self.had.retain(|had| *had != next);
            self.had.push(std::mem::replace(&mut self.task, next));
            self.counted = false;
        }
    }

    /// The server does not have it for `task` any more, or never had.
    pub(crate) fn missed(&mut self, task: AssignmentId) {
        let received = matches!(self.state, FileState::Received { .. });
        if self.task == task && received {
            (self.state, self.counted) = (FileState::Waiting { sent: 0 }, false);
        } else if let Some(place) = self.had.iter().position(|had| *had == task) {
            self.also.push(self.had.swap_remove(place));
            self.doubted.retain(|doubted| *doubted != task);
            self.go_on();
        }
    }

    /// Everything again, for every task.
    pub(crate) fn again(&mut self) {
        self.also.append(&mut self.had);
        self.doubted.clear();
        (self.state, self.counted, self.unasked) = (FileState::Waiting { sent: 0 }, false, true);
    }

    /// Received for one task, and another waits: then it goes up for that one.
    fn go_on(&mut self) {
        if matches!(self.state, FileState::Received { .. })
            && let Some(next) = self.also.pop()
        {
            let left = std::mem::replace(&mut self.task, next);
            self.had.push(left);
            if !self.counted {
                self.doubted.push(left);
            }
            (self.state, self.counted) = (FileState::Waiting { sent: 0 }, false);
        }
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

    /// Whether the server said that it has it, and no pull has said so yet.
    #[must_use]
    pub const fn is_unsure(&self) -> bool {
        matches!(self.state, FileState::Received { .. }) && !self.counted
    }

    /// Whether the server does not have it for `task` yet.
    #[must_use]
    pub fn is_owed(&self, task: AssignmentId) -> bool {
        let received = matches!(self.state, FileState::Received { .. });
        (self.task == task && !received) || self.also.contains(&task)
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

    /// The first step of a pass is always to ask: the server may have lost what it had, or have more. A chunk has `chunk`
    /// bytes: see [`crate::Engine::chunk`]; the last takes along what is left over.
    #[must_use]
    pub const fn next(&self, asked: bool, chunk: u64) -> UploadStep {
        match self.state {
            FileState::Waiting { .. } if !asked => UploadStep::Create,
            FileState::Received { .. } if !asked && !self.counted => UploadStep::Create,
            FileState::Waiting { sent } => {
                let left = self.size.saturating_sub(sent);
                UploadStep::Chunk { from: sent, len: if left <= last_of(chunk) { left } else { chunk } }
            }
            FileState::Received { .. } | FileState::Stuck => UploadStep::Done,
        }
    }

    /// Takes what the server said about its state. Only `verified` makes it received: all bytes sent is not enough.
    pub(crate) fn heard(&mut self, state: UploadState, now: Moment) {
        self.unasked = false;
        self.counted &= state.verified || !self.waits();
        if state.verified || (planted(Mutant::ReceivedWhenAllSent) && state.offset + CHUNK_BYTES >= self.size) {
            self.arrived(self.task, now);
            return;
        }
        // A whole that arrived with another hash is gone again, and goes up anew: the bytes here are right, for whoever
        // sends them has hashed them ([`crate::Engine::bytes_are_lost`]), and a line that alters them will be mended.
        if self.waits() || self.is_unsure() {
            self.state = FileState::Waiting { sent: state.offset.min(self.size) };
        }
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
    use protocol::evidence::CHUNK_MOST;

    use super::*;

    fn note(size: u64) -> FileNote {
        let bytes = StoredBytes { sha256: Sha256::of(b"x"), size, mime: "image/jpeg".into() };
        FileNote::new(AssignmentId(uuid::Uuid::nil()), &bytes)
    }

    fn at(offset: u64) -> UploadState {
        UploadState { offset, verified: false }
    }

    #[test]
    fn bytes_that_two_visits_name_go_up_for_both() {
        let (first, second) = (AssignmentId(uuid::Uuid::nil()), AssignmentId(uuid::Uuid::from_u128(2)));
        let mut note = note(5);
        note.named_by(second);
        note.named_by(second);
        assert!(note.is_owed(first) && note.is_owed(second));
        note.heard(UploadState { offset: 5, verified: true }, Moment(1));
        assert!(!note.is_owed(first) && note.is_owed(second) && note.waits());
        assert_eq!((note.task, note.next(false, CHUNK_BYTES)), (second, UploadStep::Create));
        note.heard(UploadState { offset: 5, verified: true }, Moment(2));
        assert!(!note.is_owed(second) && !note.waits());
        // A restored server gets it for both again; what it has of one it says.
        note.again();
        note.arrived(first, Moment(3));
        assert!(!note.is_owed(first) && note.is_owed(second));
        note.heard(UploadState { offset: 5, verified: true }, Moment(4));
        note.missed(first);
        assert_eq!((note.task, note.waits()), (first, true));
    }

    /// A backup that lacked a photo was restored with rows that counted it: the first pull named it, and its phone let go of
    /// the last copy.
    #[test]
    fn what_a_restored_server_counts_is_believed_once_an_upload_has_looked() {
        let visit = AssignmentId(uuid::Uuid::nil());
        let verified = UploadState { offset: 5, verified: true };
        let mut note = note(5);
        note.heard(verified, Moment(1));
        note.counts(visit, Moment(2));
        note.again();
        note.counts(visit, Moment(3));
        assert!(note.waits(), "a pull alone");
        let mut there = note.clone();
        note.heard(at(0), Moment(4));
        assert!(note.waits() && !note.counted, "it is not there");
        note.heard(verified, Moment(5));
        note.counts(visit, Moment(6));
        assert!(!note.waits() && note.counted);
        // No pull names it twice where nothing changes: what the first said holds once the upload has looked.
        there.heard(verified, Moment(4));
        assert!(!there.waits() && !there.is_unsure());
    }

    /// Seed 202252 of the simulator: the server took a photo and was put back to before it; the next visit with the same
    /// photo was handed in before a pull had named it for the first, which was never asked about again.
    #[test]
    fn what_goes_on_to_another_visit_before_a_pull_has_named_it_is_asked_about_again() {
        let (first, second) = (AssignmentId(uuid::Uuid::nil()), AssignmentId(uuid::Uuid::from_u128(2)));
        let verified = UploadState { offset: 5, verified: true };
        let mut note = note(5);
        note.heard(verified, Moment(1));
        note.named_by(second);
        note.heard(verified, Moment(2));
        assert_eq!((note.task, note.is_unsure()), (second, true));
        note.counts(second, Moment(3));
        assert_eq!((note.task, note.is_unsure(), note.is_owed(second)), (first, true, false));
        note.heard(at(0), Moment(4));
        assert!(note.is_owed(first) && note.waits());
        note.heard(verified, Moment(5));
        note.counts(first, Moment(6));
        assert!(!note.is_unsure() && !note.is_owed(first) && !note.is_owed(second));
        // What a pull has named is not asked about, whoever names it next.
        let third = AssignmentId(uuid::Uuid::from_u128(3));
        note.named_by(third);
        note.heard(verified, Moment(7));
        note.counts(third, Moment(8));
        assert!(!note.is_unsure());
    }

    #[test]
    fn it_asks_first_and_goes_on_where_the_server_is() {
        let mut note = note(300_000);
        assert_eq!(note.next(false, CHUNK_BYTES), UploadStep::Create);
        note.heard(at(131_072), Moment(1));
        // What is left is more than a chunk and its quarter.
        assert_eq!(note.next(true, CHUNK_BYTES), UploadStep::Chunk { from: 131_072, len: 131_072 });
        assert_eq!(note.next(true, CHUNK_BYTES / 4), UploadStep::Chunk { from: 131_072, len: 32_768 });
        note.heard(at(300_000 - CHUNK_MOST), Moment(1));
        assert_eq!(note.next(true, CHUNK_BYTES), UploadStep::Chunk { from: 300_000 - CHUNK_MOST, len: CHUNK_MOST });
        note.heard(at(262_144), Moment(1));
        assert_eq!(note.next(true, CHUNK_BYTES), UploadStep::Chunk { from: 262_144, len: 300_000 - 262_144 });
        note.heard(at(300_000), Moment(1));
        assert!(note.waits(), "all bytes are not yet a received file");
        note.heard(UploadState { offset: 300_000, verified: true }, Moment(9));
        assert_eq!(note.state, FileState::Received { at: Moment(9) });
        assert_eq!(note.next(true, CHUNK_BYTES), UploadStep::Done);
        note.counts(note.task, Moment(10));
        note.heard(at(0), Moment(10));
        assert_eq!(note.sent(), 300_000, "what counts stays so");
    }

    /// Seed 23368 of the simulator: the server took a photo, was put back to before it and knew of nothing that was
    /// missing; its phone counted the photo as received for good.
    #[test]
    fn what_no_pull_has_named_is_asked_about_again() {
        let mut note = note(1_000);
        note.heard(UploadState { offset: 1_000, verified: true }, Moment(1));
        assert_eq!((note.is_unsure(), note.next(false, CHUNK_BYTES)), (true, UploadStep::Create));
        note.heard(UploadState { offset: 1_000, verified: true }, Moment(2));
        assert_eq!(note.state, FileState::Received { at: Moment(1) }, "it is let go of in time all the same");
        note.heard(at(0), Moment(3));
        assert_eq!(note.next(true, CHUNK_BYTES), UploadStep::Chunk { from: 0, len: 1_000 });
        note.heard(UploadState { offset: 1_000, verified: true }, Moment(4));
        note.counts(note.task, Moment(5));
        assert_eq!((note.is_unsure(), note.next(false, CHUNK_BYTES)), (false, UploadStep::Done));
    }

    /// It was given up after three times, though its bytes were whole: on a line that altered chunks and their checksums
    /// 16 photos of 320 never arrived.
    #[test]
    fn what_arrives_spoiled_again_and_again_is_sent_again() {
        let mut note = note(1_000);
        for _ in 0..20 {
            note.heard(at(900), Moment(1));
            assert!(note.failed(Outcome::Damaged));
            note.heard(at(0), Moment(1));
            assert_eq!(note.state, FileState::Waiting { sent: 0 });
        }
    }
}

//! Which file goes next, and what the server said about it. Text first: a file whose visit is not safe waits.

use domain::sorted::Set;

use domain::{evidence::Sha256, ids::AssignmentId};
use mutants::{Mutant, planted};
use protocol::evidence::{CHUNK_BYTES, UploadState};

use super::{Engine, file_key, put_file};
use crate::{FileNote, FileState, OpState, Outcome, record::Change};

/// The smallest chunk on the worst of lines: below it more requests cost more than the bytes of a broken one.
const CHUNK_LEAST: u64 = CHUNK_BYTES / 4;
/// How many chunks must go through before a larger one is tried.
const WENT_WELL: u32 = 8;

impl Engine {
    /// The most bytes that the next chunk has. What a line breaks off must go again: half of it where it broke, and twice
    /// as much when a while went well.
    #[must_use]
    pub const fn chunk(&self) -> u64 {
        self.chunk
    }

    /// No answer came to a chunk: the line broke with it. An answer that says no is none of that, nor is one that says
    /// that the chunk was damaged: a smaller one would be refused or damaged as well.
    pub const fn line_broke(&mut self) {
        (self.chunk, self.went) = (if self.chunk / 2 > CHUNK_LEAST { self.chunk / 2 } else { CHUNK_LEAST }, 0);
    }

    const fn chunk_went(&mut self) {
        self.went += 1;
        if self.went >= WENT_WELL && self.chunk < CHUNK_BYTES {
            (self.chunk, self.went) = (self.chunk * 2, 0);
        }
    }

    /// The next file to send but for those in `later`: one that is nearly there before one that is not begun.
    #[must_use]
    pub fn next_file(&self, later: &Set<Sha256>) -> Option<&FileNote> {
        self.files
            .values()
            .filter(|file| file.waits() && !later.contains(&file.sha256) && !self.waits_for(file.task))
            .max_by_key(|file| (file.sent(), std::cmp::Reverse(file.size), file.sha256))
    }

    /// The next file but for those in `later` that the server said it has and that no pull has named yet.
    #[must_use]
    pub fn next_unsure(&self, later: &Set<Sha256>) -> Option<&FileNote> {
        // Each of these faults would be mended here: they are that nobody looks a second time.
        if planted(Mutant::ReceivedWhenAllSent) || planted(Mutant::ForgetsPhotosAfterEpoch) {
            return None;
        }
        self.files.values().find(|file| file.is_unsure() && !later.contains(&file.sha256) && !self.waits_for(file.task))
    }

    /// One file.
    #[must_use]
    pub fn file(&self, sha256: Sha256) -> Option<&FileNote> {
        self.files.get(&sha256)
    }

    /// Takes what the server said about a file.
    #[must_use]
    pub fn uploaded(&mut self, sha256: Sha256, state: UploadState) -> Vec<Change> {
        let now = self.head.heard;
        if self.file(sha256).is_some_and(|file| state.offset > file.sent()) {
            self.chunk_went();
        }
        self.change(sha256, |file| file.heard(state, now))
    }

    /// Takes an answer that was no state. `true`: ask about this file again at once.
    #[must_use]
    pub fn upload_failed(&mut self, sha256: Sha256, outcome: Outcome) -> (bool, Vec<Change>) {
        let mut again = false;
        let changes = self.change(sha256, |file| again = file.failed(outcome));
        (again, changes)
    }

    /// Its bytes are not on this phone any more, or are not those that were named: nobody waits for what cannot come.
    #[must_use]
    pub fn bytes_are_lost(&mut self, sha256: Sha256) -> Vec<Change> {
        self.change(sha256, |file| file.state = FileState::Stuck)
    }

    /// What HQ counts as verified is here, whoever sent it.
    #[must_use]
    pub fn verified(&mut self, task: AssignmentId, hashes: &[Sha256]) -> Vec<Change> {
        let now = self.head.heard;
        hashes.iter().flat_map(|sha256| self.change(*sha256, |file| file.counts(task, now))).collect()
    }

    /// What this phone counts as received and a pull of its visit does not name: asked about again. Mostly the server is
    /// still counting; now and then it was put back to before the bytes came.
    #[must_use]
    pub fn doubted(&mut self, task: AssignmentId, hashes: &[Sha256]) -> Vec<Change> {
        // As in [`Engine::next_unsure`].
        if planted(Mutant::ReceivedWhenAllSent) || planted(Mutant::ForgetsPhotosAfterEpoch) {
            return Vec::new();
        }
        let doubted: Vec<Sha256> = self.files.keys().filter(|sha256| !hashes.contains(sha256)).copied().collect();
        doubted.into_iter().flat_map(|sha256| self.change(sha256, |file| file.missed(task))).collect()
    }

    /// An op about `task` was refused: files of it that no other op names are not to go up, for the server takes none that
    /// nobody handed in. Whoever hands in again names them again.
    pub(super) fn unname(&mut self, task: AssignmentId) -> Vec<Change> {
        let now = self.head.heard;
        let owed: Vec<Sha256> = self.files.values().filter(|file| file.is_owed(task)).map(|file| file.sha256).collect();
        let named = |sha256: &Sha256| {
            let name = sha256.to_string();
            self.ops.values().any(|op| op.task == task && op.state != OpState::Refused && op.body.contains(&name))
        };
        let unnamed: Vec<Sha256> = owed.into_iter().filter(|sha256| !named(sha256)).collect();
        let mut changes = Vec::new();
        for sha256 in unnamed {
            let Some(file) = self.files.get_mut(&sha256) else { continue };
            changes.push(if file.unnamed_by(task, now) {
                put_file(file)
            } else {
                self.files.remove(&sha256);
                Change::Delete(file_key(sha256))
            });
        }
        changes
    }

    fn change(&mut self, sha256: Sha256, with: impl FnOnce(&mut FileNote)) -> Vec<Change> {
        let Some(file) = self.files.get_mut(&sha256) else { return Vec::new() };
        let before = file.clone();
        with(file);
        if *file == before { Vec::new() } else { vec![put_file(file)] }
    }
}

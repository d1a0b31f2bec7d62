//! Which file goes next, and what the server said about it. Text first: a file whose visit is not safe waits.

use std::collections::BTreeSet;

use domain::{evidence::Sha256, ids::AssignmentId};
use mutants::{Mutant, planted};
use protocol::evidence::UploadState;

use super::{Engine, put_file};
use crate::{FileNote, FileState, Outcome, record::Change};

impl Engine {
    /// The next file to send but for those in `later`: one that is nearly there before one that is not begun.
    #[must_use]
    pub fn next_file(&self, later: &BTreeSet<Sha256>) -> Option<&FileNote> {
        self.files
            .values()
            .filter(|file| file.waits() && !later.contains(&file.sha256) && !self.waits_for(file.task))
            .max_by_key(|file| (file.sent(), std::cmp::Reverse(file.size), file.sha256))
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
        self.change(sha256, |file| file.heard(state, now))
    }

    /// Takes an answer that was no state. `true`: ask about this file again at once.
    #[must_use]
    pub fn upload_failed(&mut self, sha256: Sha256, outcome: Outcome) -> (bool, Vec<Change>) {
        let mut again = false;
        let changes = self.change(sha256, |file| again = file.failed(outcome));
        (again, changes)
    }

    /// Its bytes are not on this phone any more: nobody waits for what cannot come.
    #[must_use]
    pub fn bytes_are_lost(&mut self, sha256: Sha256) -> Vec<Change> {
        self.change(sha256, |file| file.state = FileState::Stuck)
    }

    /// What HQ counts as verified is here, whoever sent it.
    #[must_use]
    pub fn verified(&mut self, task: AssignmentId, hashes: &[Sha256]) -> Vec<Change> {
        let now = self.head.heard;
        let mut changes = Vec::new();
        for sha256 in hashes {
            if self.files.get(sha256).is_some_and(|file| file.task == task) {
                changes.extend(self.change(*sha256, |file| {
                    if !matches!(file.state, FileState::Received { .. }) {
                        file.state = FileState::Received { at: now };
                    }
                }));
            }
        }
        changes
    }

    /// What this phone counts as received and a pull of its visit does not name: asked about again. Mostly the server is
    /// still counting; now and then it was put back to before the bytes came.
    #[must_use]
    pub(crate) fn doubted(&mut self, task: AssignmentId, hashes: &[Sha256]) -> Vec<Change> {
        // Each of these faults would be mended here: they are that nobody looks a second time.
        if planted(Mutant::ReceivedWhenAllSent) || planted(Mutant::ForgetsPhotosAfterEpoch) {
            return Vec::new();
        }
        let received = |file: &&FileNote| file.task == task && matches!(file.state, FileState::Received { .. });
        let doubted: Vec<Sha256> = self.files.values().filter(received).map(|file| file.sha256).collect();
        let doubted = doubted.into_iter().filter(|sha256| !hashes.contains(sha256));
        doubted.flat_map(|sha256| self.change(sha256, |file| file.state = FileState::Waiting { sent: 0 })).collect()
    }

    fn change(&mut self, sha256: Sha256, with: impl FnOnce(&mut FileNote)) -> Vec<Change> {
        let Some(file) = self.files.get_mut(&sha256) else { return Vec::new() };
        let before = file.clone();
        with(file);
        if *file == before { Vec::new() } else { vec![put_file(file)] }
    }
}

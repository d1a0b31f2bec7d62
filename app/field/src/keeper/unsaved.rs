//! Edits that are in memory and not on the disk yet.
//!
//! The screen says 已存本机 only while there are none. Whoever writes a draft, for
//! whatever reason, writes all edits of it that are in memory: so it also writes
//! the bytes that those edits name, or a kill would leave a photo without its bytes.

use std::cell::{Cell, RefCell};

use device::vault::Change;
use domain::{ids::AssignmentId, visit::EditRecord};
use js_sys::Uint8Array;

/// One edit.
#[derive(Clone)]
pub(super) struct Edited {
    /// Its number.
    n: u64,
    /// Of which task.
    pub(super) task: AssignmentId,
    /// What was changed.
    pub(super) record: EditRecord,
    /// The bytes that it names.
    file: Option<(String, Uint8Array)>,
    /// The disk refused it once.
    failed: bool,
}

/// All of them, in their order.
#[derive(Default)]
pub(super) struct Unsaved {
    edits: RefCell<Vec<Edited>>,
    last: Cell<u64>,
}

impl Unsaved {
    /// Notes an edit; gives its number.
    pub(super) fn add(&self, task: AssignmentId, record: EditRecord, file: Option<(String, Uint8Array)>) -> u64 {
        let n = self.last.get() + 1;
        self.last.set(n);
        self.edits.borrow_mut().push(Edited { n, task, record, file, failed: false });
        n
    }

    /// The edit with this number, unless it is on the disk by now.
    pub(super) fn get(&self, n: u64) -> Option<Edited> {
        self.edits.borrow().iter().find(|edit| edit.n == n).cloned()
    }

    /// The bytes with this hash, if they are on their way to the disk.
    pub(super) fn file(&self, sha256: &str) -> Option<Uint8Array> {
        let edits = self.edits.borrow();
        edits.iter().filter_map(|edit| edit.file.as_ref()).find(|file| file.0 == sha256).map(|file| file.1.clone())
    }

    /// All of them, to be done again upon what another tab has written.
    pub(super) fn all(&self) -> Vec<Edited> {
        self.edits.borrow().clone()
    }

    /// Adds to a commit the bytes of every edit whose draft it writes; gives the numbers of those edits.
    pub(super) fn carry(&self, changes: &mut Vec<Change>) -> Vec<u64> {
        let drafts: Vec<String> = changes
            .iter()
            .filter_map(|change| match change {
                Change::Put(key, _) => sync::TaskAtHand::draft_of_key(key).map(str::to_owned),
                _ => None,
            })
            .collect();
        let edits = self.edits.borrow();
        let mut carried = Vec::new();
        for edit in edits.iter().filter(|edit| drafts.contains(&edit.task.to_string())) {
            carried.push(edit.n);
            changes.extend(edit.file.clone().map(|(sha256, bytes)| Change::PutFile(sha256, bytes)));
        }
        carried
    }

    /// These are on the disk.
    pub(super) fn saved(&self, carried: &[u64]) {
        self.edits.borrow_mut().retain(|edit| !carried.contains(&edit.n));
    }

    /// The disk refused these.
    pub(super) fn refused(&self, carried: &[u64]) {
        for edit in self.edits.borrow_mut().iter_mut().filter(|edit| carried.contains(&edit.n)) {
            edit.failed = true;
        }
    }

    /// The tasks with edits that the disk has refused.
    pub(super) fn failed(&self) -> Vec<u64> {
        self.edits.borrow().iter().filter(|edit| edit.failed).map(|edit| edit.n).collect()
    }

    /// The hashes of the bytes that are on their way to the disk.
    pub(super) fn files(&self) -> Vec<String> {
        self.edits.borrow().iter().filter_map(|edit| edit.file.as_ref()).map(|(sha256, _)| sha256.clone()).collect()
    }

    /// Whether every edit is on the disk.
    pub(super) fn is_empty(&self) -> bool {
        self.edits.borrow().is_empty()
    }
}

impl Edited {
    /// Whether it names bytes: then it is taken back where the disk has no room for them.
    pub(super) const fn has_file(&self) -> bool {
        self.file.is_some()
    }
}

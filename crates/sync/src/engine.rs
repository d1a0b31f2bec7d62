//! One phone towards the server: its outbox, its cursor, its uploads.

mod cut;
mod pull;
mod push;
mod upload;

pub use cut::{Cut, CutError};
pub use push::{Freed, PushTaken};

use domain::sorted::{Map, Set};

use domain::{
    evidence::Sha256,
    ids::{AssignmentId, JournalId, OpId},
    time::{DAY_MS, Moment},
};

use mutants::{Mutant, planted};
use protocol::evidence::CHUNK_BYTES;
use serde::{Deserialize, Serialize};

use crate::{
    FileNote, FileState, OpRecord, OpState, TaskAtHand, file,
    record::{Change, FILES, HEAD, Head, Next, OPS, TROUBLES, Trouble, op_key, put, read},
};

/// How long ops and photos stay after the server has them: a restored server asks for them again.
const KEPT_MS: i64 = 30 * DAY_MS;

/// Why a new journal is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reopen {
    /// The server's store was restored.
    Epoch(u32),
    /// The server knows less of this journal than it has confirmed.
    Behind,
}

/// One phone towards the server. Cheap enough to copy: change the copy, write, then put it in the old one's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    head: Head,
    ops: Map<i64, OpRecord>,
    files: Map<Sha256, FileNote>,
    troubles: Map<OpId, Trouble>,
    /// The most ops that the next push takes: halved where the server finds it too large.
    most: usize,
    /// The most bytes that the next chunk of a file takes: halved where the line breaks.
    chunk: u64,
    /// How many chunks went through since it broke, or since there was one size more.
    went: u32,
}

impl Engine {
    /// An engine for somebody who has just signed in, with the records that it begins with.
    #[must_use]
    pub fn begin(journal: JournalId, epoch: u32) -> (Self, Vec<Change>) {
        let head = Head { journal, last_seq: 0, epoch, cursor: None, newest: None, heard: Moment(0), next: None };
        let engine = Self::of(head, Map::new(), Map::new(), Map::new());
        let changes = vec![engine.put_head()];
        (engine, changes)
    }

    /// The key prefixes of every record that [`Engine::load`] wants to see.
    #[must_use]
    pub const fn prefixes() -> [&'static str; 4] {
        [HEAD, OPS, FILES, TROUBLES]
    }

    /// The engine of what lies on the disk. `None`: nobody has signed in here.
    ///
    /// A record that cannot be read is passed over here and stays on the disk.
    #[must_use]
    pub fn load<'a>(records: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Option<Self> {
        let mut head = None;
        let (mut ops, mut files, mut troubles) = (Map::new(), Map::new(), Map::new());
        for (key, bytes) in records {
            if key == HEAD {
                head = read::<Head>(bytes);
            } else if key.starts_with(OPS) {
                ops.extend(read::<OpRecord>(bytes).map(|op| (op.seq, op)));
            } else if key.starts_with(FILES) {
                files.extend(read::<FileNote>(bytes).map(|file| (file.sha256, file)));
            } else if key.starts_with(TROUBLES) {
                troubles.extend(read::<Trouble>(bytes).map(|trouble| (trouble.op, trouble)));
            }
        }
        let mut head = head?;
        // The head and an op are written together; were they not, no place is given twice.
        head.last_seq = head.last_seq.max(ops.keys().next_back().copied().unwrap_or(0));
        Some(Self::of(head, ops, files, troubles))
    }

    fn of(head: Head, ops: Map<i64, OpRecord>, files: Map<Sha256, FileNote>, troubles: Map<OpId, Trouble>) -> Self {
        Self { head, ops, files, troubles, most: push::MOST, chunk: CHUNK_BYTES, went: 0 }
    }

    /// The journal that this phone writes.
    #[must_use]
    pub const fn journal(&self) -> JournalId {
        self.head.journal
    }

    /// The epoch of the server's store, as last known.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.head.epoch
    }

    /// Where the pull goes on.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.head.cursor.as_deref()
    }

    /// Ops that are not safe on the server yet, in order.
    pub fn waiting(&self) -> impl Iterator<Item = &OpRecord> {
        self.ops.values().filter(|op| op.waits())
    }

    /// Whether an op of `task` is not answered yet.
    #[must_use]
    pub fn waits_for(&self, task: AssignmentId) -> bool {
        self.waiting().any(|op| op.task == task)
    }

    /// How many ops of `task` are not answered yet.
    #[must_use]
    pub fn unsent(&self, task: AssignmentId) -> u32 {
        self.waiting().filter(|op| op.task == task).count() as u32
    }

    /// Whether an op of `task` was cut whose kind begins so.
    #[must_use]
    pub fn has_cut(&self, task: AssignmentId, kind: &str) -> bool {
        self.ops.values().any(|op| op.task == task && op.kind.starts_with(kind))
    }

    /// Every file that was handed in and is still known.
    pub fn files(&self) -> impl Iterator<Item = &FileNote> {
        self.files.values()
    }

    /// What was refused or is held.
    pub fn troubles(&self) -> impl Iterator<Item = &Trouble> {
        self.troubles.values()
    }

    /// The ops that the server has, and that are kept in case it loses them.
    pub fn safe(&self) -> impl Iterator<Item = &OpRecord> {
        self.ops.values().filter(|op| matches!(op.state, OpState::Safe { .. }))
    }

    /// The ops that the server refused, as they were cut.
    pub fn refused(&self) -> impl Iterator<Item = &OpRecord> {
        self.ops.values().filter(|op| op.state == OpState::Refused)
    }

    /// The journal that is to be opened, and why: once one is, nothing goes out in the old one any more.
    #[must_use]
    pub const fn reopening(&self) -> Option<Next> {
        self.head.next
    }

    /// Decides to open a new journal, `fresh` unless one was decided on before. It is asked for once this is on the disk.
    #[must_use]
    pub fn will_reopen(&mut self, why: Reopen, fresh: JournalId) -> (JournalId, Vec<Change>) {
        let journal = self.head.next.map_or(fresh, |next| next.journal);
        let next = Some(Next { journal, why });
        if self.head.next == next {
            return (journal, Vec::new());
        }
        self.head.next = next;
        (journal, vec![self.put_head()])
    }

    /// Begins a new journal: everything that this phone still has is offered again, under its old ids.
    #[must_use]
    pub fn reopen(&mut self, journal: JournalId, epoch: u32) -> Vec<Change> {
        if planted(Mutant::CountsOnInOldJournal) {
            (self.head.epoch, self.head.cursor) = (epoch, None);
            return vec![self.put_head()];
        }
        let mut changes: Vec<Change> = self.ops.keys().map(|seq| Change::Delete(op_key(*seq))).collect();
        let ops = std::mem::take(&mut self.ops);
        let mut seq = 0;
        for (old, mut op) in ops {
            if op.state == OpState::Refused {
                // It stays as it was, out of the way of the places that are given anew.
                op.seq = -old.abs();
            } else {
                seq += 1;
                op.seq = seq;
                op.state = OpState::Waiting;
            }
            changes.push(put(op_key(op.seq), &op));
            self.ops.insert(op.seq, op);
        }
        let kept = |file: &&mut FileNote| file.state != FileState::Stuck && !planted(Mutant::ForgetsPhotosAfterEpoch);
        for file in self.files.values_mut().filter(kept) {
            file.again();
            changes.push(put_file(file));
        }
        // A server that has not left the epoch of this head behind has not heard yet that it was restored, and may hear it
        // from this phone alone: it had to sign in, for its session went with the restore, and its journal, too.
        let newest = self.head.newest.take().filter(|head| head.epoch >= epoch);
        self.head = Head { journal, last_seq: seq, epoch, cursor: None, newest, heard: self.head.heard, next: None };
        changes.push(self.put_head());
        changes
    }

    /// Every record of it, for a store that has lost them.
    #[must_use]
    pub fn records(&self) -> Vec<Change> {
        let mut records = vec![self.put_head()];
        records.extend(self.ops.values().map(|op| put(op_key(op.seq), op)));
        records.extend(self.files.values().map(put_file));
        records.extend(self.troubles.values().map(|trouble| put(trouble_key(trouble.op), trouble)));
        records
    }

    /// The last place that was given to an op.
    #[must_use]
    pub const fn last_seq(&self) -> i64 {
        self.head.last_seq
    }

    /// Forgets what the server has had for long enough; also the files whose bytes can go. What a draft names that is
    /// still written (or written again) stays: it is handed in once more, and shown until then.
    #[must_use]
    pub fn prune<'a>(&mut self, rows: impl IntoIterator<Item = &'a TaskAtHand>) -> (Vec<Change>, Vec<Sha256>) {
        let now = self.head.heard;
        let drafts = rows.into_iter().filter_map(|row| row.draft.as_ref().filter(|_| row.stage(false).can_write()));
        let named: Set<Sha256> =
            drafts.flat_map(|draft| file::named(&draft.evidence)).map(|bytes| bytes.sha256).collect();
        let old = |at: Moment| now.since(at) > KEPT_MS;
        let ops: Vec<i64> = self
            .ops
            .values()
            .filter(|op| matches!(op.state, OpState::Safe { at } if old(at)))
            .map(|op| op.seq)
            .collect();
        let files: Vec<Sha256> = self
            .files
            .values()
            .filter(|file| matches!(file.state, FileState::Received { at } if old(at)))
            .map(|file| file.sha256)
            .filter(|sha256| !named.contains(sha256))
            .collect();
        let mut changes = Vec::new();
        for seq in ops {
            self.ops.remove(&seq);
            changes.push(Change::Delete(op_key(seq)));
        }
        for sha256 in &files {
            self.files.remove(sha256);
            changes.push(Change::Delete(file_key(*sha256)));
        }
        (changes, files)
    }

    fn put_head(&self) -> Change {
        put(HEAD.to_owned(), &self.head)
    }
}

fn put_file(file: &FileNote) -> Change {
    put(file_key(file.sha256), file)
}

fn file_key(sha256: Sha256) -> String {
    let mut key = FILES.to_owned();
    key.push_str(&sha256.to_string());
    key
}

fn trouble_key(op: OpId) -> String {
    let mut key = TROUBLES.to_owned();
    key.push_str(&op.to_string());
    key
}

//! Sending ops, and what the answer frees.

use domain::{
    evidence::Sha256,
    ids::{AccountId, AssignmentId},
    op::{Envelope, Verdict},
    time::Moment,
};
use json::RawValue;
use mutants::{Mutant, planted};
use protocol::{
    push::{OpResult, Push, Pushed, PushedOp},
    receipt::{Head, climb, leaf},
};

use super::{Engine, Reopen, trouble_key};
use crate::{
    OpRecord, OpState,
    record::{Change, Trouble, op_key, put},
};

/// The most ops of one push.
pub(super) const MOST: usize = 50;
/// About how many bytes of bodies one push has at most: on a bad line something must get through.
const BYTES: usize = 512 * 1024;

/// An op about which the server has said its last word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freed {
    /// About which task.
    pub task: AssignmentId,
    /// What was asked.
    pub kind: String,
    /// What the server said.
    pub verdict: Verdict,
    /// Of the body, as the server signed it.
    pub digest: Sha256,
    /// When, by the server's clock.
    pub at: Moment,
}

/// What the answer to a push came to.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PushTaken {
    /// What to write.
    pub changes: Vec<Change>,
    /// The ops that are answered now.
    pub freed: Vec<Freed>,
    /// A receipt did not fit, and freed nothing.
    pub doubtful: bool,
    /// A new journal is needed before anything goes on.
    pub reopen: Option<Reopen>,
}

impl Engine {
    /// The next push on behalf of `account`, with the witness; `None`: nothing waits.
    #[must_use]
    pub fn next_push(&self, account: AccountId) -> Option<Push> {
        let mut ops = Vec::new();
        let mut bytes = 0;
        let mut waiting: Vec<&OpRecord> = self.waiting().collect();
        if planted(Mutant::SendsInClockOrder) {
            waiting.sort_by_key(|op| op.cut_at);
        }
        for op in waiting {
            bytes += op.body.len();
            if !ops.is_empty() && (ops.len() >= self.most || bytes > BYTES * self.most / MOST) {
                break;
            }
            let envelope = Envelope { op_id: op.id, journal: self.head.journal, seq: op.seq, device_time: op.cut_at };
            // The body was made as JSON, and checked when it was read.
            let Ok(body) = RawValue::from_string(op.body.clone()) else { continue };
            ops.push(PushedOp { envelope, body });
        }
        (!ops.is_empty()).then(|| Push { account, journal: self.head.journal, newest: self.head.newest.clone(), ops })
    }

    /// A push of nothing that shows the newest head: a restored server learns from it that it was. `None`: no head yet.
    #[must_use]
    pub fn witness(&self, account: AccountId) -> Option<Push> {
        let newest = self.head.newest.clone()?;
        Some(Push { account, journal: self.head.journal, newest: Some(newest), ops: Vec::new() })
    }

    /// The server found it too large, or the line was too slow for it: the next is half of it, in ops and in bytes.
    /// `false`: it was one op alone.
    pub const fn halve(&mut self, sent: usize) -> bool {
        self.most = if sent > 1 { sent / 2 } else { 1 };
        sent > 1
    }

    /// Takes the answer to a push: frees what the server has safe, and nothing else.
    #[must_use]
    pub fn pushed(&mut self, pushed: &Pushed) -> PushTaken {
        let mut taken = PushTaken::default();
        for result in &pushed.results {
            let Some(op) = self.ops.get(&result.seq).filter(|op| op.id == result.op_id && op.waits()) else {
                continue;
            };
            if !holds(op, result, pushed) {
                taken.doubtful = true;
                continue;
            }
            self.answered(result, pushed.server_time, &mut taken);
        }
        if planted(Mutant::FreesWithoutReceipt) {
            let at = pushed.server_time;
            for op in self.ops.values_mut().filter(|op| op.waits()) {
                op.state = OpState::Safe { at };
                taken.changes.push(put(op_key(op.seq), op));
            }
        }
        self.head.heard = pushed.server_time;
        // What the phone believes is not what became of it: everything that concerns it is asked for anew.
        let other = taken.freed.iter().any(|freed| !matches!(freed.verdict, Verdict::Applied));
        if other {
            self.head.cursor = None;
        }
        let newest = self.head.newest.as_ref().map(|newest| (newest.epoch, newest.number));
        // A batch that was written just now is the last of its log: a head beyond it is of a log that was cut off, and a
        // server that was shown it and began no epoch does not know the key that signed it.
        let written = pushed.results.iter().filter(|result| !matches!(result.verdict, Verdict::Duplicate));
        let last = written.map(|result| result.batch).max();
        let newer = |head: &&Head| newest < Some((head.epoch, head.number)) || last == Some(head.number);
        let newer = pushed.heads.last().filter(|_| !taken.doubtful).filter(newer);
        if let Some(head) = newer {
            self.head.newest = Some(head.clone());
        }
        if other || newer.is_some() {
            taken.changes.push(self.put_head());
        }
        if !taken.freed.is_empty() {
            self.most = (self.most * 2).min(MOST);
        }
        taken.reopen = self.must_reopen(pushed);
        taken
    }

    fn answered(&mut self, result: &OpResult, at: Moment, taken: &mut PushTaken) {
        let Some(op) = self.ops.get_mut(&result.seq) else { return };
        let verdict = result.first.as_ref().unwrap_or(&result.verdict).clone();
        op.state = if verdict.is_safe() { OpState::Safe { at } } else { OpState::Refused };
        taken.changes.push(put(op_key(op.seq), op));
        let (task, refused) = (op.task, op.state == OpState::Refused);
        if refused {
            taken.changes.extend(self.unname(task));
        }
        let Some(op) = self.ops.get(&result.seq) else { return };
        if matches!(verdict, Verdict::Held { .. } | Verdict::Refused { .. }) {
            let trouble = Trouble { op: op.id, task: op.task, kind: op.kind.clone(), verdict: verdict.clone(), at };
            taken.changes.push(put(trouble_key(op.id), &trouble));
            self.troubles.insert(op.id, trouble);
        }
        taken.freed.push(Freed { task: op.task, kind: op.kind.clone(), verdict, digest: result.digest, at });
    }

    /// A server that expects less than it has confirmed has lost it; one whose log lies in a later epoch says so.
    /// A head of an earlier one is that of an op which survived the restore.
    fn must_reopen(&self, pushed: &Pushed) -> Option<Reopen> {
        if let Some(head) = pushed.heads.iter().find(|head| head.epoch > self.head.epoch) {
            return Some(Reopen::Epoch(head.epoch));
        }
        let first = self.waiting().map(|op| op.seq).next().unwrap_or(self.head.last_seq + 1);
        (pushed.expect < first).then_some(Reopen::Behind)
    }

    /// Forgets what was said about a trouble: the person has seen it.
    #[must_use]
    pub fn forget_trouble(&mut self, op: domain::ids::OpId) -> Vec<Change> {
        self.troubles.remove(&op).map(|trouble| Change::Delete(trouble_key(trouble.op))).into_iter().collect()
    }
}

/// Whether the receipt is about this very body, and leads to a head that came along.
fn holds(op: &OpRecord, result: &OpResult, pushed: &Pushed) -> bool {
    let verdict = result.first.as_ref().unwrap_or(&result.verdict);
    // A second body under one id is answered under the first body's digest.
    result.digest == op.digest
        && !matches!(verdict, Verdict::Duplicate)
        && pushed.heads.iter().any(|head| {
            head.number == result.batch && head.root == climb(leaf(result.digest, verdict, result.rev), &result.path)
        })
}

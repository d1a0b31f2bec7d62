//! Cutting an op: it gets its place, and nothing of it changes any more.

use domain::{
    ids::{AliasId, AssignmentId, OpId, VisitId},
    op::{DecodeError, Op, Payload, Salt},
    time::Moment,
};

use super::{Engine, put_file};
use crate::{
    FileNote, OpRecord, OpState,
    file::named,
    record::{Change, op_key, put},
};

/// What is to be cut.
#[derive(Clone, Debug)]
pub struct Cut {
    /// A fresh id.
    pub id: OpId,
    /// Fresh randomness.
    pub salt: Salt,
    /// By the phone's clock.
    pub now: Moment,
    /// About which task.
    pub task: AssignmentId,
    /// The revision that the supervisor saw: the draft's base, or the task's revision.
    pub base: u32,
    /// What is to happen.
    pub payload: Payload,
}

/// Why nothing was cut.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CutError {
    /// A text holds what cannot be kept.
    #[error("{0}")]
    Text(#[from] DecodeError),
    /// HQ's business, never a phone's.
    #[error("not a supervisor's op")]
    NotOurs,
}

impl Engine {
    /// Cuts an op, and names the files that it hands in.
    ///
    /// # Errors
    /// [`CutError`]; nothing was changed.
    pub fn cut(&mut self, cut: Cut) -> Result<Vec<Change>, CutError> {
        let subject = match &cut.payload {
            Payload::AssignmentAccept(_) | Payload::AssignmentDecline(_) => cut.task.0,
            Payload::VisitArrive(_) | Payload::VisitLeave(_) | Payload::VisitSubmit(_) | Payload::VisitTakeOver(_) => {
                VisitId::of(cut.task).0
            }
            _ => return Err(CutError::NotOurs),
        };
        let kind = cut.payload.kind();
        let op = Op::new(cut.id, AliasId::of(cut.task).0, subject, Some(cut.base), cut.salt, cut.payload)?;
        let mut changes = Vec::new();
        if let Payload::VisitSubmit(document) = &op.payload {
            for bytes in named(&document.evidence) {
                match self.files.get_mut(&bytes.sha256) {
                    None => {
                        let note = FileNote::new(cut.task, bytes);
                        changes.push(put_file(&note));
                        self.files.insert(note.sha256, note);
                    }
                    // What the server has for this visit it need not get again.
                    Some(file) => {
                        let before = file.clone();
                        file.named_by(cut.task);
                        if *file != before {
                            changes.push(put_file(file));
                        }
                    }
                }
            }
        }
        self.head.last_seq += 1;
        let record = OpRecord {
            seq: self.head.last_seq,
            id: cut.id,
            task: cut.task,
            kind: kind.to_owned(),
            cut_at: cut.now,
            body: op.canonical,
            digest: op.digest,
            state: OpState::Waiting,
        };
        changes.push(put(op_key(record.seq), &record));
        changes.push(self.put_head());
        self.ops.insert(record.seq, record);
        Ok(changes)
    }
}

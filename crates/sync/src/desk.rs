//! The transactions that change tasks and outbox together: what goes to the disk at once, or not at all.

use domain::sorted::Map;
use std::borrow::BorrowMut;

use domain::{
    ids::{AssignmentId, JournalId, OpId},
    op::{Payload, Salt},
    time::Moment,
};
use mutants::{Mutant, planted};
use protocol::{pull::Pulled, push::Pushed};

use crate::{
    Change, Cut, CutError, Engine, FileNote, PushTaken, Reopen, TaskAtHand,
    task::{merge, named, put_draft, put_list},
};

/// What every op needs afresh.
#[derive(Clone, Debug)]
pub struct Fresh {
    /// Its id.
    pub id: OpId,
    /// Its salt.
    pub salt: Salt,
    /// By the phone's clock.
    pub now: Moment,
}

impl Engine {
    /// An engine for somebody who has signed in, over what this phone had of the same person.
    #[must_use]
    pub fn signed_in(known: Option<Self>, journal: JournalId, epoch: u32) -> (Self, Vec<Change>) {
        match known {
            Some(engine) if engine.journal() == journal => (engine, Vec::new()),
            // The server does not know this phone's journal any more: the same work in a new one.
            Some(mut engine) => {
                let changes = engine.reopen(journal, epoch);
                (engine, changes)
            }
            None => Self::begin(journal, epoch),
        }
    }

    /// Whether nothing would be lost if this phone were emptied now: nothing waits, and nothing is still to be handed in.
    #[must_use]
    pub fn may_leave<'a>(&self, rows: impl IntoIterator<Item = &'a TaskAtHand>) -> bool {
        let waits = self.waiting().next().is_some() || self.files().any(FileNote::waits);
        !waits && !rows.into_iter().any(TaskAtHand::holds_work)
    }

    /// Cuts an op about `row`, with what the phone believes from then on. `None`: it has happened already.
    ///
    /// # Errors
    /// [`CutError`]; nothing was changed.
    pub fn cut_for(
        &mut self,
        row: &mut TaskAtHand,
        payload: Payload,
        fresh: Fresh,
    ) -> Result<Option<Vec<Change>>, CutError> {
        let waits = || self.waiting().any(|op| op.task == row.task.assignment.id && op.kind == payload.kind());
        if row.is_done(&payload) || (matches!(payload, Payload::VisitTakeOver(_)) && waits()) {
            return Ok(None);
        }
        let base = row.base(&payload);
        row.cut(&payload);
        let mut changes = self.cut(of(row, base, payload, fresh))?;
        changes.extend(row.records());
        Ok(Some(changes))
    }

    /// Hands the draft of `row` in.
    ///
    /// # Errors
    /// [`CutError`]; nothing was changed. `None`: there is no draft.
    pub fn hand_in(&mut self, row: &mut TaskAtHand, fresh: Fresh) -> Result<Option<Vec<Change>>, CutError> {
        let Some(draft) = &row.draft else { return Ok(None) };
        let (base, mut draft) = (draft.base, draft.clone());
        let payload = Payload::VisitSubmit(draft.document());
        let mut changes = self.cut(of(row, base, payload, fresh))?;
        draft.hand_in(row.checklist.as_deref());
        // The document holds the arrival: an op of its own would come too late.
        draft.arrival_cut |= draft.arrived.is_some();
        if !planted(Mutant::HandsInWithoutDraft) {
            changes.push(put_draft(&draft));
        }
        row.draft = Some(draft);
        Ok(Some(changes))
    }

    /// Takes the answer to a push, and what it means for the tasks.
    #[must_use]
    pub fn take_pushed<T: BorrowMut<TaskAtHand>>(
        &mut self,
        rows: &mut Map<AssignmentId, T>,
        pushed: &Pushed,
    ) -> PushTaken {
        let mut taken = self.pushed(pushed);
        for freed in &taken.freed {
            let Some(row) = rows.get_mut(&freed.task) else { continue };
            let row = row.borrow_mut();
            row.settle(freed, self);
            taken.changes.extend(row.records());
        }
        taken
    }

    /// Takes what came down: tasks, drafts that open again, what has arrived, and where the next pull goes on.
    ///
    /// # Errors
    /// [`Reopen`]: the server's store was restored. Nothing was taken.
    pub fn take_pulled<T: BorrowMut<TaskAtHand> + From<TaskAtHand>>(
        &mut self,
        rows: &mut Map<AssignmentId, T>,
        pulled: &Pulled,
        now: Moment,
    ) -> Result<Vec<Change>, Reopen> {
        if pulled.deactivated {
            // Nothing comes down any more; but what a restored server has lost it gets from here all the same.
            return if pulled.epoch == self.epoch() { Ok(Vec::new()) } else { Err(Reopen::Epoch(pulled.epoch)) };
        }
        // What is still on its way is the phone's own word, and what the server says beside it must come again.
        let waits = named(pulled).any(|id| self.waits_for(id));
        let mut changes = self.pulled_as_far_as(pulled, !waits)?;
        changes.extend(pulled.checklists.values().map(put_list));
        merge(rows, pulled, self, now);
        for id in named(pulled) {
            let Some(row) = rows.get(&id) else { continue };
            let row = row.borrow();
            if !planted(Mutant::WatermarkBeforeData) {
                changes.extend(row.records());
            }
            if let Some(visit) = &row.task.visit {
                changes.extend(self.verified(id, &visit.verified));
                changes.extend(self.doubted(id, &visit.verified));
            }
        }
        Ok(changes)
    }
}

fn of(row: &TaskAtHand, base: u32, payload: Payload, fresh: Fresh) -> Cut {
    let Fresh { id, salt, now } = fresh;
    Cut { id, salt, now, task: row.task.assignment.id, base, payload }
}

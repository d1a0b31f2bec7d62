//! What people do, onto the disk: taps, notes, ops.

use device::vault::Change;
use domain::{
    evidence::Sha256,
    ids::{AssignmentId, OpId},
    op::Payload,
    sorted,
    visit::{Draft, DraftState, Edit, EditRecord},
};
use js_sys::Uint8Array;
use serde::Serialize;
use sync::{CutError, Engine, Fresh};

use super::{
    Keeper,
    records::{of_engine, put_note},
};
use crate::{phone::Phone, row::Row};

impl Keeper {
    /// Puts a changed draft on the disk, with the bytes that the change names.
    ///
    /// What is written is the draft as it is when the turn comes: never an older one over a newer.
    pub(crate) fn edit(
        &self,
        phone: Phone,
        id: AssignmentId,
        record: EditRecord,
        before: Option<Draft>,
        file: Option<(String, Uint8Array)>,
    ) {
        let gone = removed(before.as_ref(), &record.edit);
        let n = self.inner.unsaved.add(id, record, file);
        let turn = self.inner.turns.take();
        let this = self.clone();
        leptos::task::spawn_local(async move {
            let _turn = turn.await;
            this.save(phone, n, gone).await;
        });
    }

    /// Puts an edit on the disk, unless whoever wrote its draft before has taken it along.
    async fn save(&self, phone: Phone, n: u64, gone: Option<Sha256>) {
        let Some(edit) = self.inner.unsaved.get(n) else {
            phone.heard(Ok(()));
            return;
        };
        let done = self
            .commit(phone, || {
                let Some(draft) = draft_now(phone, edit.task) else { return Ok((Vec::new(), ())) };
                let mut changes = of_engine(vec![sync::put_draft(&draft)]);
                if let Some(sha256) = gone.filter(|sha256| self.is_unused(phone, &draft, *sha256)) {
                    changes.push(Change::DeleteFile(sha256.to_string()));
                }
                Ok((changes, ()))
            })
            .await;
        if done.is_err() && edit.has_file() {
            // There is no room for its bytes: it is taken back, and what follows finds room again.
            take_back(phone, edit.task, &edit.record.edit);
        }
        // Also where the draft is gone and nothing was to be written.
        if done.is_ok() || edit.has_file() {
            self.inner.unsaved.saved(&[n]);
        }
        phone.heard(done);
    }

    /// Tries again what the disk has refused.
    pub(super) async fn save_again(&self, phone: Phone) {
        for n in self.inner.unsaved.failed() {
            let _turn = self.inner.turns.take().await;
            self.save(phone, n, None).await;
        }
    }

    /// Whether no record of this draft or another and no op needs these bytes: the same picture may lie in two visits.
    fn is_unused(&self, phone: Phone, draft: &Draft, sha256: Sha256) -> bool {
        let names = |draft: &Draft| draft.pieces(sha256).next().is_some();
        let others = |rows: &sorted::Map<_, Row>| {
            let drafts = rows.values().filter_map(|row| row.draft.as_ref());
            drafts.filter(|other| other.assignment != draft.assignment).any(names)
        };
        let named = names(draft) || phone.rows.with_untracked(others);
        let handed_in = self.inner.engine.borrow().as_ref().is_some_and(|engine| engine.file(sha256).is_some());
        !named && !handed_in
    }

    /// Keeps a small thing beside the drafts.
    pub(crate) fn note<T: Serialize>(&self, phone: Phone, name: &str, value: &T) {
        let change = put_note(name, value);
        self.keep(phone, move || change.clone(), || ());
    }

    /// Puts on the disk what it is when the turn comes; `then`: it lies there.
    pub(super) fn keep(&self, phone: Phone, change: impl Fn() -> Change + 'static, then: impl FnOnce() + 'static) {
        let kept = self.kept(phone, Box::new(change));
        leptos::task::spawn_local(async move {
            match kept.await {
                Ok(()) => then(),
                Err(failure) => phone.heard(Err(failure)),
            }
        });
    }

    /// The same, and waits until it is on the disk.
    pub(crate) async fn note_now<T: Serialize>(&self, phone: Phone, name: &str, value: &T) {
        let change = put_note(name, value);
        // Where to come back to after a kill is a help, not a promise.
        drop(self.kept(phone, Box::new(move || change.clone())).await);
    }

    /// Its turn is asked for at once.
    fn kept(
        &self,
        phone: Phone,
        change: Box<dyn Fn() -> Change>,
    ) -> impl Future<Output = Result<(), device::Failure>> + use<> {
        let turn = self.inner.turns.take();
        let this = self.clone();
        async move {
            let _turn = turn.await;
            this.commit(phone, || Ok((vec![change()], ()))).await
        }
    }

    /// Cuts an op that [`Phone::await_write`] was told of: it is on the disk, or nothing happened.
    pub(crate) async fn cut(&self, phone: Phone, id: AssignmentId, payload: Payload) {
        let done = self.cut_in_turn(phone, id, payload).await;
        phone.end_await();
        phone.heard(done);
        self.refresh(phone);
        self.sync(phone).await;
    }

    async fn cut_in_turn(&self, phone: Phone, id: AssignmentId, payload: Payload) -> Result<(), device::Failure> {
        let _turn = self.inner.turns.take().await;
        let cut = self
            .commit(phone, || {
                let Some((mut row, mut engine)) = self.at_hand(phone, id) else { return Ok((Vec::new(), None)) };
                let cut = engine.cut_for(&mut row.kept, payload.clone(), fresh()?).map_err(not_cut)?;
                Ok(cut.map_or_else(|| (Vec::new(), None), |changes| (of_engine(changes), Some(engine))))
            })
            .await?;
        let Some(engine) = cut else { return Ok(()) };
        *self.inner.engine.borrow_mut() = Some(engine);
        // Taps since then are in the rows and not in `row`: do the same to what is there now.
        phone.rows.update(|rows| {
            if let Some(row) = rows.get_mut(&id) {
                row.kept.cut(&payload);
            }
        });
        Ok(())
    }

    /// Hands the draft in, which was handed in `seen` times when that was asked for. `false`: it is not on the disk, and
    /// not handed in.
    pub(crate) async fn hand_in(&self, phone: Phone, id: AssignmentId, seen: u32) -> bool {
        let handed_in = {
            let _turn = self.inner.turns.take().await;
            self.hand_in_turn(phone, id, seen).await
        };
        let done = handed_in.is_ok();
        phone.heard(handed_in);
        self.refresh(phone);
        if done {
            let (this, phone) = (self.clone(), phone);
            leptos::task::spawn_local(async move { this.sync(phone).await });
        }
        done
    }

    async fn hand_in_turn(&self, phone: Phone, id: AssignmentId, seen: u32) -> Result<(), device::Failure> {
        let nothing = || device::Failure::new("NoDraft", "there is nothing to hand in");
        let mut before = None;
        let written = self
            .commit(phone, || {
                let (mut row, mut engine) = self.at_hand(phone, id).ok_or_else(nothing)?;
                // Another tab was quicker. What was handed in goes once more where it was left open for later answers.
                let may = |draft: &&Draft| {
                    draft.submission == seen && (draft.state != DraftState::Submitted || !draft.open_later.is_empty())
                };
                row.draft.as_ref().filter(may).ok_or_else(nothing)?;
                before = Some(row.draft.clone());
                let cut = engine.hand_in(&mut row.kept, fresh()?).map_err(not_cut)?;
                let changes = cut.ok_or_else(nothing)?;
                // From here on nobody can change it, even while the disk is still writing.
                set_draft(phone, id, row.kept.draft);
                Ok((of_engine(changes), engine))
            })
            .await;
        match written {
            Ok(engine) => {
                *self.inner.engine.borrow_mut() = Some(engine);
                Ok(())
            }
            Err(failure) => {
                if let Some(before) = before {
                    set_draft(phone, id, before);
                }
                Err(failure)
            }
        }
    }

    fn at_hand(&self, phone: Phone, id: AssignmentId) -> Option<(Row, Engine)> {
        let row = phone.rows.with_untracked(|rows| rows.get(&id).cloned())?;
        let engine = self.inner.engine.borrow().clone()?;
        Some((row, engine))
    }
}

/// What every op needs afresh.
fn fresh() -> Result<Fresh, device::Failure> {
    let now = device::clock::now();
    Ok(Fresh { id: OpId(device::random::uuid(now)?), salt: device::random::salt()?, now })
}

fn not_cut(error: CutError) -> device::Failure {
    device::Failure::new("NotCut", &error.to_string())
}

fn draft_now(phone: Phone, id: AssignmentId) -> Option<Draft> {
    phone.rows.try_with_untracked(|rows| rows.get(&id)?.draft.clone()).flatten()
}

fn set_draft(phone: Phone, id: AssignmentId, draft: Option<Draft>) {
    phone.rows.update(|rows| {
        if let Some(row) = rows.get_mut(&id) {
            row.kept.draft = draft;
        }
    });
}

/// Takes a piece of evidence out of the draft whose bytes are not on the disk.
fn take_back(phone: Phone, id: AssignmentId, edit: &Edit) {
    let Edit::AddEvidence(added) = edit else { return };
    phone.rows.update(|rows| {
        if let Some(draft) = rows.get_mut(&id).and_then(|row| row.kept.draft.as_mut()) {
            draft.evidence.retain(|record| record.id != added.id);
        }
    });
}

/// The bytes of a piece of evidence that this edit takes away.
fn removed(before: Option<&Draft>, edit: &Edit) -> Option<Sha256> {
    let Edit::RemoveEvidence(id) = edit else { return None };
    let record = before?.evidence.iter().find(|record| record.id == *id)?;
    record.bytes.as_ref().map(|bytes| bytes.sha256)
}

//! What an op does. For a kind@version this never changes: a replay rests on it.

mod assignment;
mod evidence;
mod finding;
mod import;
mod review;
mod visit;

pub(super) use visit::settled;

use std::collections::BTreeSet;

use super::{Facts, Key, Op, Payload, States};
use crate::ids::AssignmentId;

/// What an op changed: which rows to write, and whose phone to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// The rows that changed.
    pub touched: BTreeSet<Key>,
    /// What the supervisors concerned will pull. `identity` knows who that is.
    pub notices: Vec<Notice>,
}

/// A task changed in a way that its supervisor's phone must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Which task.
    pub assignment: AssignmentId,
    /// What happened to it.
    pub kind: NoticeKind,
}

/// What happened to a task from the phone's point of view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// It is there now: the whole subject goes down.
    Grant,
    /// It or its visit changed.
    Change,
    /// It is closed; unsent work stays where it is.
    Withdraw,
}

impl Effects {
    fn touch(&mut self, key: Key) {
        self.touched.insert(key);
    }

    fn notice(&mut self, assignment: AssignmentId, kind: NoticeKind) {
        self.notices.push(Notice { assignment, kind });
    }
}

/// Applies an op whose verdict is [`super::Verdict::Applied`].
///
/// Rows that are missing (they were there when it was decided) are left alone.
pub fn apply(op: &Op, states: &mut States, facts: &Facts) -> Effects {
    let mut effects = Effects::default();
    apply_into(op, states, facts, &mut effects);
    effects
}

fn apply_into(op: &Op, states: &mut States, facts: &Facts, effects: &mut Effects) {
    match &op.payload {
        Payload::OrgImport(import) => import::units(import, states, effects),
        Payload::VenueImport(import) => import::venues(import, states, effects),
        Payload::ChecklistPublish(publish) => import::checklist(publish, states, effects),
        // Accounts are rows of `identity` alone, written from what travels beside the op.
        Payload::AccountCreate(_)
        | Payload::AccountDisable(_)
        | Payload::AccountReset(_)
        | Payload::AccountReopen(_)
        | Payload::SupervisorSet(_) => {}
        Payload::AssignmentPlan(plan) => assignment::plan(plan, states, effects),
        Payload::AssignmentAccept(_) => assignment::accept(op, states, effects),
        Payload::AssignmentDecline(decline) => assignment::decline(op, decline.tie, states, effects),
        Payload::AssignmentRecall(_) => assignment::recall(op, states, effects),
        Payload::VisitArrive(arrive) => visit::arrive(arrive, states, effects),
        Payload::VisitLeave(leave) => visit::leave(leave, states, effects),
        Payload::VisitSubmit(document) => visit::submit(document, states, facts, effects),
        // Which journal writes the visit is a row of `identity`.
        Payload::VisitTakeOver(take) => visit::take_over(take.assignment, states, effects),
        Payload::VisitAccept(_) => review::accept(op, states, facts, effects),
        Payload::VisitReturn(give_back) => review::give_back(op, give_back, states, facts, effects),
        Payload::VisitVoid(void) => review::void(op, void, states, facts, effects),
        Payload::VisitSettle(settle) => visit::settle(op, settle, states, facts, effects),
        Payload::EvidenceVerified(verified) => evidence::verified(op, verified, states, effects),
        Payload::FindingConfirm(confirm) => finding::confirm(op, confirm, states, effects),
        Payload::FindingDismiss(dismiss) => finding::dismiss(op, dismiss, states, effects),
        Payload::HeldAdopt(adopt) => {
            if let Some(held) = states.held.remove(&adopt.op) {
                apply_into(&held, states, facts, effects);
                effects.touch(Key::Held(adopt.op));
            }
        }
        Payload::HeldDecline(decline) => {
            states.held.remove(&decline.op);
            effects.touch(Key::Held(decline.op));
        }
    }
}

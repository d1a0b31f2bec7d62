//! Whether an op takes effect.
//!
//! Checks may change from release to release: a replay applies stored verdicts
//! and never comes here.

mod account;
mod assignment;
mod evidence;
mod finding;
mod held;
mod import;
mod review;
mod visit;

use super::{Facts, HeldCode, Op, Payload, RefusedCode, States, Verdict};
use crate::role::Action;

/// The reason why an op does not take effect; `?` leaves a decision with it.
type Check = Result<(), Verdict>;

/// Whether `op` takes effect on `states`. Duplicates are found before this, by id and digest.
#[must_use]
pub fn decide(op: &Op, states: &States, facts: &Facts) -> Verdict {
    match check(op, states, facts) {
        Ok(()) => Verdict::Applied,
        Err(verdict) => verdict,
    }
}

fn check(op: &Op, states: &States, facts: &Facts) -> Check {
    match &op.payload {
        Payload::OrgImport(import) => import::units(import, states, facts),
        Payload::VenueImport(import) => import::venues(import, states, facts),
        Payload::ChecklistPublish(publish) => import::checklist(publish, states, facts),
        Payload::AccountCreate(create) => account::create(create, states, facts),
        Payload::AccountDisable(_)
        | Payload::AccountReset(_)
        | Payload::AccountReopen(_)
        | Payload::SupervisorSet(_) => allowed(facts, Action::ManageOrg),
        Payload::AssignmentPlan(plan) => assignment::plan(op, plan, states, facts),
        Payload::AssignmentAccept(_) => assignment::answer(op, states, facts),
        Payload::AssignmentDecline(decline) => assignment::decline(op, decline, states, facts),
        Payload::AssignmentRecall(recall) => assignment::recall(op, recall, states, facts),
        Payload::VisitArrive(arrive) => visit::arrive(op, arrive, states, facts),
        Payload::VisitLeave(leave) => visit::leave(op, leave, states, facts),
        Payload::VisitSubmit(document) => visit::submit(op, document, states, facts),
        Payload::VisitTakeOver(take) => visit::take_over(op, take, states, facts),
        Payload::VisitAccept(_) => review::accept(op, states, facts),
        Payload::VisitReturn(give_back) => review::give_back(op, give_back, states, facts),
        Payload::VisitVoid(void) => review::void(op, void, states, facts),
        Payload::VisitSettle(settle) => visit::settle(op, settle, states, facts),
        Payload::EvidenceVerified(_) => evidence::verified(op, states, facts),
        Payload::FindingConfirm(confirm) => finding::confirm(op, confirm, states, facts),
        Payload::FindingDismiss(dismiss) => finding::dismiss(op, dismiss, states, facts),
        Payload::HeldAdopt(adopt) => held::adopt(adopt, states, facts),
        Payload::HeldDecline(decline) => held::decline(decline, states, facts),
    }
}

/// The longest text that a person may write into one field, characters.
const TEXT_MAX: usize = 4_000;

fn allowed(facts: &Facts, action: Action) -> Check {
    if facts.server || (facts.active && facts.roles.may(action)) {
        Ok(())
    } else {
        Err(Verdict::refused(RefusedCode::NotAllowed))
    }
}

fn refuse<T>(code: RefusedCode, detail: &str) -> Result<T, Verdict> {
    Err(Verdict::Refused { code, detail: detail.to_owned() })
}

fn hold<T>(code: HeldCode) -> Result<T, Verdict> {
    Err(Verdict::held(code))
}

/// A reason is there and is not a book.
fn reason(text: &str, field: &str) -> Check {
    if text.trim().is_empty() {
        return refuse(RefusedCode::BadValue, field);
    }
    short(text, field)
}

fn short(text: &str, field: &str) -> Check {
    if text.chars().count() > TEXT_MAX { refuse(RefusedCode::TooLarge, field) } else { Ok(()) }
}

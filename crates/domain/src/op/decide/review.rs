//! What HQ decides about a visit.

use super::{Check, Verdict, allowed, reason, refuse};
use crate::{
    ids::VisitId,
    op::{
        Facts, Op, RefusedCode, States,
        payload::{VisitReturn, VisitVoid},
    },
    role::Action,
    visit::{Visit, VisitState},
};

pub(super) fn accept(op: &Op, states: &States, facts: &Facts) -> Check {
    let visit = reviewable(op, states, facts)?;
    if visit.is_complete() { Ok(()) } else { refuse(RefusedCode::Incomplete, "evidence") }
}

pub(super) fn give_back(op: &Op, give_back: &VisitReturn, states: &States, facts: &Facts) -> Check {
    reviewable(op, states, facts)?;
    if give_back.items.is_empty() {
        return refuse(RefusedCode::BadValue, "items");
    }
    give_back.items.iter().try_for_each(|item| reason(&item.reason, "reason"))
}

pub(super) fn void(op: &Op, void: &VisitVoid, states: &States, facts: &Facts) -> Check {
    reason(&void.reason, "reason")?;
    reviewable(op, states, facts).map(|_| ())
}

/// The visit waits for a decision, and whoever decides saw it as it is now.
fn reviewable<'a>(op: &Op, states: &'a States, facts: &Facts) -> Result<&'a Visit, Verdict> {
    allowed(facts, Action::Review)?;
    // Whoever chose the visitor, or went there.
    if facts.chose_visitor || facts.holds_alias {
        return Err(Verdict::refused(RefusedCode::Barred));
    }
    let Some(visit) = states.visits.get(&VisitId(op.subject)) else {
        return refuse(RefusedCode::Unknown, "visit");
    };
    if visit.state != VisitState::Received || op.base != Some(visit.revision) {
        return refuse(RefusedCode::AlreadyDecided, "visit");
    }
    Ok(visit)
}

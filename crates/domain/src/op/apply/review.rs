//! HQ accepts, gives back or voids.

use super::{Effects, Key, NoticeKind, States, visit::change};
use crate::{
    finding::FindingState,
    ids::{AccountId, VisitId},
    op::{
        Facts, Op,
        payload::{VisitReturn, VisitVoid},
    },
    time::Moment,
    visit::{Decision, VisitState},
};

pub(super) fn accept(op: &Op, states: &mut States, facts: &Facts, effects: &mut Effects) {
    let decision = decision(op, facts.received_at, "");
    decide(op, states, effects, VisitState::Accepted, decision);
}

pub(super) fn give_back(op: &Op, give_back: &VisitReturn, states: &mut States, facts: &Facts, effects: &mut Effects) {
    let decision = decision(op, facts.received_at, "");
    decide(op, states, effects, VisitState::Returned, decision);
    if let Some(visit) = states.visits.get_mut(&VisitId(op.subject)) {
        visit.returned.clone_from(&give_back.items);
    }
}

pub(super) fn void(op: &Op, void: &VisitVoid, states: &mut States, facts: &Facts, effects: &mut Effects) {
    let visit = VisitId(op.subject);
    decide(op, states, effects, VisitState::Voided, decision(op, facts.received_at, &void.reason));
    for finding in states.findings.values_mut().filter(|finding| finding.visit == Some(visit)) {
        if finding.state == FindingState::Proposed {
            finding.state = FindingState::Withdrawn;
            finding.revision += 1;
            effects.touch(Key::Finding(finding.id));
        }
    }
}

fn decision(op: &Op, at: Moment, reason: &str) -> Decision {
    Decision { by: AccountId(op.actor), at, reason: reason.to_owned() }
}

fn decide(op: &Op, states: &mut States, effects: &mut Effects, state: VisitState, decision: Decision) {
    let id = VisitId(op.subject);
    change(id, states, effects, |visit| {
        visit.state = state;
        visit.decision = Some(decision);
    });
    if let Some(visit) = states.visits.get(&id) {
        effects.notice(visit.assignment, NoticeKind::Change);
    }
}

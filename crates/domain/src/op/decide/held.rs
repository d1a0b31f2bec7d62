//! What HQ does with what was held.

use super::{Check, allowed, reason, refuse, visit::sound};
use crate::{
    ids::{OpId, VisitId},
    op::{
        Facts, Op, Payload, RefusedCode, States,
        payload::{HeldAdopt, HeldDecline},
    },
    role::Action,
};

pub(super) fn adopt(adopt: &HeldAdopt, states: &States, facts: &Facts) -> Check {
    let held = held(adopt.op, states, facts)?;
    match &held.payload {
        // It was held before anybody looked into it.
        Payload::VisitSubmit(document) => {
            let task = states.assignments.get(&document.assignment);
            match task.zip(states.checklists.get(&document.checklist)) {
                Some((task, checklist)) => sound(document, task, checklist),
                None => refuse(RefusedCode::BadValue, "held"),
            }
        }
        Payload::VisitArrive(arrive)
            if states.assignments.contains_key(&arrive.assignment)
                && !states.visits.contains_key(&VisitId(held.subject)) =>
        {
            Ok(())
        }
        _ => refuse(RefusedCode::BadValue, "held"),
    }
}

pub(super) fn decline(decline: &HeldDecline, states: &States, facts: &Facts) -> Check {
    reason(&decline.reason, "reason")?;
    held(decline.op, states, facts).map(|_| ())
}

fn held<'a>(op: OpId, states: &'a States, facts: &Facts) -> Result<&'a Op, super::Verdict> {
    allowed(facts, Action::DecideHeld)?;
    match states.held.get(&op) {
        Some(held) => Ok(held),
        None => refuse(RefusedCode::AlreadyDecided, "held"),
    }
}

//! Tasks: planned and recalled by HQ, answered by the supervisor.

use super::{Check, allowed, hold, reason, refuse};
use crate::{
    assignment::{Assignment, AssignmentState},
    ids::AssignmentId,
    op::{
        Facts, HeldCode, Op, RefusedCode, States,
        payload::{AssignmentDecline, AssignmentPlan, AssignmentRecall, PLAN_MAX_TASKS},
    },
    role::Action,
};

pub(super) fn plan(op: &Op, plan: &AssignmentPlan, states: &States, facts: &Facts) -> Check {
    allowed(facts, Action::Assign)?;
    if plan.tasks.is_empty() {
        return refuse(RefusedCode::BadValue, "tasks");
    }
    if plan.tasks.len() > PLAN_MAX_TASKS {
        return refuse(RefusedCode::TooLarge, "tasks");
    }
    for (n, task) in (0..).zip(&plan.tasks) {
        // Derived ids: whoever plans cannot choose an id that exists already.
        if task.id != AssignmentId::derive(op.id.0, n) {
            return refuse(RefusedCode::BadValue, "id");
        }
        let Some(venue) = states.venues.get(&task.venue) else {
            return refuse(RefusedCode::Unknown, "venue");
        };
        let Some(checklist) = states.checklists.get(&task.checklist) else {
            return refuse(RefusedCode::Unknown, "checklist");
        };
        if !checklist.venue_kinds.contains(&venue.kind) {
            return refuse(RefusedCode::BadValue, "checklist");
        }
        if task.window.until < task.window.from || task.window.until < facts.received_at {
            return refuse(RefusedCode::BadValue, "window");
        }
    }
    Ok(())
}

pub(super) fn answer(op: &Op, states: &States, facts: &Facts) -> Check {
    let assignment = mine(op, states, facts)?;
    match assignment.state {
        AssignmentState::Released => Ok(()),
        AssignmentState::Recalled => hold(HeldCode::Withdrawn),
        _ => hold(HeldCode::WrongState),
    }
}

pub(super) fn decline(op: &Op, decline: &AssignmentDecline, states: &States, facts: &Facts) -> Check {
    let assignment = mine(op, states, facts)?;
    reason(&decline.reason, "reason")?;
    match assignment.state {
        AssignmentState::Released | AssignmentState::Accepted => Ok(()),
        AssignmentState::Recalled => hold(HeldCode::Withdrawn),
        _ => hold(HeldCode::WrongState),
    }
}

pub(super) fn recall(op: &Op, recall: &AssignmentRecall, states: &States, facts: &Facts) -> Check {
    allowed(facts, Action::Assign)?;
    reason(&recall.reason, "reason")?;
    let Some(assignment) = states.assignments.get(&AssignmentId(op.subject)) else {
        return refuse(RefusedCode::Unknown, "assignment");
    };
    match assignment.state {
        AssignmentState::Submitted | AssignmentState::Recalled => refuse(RefusedCode::AlreadyDecided, "assignment"),
        _ => Ok(()),
    }
}

fn mine<'a>(op: &Op, states: &'a States, facts: &Facts) -> Result<&'a Assignment, super::Verdict> {
    let id = AssignmentId(op.subject);
    let Some(assignment) = states.assignments.get(&id) else { return hold(HeldCode::UnknownSubject) };
    super::visit::own(op, id, facts)?;
    Ok(assignment)
}

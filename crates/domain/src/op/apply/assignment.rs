//! Tasks come into being, are answered and called back.

use super::{Effects, Key, NoticeKind, States};
use crate::{
    assignment::{Assignment, AssignmentState},
    ids::AssignmentId,
    op::{Op, payload::AssignmentPlan},
};

pub(super) fn plan(plan: &AssignmentPlan, states: &mut States, effects: &mut Effects) {
    for task in &plan.tasks {
        let (Some(venue), Some(checklist)) = (states.venues.get(&task.venue), states.checklists.get(&task.checklist))
        else {
            continue;
        };
        states.assignments.insert(
            task.id,
            Assignment {
                id: task.id,
                venue: task.venue,
                unit: venue.unit,
                county: venue.county,
                rural: venue.rural,
                checklist: task.checklist,
                topic: checklist.topic.clone(),
                mode: task.mode,
                window: task.window,
                scenario: task.scenario.clone(),
                commitments: task.commitments.clone(),
                state: AssignmentState::Released,
                revision: 0,
            },
        );
        effects.touch(Key::Assignment(task.id));
        effects.notice(task.id, NoticeKind::Grant);
    }
}

pub(super) fn accept(op: &Op, states: &mut States, effects: &mut Effects) {
    step(AssignmentId(op.subject), AssignmentState::Accepted, NoticeKind::Change, states, effects);
}

pub(super) fn decline(op: &Op, tie: bool, states: &mut States, effects: &mut Effects) {
    let state = if tie { AssignmentState::Recused } else { AssignmentState::Declined };
    step(AssignmentId(op.subject), state, NoticeKind::Withdraw, states, effects);
}

pub(super) fn recall(op: &Op, states: &mut States, effects: &mut Effects) {
    step(AssignmentId(op.subject), AssignmentState::Recalled, NoticeKind::Withdraw, states, effects);
}

/// Moves a task on, as far as it is there.
pub(super) fn step(
    id: AssignmentId,
    state: AssignmentState,
    notice: NoticeKind,
    states: &mut States,
    effects: &mut Effects,
) {
    if let Some(assignment) = states.assignments.get_mut(&id) {
        assignment.state = state;
        assignment.revision += 1;
        effects.touch(Key::Assignment(id));
        effects.notice(id, notice);
    }
}

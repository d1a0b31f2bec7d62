//! HQ stands by a finding or does not.

use super::{Effects, Key, States};
use crate::{
    finding::{Finding, FindingState},
    ids::FindingId,
    op::{
        Op,
        payload::{FindingConfirm, FindingDismiss},
    },
};

pub(super) fn confirm(op: &Op, confirm: &FindingConfirm, states: &mut States, effects: &mut Effects) {
    change(op, states, effects, |finding| {
        finding.state = FindingState::Confirmed;
        finding.severity = confirm.severity;
        if !confirm.note.is_empty() {
            finding.note.clone_from(&confirm.note);
        }
    });
}

pub(super) fn dismiss(op: &Op, dismiss: &FindingDismiss, states: &mut States, effects: &mut Effects) {
    change(op, states, effects, |finding| {
        finding.state = FindingState::Dismissed;
        finding.reason.clone_from(&dismiss.reason);
    });
}

fn change(op: &Op, states: &mut States, effects: &mut Effects, with: impl FnOnce(&mut Finding)) {
    let id = FindingId(op.subject);
    if let Some(finding) = states.findings.get_mut(&id) {
        with(finding);
        finding.revision += 1;
        effects.touch(Key::Finding(id));
    }
}

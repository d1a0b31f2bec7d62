//! What HQ decides about a finding.

use super::{Check, allowed, reason, refuse, short};
use crate::{
    finding::FindingState,
    ids::FindingId,
    op::{
        Facts, Op, RefusedCode, States,
        payload::{FindingConfirm, FindingDismiss},
    },
    role::Action,
};

pub(super) fn confirm(op: &Op, confirm: &FindingConfirm, states: &States, facts: &Facts) -> Check {
    short(&confirm.note, "note")?;
    proposed(op, states, facts)
}

pub(super) fn dismiss(op: &Op, dismiss: &FindingDismiss, states: &States, facts: &Facts) -> Check {
    reason(&dismiss.reason, "reason")?;
    proposed(op, states, facts)
}

fn proposed(op: &Op, states: &States, facts: &Facts) -> Check {
    allowed(facts, Action::DecideFindings)?;
    let Some(finding) = states.findings.get(&FindingId(op.subject)) else {
        return refuse(RefusedCode::Unknown, "finding");
    };
    if finding.state != FindingState::Proposed || op.base != Some(finding.revision) {
        return refuse(RefusedCode::AlreadyDecided, "finding");
    }
    Ok(())
}

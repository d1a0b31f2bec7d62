//! What a supervisor does: arrive, leave, hand in, take over.
//!
//! Work that a supervisor did in good faith is never thrown away: where it
//! cannot take effect it is held for HQ, and only what belongs to somebody else
//! or cannot be read at all is refused.

use std::collections::BTreeSet;

use super::{Check, hold, refuse, short};
use crate::{
    assignment::{Assignment, AssignmentState},
    checklist::{Answer, ChecklistVersion, Item},
    evidence::{EVIDENCE_MAX_BYTES, EVIDENCE_MIMES, EvidenceRecord},
    ids::{AliasId, AssignmentId, VisitId},
    op::{
        Facts, HeldCode, Op, RefusedCode, States, Verdict,
        apply::settled,
        payload::{VisitArrive, VisitLeave, VisitSettle, VisitTakeOver},
    },
    role::Action,
    scoring::{self, SETTLE_GRACE_MS},
    visit::{Visit, VisitDocument, VisitState},
};
use mutants::{Mutant, planted};

/// The most pieces of evidence that one visit may name.
const EVIDENCE_MAX: usize = 200;
/// How often one visit may be handed in: no one mends so often, and HQ reads them side by side.
const SUBMISSIONS_MAX: u32 = 50;

pub(super) fn arrive(op: &Op, arrive: &VisitArrive, states: &States, facts: &Facts) -> Check {
    let (_, visit) = open_task(op, arrive.assignment, states, facts)?;
    if visit.is_some() { hold(HeldCode::WrongState) } else { base(op, 0) }
}

pub(super) fn leave(op: &Op, leave: &VisitLeave, states: &States, facts: &Facts) -> Check {
    let (_, visit) = open_task(op, leave.assignment, states, facts)?;
    match visit {
        None => hold(HeldCode::UnknownSubject),
        Some(visit) if visit.state != VisitState::UnderWay => hold(HeldCode::WrongState),
        Some(visit) => base(op, visit.revision),
    }
}

pub(super) fn submit(op: &Op, document: &VisitDocument, states: &States, facts: &Facts) -> Check {
    let (assignment, visit) = open_task(op, document.assignment, states, facts)?;
    let Some(checklist) = states.checklists.get(&document.checklist) else { return hold(HeldCode::UnknownSubject) };
    sound(document, assignment, checklist)?;
    match visit {
        // No arrival was sent: a call or a website has none.
        None => base(op, 0),
        Some(visit) if visit.submission >= SUBMISSIONS_MAX => hold(HeldCode::WrongState),
        Some(visit) => match visit.state {
            VisitState::UnderWay | VisitState::Returned => base(op, visit.revision),
            // An item that is answered later completes a visit that was handed in already.
            _ if visit.awaits_answers() => base(op, visit.revision),
            _ if op.base.is_some_and(|base| base < visit.revision) => hold(HeldCode::StaleBase),
            VisitState::Received | VisitState::Accepted
                if states
                    .documents
                    .get(&visit.id)
                    .is_some_and(|standing| in_time(document, standing, assignment, checklist, facts)) =>
            {
                base(op, visit.revision)
            }
            _ => hold(HeldCode::WrongState),
        },
    }
}

/// Whether an item that is answered later, and was not yet, has an answer for which there was time until a moment ago: where
/// both the visit and that answer were on their way for longer than the item's time, the score is final before the answer is
/// here. The time is counted by what was handed in before.
fn in_time(
    document: &VisitDocument,
    standing: &VisitDocument,
    assignment: &Assignment,
    checklist: &ChecklistVersion,
    facts: &Facts,
) -> bool {
    let answered = |item: &&Item| document.answers.get(&item.id).is_some_and(Answer::is_answered);
    let due = |item: &Item| scoring::due(item, standing, assignment.rural);
    let mut dues = checklist.awaited(&standing.answers).filter(answered).filter_map(due);
    dues.any(|due| facts.received_at <= due.plus(SETTLE_GRACE_MS))
}

/// What is handed in can be scored and shown: it is about this task, and each answer is one that its item can have.
pub(super) fn sound(document: &VisitDocument, assignment: &Assignment, checklist: &ChecklistVersion) -> Check {
    if document.venue != assignment.venue || document.checklist != assignment.checklist {
        return refuse(RefusedCode::BadValue, "task");
    }
    if let Some(item) = document.answers.keys().find(|item| checklist.item(**item).is_none()) {
        return refuse(RefusedCode::Unknown, &item.to_string());
    }
    for item in checklist.items() {
        if let Some(answer) = document.answers.get(&item.id)
            && item.check(answer).is_err()
        {
            return refuse(RefusedCode::AnswerOutOfRange, &item.code);
        }
    }
    evidence(&document.evidence)?;
    for (text, field) in [
        (&document.impressions.overall, "overall"),
        (&document.impressions.good, "good"),
        (&document.impressions.suggestion, "suggestion"),
    ] {
        short(text, field)?;
    }
    Ok(())
}

pub(super) fn take_over(op: &Op, take: &VisitTakeOver, states: &States, facts: &Facts) -> Check {
    own(op, take.assignment, facts)?;
    same_visit(op, take.assignment)?;
    match states.visits.get(&VisitId(op.subject)) {
        None => hold(HeldCode::UnknownSubject),
        Some(visit) => base(op, visit.revision),
    }
}

/// By the clock alone, where nothing is left to wait for. A visit that was given back is scored when it comes again.
pub(super) fn settle(op: &Op, settle: &VisitSettle, states: &States, facts: &Facts) -> Check {
    if !facts.server {
        return Err(Verdict::refused(RefusedCode::NotAllowed));
    }
    same_visit(op, settle.assignment)?;
    let id = VisitId(op.subject);
    let Some(visit) = states.visits.get(&id) else { return refuse(RefusedCode::Unknown, "visit") };
    if !visit.awaits_answers() {
        return refuse(RefusedCode::AlreadyDecided, "visit");
    }
    match settled(id, settle, states, facts) {
        None => refuse(RefusedCode::BadValue, "visit"),
        Some(score) if score.provisional => refuse(RefusedCode::BadValue, "due"),
        Some(_) => Ok(()),
    }
}

/// The op acts in the name of the alias that goes with the task, and whoever sent it holds that alias.
pub(super) fn own(op: &Op, assignment: AssignmentId, facts: &Facts) -> Check {
    if op.actor != AliasId::of(assignment).0 || !facts.holds_alias {
        return Err(Verdict::refused(RefusedCode::NotYours));
    }
    if !facts.active && planted(Mutant::RefusesTheDeactivated) {
        return refuse(RefusedCode::NotAllowed, "active");
    }
    if !facts.active {
        return hold(HeldCode::Deactivated);
    }
    if !facts.roles.may(Action::DoVisit) {
        return Err(Verdict::refused(RefusedCode::NotAllowed));
    }
    Ok(())
}

fn same_visit(op: &Op, assignment: AssignmentId) -> Check {
    if VisitId(op.subject) == VisitId::of(assignment) { Ok(()) } else { refuse(RefusedCode::BadValue, "subject") }
}

type TaskAndVisit<'a> = (&'a Assignment, Option<&'a Visit>);

fn open_task<'a>(
    op: &Op,
    assignment: AssignmentId,
    states: &'a States,
    facts: &Facts,
) -> Result<TaskAndVisit<'a>, Verdict> {
    same_visit(op, assignment)?;
    own(op, assignment, facts)?;
    let Some(task) = states.assignments.get(&assignment) else { return hold(HeldCode::UnknownSubject) };
    if task.state == AssignmentState::Recalled {
        return hold(HeldCode::Withdrawn);
    }
    if !task.state.is_open() {
        return hold(HeldCode::WrongState);
    }
    if !facts.writes_visit {
        return hold(HeldCode::OtherPhone);
    }
    Ok((task, states.visits.get(&VisitId(op.subject))))
}

fn base(op: &Op, revision: u32) -> Check {
    let seen = op.base.unwrap_or(0) == revision || planted(Mutant::LastWriterWins);
    if seen { Ok(()) } else { hold(HeldCode::StaleBase) }
}

fn evidence(records: &[EvidenceRecord]) -> Check {
    if records.len() > EVIDENCE_MAX {
        return refuse(RefusedCode::TooLarge, "evidence");
    }
    let mut ids = BTreeSet::new();
    for record in records {
        if !ids.insert(record.id) {
            return refuse(RefusedCode::BadValue, &record.id.to_string());
        }
        match &record.bytes {
            Some(bytes) => {
                if bytes.size > EVIDENCE_MAX_BYTES {
                    return refuse(RefusedCode::TooLarge, &record.id.to_string());
                }
                if bytes.size == 0 || !EVIDENCE_MIMES.contains(&bytes.mime.as_str()) {
                    return refuse(RefusedCode::BadValue, &record.id.to_string());
                }
            }
            None if record.kind.has_bytes() => return refuse(RefusedCode::BadValue, &record.id.to_string()),
            None => short(&record.text, "ticket")?,
        }
        short(&record.caption, "caption")?;
    }
    Ok(())
}

//! A visit comes into being on arrival, or when it is handed in without one.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Effects, Key, NoticeKind, States, assignment::step};
use crate::{
    assignment::{Assignment, AssignmentState},
    checklist::{ChecklistVersion, ProposedFinding, proposed_findings},
    evidence::Sha256,
    finding::{Finding, FindingSource, FindingState},
    ids::{AssignmentId, FindingId, VisitId},
    op::{
        Facts, Op,
        payload::{VisitArrive, VisitLeave, VisitSettle},
    },
    scoring::{self, ScoreContext, VisitScore},
    visit::{ScoreSummary, Visit, VisitDocument, VisitState},
};

pub(super) fn arrive(arrive: &VisitArrive, states: &mut States, effects: &mut Effects) {
    let Some(assignment) = states.assignments.get(&arrive.assignment) else { return };
    let mut visit = begin(assignment);
    visit.arrived = Some(arrive.presence.clone());
    visit.revision = 1;
    put(visit, states, effects);
    step(arrive.assignment, AssignmentState::InProgress, NoticeKind::Change, states, effects);
}

pub(super) fn leave(leave: &VisitLeave, states: &mut States, effects: &mut Effects) {
    change(VisitId::of(leave.assignment), states, effects, |visit| visit.left = Some(leave.presence.clone()));
    // The person's other phone builds on the revision that this makes.
    effects.notice(leave.assignment, NoticeKind::Change);
}

pub(super) fn take_over(assignment: AssignmentId, states: &mut States, effects: &mut Effects) {
    change(VisitId::of(assignment), states, effects, |_| ());
    effects.notice(assignment, NoticeKind::Change);
}

pub(super) fn submit(document: &VisitDocument, states: &mut States, facts: &Facts, effects: &mut Effects) {
    let id = VisitId::of(document.assignment);
    let (Some(assignment), Some(checklist)) =
        (states.assignments.get(&document.assignment), states.checklists.get(&document.checklist).cloned())
    else {
        return;
    };
    let mut visit = states.visits.get(&id).cloned().unwrap_or_else(|| begin(assignment));
    let score = scoring::score(&checklist, document, ScoreContext { rural: assignment.rural, now: facts.received_at });
    visit.state = VisitState::Received;
    visit.revision += 1;
    visit.submission += 1;
    visit.arrived.clone_from(&document.arrived);
    visit.left.clone_from(&document.left);
    visit.received_at = visit.received_at.or(Some(facts.received_at));
    visit.score = Some(summary(&score));
    visit.returned.clear();
    visit.decision = None;
    let named = named_bytes(document);
    let verified = states.verified.entry(id).or_default();
    visit.evidence_expected = named.len() as u32;
    visit.evidence_verified = named.intersection(verified).count() as u32;
    propose(&visit, &checklist, document, &score, states, facts, effects);
    states.documents.insert(id, Arc::new(document.clone()));
    effects.touch(Key::Document(id));
    put(visit, states, effects);
    step(document.assignment, AssignmentState::Submitted, NoticeKind::Change, states, effects);
}

/// The answers stay as they are; what was to come later earns nothing from now on.
pub(super) fn settle(op: &Op, settle: &VisitSettle, states: &mut States, facts: &Facts, effects: &mut Effects) {
    let id = VisitId(op.subject);
    let Some(score) = settled(id, settle, states, facts) else { return };
    // The revision stays, as where a photo comes to count: nobody's base is stale because time went by.
    if let Some(visit) = states.visits.get_mut(&id) {
        visit.score = Some(score);
        effects.touch(Key::Visit(id));
        // The phone asks for no answer any more.
        effects.notice(settle.assignment, NoticeKind::Change);
    }
}

/// The score that a visit has now, by its newest document; `None` where something is missing to say so.
pub(in crate::op) fn settled(
    id: VisitId,
    settle: &VisitSettle,
    states: &States,
    facts: &Facts,
) -> Option<ScoreSummary> {
    let assignment = states.assignments.get(&settle.assignment)?;
    let checklist = states.checklists.get(&settle.checklist)?;
    let document = states.documents.get(&id).filter(|document| document.checklist == settle.checklist)?;
    let context = ScoreContext { rural: assignment.rural, now: facts.received_at };
    Some(summary(&scoring::score(checklist, document, context)))
}

const fn summary(score: &VisitScore) -> ScoreSummary {
    ScoreSummary {
        score: score.score,
        provisional: score.provisional,
        red_lines: score.red_lines.len() as u32,
        formula: score.formula,
    }
}

/// The distinct bytes that a document names: the same picture twice is one upload.
pub(super) fn named_bytes(document: &VisitDocument) -> BTreeSet<Sha256> {
    document.evidence.iter().filter_map(|record| record.bytes.as_ref()).map(|bytes| bytes.sha256).collect()
}

/// Changes a visit that is there.
pub(super) fn change(id: VisitId, states: &mut States, effects: &mut Effects, with: impl FnOnce(&mut Visit)) {
    if let Some(visit) = states.visits.get_mut(&id) {
        with(visit);
        visit.revision += 1;
        effects.touch(Key::Visit(id));
    }
}

fn begin(assignment: &Assignment) -> Visit {
    Visit {
        id: VisitId::of(assignment.id),
        assignment: assignment.id,
        alias: assignment.alias(),
        venue: assignment.venue,
        unit: assignment.unit,
        county: assignment.county,
        checklist: assignment.checklist,
        topic: assignment.topic.clone(),
        mode: assignment.mode,
        state: VisitState::UnderWay,
        revision: 0,
        submission: 0,
        arrived: None,
        left: None,
        received_at: None,
        score: None,
        evidence_expected: 0,
        evidence_verified: 0,
        returned: Vec::new(),
        decision: None,
    }
}

fn put(visit: Visit, states: &mut States, effects: &mut Effects) {
    effects.touch(Key::Visit(visit.id));
    states.visits.insert(visit.id, visit);
}

/// Failed items propose findings; what a mended visit no longer shows is withdrawn.
/// What HQ has decided already stays decided.
fn propose(
    visit: &Visit,
    checklist: &ChecklistVersion,
    document: &VisitDocument,
    score: &VisitScore,
    states: &mut States,
    facts: &Facts,
    effects: &mut Effects,
) {
    let proposed: BTreeMap<FindingId, ProposedFinding> = proposed_findings(checklist, document, score)
        .into_iter()
        .map(|proposal| (FindingId::of(visit.id, proposal.item), proposal))
        .collect();
    for finding in states.findings.values_mut().filter(|finding| finding.visit == Some(visit.id)) {
        if finding.state == FindingState::Proposed && !proposed.contains_key(&finding.id) {
            finding.state = FindingState::Withdrawn;
            finding.revision += 1;
            effects.touch(Key::Finding(finding.id));
        }
    }
    for (id, proposal) in proposed {
        let Some(item) = checklist.item(proposal.item) else { continue };
        let known = states.findings.get(&id);
        if known.is_some_and(|known| matches!(known.state, FindingState::Confirmed | FindingState::Dismissed)) {
            continue;
        }
        let finding = Finding {
            id,
            source: FindingSource::Visit,
            visit: Some(visit.id),
            item: Some(item.id),
            item_code: item.code.clone(),
            topic: checklist.topic.clone(),
            venue: visit.venue,
            unit: visit.unit,
            county: visit.county,
            severity: proposal.severity,
            title: item.criterion.clone(),
            note: document.answers.get(&item.id).map(|answer| answer.note.clone()).unwrap_or_default(),
            reason: String::new(),
            found_at: known.map_or(facts.received_at, |known| known.found_at),
            state: FindingState::Proposed,
            revision: known.map_or(0, |known| known.revision + 1),
        };
        states.findings.insert(id, finding);
        effects.touch(Key::Finding(id));
    }
}

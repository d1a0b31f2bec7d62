//! The rows that an op reads and changes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Op, Payload};
use crate::{
    assignment::Assignment,
    checklist::ChecklistVersion,
    evidence::Sha256,
    finding::Finding,
    ids::{AssignmentId, ChecklistVersionId, FindingId, OpId, OrgUnitId, VenueId, VisitId},
    org::{OrgUnit, Venue},
    visit::{Visit, VisitDocument},
};

/// One thing that an op reads or changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// An org unit. Whoever loads it loads everything above it as well.
    Unit(OrgUnitId),
    /// A venue.
    Venue(VenueId),
    /// A checklist version.
    Checklist(ChecklistVersionId),
    /// A task.
    Assignment(AssignmentId),
    /// A visit.
    Visit(VisitId),
    /// The document that a visit handed in last, and which of its evidence is verified.
    Document(VisitId),
    /// The findings of a visit.
    FindingsOf(VisitId),
    /// A finding.
    Finding(FindingId),
    /// An op that is held. Whoever loads it loads what it needs as well.
    Held(OpId),
}

/// The rows at hand. The writer loads what [`needs`] names; a phone has its own; a simulator has all.
#[derive(Clone, Debug, Default)]
pub struct States {
    /// Org units.
    pub units: BTreeMap<OrgUnitId, OrgUnit>,
    /// Venues.
    pub venues: BTreeMap<VenueId, Venue>,
    /// Checklist versions.
    pub checklists: BTreeMap<ChecklistVersionId, Arc<ChecklistVersion>>,
    /// Tasks.
    pub assignments: BTreeMap<AssignmentId, Assignment>,
    /// Visits.
    pub visits: BTreeMap<VisitId, Visit>,
    /// The documents handed in last.
    pub documents: BTreeMap<VisitId, Arc<VisitDocument>>,
    /// Which bytes of a visit were verified.
    pub verified: BTreeMap<VisitId, BTreeSet<Sha256>>,
    /// Findings.
    pub findings: BTreeMap<FindingId, Finding>,
    /// Ops that are held and not decided yet.
    pub held: BTreeMap<OpId, Arc<Op>>,
}

/// What must be at hand before `op` can be decided.
#[must_use]
pub fn needs(op: &Op) -> Vec<Key> {
    let visit = VisitId(op.subject);
    let assignment = AssignmentId(op.subject);
    match &op.payload {
        Payload::OrgImport(import) => import
            .units
            .iter()
            .flat_map(|unit| [Some(Key::Unit(unit.id)), unit.parent.map(Key::Unit)])
            .flatten()
            .collect(),
        Payload::VenueImport(import) => import
            .venues
            .iter()
            .flat_map(|venue| [Key::Venue(venue.id), Key::Unit(venue.unit), Key::Unit(venue.county)])
            .collect(),
        Payload::ChecklistPublish(publish) => vec![Key::Checklist(publish.version.id)],
        Payload::AccountCreate(create) => create.unit.map(Key::Unit).into_iter().collect(),
        Payload::AccountDisable(_)
        | Payload::AccountReset(_)
        | Payload::AccountReopen(_)
        | Payload::SupervisorSet(_) => Vec::new(),
        Payload::AssignmentPlan(plan) => plan
            .tasks
            .iter()
            .flat_map(|task| [Key::Assignment(task.id), Key::Venue(task.venue), Key::Checklist(task.checklist)])
            .collect(),
        Payload::AssignmentAccept(_) | Payload::AssignmentDecline(_) | Payload::AssignmentRecall(_) => {
            vec![Key::Assignment(assignment), Key::Visit(VisitId::of(assignment))]
        }
        Payload::VisitArrive(arrive) => visit_keys(visit, arrive.assignment).to_vec(),
        Payload::VisitLeave(leave) => visit_keys(visit, leave.assignment).to_vec(),
        Payload::VisitTakeOver(take) => visit_keys(visit, take.assignment).to_vec(),
        Payload::VisitSubmit(document) => {
            let [task, row] = visit_keys(visit, document.assignment);
            vec![task, row, Key::Document(visit), Key::FindingsOf(visit), Key::Checklist(document.checklist)]
        }
        Payload::VisitSettle(settle) => {
            let [task, row] = visit_keys(visit, settle.assignment);
            vec![task, row, Key::Document(visit), Key::Checklist(settle.checklist)]
        }
        Payload::VisitAccept(_) | Payload::VisitReturn(_) => vec![Key::Visit(visit)],
        Payload::VisitVoid(_) => vec![Key::Visit(visit), Key::FindingsOf(visit)],
        Payload::EvidenceVerified(_) => vec![Key::Visit(visit), Key::Document(visit)],
        Payload::FindingConfirm(_) | Payload::FindingDismiss(_) => vec![Key::Finding(FindingId(op.subject))],
        Payload::HeldAdopt(adopt) => vec![Key::Held(adopt.op)],
        Payload::HeldDecline(decline) => vec![Key::Held(decline.op)],
    }
}

fn visit_keys(visit: VisitId, assignment: AssignmentId) -> [Key; 2] {
    [Key::Assignment(assignment), Key::Visit(visit)]
}

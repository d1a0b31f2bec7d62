//! The rows as the log makes them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use domain::{
    evidence::Sha256,
    ids::{ChecklistVersionId, FindingId, OpId, VisitId},
    op::{Effects, HeldCode, Key, Op, Payload, States, apply, needs, payload::AssignmentDecline},
    time::Moment,
    visit::VisitDocument,
};
use uuid::Uuid;

use crate::{
    code::Code as _,
    packed::{ListWords, unpack},
    writer::{Parts, log::LogRow},
};

/// Everything that the log has made so far.
#[derive(Default)]
pub(super) struct Replay {
    pub(super) states: States,
    pub(super) beside: Beside,
    findings_of: BTreeMap<VisitId, BTreeSet<FindingId>>,
    words: ListWords,
}

/// What the writer keeps of it beside the domain's own nouns.
#[derive(Default)]
pub(super) struct Beside {
    /// When the server learned of a visit.
    pub(super) learned: BTreeMap<VisitId, Moment>,
    /// By visit and submission.
    pub(super) revisions: BTreeMap<(Uuid, i32), Revision>,
    /// By visit, hash and record.
    pub(super) evidence: BTreeMap<(Uuid, Sha256, Uuid), Evidence>,
    /// By op.
    pub(super) held: BTreeMap<Uuid, Held>,
    /// When an account was disabled.
    pub(super) disabled: BTreeMap<Uuid, i64>,
    /// The tasks from which somebody stepped aside for a tie.
    pub(super) tied: BTreeSet<Uuid>,
}

/// A document that was handed in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Revision {
    pub(super) rev: i64,
    pub(super) received_at: i64,
    /// Which list it answers.
    pub(super) checklist: Uuid,
    /// Of its canonical form.
    pub(super) document: Option<Sha256>,
}

/// A record with bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) item: Option<Uuid>,
    pub(super) kind: i16,
    pub(super) size: i64,
    pub(super) mime: String,
    pub(super) submission: i32,
    pub(super) verified: bool,
}

/// An op that waits, or waited, for HQ.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) rev: i64,
    pub(super) code: String,
    pub(super) kind: String,
    pub(super) subject: Option<Uuid>,
    pub(super) venue: Option<Uuid>,
    pub(super) county: Option<Uuid>,
    pub(super) received_at: i64,
    pub(super) state: i16,
    pub(super) decided_rev: Option<i64>,
}

impl Replay {
    /// A document as it came. `None`: it was packed with the words of another list, or has been changed.
    pub(super) fn unpacked(&mut self, list: Uuid, packed: &[u8]) -> Option<String> {
        let list = self.states.checklists.get(&ChecklistVersionId(list));
        unpack("visit_revision", packed, list.map(|list| self.words.of(list))).ok()
    }

    /// Applies an op with its stored facts. Its rows are taken out for it, so that an op costs what it
    /// touches and not what there is.
    pub(super) fn apply(&mut self, op: &Op, row: &LogRow) {
        let mut keys: BTreeSet<Key> = needs(op).into_iter().collect();
        let held: Vec<Arc<Op>> = keys
            .iter()
            .filter_map(|key| if let Key::Held(id) = key { self.states.held.get(id).cloned() } else { None })
            .collect();
        keys.extend(held.iter().flat_map(|op| needs(op)));
        let mut few = self.take(&keys);
        let effects = apply(op, &mut few, &row.facts);
        self.put(few);
        let adopted = matches!(op.payload, Payload::HeldAdopt(_)).then(|| held.first().cloned()).flatten();
        self.note(op, adopted.as_deref(), &effects, row);
    }

    /// Keeps an op that waits for HQ; `None`: nobody can read it.
    pub(super) fn hold(&mut self, id: OpId, op: Option<Op>, code: HeldCode, row: &LogRow) {
        // A batch that failed twice was held without a look at anything.
        let blind = code == HeldCode::Internal;
        let assignment = op.as_ref().and_then(crate::writer::task_of).filter(|_| !blind);
        let task = assignment.and_then(|task| self.states.assignments.get(&task));
        let document = op.as_ref().and_then(submitted);
        let held = Held {
            rev: row.rev,
            code: code.code().to_owned(),
            kind: row.parts.kind.clone().unwrap_or_default(),
            subject: row.parts.subject,
            venue: task.map(|task| task.venue.0).or(document.map(|document| document.venue.0)),
            county: task.map(|task| task.county.0),
            received_at: row.facts.received_at.0,
            state: 1,
            decided_rev: None,
        };
        self.beside.held.insert(id.0, held);
        if let Some(op) = op {
            self.states.held.insert(id, Arc::new(op));
        }
    }

    fn note(&mut self, op: &Op, adopted: Option<&Op>, effects: &Effects, row: &LogRow) {
        for key in &effects.touched {
            if let Key::Visit(visit) = key {
                self.beside.learned.entry(*visit).or_insert(row.facts.received_at);
            }
        }
        match &op.payload {
            Payload::HeldAdopt(adopt) => self.decided(adopt.op, 2, row.rev),
            Payload::HeldDecline(decline) => self.decided(decline.op, 3, row.rev),
            Payload::EvidenceVerified(verified) => {
                let visit = VisitId(op.subject);
                let Some(counted) = self.states.verified.get(&visit) else { return };
                for hash in verified.sha256.iter().filter(|hash| counted.contains(hash)) {
                    let records = (visit.0, *hash, Uuid::nil())..=(visit.0, *hash, Uuid::max());
                    self.beside.evidence.range_mut(records).for_each(|(_, record)| record.verified = true);
                }
            }
            Payload::AccountDisable(_) => {
                self.beside.disabled.entry(op.subject).or_insert(row.facts.received_at.0);
            }
            Payload::AccountReopen(_) => {
                self.beside.disabled.remove(&op.subject);
            }
            Payload::AssignmentDecline(AssignmentDecline { tie: true, .. }) => {
                self.beside.tied.insert(op.subject);
            }
            _ => {}
        }
        let whole = adopted.unwrap_or(op);
        if let Some(document) = submitted(whole) {
            self.submitted(whole, document, row);
        }
    }

    fn decided(&mut self, op: OpId, state: i16, rev: i64) {
        if let Some(held) = self.beside.held.get_mut(&op.0) {
            (held.state, held.decided_rev) = (state, Some(rev));
        }
    }

    fn submitted(&mut self, op: &Op, document: &VisitDocument, row: &LogRow) {
        let visit = VisitId::of(document.assignment);
        let Some(submission) = self.states.visits.get(&visit).map(|visit| visit.submission.cast_signed()) else {
            return;
        };
        let payload = Parts::of(&op.canonical, op.id.0).and_then(|parts| parts.payload);
        let revision = Revision {
            rev: row.rev,
            received_at: row.facts.received_at.0,
            checklist: document.checklist.0,
            document: payload.map(|payload| Sha256::of(payload.as_bytes())),
        };
        self.beside.revisions.insert((visit.0, submission), revision);
        let counted = self.states.verified.get(&visit);
        for record in &document.evidence {
            let Some(bytes) = &record.bytes else { continue };
            let verified = counted.is_some_and(|counted| counted.contains(&bytes.sha256));
            let new = Evidence {
                item: record.item.map(|item| item.0),
                kind: record.kind.code(),
                size: bytes.size.cast_signed(),
                mime: bytes.mime.clone(),
                submission,
                verified,
            };
            let known = self.beside.evidence.entry((visit.0, bytes.sha256, record.id.0)).or_insert(new);
            known.item = record.item.map(|item| item.0);
            known.kind = record.kind.code();
            known.submission = submission;
            known.verified |= verified;
        }
    }

    fn take(&mut self, keys: &BTreeSet<Key>) -> States {
        let (all, mut few) = (&mut self.states, States::default());
        for key in keys {
            match key {
                Key::Unit(id) => move_one(&mut all.units, &mut few.units, id),
                Key::Venue(id) => move_one(&mut all.venues, &mut few.venues, id),
                Key::Checklist(id) => {
                    if let Some(version) = all.checklists.get(id) {
                        few.checklists.insert(*id, Arc::clone(version));
                    }
                }
                Key::Assignment(id) => move_one(&mut all.assignments, &mut few.assignments, id),
                Key::Visit(id) => move_one(&mut all.visits, &mut few.visits, id),
                Key::Document(id) => {
                    move_one(&mut all.documents, &mut few.documents, id);
                    move_one(&mut all.verified, &mut few.verified, id);
                }
                Key::FindingsOf(id) => {
                    for finding in self.findings_of.get(id).into_iter().flatten() {
                        move_one(&mut all.findings, &mut few.findings, finding);
                    }
                }
                Key::Finding(id) => move_one(&mut all.findings, &mut few.findings, id),
                Key::Held(id) => move_one(&mut all.held, &mut few.held, id),
            }
        }
        few
    }

    fn put(&mut self, few: States) {
        for finding in few.findings.values() {
            if let Some(visit) = finding.visit {
                self.findings_of.entry(visit).or_default().insert(finding.id);
            }
        }
        self.states.units.extend(few.units);
        self.states.venues.extend(few.venues);
        self.states.checklists.extend(few.checklists);
        self.states.assignments.extend(few.assignments);
        self.states.visits.extend(few.visits);
        self.states.documents.extend(few.documents);
        self.states.verified.extend(few.verified);
        self.states.findings.extend(few.findings);
        self.states.held.extend(few.held);
    }
}

fn move_one<K: Ord + Copy, V>(from: &mut BTreeMap<K, V>, to: &mut BTreeMap<K, V>, key: &K) {
    if let Some(value) = from.remove(key) {
        to.insert(*key, value);
    }
}

/// The document that an op hands in.
fn submitted(op: &Op) -> Option<&VisitDocument> {
    if let Payload::VisitSubmit(document) = &op.payload { Some(document) } else { None }
}

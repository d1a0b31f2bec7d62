//! What a batch changes, gathered while it is decided, for one write at its end.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    evidence::{EVIDENCE_MAX_BYTES, Sha256, StoredBytes},
    ids::{ChecklistVersionId, JournalId, OpId, VisitId},
    op::{Effects, HeldCode, Key, NoticeKind, Op, Payload, States, Verdict},
    time::Moment,
    visit::VisitDocument,
};
use mutants::{Mutant, planted};
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::{
    ask::CallerRow,
    batch::{Fresh, Prepared, task_of, visit_of},
    incoming::Parts,
};
use crate::{code::Code as _, error::Result, rows::columns};

columns!(RevisionRow, RevisionColumns {
    visit_id: Uuid,
    submission: i32,
    rev: i64,
    received_at: i64,
    checklist_id: Uuid,
    document: Vec<u8>,
});

columns!(EvidenceRow, EvidenceColumns {
    visit_id: Uuid,
    sha256: Vec<u8>,
    evidence_id: Uuid,
    item_id: Option<Uuid>,
    kind: i16,
    size: i64,
    mime: String,
    submission: i32,
    verified: bool,
});

columns!(HeldRow, HeldColumns {
    op_id: Uuid,
    rev: i64,
    code: String,
    kind: String,
    subject: Option<Uuid>,
    venue_id: Option<Uuid>,
    county_id: Option<Uuid>,
    received_at: i64,
});

columns!(DecidedRow, DecidedColumns { op_id: Uuid, state: i16, decided_rev: i64 });

columns!(ClaimRow, ClaimColumns {
    visit_id: Uuid,
    sha256: Vec<u8>,
    journal_id: Uuid,
    size: i64,
    mime: String,
});

columns!(NoticeRow, NoticeColumns { assignment_id: Uuid, kind: i16, rev: i64 });

columns!(VerifiedRow, VerifiedColumns {
    visit_id: Uuid,
    sha256: Vec<u8>,
});

columns!(HeldJournalRow, HeldJournalColumns { op_id: Uuid, journal_id: Uuid });

/// What a batch changes.
#[derive(Default)]
pub(super) struct Changes {
    /// The rows that changed, with the moment at which each was first touched here.
    pub(super) touched: BTreeMap<Key, Moment>,
    pub(super) revisions: Vec<Handed>,
    pub(super) evidence: Vec<EvidenceRow>,
    pub(super) verified: Vec<VerifiedRow>,
    pub(super) held: Vec<HeldRow>,
    pub(super) held_journals: Vec<HeldJournalRow>,
    pub(super) decided: Vec<DecidedRow>,
    pub(super) notices: Vec<NoticeRow>,
    pub(super) claims: Vec<ClaimRow>,
    adopted: Vec<(OpId, VisitId)>,
}

/// A document as it came.
pub(super) struct Handed {
    pub(super) visit: VisitId,
    pub(super) submission: i32,
    pub(super) rev: i64,
    pub(super) received_at: Moment,
    pub(super) checklist: ChecklistVersionId,
    pub(super) document: String,
}

/// What [`domain::op::apply`] takes away and is needed after it.
pub(super) struct Before {
    held: Option<Arc<Op>>,
}

impl Changes {
    /// Notes what follows from a verdict alone: a held op waits for HQ, and bytes that a safe op names may come.
    pub(super) fn note(&mut self, fresh: &Fresh<'_>, request: &Prepared, rev: i64, states: &States) {
        if let Verdict::Held { code } = &fresh.verdict
            && !(planted(Mutant::DropsSideRevisions) && *code == HeldCode::StaleBase)
        {
            let none = Parts::default();
            let parts = fresh.op.parts.as_ref().unwrap_or(&none);
            let task = fresh.op.op().and_then(task_of).and_then(|task| states.assignments.get(&task));
            let document = fresh.op.op().and_then(submitted);
            self.held.push(HeldRow {
                op_id: fresh.logged_as,
                rev,
                code: code.code().to_owned(),
                kind: parts.kind.clone().unwrap_or_default(),
                subject: parts.subject,
                venue_id: task.map(|task| task.venue.0).or(document.map(|document| document.venue.0)),
                county_id: task.map(|task| task.county.0),
                received_at: request.received_at.0,
            });
            if let Some(journal) = request.journal {
                self.held_journals.push(HeldJournalRow { op_id: fresh.logged_as, journal_id: journal.0 });
            }
        }
        let may_send = fresh.verdict.is_safe() || planted(Mutant::ClaimsForRefused);
        if let (true, Some(journal), Some(document)) = (may_send, request.journal, fresh.op.op().and_then(submitted)) {
            let visit = VisitId::of(document.assignment);
            // What is held was not looked at by the rules: nobody fills the disk by naming a file without an end.
            let fits = |bytes: &&StoredBytes| (1..=EVIDENCE_MAX_BYTES).contains(&bytes.size);
            let named = document.evidence.iter().filter_map(|record| record.bytes.as_ref()).filter(fits);
            self.claims.extend(named.map(|bytes| ClaimRow {
                visit_id: visit.0,
                sha256: bytes.sha256.0.to_vec(),
                journal_id: journal.0,
                size: size(bytes.size),
                mime: bytes.mime.clone(),
            }));
        }
    }

    /// What must be remembered before `op` is applied.
    pub(super) fn before(op: &Op, states: &States) -> Before {
        let held = match &op.payload {
            Payload::HeldAdopt(adopt) => states.held.get(&adopt.op).cloned(),
            _ => None,
        };
        Before { held }
    }

    /// Notes what an applied op did.
    pub(super) fn applied(
        &mut self,
        op: &Op,
        before: &Before,
        effects: Effects,
        (request, caller, rev): (&Prepared, Option<&CallerRow>, i64),
        states: &States,
        writers: &mut HashMap<VisitId, JournalId>,
    ) {
        for key in effects.touched {
            self.touched.entry(key).or_insert(request.received_at);
        }
        for notice in effects.notices {
            let kind = match notice.kind {
                NoticeKind::Grant => 1,
                NoticeKind::Change => 2,
                NoticeKind::Withdraw => 3,
            };
            self.notices.push(NoticeRow { assignment_id: notice.assignment.0, kind, rev });
        }
        match &op.payload {
            Payload::VisitArrive(_) | Payload::VisitSubmit(_) | Payload::VisitTakeOver(_) => {
                if let (Some(visit), Some(journal)) = (visit_of(op), caller.and_then(|caller| caller.writes_as)) {
                    writers.insert(visit, journal);
                }
            }
            Payload::HeldAdopt(adopt) => {
                self.decided.push(DecidedRow { op_id: adopt.op.0, state: 2, decided_rev: rev });
                if let Some(visit) = before.held.as_deref().and_then(visit_of) {
                    self.adopted.push((adopt.op, visit));
                }
            }
            Payload::HeldDecline(decline) => {
                self.decided.push(DecidedRow { op_id: decline.op.0, state: 3, decided_rev: rev });
            }
            Payload::EvidenceVerified(verified) => {
                let visit = VisitId(op.subject);
                let counted = states.verified.get(&visit);
                let hashes = verified.sha256.iter().filter(|hash| counted.is_some_and(|seen| seen.contains(hash)));
                self.verified.extend(hashes.map(|hash| VerifiedRow { visit_id: visit.0, sha256: hash.0.to_vec() }));
            }
            _ => {}
        }
        let whole = before.held.as_deref().unwrap_or(op);
        if let Some(document) = submitted(whole) {
            self.submitted(whole, document, rev, request.received_at, states);
        }
    }

    fn submitted(&mut self, op: &Op, document: &VisitDocument, rev: i64, received_at: Moment, states: &States) {
        let visit = VisitId::of(document.assignment);
        let Some(submission) = states.visits.get(&visit).map(|visit| size(visit.submission.into()) as i32) else {
            return;
        };
        // As it came, unknown fields included: the op's digest must come out again.
        let Some(payload) = Parts::of(&op.canonical, op.id.0).and_then(|parts| parts.payload) else { return };
        self.revisions.push(Handed {
            visit,
            submission,
            rev,
            received_at,
            checklist: document.checklist,
            document: payload,
        });
        let verified = states.verified.get(&visit);
        for record in &document.evidence {
            let Some(bytes) = &record.bytes else { continue };
            self.evidence.push(EvidenceRow {
                visit_id: visit.0,
                sha256: bytes.sha256.0.to_vec(),
                evidence_id: record.id.0,
                item_id: record.item.map(|item| item.0),
                kind: record.kind.code(),
                size: size(bytes.size),
                mime: bytes.mime.clone(),
                submission,
                verified: verified.is_some_and(|seen: &BTreeSet<Sha256>| seen.contains(&bytes.sha256)),
            });
        }
    }

    /// The journals whose held ops were adopted write those visits from now on, or whichever is in their place by then:
    /// that is known to `identity.record`.
    pub(super) async fn adopt_writers(
        &self,
        connection: &mut PgConnection,
        writers: &mut HashMap<VisitId, JournalId>,
    ) -> Result<()> {
        if self.adopted.is_empty() {
            return Ok(());
        }
        let visits: HashMap<OpId, VisitId> = self.adopted.iter().copied().collect();
        let ops: Vec<Uuid> = visits.keys().map(|op| op.0).collect();
        let rows = sqlx::query("SELECT op_id, journal_id FROM identity.held_journals($1)").bind(ops);
        for row in rows.fetch_all(connection).await? {
            if let Some(visit) = visits.get(&OpId(row.try_get("op_id")?)) {
                writers.insert(*visit, JournalId(row.try_get("journal_id")?));
            }
        }
        Ok(())
    }

    /// The tasks that changed.
    pub(super) fn ids<T>(&self, pick: impl Fn(&Key) -> Option<T>) -> Vec<(T, Moment)> {
        self.touched.iter().filter_map(|(key, at)| Some((pick(key)?, *at))).collect()
    }
}

/// The document that an op hands in.
fn submitted(op: &Op) -> Option<&VisitDocument> {
    if let Payload::VisitSubmit(document) = &op.payload { Some(document) } else { None }
}

fn size(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

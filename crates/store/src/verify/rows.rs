//! Every row, column by column, against what the log makes of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Debug,
};

use domain::{evidence::Sha256, ids::TenantId, ids::VisitId, op::canonical, time::Moment};
use sqlx::{PgConnection, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{
    Fault, MediaName, Report,
    replay::{Evidence, Held, Replay, Revision},
};
use crate::{
    error::{Error, Result},
    rows::{AssignmentRow, FindingRow, Stored, UnitRow, VenueRow, VisitRow, digest, json},
};

/// A checklist version.
#[derive(PartialEq)]
struct ChecklistRow {
    version_id: Uuid,
    topic: String,
    document: String,
}

impl Stored for ChecklistRow {
    fn as_stored(row: &PgRow) -> Result<Self> {
        Ok(Self {
            version_id: row.try_get("version_id")?,
            topic: row.try_get("topic")?,
            document: row.try_get("document")?,
        })
    }
}

/// A row that the log makes, in one spelling: JSON of the database and of ours becomes the same text.
trait Made: Stored + PartialEq {
    /// What its key is called.
    const KEY: &'static str;

    /// Its JSON columns.
    fn json(&mut self) -> Vec<&mut String>;
}

impl Made for UnitRow {
    const KEY: &'static str = "unit_id";

    fn json(&mut self) -> Vec<&mut String> {
        vec![&mut self.name]
    }
}

impl Made for VenueRow {
    const KEY: &'static str = "venue_id";

    fn json(&mut self) -> Vec<&mut String> {
        [Some(&mut self.name), self.original.as_mut()].into_iter().flatten().collect()
    }
}

impl Made for ChecklistRow {
    const KEY: &'static str = "version_id";

    fn json(&mut self) -> Vec<&mut String> {
        vec![&mut self.document]
    }
}

impl Made for AssignmentRow {
    const KEY: &'static str = "assignment_id";

    fn json(&mut self) -> Vec<&mut String> {
        [self.scenario.as_mut(), self.commitments.as_mut()].into_iter().flatten().collect()
    }
}

impl Made for VisitRow {
    const KEY: &'static str = "visit_id";

    fn json(&mut self) -> Vec<&mut String> {
        self.returned.as_mut().into_iter().collect()
    }
}

impl Made for FindingRow {
    const KEY: &'static str = "finding_id";

    fn json(&mut self) -> Vec<&mut String> {
        vec![&mut self.title]
    }
}

/// In one spelling; what is no canonical JSON stays as it is, and differs.
fn plain<M: Made>(mut row: M) -> M {
    for json in row.json() {
        if let Ok(text) = canonical::canonicalise(json) {
            *json = text;
        }
    }
    row
}

/// Compares every table of the tenant with `replay`.
pub(super) async fn compare(
    tx: &mut PgConnection,
    tenant: TenantId,
    replay: &mut Replay,
    report: &mut Report,
) -> Result<()> {
    let states = &replay.states;
    let rows = read(
        tx,
        tenant,
        "app.org_unit",
        "SELECT unit_id, parent_id, kind, code, name::text FROM app.org_unit WHERE tenant_id = $1",
        report,
    )
    .await?;
    made("unit", states.units.values().map(|unit| (unit.id.0, UnitRow::of(unit))), rows.as_deref(), report)?;
    let rows = read(
        tx,
        tenant,
        "app.venue",
        "SELECT venue_id, kind, code, name::text, unit_id, county_id, address, lat, lon, original::text, hours, agent,
                rural
         FROM app.venue WHERE tenant_id = $1",
        report,
    )
    .await?;
    made("venue", states.venues.values().map(|venue| (venue.id.0, VenueRow::of(venue))), rows.as_deref(), report)?;
    let rows = read(
        tx,
        tenant,
        "app.checklist_version",
        "SELECT version_id, topic, document::text FROM app.checklist_version WHERE tenant_id = $1",
        report,
    )
    .await?;
    let versions = states.checklists.values().map(|version| {
        let row = json(&**version).map(|document| ChecklistRow {
            version_id: version.id.0,
            topic: version.topic.clone(),
            document,
        });
        (version.id.0, row)
    });
    made("checklist", versions, rows.as_deref(), report)?;
    let rows = read(
        tx,
        tenant,
        "app.assignment",
        "SELECT assignment_id, venue_id, unit_id, county_id, checklist_id, topic, rural, mode, window_from,
                window_until, scenario::text, commitments::text, state, revision
         FROM app.assignment WHERE tenant_id = $1",
        report,
    )
    .await?;
    made(
        "task",
        states.assignments.values().map(|task| (task.id.0, AssignmentRow::of(task))),
        rows.as_deref(),
        report,
    )?;
    let rows = read(
        tx,
        tenant,
        "app.visit",
        "SELECT visit_id, assignment_id, venue_id, unit_id, county_id, checklist_id, topic, mode, state, revision,
                submission, arrived_at, arrived_lat, arrived_lon, arrived_accuracy_m, arrived_age_ms, arrived_no_fix,
                left_at, left_lat, left_lon, left_accuracy_m, left_age_ms, left_no_fix, received_at, listed_at, score,
                score_provisional, score_red_lines, score_formula, evidence_expected, evidence_verified,
                returned::text, decided_by, decided_at, decision_reason
         FROM app.visit WHERE tenant_id = $1",
        report,
    )
    .await?;
    let visits = states.visits.values().map(|visit| {
        let submissions = (visit.id.0, i32::MIN)..=(visit.id.0, i32::MAX);
        let newest = replay.beside.revisions.range(submissions).next_back();
        let came = newest.map(|(_, newest)| Moment(newest.received_at));
        let learned = replay.beside.learned.get(&visit.id).copied();
        (visit.id.0, VisitRow::of(visit, came.or(learned).unwrap_or_default()))
    });
    made("visit", visits, rows.as_deref(), report)?;
    let rows = read(
        tx,
        tenant,
        "app.finding",
        "SELECT finding_id, source, visit_id, item_id, item_code, topic, venue_id, unit_id, county_id, severity,
                title::text, note, reason, found_at, state, revision
         FROM app.finding WHERE tenant_id = $1",
        report,
    )
    .await?;
    made(
        "finding",
        states.findings.values().map(|found| (found.id.0, FindingRow::of(found))),
        rows.as_deref(),
        report,
    )?;
    revisions(tx, tenant, replay, report).await?;
    evidence(tx, tenant, replay, report).await?;
    held(tx, tenant, replay, report).await
}

/// What was handed in, whole.
async fn revisions(tx: &mut PgConnection, tenant: TenantId, replay: &mut Replay, report: &mut Report) -> Result<()> {
    let found = read(
        tx,
        tenant,
        "app.visit_revision",
        "SELECT visit_id, submission, rev, received_at, checklist_id, document FROM app.visit_revision WHERE tenant_id = $1",
        report,
    )
    .await?;
    let Some(rows) = found else { return Ok(()) };
    let mut found = BTreeMap::new();
    for row in rows {
        let list = row.try_get("checklist_id")?;
        let document = replay.unpacked(list, row.try_get("document")?);
        let document = document.and_then(|document| canonical::canonicalise(&document).ok());
        let revision = Revision {
            rev: row.try_get("rev")?,
            received_at: row.try_get("received_at")?,
            checklist: list,
            document: document.map(|document| Sha256::of(document.as_bytes())),
        };
        found.insert((row.try_get("visit_id")?, row.try_get("submission")?), revision);
    }
    table("document", &replay.beside.revisions, &found, report);
    Ok(())
}

async fn evidence(tx: &mut PgConnection, tenant: TenantId, replay: &Replay, report: &mut Report) -> Result<()> {
    let found = read(
        tx,
        tenant,
        "app.evidence",
        "SELECT visit_id, sha256, evidence_id, item_id, kind, size, mime, submission, verified FROM app.evidence
         WHERE tenant_id = $1",
        report,
    )
    .await?;
    let Some(rows) = found else { return Ok(()) };
    let mut found = BTreeMap::new();
    let mut media: BTreeMap<(VisitId, Sha256), u64> = BTreeMap::new();
    for row in rows {
        // A hash of another length is a row of which the log knows nothing.
        let sha256 = digest("evidence", row.try_get("sha256")?).unwrap_or(Sha256([0; 32]));
        let visit: Uuid = row.try_get("visit_id")?;
        let record = Evidence {
            item: row.try_get("item_id")?,
            kind: row.try_get("kind")?,
            size: row.try_get("size")?,
            mime: row.try_get("mime")?,
            submission: row.try_get("submission")?,
            verified: row.try_get("verified")?,
        };
        if record.verified {
            media.insert((VisitId(visit), sha256), record.size.unsigned_abs());
        }
        found.insert((visit, sha256, row.try_get("evidence_id")?), record);
    }
    table("evidence", &replay.beside.evidence, &found, report);
    let names = media.into_iter().map(|((visit, sha256), size)| MediaName { visit, sha256, size });
    report.media.extend(names);
    Ok(())
}

async fn held(tx: &mut PgConnection, tenant: TenantId, replay: &Replay, report: &mut Report) -> Result<()> {
    let found = read(
        tx,
        tenant,
        "app.held",
        "SELECT op_id, rev, code, kind, subject, venue_id, county_id, received_at, state, decided_rev FROM app.held
         WHERE tenant_id = $1",
        report,
    )
    .await?;
    let Some(rows) = found else { return Ok(()) };
    let mut found = BTreeMap::new();
    for row in rows {
        let held = Held {
            rev: row.try_get("rev")?,
            code: row.try_get("code")?,
            kind: row.try_get("kind")?,
            subject: row.try_get("subject")?,
            venue: row.try_get("venue_id")?,
            county: row.try_get("county_id")?,
            received_at: row.try_get("received_at")?,
            state: row.try_get("state")?,
            decided_rev: row.try_get("decided_rev")?,
        };
        found.insert(row.try_get("op_id")?, held);
    }
    table("held", &replay.beside.held, &found, report);
    Ok(())
}

/// The rows of a table. `None`: the database cannot read them, and those of the next table can be looked at all the same.
async fn read(
    tx: &mut PgConnection,
    tenant: TenantId,
    table: &str,
    statement: &'static str,
    report: &mut Report,
) -> Result<Option<Vec<PgRow>>> {
    sqlx::raw_sql("SAVEPOINT one_table").execute(&mut *tx).await?;
    let rows = sqlx::query(statement).bind(tenant.0).fetch_all(&mut *tx).await.map_err(Error::from);
    match rows {
        Ok(rows) => {
            sqlx::raw_sql("RELEASE SAVEPOINT one_table").execute(tx).await?;
            Ok(Some(rows))
        }
        Err(error) if error.is_damage() => {
            sqlx::raw_sql("ROLLBACK TO SAVEPOINT one_table").execute(tx).await?;
            report.add(format!("{table}: {error}"), Fault::Damaged);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Compares a table whose rows are nouns of the domain, if they could be read.
fn made<M: Made>(
    name: &str,
    log: impl Iterator<Item = (Uuid, Result<M>)>,
    rows: Option<&[PgRow]>,
    report: &mut Report,
) -> Result<()> {
    let Some(rows) = rows else { return Ok(()) };
    let mut known = BTreeMap::new();
    for (id, row) in log {
        known.insert(id, plain(row?));
    }
    let mut found = BTreeMap::new();
    for row in rows {
        found.insert(row.try_get::<Uuid, _>(M::KEY)?, plain(M::as_stored(row)?));
    }
    table(name, &known, &found, report);
    Ok(())
}

fn table<K: Ord + Debug, V: PartialEq>(name: &str, log: &BTreeMap<K, V>, rows: &BTreeMap<K, V>, report: &mut Report) {
    let keys: BTreeSet<&K> = log.keys().chain(rows.keys()).collect();
    for key in keys {
        let what = match (log.get(key), rows.get(key)) {
            (Some(known), Some(found)) if known == found => continue,
            (Some(_), Some(_)) => Fault::Row,
            (Some(_), None) => Fault::Missing,
            _ => Fault::Alien,
        };
        report.add(format!("{name} {key:?}"), what);
    }
}

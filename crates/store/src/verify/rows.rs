//! Every row against what the log makes of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    sync::Arc,
};

use domain::{
    checklist::ChecklistVersion,
    evidence::Sha256,
    ids::{OpId, TenantId, VisitId},
    visit::VisitDocument,
};
use sqlx::{PgConnection, Row as _, postgres::PgRow};

use super::{Fault, MediaName, Report, replay::Replay};
use crate::{
    error::{Error, Result},
    rows::{AssignmentRow, FindingRow, UnitRow, VenueRow, VisitRow, digest, parse},
};

/// Compares every table of the tenant with `replay`.
pub(super) async fn compare(
    tx: &mut PgConnection,
    tenant: TenantId,
    replay: &Replay,
    report: &mut Report,
) -> Result<()> {
    let states = &replay.states;
    let rows =
        read(tx, tenant, "SELECT unit_id, parent_id, kind, code, name::text FROM app.org_unit WHERE tenant_id = $1")
            .await?;
    table("unit", &states.units, keyed(&rows, UnitRow::read, |unit| unit.id), report);
    let rows = read(
        tx,
        tenant,
        "SELECT venue_id, kind, code, name::text, unit_id, county_id, address, lat, lon, original::text, hours, agent,
                rural
         FROM app.venue WHERE tenant_id = $1",
    )
    .await?;
    table("venue", &states.venues, keyed(&rows, VenueRow::read, |venue| venue.id), report);
    let rows = read(
        tx,
        tenant,
        "SELECT assignment_id, venue_id, unit_id, county_id, checklist_id, topic, rural, mode, window_from,
                window_until, scenario::text, commitments::text, state, revision
         FROM app.assignment WHERE tenant_id = $1",
    )
    .await?;
    table("task", &states.assignments, keyed(&rows, AssignmentRow::read, |task| task.id), report);
    let rows = read(
        tx,
        tenant,
        "SELECT visit_id, assignment_id, venue_id, unit_id, county_id, checklist_id, topic, mode, state, revision,
                submission, arrived_at, arrived_lat, arrived_lon, arrived_accuracy_m, arrived_age_ms, arrived_no_fix,
                left_at, left_lat, left_lon, left_accuracy_m, left_age_ms, left_no_fix, received_at, score,
                score_provisional, score_red_lines, score_formula, evidence_expected, evidence_verified,
                returned::text, decided_by, decided_at, decision_reason
         FROM app.visit WHERE tenant_id = $1",
    )
    .await?;
    table("visit", &states.visits, keyed(&rows, VisitRow::read, |visit| visit.id), report);
    let rows = read(
        tx,
        tenant,
        "SELECT finding_id, source, visit_id, item_id, item_code, topic, venue_id, unit_id, county_id, severity,
                title::text, note, reason, found_at, state, revision
         FROM app.finding WHERE tenant_id = $1",
    )
    .await?;
    table("finding", &states.findings, keyed(&rows, FindingRow::read, |finding| finding.id), report);
    documents(tx, tenant, replay, report).await?;
    held(tx, tenant, replay, report).await
}

/// Checklists, documents and evidence: what lies beside the rows.
async fn documents(tx: &mut PgConnection, tenant: TenantId, replay: &Replay, report: &mut Report) -> Result<()> {
    let states = &replay.states;
    let rows =
        read(tx, tenant, "SELECT version_id, document::text FROM app.checklist_version WHERE tenant_id = $1").await?;
    let version = |row: &PgRow| {
        let version: ChecklistVersion = parse("checklist_version", row.try_get("document")?)?;
        Ok(Arc::new(version))
    };
    table("checklist", &states.checklists, keyed(&rows, version, |version: &Arc<ChecklistVersion>| version.id), report);
    let rows = read(
        tx,
        tenant,
        "SELECT DISTINCT ON (visit_id) visit_id, document::text FROM app.visit_revision
         WHERE tenant_id = $1 ORDER BY visit_id, submission DESC",
    )
    .await?;
    let document = |row: &PgRow| {
        let document: VisitDocument = parse("visit_revision", row.try_get("document")?)?;
        Ok(Arc::new(document))
    };
    let of_visit = |document: &Arc<VisitDocument>| VisitId::of(document.assignment);
    table("document", &states.documents, keyed(&rows, document, of_visit), report);
    let rows = read(
        tx,
        tenant,
        "SELECT DISTINCT visit_id, sha256, size FROM app.evidence WHERE tenant_id = $1 AND verified ORDER BY 1, 2",
    )
    .await?;
    let mut verified: BTreeMap<VisitId, BTreeSet<Sha256>> = BTreeMap::new();
    for row in &rows {
        let (visit, sha256) = (VisitId(row.try_get("visit_id")?), digest("evidence", row.try_get("sha256")?)?);
        let size: i64 = row.try_get("size")?;
        verified.entry(visit).or_default().insert(sha256);
        report.media.push(MediaName { visit, sha256, size: u64::try_from(size).unwrap_or_default() });
    }
    let known = states.verified.iter().filter(|(_, hashes)| !hashes.is_empty());
    let known: BTreeMap<VisitId, BTreeSet<Sha256>> = known.map(|(id, hashes)| (*id, hashes.clone())).collect();
    let found = verified.into_iter().map(|(id, hashes)| Ok((id, hashes))).collect();
    table("evidence of visit", &known, found, report);
    Ok(())
}

async fn held(tx: &mut PgConnection, tenant: TenantId, replay: &Replay, report: &mut Report) -> Result<()> {
    let rows = read(tx, tenant, "SELECT op_id, kind FROM app.held WHERE tenant_id = $1 AND state = 1").await?;
    let mut waiting = BTreeSet::new();
    for row in &rows {
        waiting.insert(OpId(row.try_get("op_id")?));
    }
    for missing in replay.states.held.keys().filter(|id| !waiting.contains(id)) {
        report.add(format!("held {missing}"), Fault::Missing);
    }
    Ok(())
}

async fn read(tx: &mut PgConnection, tenant: TenantId, statement: &'static str) -> Result<Vec<PgRow>> {
    Ok(sqlx::query(statement).bind(tenant.0).fetch_all(tx).await?)
}

/// The rows by their id; one that cannot be read at all is an error of its own.
fn keyed<K, V>(
    rows: &[PgRow],
    read: impl Fn(&PgRow) -> Result<V>,
    id: impl Fn(&V) -> K,
) -> Vec<core::result::Result<(K, V), Error>> {
    rows.iter().map(|row| read(row).map(|value| (id(&value), value))).collect()
}

fn table<K: Ord + Copy + Display, V: PartialEq>(
    name: &str,
    log: &BTreeMap<K, V>,
    rows: Vec<core::result::Result<(K, V), Error>>,
    report: &mut Report,
) {
    let mut seen = BTreeSet::new();
    for row in rows {
        match row {
            Err(error) => report.add(format!("{name}: {error}"), Fault::Row),
            Ok((id, value)) => {
                seen.insert(id);
                match log.get(&id) {
                    None => report.add(format!("{name} {id}"), Fault::Alien),
                    Some(known) if *known != value => report.add(format!("{name} {id}"), Fault::Row),
                    Some(_) => {}
                }
            }
        }
    }
    for id in log.keys().filter(|id| !seen.contains(id)) {
        report.add(format!("{name} {id}"), Fault::Missing);
    }
}

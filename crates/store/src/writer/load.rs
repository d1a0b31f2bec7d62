//! Brings the rows that a batch names into memory: a few SELECTs, whatever the size of the batch.
//!
//! Tables that grow are asked row by row, within one statement: see [`by_key`](crate::by_key).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    checklist::ChecklistVersion,
    ids::{ChecklistVersionId, FindingId, OpId, TenantId, VisitId},
    op::{Key, Op, States, needs},
};
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::log::{LogRow, read_op};
use crate::{
    by_key::{ASSIGNMENTS, VENUES, VERIFIED, VISITS},
    error::Result,
    packed::{ListWords, unpack},
    rows::{AssignmentRow, FindingRow, UnitRow, VenueRow, VisitRow, digest, parse},
};

/// Checklist versions are immutable: each is read once a process.
pub(crate) type Checklists = HashMap<ChecklistVersionId, Arc<ChecklistVersion>>;

/// Loads what `ops` need, and what the held ops among it need in turn.
pub(crate) async fn load<'a>(
    connection: &mut PgConnection,
    tenant: TenantId,
    ops: impl Iterator<Item = &'a Op>,
    checklists: &mut Checklists,
) -> Result<States> {
    let mut keys: BTreeSet<Key> = ops.flat_map(needs).collect();
    let mut states = States::default();
    let held = ids(&keys, |key| if let Key::Held(OpId(id)) = key { Some(*id) } else { None });
    if !held.is_empty() {
        states.held = held_ops(connection, tenant, &held).await?;
        keys.extend(states.held.values().flat_map(|op| needs(op)));
    }
    rows(connection, tenant, &keys, &mut states).await?;
    documents(connection, tenant, &keys, checklists, &mut states).await?;
    versions(connection, tenant, &keys, checklists, &mut states).await?;
    Ok(states)
}

fn ids(keys: &BTreeSet<Key>, pick: impl Fn(&Key) -> Option<Uuid>) -> Vec<Uuid> {
    keys.iter().filter_map(pick).collect()
}

async fn rows(
    connection: &mut PgConnection,
    tenant: TenantId,
    keys: &BTreeSet<Key>,
    states: &mut States,
) -> Result<()> {
    let units = ids(keys, |key| if let Key::Unit(id) = key { Some(id.0) } else { None });
    if !units.is_empty() {
        // With everything above them: whether a unit would come to lie below itself is seen from there.
        let rows = sqlx::query(
            "WITH RECURSIVE wanted (unit_id, parent_id) AS (
                 SELECT u.unit_id, u.parent_id FROM app.org_unit u WHERE u.tenant_id = $1 AND u.unit_id = ANY ($2)
                 UNION
                 SELECT u.unit_id, u.parent_id FROM wanted w
                 JOIN app.org_unit u ON u.tenant_id = $1 AND u.unit_id = w.parent_id
             )
             SELECT u.unit_id, u.parent_id, u.kind, u.code, u.name::text
             FROM wanted w JOIN app.org_unit u ON u.tenant_id = $1 AND u.unit_id = w.unit_id",
        );
        for row in rows.bind(tenant.0).bind(units).fetch_all(&mut *connection).await? {
            let unit = UnitRow::read(&row)?;
            states.units.insert(unit.id, unit);
        }
    }
    let venues = ids(keys, |key| if let Key::Venue(id) = key { Some(id.0) } else { None });
    if !venues.is_empty() {
        for row in sqlx::query(VENUES).bind(tenant.0).bind(venues).fetch_all(&mut *connection).await? {
            let venue = VenueRow::read(&row)?;
            states.venues.insert(venue.id, venue);
        }
    }
    let assignments = ids(keys, |key| if let Key::Assignment(id) = key { Some(id.0) } else { None });
    if !assignments.is_empty() {
        for row in sqlx::query(ASSIGNMENTS).bind(tenant.0).bind(assignments).fetch_all(&mut *connection).await? {
            let assignment = AssignmentRow::read(&row)?;
            states.assignments.insert(assignment.id, assignment);
        }
    }
    let visits = ids(keys, |key| if let Key::Visit(id) = key { Some(id.0) } else { None });
    if !visits.is_empty() {
        let rows = sqlx::query(VISITS);
        for row in rows.bind(tenant.0).bind(visits).fetch_all(&mut *connection).await? {
            let visit = VisitRow::read(&row)?;
            states.visits.insert(visit.id, visit);
        }
    }
    Ok(())
}

/// Documents, verified bytes and findings exist only where something was handed in before.
async fn documents(
    connection: &mut PgConnection,
    tenant: TenantId,
    keys: &BTreeSet<Key>,
    checklists: &mut Checklists,
    states: &mut States,
) -> Result<()> {
    let submitted = |id: &VisitId| states.visits.get(id).filter(|visit| visit.submission > 0);
    let mut visits = Vec::new();
    let mut submissions = Vec::new();
    for key in keys {
        if let Key::Document(id) = key
            && let Some(visit) = submitted(id)
        {
            visits.push(id.0);
            submissions.push(i32::try_from(visit.submission).unwrap_or(i32::MAX));
        }
    }
    let of_visits = ids(keys, |key| if let Key::FindingsOf(id) = key { submitted(id).map(|_| id.0) } else { None });
    let findings = ids(keys, |key| if let Key::Finding(FindingId(id)) = key { Some(*id) } else { None });
    if !visits.is_empty() {
        let rows = sqlx::query(
            "SELECT visit_id, checklist_id, document
             FROM unnest($2::uuid[], $3::integer[]) AS x (visit, number) CROSS JOIN LATERAL (
                 SELECT * FROM app.visit_revision
                 WHERE tenant_id = $1 AND visit_id = x.visit AND submission = x.number LIMIT 1) AS r",
        );
        let rows = rows.bind(tenant.0).bind(visits.clone()).bind(submissions).fetch_all(&mut *connection).await?;
        let lists = rows.iter().map(|row| Ok(ChecklistVersionId(row.try_get("checklist_id")?)));
        let lists = lists.collect::<Result<BTreeSet<_>>>()?;
        ensure(connection, tenant, &lists, checklists).await?;
        let mut words = ListWords::default();
        for row in rows {
            let list = checklists.get(&ChecklistVersionId(row.try_get("checklist_id")?));
            let text = unpack("visit_revision", row.try_get("document")?, list.map(|list| words.of(list)))?;
            let document = parse("visit_revision", &text)?;
            states.documents.insert(VisitId(row.try_get("visit_id")?), Arc::new(document));
        }
        for row in sqlx::query(VERIFIED).bind(tenant.0).bind(visits).fetch_all(&mut *connection).await? {
            let sha256 = digest("evidence", row.try_get("sha256")?)?;
            states.verified.entry(VisitId(row.try_get("visit_id")?)).or_default().insert(sha256);
        }
    }
    if !of_visits.is_empty() || !findings.is_empty() {
        let rows = sqlx::query(
            "SELECT finding_id, source, visit_id, item_id, item_code, topic, venue_id, unit_id, county_id, severity,
                    title::text, note, reason, found_at, state, revision
             FROM app.finding WHERE tenant_id = $1 AND (visit_id = ANY ($2) OR finding_id = ANY ($3))",
        );
        for row in rows.bind(tenant.0).bind(of_visits).bind(findings).fetch_all(&mut *connection).await? {
            let finding = FindingRow::read(&row)?;
            states.findings.insert(finding.id, finding);
        }
    }
    Ok(())
}

async fn versions(
    connection: &mut PgConnection,
    tenant: TenantId,
    keys: &BTreeSet<Key>,
    checklists: &mut Checklists,
    states: &mut States,
) -> Result<()> {
    let wanted = keys.iter().filter_map(|key| if let Key::Checklist(id) = key { Some(*id) } else { None }).collect();
    ensure(connection, tenant, &wanted, checklists).await?;
    for id in wanted {
        if let Some(version) = checklists.get(&id) {
            states.checklists.insert(id, Arc::clone(version));
        }
    }
    Ok(())
}

async fn ensure(
    connection: &mut PgConnection,
    tenant: TenantId,
    wanted: &BTreeSet<ChecklistVersionId>,
    checklists: &mut Checklists,
) -> Result<()> {
    let missing: Vec<Uuid> = wanted.iter().filter(|id| !checklists.contains_key(id)).map(|id| id.0).collect();
    if !missing.is_empty() {
        checklists.extend(read_checklists(connection, tenant, missing).await?);
    }
    Ok(())
}

/// Reads checklist versions, whole.
pub(crate) async fn read_checklists(
    connection: &mut PgConnection,
    tenant: TenantId,
    ids: Vec<Uuid>,
) -> Result<Checklists> {
    let rows = sqlx::query(
        "SELECT version_id, document::text FROM app.checklist_version WHERE tenant_id = $1 AND version_id = ANY ($2)",
    );
    let mut versions = Checklists::new();
    for row in rows.bind(tenant.0).bind(ids).fetch_all(connection).await? {
        let version: ChecklistVersion = parse("checklist_version", row.try_get("document")?)?;
        versions.insert(ChecklistVersionId(row.try_get("version_id")?), Arc::new(version));
    }
    Ok(versions)
}

/// Held ops that still wait. One that cannot be read yet (an unknown kind) is not among them.
async fn held_ops(connection: &mut PgConnection, tenant: TenantId, ids: &[Uuid]) -> Result<BTreeMap<OpId, Arc<Op>>> {
    let rows = sqlx::query(
        "SELECT l.rev, l.received_at, l.op_id, l.digest, l.kind, l.subject, l.actor, l.base, l.salt,
                l.payload, l.extra::text, l.verdict, l.roles, l.facts
         FROM app.held h JOIN app.op_log l ON l.tenant_id = h.tenant_id AND l.rev = h.rev
         WHERE h.tenant_id = $1 AND h.op_id = ANY ($2) AND h.state = 1",
    );
    let mut held = BTreeMap::new();
    for row in rows.bind(tenant.0).bind(ids).fetch_all(connection).await? {
        if let Some(op) = read_op(&LogRow::read(&row)?, None)? {
            held.insert(op.id, Arc::new(op));
        }
    }
    Ok(held)
}

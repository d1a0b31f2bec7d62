//! Everything that a batch changed, written at once: one statement a table, whatever the number of ops.

use std::collections::HashMap;

use domain::{
    ids::{JournalId, TenantId, VisitId},
    op::{Key, Payload, States, Verdict},
    time::Moment,
};
use protocol::receipt::Head;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    batch::{Fresh, Locked, Place, Prepared},
    changes::{
        Changes, ClaimColumns, DecidedColumns, EvidenceColumns, Handed, HeldColumns, HeldJournalColumns, NoticeColumns,
        RevisionColumns, RevisionRow, VerifiedColumns,
    },
    incoming::Parts,
    log::{LogColumn, LogColumns, facts_columns, verdict_column},
    request::Caller,
    tree::Beside,
};
use crate::{
    error::{Error, Result},
    packed::Packer,
    rows::{
        AssignmentColumns, AssignmentRow, FindingColumns, FindingRow, UnitColumns, UnitRow, VenueColumns, VenueRow,
        VisitColumns, VisitRow, columns, json,
    },
};

/// A batch that was decided.
pub(super) struct Batch<'a> {
    pub(super) fresh: &'a [Fresh<'a>],
    pub(super) requests: &'a [&'a Prepared],
    pub(super) changes: Changes,
    pub(super) states: &'a States,
    /// Which journal writes which visit, as far as this batch says.
    pub(super) writers: &'a HashMap<VisitId, JournalId>,
    pub(super) packer: &'a mut Packer,
}

/// Writes a batch under its head.
pub(super) async fn save(
    connection: &mut PgConnection,
    tenant: TenantId,
    locked: &Locked,
    (head, beside): (&Head, &Beside),
    mut batch: Batch<'_>,
) -> Result<()> {
    log(connection, tenant, locked, (head, beside), &mut batch).await?;
    lists(connection, tenant, &batch).await?;
    work(connection, tenant, &batch).await?;
    held(connection, tenant, &mut batch).await?;
    record(connection, locked, batch).await
}

/// Writes the epoch of a tenant in which nothing else happened.
pub(super) async fn epoch(connection: &mut PgConnection, tenant: TenantId, locked: &Locked) -> Result<()> {
    sqlx::query("UPDATE app.tenant_head SET epoch = $2 WHERE tenant_id = $1")
        .bind(tenant.0)
        .bind(locked.epoch)
        .execute(connection)
        .await?;
    Ok(())
}

async fn log(
    connection: &mut PgConnection,
    tenant: TenantId,
    locked: &Locked,
    (head, beside): (&Head, &Beside),
    batch: &mut Batch<'_>,
) -> Result<()> {
    let first = locked.rev + 1;
    let rows: LogColumns = (first..)
        .zip(batch.fresh)
        .map(|(rev, fresh)| {
            let parts = parts_of(fresh);
            let (roles, facts) = facts_columns(&fresh.facts);
            // The document of a visit that was handed in lies with the visit.
            let elsewhere = fresh.verdict == Verdict::Applied
                && matches!(fresh.op.op().map(|op| &op.payload), Some(Payload::VisitSubmit(_)));
            LogColumn {
                rev,
                received_at: batch.requests[fresh.request].received_at.0,
                op_id: fresh.logged_as,
                digest: fresh.op.digest.0.to_vec(),
                kind: parts.kind,
                subject: parts.subject,
                actor: parts.actor,
                base: parts.base,
                salt: parts.salt,
                payload: parts.payload.filter(|_| !elsewhere).map(|payload| batch.packer.payload(&payload)),
                extra: parts.extra,
                verdict: verdict_column(&fresh.verdict),
                roles,
                facts,
            }
        })
        .collect();
    let query = sqlx::query(
        "INSERT INTO app.op_log (tenant_id, batch, rev, received_at, op_id, digest, kind, subject, actor, base, salt,
                                 payload, extra, verdict, roles, facts)
         SELECT $1, $2, x.rev, x.received_at, x.op_id, x.digest, x.kind, x.subject, x.actor, x.base, x.salt,
                x.payload, x.extra::jsonb, x.verdict, x.roles, x.facts
         FROM unnest($3::bigint[], $4::bigint[], $5::uuid[], $6::bytea[], $7::text[], $8::uuid[], $9::uuid[],
                     $10::bigint[], $11::bytea[], $12::bytea[], $13::text[], $14::text[], $15::integer[],
                     $16::smallint[])
              AS x (rev, received_at, op_id, digest, kind, subject, actor, base, salt, payload, extra, verdict, roles,
                    facts)",
    );
    rows.bind(query.bind(tenant.0).bind(head.number)).execute(&mut *connection).await?;
    let last = locked.rev + batch.fresh.len() as i64;
    sqlx::query(
        "INSERT INTO app.batch_head
             (tenant_id, number, epoch, previous, root, committed_at, key, signature, first_rev, last_rev, facts, people)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(tenant.0)
    .bind(head.number)
    .bind(locked.epoch)
    .bind(head.previous.0.to_vec())
    .bind(head.root.0.to_vec())
    .bind(head.time.0)
    .bind(head.key.clone())
    .bind(head.signature.clone())
    .bind(first)
    .bind(last)
    .bind(beside.facts.0.to_vec())
    .bind(beside.people.0.to_vec())
    .execute(&mut *connection)
    .await?;
    let done =
        sqlx::query("UPDATE app.tenant_head SET epoch = $2, rev = $3, batch = $4, head = $5 WHERE tenant_id = $1")
            .bind(tenant.0)
            .bind(locked.epoch)
            .bind(last)
            .bind(head.number)
            .bind(head.hash().0.to_vec())
            .execute(connection)
            .await?;
    match done.rows_affected() {
        1 => Ok(()),
        rows => Err(Error::WrongRowCount { statement: "tenant_head", rows }),
    }
}

/// The body in columns. Where its own id is taken in the log, that id is one of the things that they spell out.
fn parts_of(fresh: &Fresh<'_>) -> Parts {
    let Some(parts) = &fresh.op.parts else { return Parts::default() };
    if fresh.logged_as == fresh.op.id {
        return parts.clone();
    }
    parts.canonical(fresh.op.id).and_then(|body| Parts::of(&body, fresh.logged_as)).unwrap_or_default()
}

/// Units, venues, checklist versions.
async fn lists(connection: &mut PgConnection, tenant: TenantId, batch: &Batch<'_>) -> Result<()> {
    let states = batch.states;
    let units = batch.changes.ids(|key| if let Key::Unit(id) = key { states.units.get(id) } else { None });
    if !units.is_empty() {
        let rows = units.into_iter().map(|(unit, _)| UnitRow::of(unit)).collect::<Result<UnitColumns>>()?;
        let query = sqlx::query(
            "INSERT INTO app.org_unit (tenant_id, unit_id, parent_id, kind, code, name)
             SELECT $1, x.unit_id, x.parent_id, x.kind, x.code, x.name::jsonb
             FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[])
                  AS x (unit_id, parent_id, kind, code, name)
             ON CONFLICT (tenant_id, unit_id) DO UPDATE SET
                 parent_id = excluded.parent_id, kind = excluded.kind, code = excluded.code, name = excluded.name",
        );
        rows.bind(query.bind(tenant.0)).execute(&mut *connection).await?;
    }
    let venues = batch.changes.ids(|key| if let Key::Venue(id) = key { states.venues.get(id) } else { None });
    if !venues.is_empty() {
        let rows = venues.into_iter().map(|(venue, _)| VenueRow::of(venue)).collect::<Result<VenueColumns>>()?;
        let query = sqlx::query(
            "INSERT INTO app.venue (tenant_id, venue_id, kind, code, name, unit_id, county_id, address, lat, lon,
                                    original, hours, agent, rural)
             SELECT $1, x.venue_id, x.kind, x.code, x.name::jsonb, x.unit_id, x.county_id, x.address, x.lat, x.lon,
                    x.original::jsonb, x.hours, x.agent, x.rural
             FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::text[],
                         $9::integer[], $10::integer[], $11::text[], $12::text[], $13::boolean[], $14::boolean[])
                  AS x (venue_id, kind, code, name, unit_id, county_id, address, lat, lon, original, hours, agent, rural)
             ON CONFLICT (tenant_id, venue_id) DO UPDATE SET
                 kind = excluded.kind, code = excluded.code, name = excluded.name, unit_id = excluded.unit_id,
                 county_id = excluded.county_id, address = excluded.address, lat = excluded.lat, lon = excluded.lon,
                 original = excluded.original, hours = excluded.hours, agent = excluded.agent, rural = excluded.rural",
        );
        rows.bind(query.bind(tenant.0)).execute(&mut *connection).await?;
    }
    for (version, _) in
        batch.changes.ids(|key| if let Key::Checklist(id) = key { states.checklists.get(id) } else { None })
    {
        sqlx::query(
            "INSERT INTO app.checklist_version (tenant_id, version_id, topic, document) VALUES ($1, $2, $3, $4::jsonb)",
        )
        .bind(tenant.0)
        .bind(version.id.0)
        .bind(version.topic.clone())
        .bind(json(&**version)?)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Tasks, visits, findings.
async fn work(connection: &mut PgConnection, tenant: TenantId, batch: &Batch<'_>) -> Result<()> {
    let states = batch.states;
    let tasks = batch.changes.ids(|key| if let Key::Assignment(id) = key { states.assignments.get(id) } else { None });
    if !tasks.is_empty() {
        let rows = tasks.into_iter().map(|(task, _)| AssignmentRow::of(task)).collect::<Result<AssignmentColumns>>()?;
        let query = sqlx::query(
            "INSERT INTO app.assignment (tenant_id, assignment_id, venue_id, unit_id, county_id, checklist_id, topic,
                                         rural, mode, window_from, window_until, scenario, commitments, state, revision)
             SELECT $1, x.assignment_id, x.venue_id, x.unit_id, x.county_id, x.checklist_id, x.topic, x.rural, x.mode,
                    x.window_from, x.window_until, x.scenario::jsonb, x.commitments::jsonb, x.state, x.revision
             FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::boolean[],
                         $9::smallint[], $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::smallint[],
                         $15::integer[])
                  AS x (assignment_id, venue_id, unit_id, county_id, checklist_id, topic, rural, mode, window_from,
                        window_until, scenario, commitments, state, revision)
             ON CONFLICT (tenant_id, assignment_id) DO UPDATE SET
                 state = excluded.state, revision = excluded.revision",
        );
        rows.bind(query.bind(tenant.0)).execute(&mut *connection).await?;
    }
    let visits = batch.changes.ids(|key| if let Key::Visit(id) = key { states.visits.get(id) } else { None });
    if !visits.is_empty() {
        // Of several submissions the last stands.
        let came: HashMap<VisitId, Moment> =
            batch.changes.revisions.iter().map(|handed| (handed.visit, handed.received_at)).collect();
        let rows = visits.into_iter().map(|(visit, learned)| {
            let listed_at = came.get(&visit.id).copied().unwrap_or(learned);
            VisitRow::of(visit, listed_at)
        });
        let rows = rows.collect::<Result<VisitColumns>>()?;
        rows.bind(sqlx::query(VISITS).bind(tenant.0)).execute(&mut *connection).await?;
    }
    let findings = batch.changes.ids(|key| if let Key::Finding(id) = key { states.findings.get(id) } else { None });
    if !findings.is_empty() {
        let rows = findings.into_iter().map(|(found, _)| FindingRow::of(found)).collect::<Result<FindingColumns>>()?;
        let query = sqlx::query(
            "INSERT INTO app.finding (tenant_id, finding_id, source, visit_id, item_id, item_code, topic, venue_id,
                                      unit_id, county_id, severity, title, note, reason, found_at, state, revision)
             SELECT $1, x.finding_id, x.source, x.visit_id, x.item_id, x.item_code, x.topic, x.venue_id, x.unit_id,
                    x.county_id, x.severity, x.title::jsonb, x.note, x.reason, x.found_at, x.state, x.revision
             FROM unnest($2::uuid[], $3::smallint[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::uuid[],
                         $9::uuid[], $10::uuid[], $11::smallint[], $12::text[], $13::text[], $14::text[],
                         $15::bigint[], $16::smallint[], $17::integer[])
                  AS x (finding_id, source, visit_id, item_id, item_code, topic, venue_id, unit_id, county_id,
                        severity, title, note, reason, found_at, state, revision)
             ON CONFLICT (tenant_id, finding_id) DO UPDATE SET
                 severity = excluded.severity, title = excluded.title, note = excluded.note,
                 reason = excluded.reason, state = excluded.state, revision = excluded.revision",
        );
        rows.bind(query.bind(tenant.0)).execute(&mut *connection).await?;
    }
    Ok(())
}

const VISITS: &str = "
    INSERT INTO app.visit (tenant_id, visit_id, assignment_id, venue_id, unit_id, county_id, checklist_id, topic, mode,
                           state, revision, submission, arrived_at, arrived_lat, arrived_lon, arrived_accuracy_m,
                           arrived_age_ms, arrived_no_fix, left_at, left_lat, left_lon, left_accuracy_m, left_age_ms,
                           left_no_fix, received_at, listed_at, score, score_provisional, score_red_lines,
                           score_formula, evidence_expected, evidence_verified, returned, decided_by, decided_at,
                           decision_reason)
    SELECT $1, x.visit_id, x.assignment_id, x.venue_id, x.unit_id, x.county_id, x.checklist_id, x.topic, x.mode,
           x.state, x.revision, x.submission, x.arrived_at, x.arrived_lat, x.arrived_lon, x.arrived_accuracy_m,
           x.arrived_age_ms, x.arrived_no_fix, x.left_at, x.left_lat, x.left_lon, x.left_accuracy_m, x.left_age_ms,
           x.left_no_fix, x.received_at, x.listed_at, x.score, x.score_provisional, x.score_red_lines,
           x.score_formula, x.evidence_expected, x.evidence_verified, x.returned::jsonb, x.decided_by, x.decided_at,
           x.decision_reason
    FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::smallint[],
                $10::smallint[], $11::integer[], $12::integer[], $13::bigint[], $14::integer[], $15::integer[],
                $16::bigint[], $17::bigint[], $18::smallint[], $19::bigint[], $20::integer[], $21::integer[],
                $22::bigint[], $23::bigint[], $24::smallint[], $25::bigint[], $26::bigint[], $27::integer[],
                $28::boolean[], $29::bigint[], $30::bigint[], $31::integer[], $32::integer[], $33::text[],
                $34::uuid[], $35::bigint[], $36::text[])
         AS x (visit_id, assignment_id, venue_id, unit_id, county_id, checklist_id, topic, mode, state, revision,
               submission, arrived_at, arrived_lat, arrived_lon, arrived_accuracy_m, arrived_age_ms, arrived_no_fix,
               left_at, left_lat, left_lon, left_accuracy_m, left_age_ms, left_no_fix, received_at, listed_at, score,
               score_provisional, score_red_lines, score_formula, evidence_expected, evidence_verified, returned,
               decided_by, decided_at, decision_reason)
    ON CONFLICT (tenant_id, visit_id) DO UPDATE SET
        state = excluded.state, revision = excluded.revision, submission = excluded.submission,
        arrived_at = excluded.arrived_at, arrived_lat = excluded.arrived_lat, arrived_lon = excluded.arrived_lon,
        arrived_accuracy_m = excluded.arrived_accuracy_m, arrived_age_ms = excluded.arrived_age_ms,
        arrived_no_fix = excluded.arrived_no_fix, left_at = excluded.left_at, left_lat = excluded.left_lat,
        left_lon = excluded.left_lon, left_accuracy_m = excluded.left_accuracy_m,
        left_age_ms = excluded.left_age_ms, left_no_fix = excluded.left_no_fix,
        received_at = excluded.received_at,
        listed_at = CASE WHEN excluded.submission > app.visit.submission THEN excluded.listed_at
                         ELSE app.visit.listed_at END,
        score = excluded.score, score_provisional = excluded.score_provisional,
        score_red_lines = excluded.score_red_lines, score_formula = excluded.score_formula,
        evidence_expected = excluded.evidence_expected, evidence_verified = excluded.evidence_verified,
        returned = excluded.returned, decided_by = excluded.decided_by, decided_at = excluded.decided_at,
        decision_reason = excluded.decision_reason";

/// What was handed in, its bytes, and what waits for HQ.
async fn held(connection: &mut PgConnection, tenant: TenantId, batch: &mut Batch<'_>) -> Result<()> {
    let Batch { changes, states, packer, .. } = batch;
    if !changes.revisions.is_empty() {
        let rows = std::mem::take(&mut changes.revisions).into_iter().map(|handed| revision(handed, states, packer));
        let rows = rows.collect::<Result<RevisionColumns>>()?;
        let query = sqlx::query(
            "INSERT INTO app.visit_revision (tenant_id, visit_id, submission, rev, received_at, checklist_id, document)
             SELECT $1, x.visit_id, x.submission, x.rev, x.received_at, x.checklist_id, x.document
             FROM unnest($2::uuid[], $3::integer[], $4::bigint[], $5::bigint[], $6::uuid[], $7::bytea[])
                  AS x (visit_id, submission, rev, received_at, checklist_id, document)",
        );
        rows.bind(query.bind(tenant.0)).execute(&mut *connection).await?;
    }
    if !changes.evidence.is_empty() {
        let rows: EvidenceColumns = std::mem::take(&mut changes.evidence).into_iter().collect();
        // Two submissions of one visit in one batch name the same records: the newest stands.
        let query = sqlx::query(
            "INSERT INTO app.evidence AS e (tenant_id, visit_id, sha256, evidence_id, item_id, kind, size, mime,
                                            submission, verified)
             SELECT DISTINCT ON (x.visit_id, x.sha256, x.evidence_id)
                    $1, x.visit_id, x.sha256, x.evidence_id, x.item_id, x.kind, x.size, x.mime, x.submission, x.verified
             FROM unnest($2::uuid[], $3::bytea[], $4::uuid[], $5::uuid[], $6::smallint[], $7::bigint[], $8::text[],
                         $9::integer[], $10::boolean[])
                  AS x (visit_id, sha256, evidence_id, item_id, kind, size, mime, submission, verified)
             ORDER BY x.visit_id, x.sha256, x.evidence_id, x.submission DESC
             ON CONFLICT (tenant_id, visit_id, sha256, evidence_id) DO UPDATE SET
                 item_id = excluded.item_id, kind = excluded.kind, submission = excluded.submission,
                 verified = e.verified OR excluded.verified",
        );
        rows.bind(query.bind(tenant.0)).execute(&mut *connection).await?;
    }
    if !changes.verified.is_empty() {
        let rows: VerifiedColumns = std::mem::take(&mut changes.verified).into_iter().collect();
        let query = sqlx::query(
            "UPDATE app.evidence e SET verified = true FROM unnest($2::uuid[], $3::bytea[]) AS x (visit_id, sha256)
             WHERE e.tenant_id = $1 AND e.visit_id = x.visit_id AND e.sha256 = x.sha256",
        );
        rows.bind(query.bind(tenant.0)).execute(&mut *connection).await?;
    }
    if !changes.held.is_empty() {
        let rows: HeldColumns = std::mem::take(&mut changes.held).into_iter().collect();
        let query = sqlx::query(
            "INSERT INTO app.held (tenant_id, op_id, rev, code, kind, subject, venue_id, county_id, received_at, state)
             SELECT $1, x.op_id, x.rev, x.code, x.kind, x.subject, x.venue_id, x.county_id, x.received_at, 1
             FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::uuid[],
                         $9::bigint[])
                  AS x (op_id, rev, code, kind, subject, venue_id, county_id, received_at)",
        );
        rows.bind(query.bind(tenant.0)).execute(&mut *connection).await?;
    }
    if !changes.decided.is_empty() {
        let rows: DecidedColumns = std::mem::take(&mut changes.decided).into_iter().collect();
        let query = sqlx::query(
            "UPDATE app.held h SET state = x.state, decided_rev = x.decided_rev
             FROM unnest($2::uuid[], $3::smallint[], $4::bigint[]) AS x (op_id, state, decided_rev)
             WHERE h.tenant_id = $1 AND h.op_id = x.op_id",
        );
        rows.bind(query.bind(tenant.0)).execute(connection).await?;
    }
    Ok(())
}

fn revision(handed: Handed, states: &States, packer: &mut Packer) -> Result<RevisionRow> {
    let list = states.checklists.get(&handed.checklist).ok_or_else(|| Error::Inconsistent {
        table: "checklist_version",
        what: format!("visit {} was applied without its list {}", handed.visit, handed.checklist),
    })?;
    Ok(RevisionRow {
        visit_id: handed.visit.0,
        submission: handed.submission,
        rev: handed.rev,
        received_at: handed.received_at.0,
        checklist_id: handed.checklist.0,
        document: packer.document(&handed.document, list),
    })
}

const RECORD: &str =
    "SELECT identity.record($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

columns!(PlaceRow, PlaceColumns { journal_id: Uuid, seq: i64, op_id: Uuid, device_time: i64 });

/// Writes which places of their journals the ops of a batch have used up.
pub(super) async fn places(connection: &mut PgConnection, rev: i64, places: &[Place]) -> Result<()> {
    if places.is_empty() {
        return Ok(());
    }
    let rows: PlaceColumns = places
        .iter()
        .map(|place| PlaceRow {
            journal_id: place.journal.0,
            seq: place.seq,
            op_id: place.op,
            device_time: place.device_time.0,
        })
        .collect();
    let query = rows.bind(sqlx::query(RECORD).bind(rev));
    let query = HeldJournalColumns::default().bind(query).bind(Vec::<Uuid>::new()).bind(Vec::<Uuid>::new());
    let query = ClaimColumns::default().bind(NoticeColumns::default().bind(query));
    query.execute(connection).await?;
    Ok(())
}

/// What `identity` keeps of it: writers, whose phones to tell, what may be uploaded.
async fn record(connection: &mut PgConnection, locked: &Locked, batch: Batch<'_>) -> Result<()> {
    let Batch { fresh, requests, changes, writers, .. } = batch;
    let (visits, writing): (Vec<Uuid>, Vec<Uuid>) = writers.iter().map(|(visit, journal)| (visit.0, journal.0)).unzip();
    let nothing = visits.is_empty()
        && changes.held_journals.is_empty()
        && changes.notices.is_empty()
        && changes.claims.is_empty();
    let last = locked.rev + fresh.len() as i64;
    if !nothing {
        let held: HeldJournalColumns = changes.held_journals.into_iter().collect();
        let notices: NoticeColumns = changes.notices.into_iter().collect();
        let claims: ClaimColumns = changes.claims.into_iter().collect();
        let query = PlaceColumns::default().bind(sqlx::query(RECORD).bind(last));
        let query = held.bind(query).bind(visits).bind(writing);
        claims.bind(notices.bind(query)).execute(&mut *connection).await?;
    }
    for request in requests {
        if let (Some(Caller::Token(token)), None) = (request.caller, request.journal) {
            sqlx::query("SELECT identity.session_seen($1, $2)")
                .bind(token.0.to_vec())
                .bind(last)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

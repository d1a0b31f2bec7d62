//! Who sent what, who exists and who holds which task, against what the batches commit to.

use std::collections::BTreeMap;

use domain::{
    assignment::AssignmentState,
    evidence::Sha256,
    ids::{AssignmentId, TenantId},
};
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::{BatchRow, Fault, Report, replay::Replay};
use crate::{
    error::Result,
    rows::digest,
    writer::beside::{self, PlaceOf},
};

pub(super) async fn compare(
    tx: &mut PgConnection,
    tenant: TenantId,
    replay: &Replay,
    batches: &[BatchRow],
    report: &mut Report,
) -> Result<()> {
    if mutants::planted(mutants::Mutant::VerifyTrustsIdentity) {
        return Ok(());
    }
    let mut places = places(tx, tenant, report).await?;
    let mut rows = rows(tx, tenant, report).await?;
    for batch in batches {
        let number = batch.head.number;
        let people = beside::people(places.remove(&number).unwrap_or_default(), rows.remove(&number));
        if batch.people.is_some_and(|known| known != people) {
            report.add(format!("people of batch {number}"), Fault::People);
        }
    }
    // From before batches covered people.
    if batches.first().is_some_and(|batch| batch.people.is_none()) {
        places.remove(&0);
        rows.remove(&0);
    }
    for number in places.keys().chain(rows.keys()) {
        report.add(format!("people of batch {number}"), Fault::Alien);
    }
    disabled(tx, tenant, replay, report).await?;
    tied(tx, tenant, replay, report).await
}

/// The envelopes of each batch. Also whether each journal is as far as they say.
async fn places(tx: &mut PgConnection, tenant: TenantId, report: &mut Report) -> Result<BTreeMap<i64, Vec<PlaceOf>>> {
    let rows = sqlx::query(
        "SELECT o.batch, o.journal_id, o.seq, o.op_id, o.device_time, j.account_id
         FROM identity.journal_op o LEFT JOIN identity.journal j USING (tenant_id, journal_id)
         WHERE o.tenant_id = $1 ORDER BY o.batch, o.journal_id, o.seq",
    );
    let mut places: BTreeMap<i64, Vec<PlaceOf>> = BTreeMap::new();
    for row in rows.bind(tenant.0).fetch_all(&mut *tx).await? {
        let account: Option<Uuid> = row.try_get("account_id")?;
        places.entry(row.try_get("batch")?).or_default().push(PlaceOf {
            journal: row.try_get("journal_id")?,
            account: account.unwrap_or_default(),
            seq: row.try_get("seq")?,
            op: row.try_get("op_id")?,
            device_time: row.try_get("device_time")?,
        });
    }
    let rows = sqlx::query(
        "SELECT j.journal_id FROM identity.journal j
         WHERE j.tenant_id = $1 AND j.last_seq <> COALESCE((
             SELECT max(o.seq) FROM identity.journal_op o
             WHERE o.tenant_id = j.tenant_id AND o.journal_id = j.journal_id), 0)",
    );
    for row in rows.bind(tenant.0).fetch_all(tx).await? {
        report.add(format!("journal {}", row.try_get::<Uuid, _>("journal_id")?), Fault::Row);
    }
    Ok(places)
}

/// The hash over the other rows of each batch that has any.
async fn rows(tx: &mut PgConnection, tenant: TenantId, report: &mut Report) -> Result<BTreeMap<i64, Sha256>> {
    let found = sqlx::query(
        "SELECT COALESCE(c.batch, s.batch) AS batch, s.salt IS NOT NULL AS salted,
                sha256(COALESCE(s.salt, '') || COALESCE(c.says, '')) AS hash
         FROM (SELECT batch, convert_to(string_agg(says::text, E'\n' ORDER BY what COLLATE \"C\", id), 'UTF8') AS says
               FROM identity.chained WHERE tenant_id = $1 GROUP BY batch) c
         FULL JOIN (SELECT batch, salt FROM identity.batch_salt WHERE tenant_id = $1) s ON s.batch = c.batch",
    );
    let mut rows = BTreeMap::new();
    for row in found.bind(tenant.0).fetch_all(tx).await? {
        let batch: i64 = row.try_get("batch")?;
        if batch != 0 && !row.try_get::<bool, _>("salted")? {
            report.add(format!("people of batch {batch}"), Fault::Missing);
        }
        rows.insert(batch, digest("chained", row.try_get("hash")?)?);
    }
    Ok(rows)
}

/// An account is disabled if and only if an op says so, from that op on, and none has opened it again.
async fn disabled(tx: &mut PgConnection, tenant: TenantId, replay: &Replay, report: &mut Report) -> Result<()> {
    let rows = sqlx::query("SELECT account_id, disabled_at FROM identity.account WHERE tenant_id = $1");
    for row in rows.bind(tenant.0).fetch_all(tx).await? {
        let account: Uuid = row.try_get("account_id")?;
        let known = replay.beside.disabled.get(&account).copied();
        if row.try_get::<Option<i64>, _>("disabled_at")? != known {
            report.add(format!("account {account}"), Fault::Row);
        }
    }
    Ok(())
}

/// A task ties whoever held it to its venue if and only if they stepped aside from it for that.
async fn tied(tx: &mut PgConnection, tenant: TenantId, replay: &Replay, report: &mut Report) -> Result<()> {
    let rows = sqlx::query("SELECT assignment_id, tied FROM identity.assignee WHERE tenant_id = $1");
    for row in rows.bind(tenant.0).fetch_all(tx).await? {
        let task: Uuid = row.try_get("assignment_id")?;
        let (tied, known) = (row.try_get::<bool, _>("tied")?, replay.beside.tied.contains(&task));
        let state = replay.states.assignments.get(&AssignmentId(task)).map(|task| task.state);
        // It went on after that, before the column was there (migration 141): nothing could say it then.
        let went_on = [AssignmentState::InProgress, AssignmentState::Submitted, AssignmentState::Recalled];
        let lost = known && !tied && state.is_some_and(|state| went_on.contains(&state));
        if tied != known && !lost {
            report.add(format!("assignee of {task}"), Fault::Row);
        }
    }
    Ok(())
}

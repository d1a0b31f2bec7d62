//! A phone shows a head that we signed and do not have: we were restored, and a new epoch begins.

use std::collections::HashMap;

use domain::{evidence::Sha256, ids::TenantId, time::Moment};
use mutants::{Mutant, planted};
use protocol::receipt::Head;
use sqlx::{PgConnection, Row as _, postgres::PgRow};

use super::{
    ask::CallerRow,
    batch::{Locked, Prepared},
};
use crate::{
    error::Result,
    rows::{digest, unsigned},
    signer::Signer,
};

/// Looks at the heads that phones show. Opens a new epoch, and says so, where one of them is not ours any more.
pub(super) async fn check(
    connection: &mut PgConnection,
    tenant: TenantId,
    locked: &mut Locked,
    requests: &[&Prepared],
    callers: &[Option<CallerRow>],
    signer: &dyn Signer,
) -> Result<bool> {
    // A head of an older epoch may lie on the branch that a restore cut off: that fork is known.
    let shown: Vec<(&Head, Moment)> = requests
        .iter()
        .zip(callers)
        .filter(|(_, caller)| caller.is_some())
        .filter_map(|(request, _)| Some((request.newest.as_ref()?, request.received_at)))
        .filter(|(head, _)| i64::from(head.epoch) >= i64::from(locked.epoch) && head.hash() != locked.head)
        .collect();
    if shown.is_empty() || planted(Mutant::OpensNoEpoch) {
        return Ok(false);
    }
    let numbers: Vec<i64> =
        shown.iter().map(|(head, _)| head.number).filter(|number| *number <= locked.batch).collect();
    let ours = heads(connection, tenant, numbers).await?;
    let mut alien = None;
    for (head, found_at) in shown {
        let is_ours = ours.get(&head.number).is_some_and(|hash| *hash == head.hash());
        if !is_ours && signer.verify(head) && !is_anothers(connection, head).await? {
            alien = Some((head, found_at));
            break;
        }
    }
    let Some((seen, found_at)) = alien else { return Ok(false) };
    let epoch = locked.epoch.max(i32::try_from(seen.epoch).unwrap_or(i32::MAX - 1)) + 1;
    record(connection, tenant, locked, epoch, seen, found_at, signer).await?;
    tracing::error!(
        epoch,
        last_batch = locked.batch,
        seen_batch = seen.number,
        "the database was restored: a new epoch begins"
    );
    locked.epoch = epoch;
    Ok(true)
}

async fn heads(connection: &mut PgConnection, tenant: TenantId, numbers: Vec<i64>) -> Result<HashMap<i64, Sha256>> {
    let mut heads = HashMap::new();
    if !numbers.is_empty() {
        let rows = sqlx::query(
            "SELECT number, epoch, previous, root, committed_at, key, signature FROM app.batch_head
             WHERE tenant_id = $1 AND number = ANY ($2)",
        );
        for row in rows.bind(tenant.0).bind(numbers).fetch_all(connection).await? {
            let head = read_head(&row)?;
            heads.insert(head.number, head.hash());
        }
    }
    Ok(heads)
}

/// Whether it is another company's head: we sign for all of them with one key, and what is signed does not say whose it
/// is. Asked of heads that we signed and that are not this company's, which is hardly ever. One that a restore has cut
/// off another company's log cannot be told from one of ours.
async fn is_anothers(connection: &mut PgConnection, head: &Head) -> Result<bool> {
    let query = sqlx::query_scalar("SELECT identity.head_of_another($1, $2, $3, $4, $5)")
        .bind(i64::from(head.epoch))
        .bind(head.number)
        .bind(head.previous.0.to_vec())
        .bind(head.root.0.to_vec())
        .bind(head.time.0);
    Ok(query.fetch_one(connection).await?)
}

/// Reads `number, epoch, previous, root, committed_at, key, signature`.
pub(crate) fn read_head(row: &PgRow) -> Result<Head> {
    let epoch = unsigned("batch_head", row.try_get::<i32, _>("epoch")?.into())?;
    head(row, epoch, |bytes| digest("batch_head", bytes))
}

/// As [`read_head`], whatever stands there: an epoch below 0 is a number that none has, and what is no digest counts as
/// `no_digest`.
pub(crate) fn read_head_whatever(row: &PgRow, no_digest: Sha256) -> Result<Head> {
    let epoch = row.try_get::<i32, _>("epoch")?.cast_unsigned();
    head(row, epoch, |bytes| Ok(digest("batch_head", bytes).unwrap_or(no_digest)))
}

fn head(row: &PgRow, epoch: u32, read: impl Fn(&[u8]) -> Result<Sha256>) -> Result<Head> {
    Ok(Head {
        epoch,
        number: row.try_get("number")?,
        previous: read(row.try_get("previous")?)?,
        root: read(row.try_get("root")?)?,
        time: Moment(row.try_get("committed_at")?),
        key: row.try_get("key")?,
        signature: row.try_get("signature")?,
    })
}

async fn record(
    connection: &mut PgConnection,
    tenant: TenantId,
    locked: &Locked,
    epoch: i32,
    seen: &Head,
    found_at: Moment,
    signer: &dyn Signer,
) -> Result<()> {
    let hash = fork_hash(epoch, (locked.batch, locked.head), (seen.number, seen.hash()), found_at.0);
    let signed = signer.sign(hash);
    sqlx::query(
        "INSERT INTO app.fork_record
             (tenant_id, epoch, last_batch, last_head, seen_batch, seen_head, found_at, key, signature)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(tenant.0)
    .bind(epoch)
    .bind(locked.batch)
    .bind(locked.head.0.to_vec())
    .bind(seen.number)
    .bind(seen.hash().0.to_vec())
    .bind(found_at.0)
    .bind(signed.key)
    .bind(signed.signature)
    .execute(connection)
    .await?;
    Ok(())
}

/// What is signed of a fork: the epoch that begins, the last batch that is there, the one that was seen, and when.
pub(crate) fn fork_hash(epoch: i32, last: (i64, Sha256), seen: (i64, Sha256), found_at: i64) -> Sha256 {
    let mut bytes = vec![3];
    for number in [i64::from(epoch), last.0, seen.0, found_at] {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    bytes.extend_from_slice(&last.1.0);
    bytes.extend_from_slice(&seen.1.0);
    Sha256::of(&bytes)
}

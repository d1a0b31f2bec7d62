//! The log as it stands, for whoever judges from outside: read over the owner's login, nothing worked out.

use domain::{
    evidence::Sha256,
    ids::{JournalId, OpId, TenantId},
    op::Verdict,
};
use sqlx::{Connection as _, PgConnection, Row as _};

use crate::{
    error::Result,
    packed::unpack,
    rows::{digest, unsigned},
    writer::log::verdict,
};

/// The log of a tenant.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// Every op, in order.
    pub ops: Vec<RecordedOp>,
    /// Every place of a journal that was used up, with the rev of its op.
    pub places: Vec<(JournalId, i64, OpId, i64)>,
}

/// An op of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedOp {
    /// Its place.
    pub rev: i64,
    /// Its id in the log.
    pub op: OpId,
    /// Of its body.
    pub digest: Sha256,
    /// What became of it.
    pub verdict: Verdict,
}

/// The server found that it had been restored, and began a new epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// The epoch that began.
    pub epoch: u32,
    /// The last batch that the server had then, as it wrote down.
    pub last_batch: i64,
    /// The last batch of the epochs before, as the log has it; 0: there is none.
    pub before: i64,
    /// The number of the batch that a phone showed.
    pub seen_batch: i64,
    /// The head of that batch.
    pub seen_head: Sha256,
}

/// The payload of an op as `app.op_log` keeps it, as JSON.
///
/// # Errors
/// It has been changed.
pub fn payload(packed: &[u8]) -> Result<String> {
    unpack("op_log", packed, None)
}

/// Reads the log and the journals of a tenant.
///
/// # Errors
/// The database failed.
pub async fn recorded(owner_url: &str, tenant: TenantId) -> Result<Recorded> {
    let mut connection = PgConnection::connect(owner_url).await?;
    let mut recorded = Recorded::default();
    let rows = sqlx::query("SELECT rev, op_id, digest, verdict FROM app.op_log WHERE tenant_id = $1 ORDER BY rev");
    for row in rows.bind(tenant.0).fetch_all(&mut connection).await? {
        recorded.ops.push(RecordedOp {
            rev: row.try_get("rev")?,
            op: OpId(row.try_get("op_id")?),
            digest: digest("op_log", row.try_get("digest")?)?,
            verdict: verdict(row.try_get("verdict")?)?,
        });
    }
    let rows = sqlx::query(
        "SELECT o.journal_id, o.seq, o.op_id, l.rev FROM identity.journal_op o
         JOIN app.op_log l ON l.tenant_id = o.tenant_id AND l.op_id = o.op_id
         WHERE o.tenant_id = $1 ORDER BY o.journal_id, o.seq",
    );
    for row in rows.bind(tenant.0).fetch_all(&mut connection).await? {
        let journal = JournalId(row.try_get("journal_id")?);
        recorded.places.push((journal, row.try_get("seq")?, OpId(row.try_get("op_id")?), row.try_get("rev")?));
    }
    connection.close().await?;
    Ok(recorded)
}

/// Every new epoch of a tenant, in order.
///
/// # Errors
/// The database failed.
pub async fn forks(owner_url: &str, tenant: TenantId) -> Result<Vec<Fork>> {
    let mut connection = PgConnection::connect(owner_url).await?;
    let rows = sqlx::query(
        "SELECT f.epoch, f.last_batch, f.seen_batch, f.seen_head,
                (SELECT coalesce(max(b.number), 0) FROM app.batch_head b
                 WHERE b.tenant_id = f.tenant_id AND b.epoch < f.epoch) AS before
         FROM app.fork_record f WHERE f.tenant_id = $1 ORDER BY f.epoch",
    );
    let mut forks = Vec::new();
    for row in rows.bind(tenant.0).fetch_all(&mut connection).await? {
        forks.push(Fork {
            epoch: unsigned("fork_record", row.try_get::<i32, _>("epoch")?.into())?,
            last_batch: row.try_get("last_batch")?,
            before: row.try_get("before")?,
            seen_batch: row.try_get("seen_batch")?,
            seen_head: digest("fork_record", row.try_get("seen_head")?)?,
        });
    }
    connection.close().await?;
    Ok(forks)
}

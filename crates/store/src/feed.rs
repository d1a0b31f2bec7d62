//! The log in its order, for whoever follows it.

use domain::{
    ids::{OpId, TenantId},
    op::Verdict,
    time::Moment,
};
use sqlx::Row as _;
use uuid::Uuid;

use crate::{Store, error::Result, writer::log::verdict};

/// One op of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedEntry {
    /// Its place.
    pub rev: i64,
    /// The batch that it came in.
    pub batch: i64,
    /// Which op.
    pub op: OpId,
    /// `noun.verb@version`; `None` where it could not be read.
    pub kind: Option<String>,
    /// What it is about.
    pub subject: Option<Uuid>,
    /// What became of it.
    pub verdict: Verdict,
    /// When it arrived.
    pub received_at: Moment,
}

impl Store {
    /// What the log holds beyond `after_rev`, at most `limit` entries. Commit order is rev order: nothing is skipped.
    ///
    /// # Errors
    /// The database failed.
    pub async fn feed(&self, tenant: TenantId, after_rev: i64, limit: i64) -> Result<Vec<FeedEntry>> {
        let mut tx = self.read(tenant).await?;
        let rows = sqlx::query(
            "SELECT rev, batch, op_id, kind, subject, verdict, received_at FROM app.op_log
             WHERE tenant_id = $1 AND rev > $2 ORDER BY rev LIMIT $3",
        )
        .bind(tenant.0)
        .bind(after_rev)
        .bind(limit)
        .fetch_all(&mut *tx)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(FeedEntry {
                    rev: row.try_get("rev")?,
                    batch: row.try_get("batch")?,
                    op: OpId(row.try_get("op_id")?),
                    kind: row.try_get("kind")?,
                    subject: row.try_get("subject")?,
                    verdict: verdict(row.try_get("verdict")?)?,
                    received_at: Moment(row.try_get("received_at")?),
                })
            })
            .collect()
    }
}

//! HQ's own people beside each other: who decided, who looks at the same visit.

use domain::{
    ids::{AccountId, TenantId, VisitId},
    time::Moment,
};
use sqlx::Row as _;
use std::collections::BTreeMap;

use crate::{Store, Tx, error::Result};

/// The names of those who may decide, as a session of HQ may know them. Nobody who makes visits is among them.
///
/// # Errors
/// The database failed.
pub async fn colleagues(tx: &mut Tx, token_hash: &[u8], now: Moment) -> Result<BTreeMap<AccountId, String>> {
    let rows = sqlx::query("SELECT account_id, name FROM identity.colleagues($1, $2)")
        .bind(token_hash)
        .bind(now.0)
        .fetch_all(&mut **tx)
        .await?;
    rows.iter().map(|row| Ok((AccountId(row.try_get("account_id")?), row.try_get("name")?))).collect()
}

/// Notes that `who` has `visit` open now, and gives back who else has, since `since`.
///
/// Outside the door: it tells two reviewers of each other, and no verdict rests on it.
///
/// # Errors
/// The database failed.
pub async fn look_at(
    store: &Store,
    tenant: TenantId,
    visit: VisitId,
    who: AccountId,
    now: Moment,
    since: Moment,
) -> Result<Vec<AccountId>> {
    let mut tx = store.touch(tenant).await?;
    sqlx::query(
        "INSERT INTO app.visit_open (tenant_id, visit_id, account_id, seen_at) VALUES (app.tenant(), $1, $2, $3) \
         ON CONFLICT (tenant_id, visit_id, account_id) DO UPDATE SET seen_at = EXCLUDED.seen_at",
    )
    .bind(visit.0)
    .bind(who.0)
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    let others = sqlx::query_scalar(
        "SELECT account_id FROM app.visit_open WHERE visit_id = $1 AND account_id <> $2 AND seen_at >= $3 \
         ORDER BY account_id",
    )
    .bind(visit.0)
    .bind(who.0)
    .bind(since.0)
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(others.into_iter().map(AccountId).collect())
}

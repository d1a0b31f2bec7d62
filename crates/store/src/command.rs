//! What the owner's commands ask. Row-level security does not hold for the owner: every statement names the tenant.

use std::collections::BTreeMap;

use domain::{
    ids::{AccountId, TenantId, VenueId},
    org::OrgUnit,
};
use protocol::receipt::Head;
use sqlx::{Connection as _, PgConnection, Row as _};

use crate::{
    error::Result,
    rows::UnitRow,
    session::{Tenant, tenant},
    writer::read_head,
};

/// An account as a command finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownAccount {
    /// Which.
    pub id: AccountId,
    /// Whether it was revoked.
    pub disabled: bool,
}

/// Every tenant with its names, oldest first.
///
/// # Errors
/// The database failed.
pub async fn companies(owner_url: &str) -> Result<Vec<Tenant>> {
    let mut connection = PgConnection::connect(owner_url).await?;
    let rows = sqlx::query(
        "SELECT t.tenant_id, t.code, t.name::text, t.zone_offset, h.epoch
         FROM app.tenant t JOIN app.tenant_head h USING (tenant_id) ORDER BY t.created_at, t.tenant_id",
    )
    .fetch_all(&mut connection)
    .await?;
    connection.close().await?;
    rows.iter().map(tenant).collect()
}

/// The account with this login name.
///
/// # Errors
/// The database failed.
pub async fn account(owner_url: &str, tenant: TenantId, login: &str) -> Result<Option<KnownAccount>> {
    let mut connection = PgConnection::connect(owner_url).await?;
    let row = sqlx::query(
        "SELECT account_id, disabled_at IS NOT NULL AS disabled FROM identity.account
         WHERE tenant_id = $1 AND login = $2",
    )
    .bind(tenant.0)
    .bind(login)
    .fetch_optional(&mut connection)
    .await?;
    connection.close().await?;
    row.map(|row| Ok(KnownAccount { id: AccountId(row.try_get("account_id")?), disabled: row.try_get("disabled")? }))
        .transpose()
}

/// Every unit of the company.
///
/// # Errors
/// The database failed.
pub async fn units(owner_url: &str, tenant: TenantId) -> Result<Vec<OrgUnit>> {
    let mut connection = PgConnection::connect(owner_url).await?;
    let rows = sqlx::query(
        "SELECT unit_id, parent_id, kind, code, name::text FROM app.org_unit WHERE tenant_id = $1 ORDER BY code, unit_id",
    )
    .bind(tenant.0)
    .fetch_all(&mut connection)
    .await?;
    connection.close().await?;
    rows.iter().map(UnitRow::read).collect()
}

/// Every venue of the company by its code, which should be one's alone.
///
/// # Errors
/// The database failed.
pub async fn venue_ids(owner_url: &str, tenant: TenantId) -> Result<BTreeMap<String, Vec<VenueId>>> {
    let mut connection = PgConnection::connect(owner_url).await?;
    let rows = sqlx::query("SELECT code, venue_id FROM app.venue WHERE tenant_id = $1 ORDER BY code, venue_id")
        .bind(tenant.0)
        .fetch_all(&mut connection)
        .await?;
    connection.close().await?;
    let mut venues: BTreeMap<String, Vec<VenueId>> = BTreeMap::new();
    for row in &rows {
        venues.entry(row.try_get("code")?).or_default().push(VenueId(row.try_get("venue_id")?));
    }
    Ok(venues)
}

/// The newest head of each tenant that has one.
///
/// # Errors
/// The database failed.
pub async fn newest_heads(owner_url: &str) -> Result<Vec<(TenantId, Head)>> {
    let mut connection = PgConnection::connect(owner_url).await?;
    let rows = sqlx::query(
        "SELECT DISTINCT ON (tenant_id) tenant_id, number, epoch, previous, root, committed_at, key, signature
         FROM app.batch_head ORDER BY tenant_id, number DESC",
    )
    .fetch_all(&mut connection)
    .await?;
    connection.close().await?;
    rows.iter().map(|row| Ok((TenantId(row.try_get("tenant_id")?), read_head(row)?))).collect()
}

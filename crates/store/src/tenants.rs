//! Tenants, made and listed by the owner of the database.

use domain::{
    ids::TenantId,
    text::Text,
    time::{Moment, ZoneOffset},
};
use sqlx::{Connection as _, PgConnection, Row as _};

use crate::{error::Result, rows::json};

/// A tenant to be made.
#[derive(Clone, Debug)]
pub struct NewTenant {
    /// Its id.
    pub id: TenantId,
    /// What people type at sign-in where the host does not name it; unique.
    pub code: String,
    /// The name of the company.
    pub name: Text,
    /// Its offset from UTC.
    pub zone: ZoneOffset,
    /// When.
    pub at: Moment,
}

/// Makes a tenant with an empty log, over the owner's login.
///
/// # Errors
/// [`crate::Error::Constraint`] `tenant_code_key` where the code is taken; or the database failed.
pub async fn create_tenant(owner_url: &str, tenant: &NewTenant) -> Result<()> {
    let mut connection = PgConnection::connect(owner_url).await?;
    let mut tx = connection.begin().await?;
    sqlx::query(
        "INSERT INTO app.tenant (tenant_id, code, name, zone_offset, created_at) VALUES ($1, $2, $3::jsonb, $4, $5)",
    )
    .bind(tenant.id.0)
    .bind(&tenant.code)
    .bind(json(&tenant.name)?)
    .bind(tenant.zone.0)
    .bind(tenant.at.0)
    .execute(&mut *tx)
    .await?;
    sqlx::query("INSERT INTO app.tenant_head (tenant_id) VALUES ($1)").bind(tenant.id.0).execute(&mut *tx).await?;
    tx.commit().await?;
    connection.close().await?;
    Ok(())
}

/// Every tenant, oldest first, over the owner's login.
///
/// # Errors
/// The database failed.
pub async fn tenants(owner_url: &str) -> Result<Vec<TenantId>> {
    let mut connection = PgConnection::connect(owner_url).await?;
    let rows = sqlx::query("SELECT tenant_id FROM app.tenant ORDER BY created_at, tenant_id")
        .fetch_all(&mut connection)
        .await?;
    connection.close().await?;
    rows.iter().map(|row| Ok(TenantId(row.try_get("tenant_id")?))).collect()
}

//! What a backup must hold, read from one snapshot; and room for one that is restored.

use domain::{evidence::Sha256, ids::TenantId};
use sqlx::{Connection as _, PgConnection, Row as _};

use crate::{
    error::Result,
    migrate::migrate_to,
    rows::{digest, unsigned},
};

/// Tables whose rows no backup holds. A session, link or attempt that lived when the backup was made may have been
/// ended since: restored, it would let in again whom somebody has shut out. Handles and presence live for minutes.
pub const LEFT_OUT: [&str; 6] = [
    "identity.session",
    "identity.one_time_link",
    "identity.attempt",
    "identity.throttle",
    "identity.handle",
    "app.visit_open",
];

/// A moment of the database that does not pass while this lives: `pg_dump` sees the same one.
#[derive(Debug)]
pub struct Snapshot {
    connection: PgConnection,
    /// What `pg_dump --snapshot` takes.
    pub id: String,
    /// The number of the schema's last step.
    pub schema: i64,
    /// `server_version_num`.
    pub postgres: i32,
}

/// Where a tenant's log stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Whose.
    pub tenant: TenantId,
    /// Its sign-in code.
    pub code: String,
    /// The epoch.
    pub epoch: u32,
    /// How many ops there were.
    pub rev: i64,
    /// How many batches.
    pub batch: i64,
    /// The hash of the last head.
    pub head: Sha256,
}

/// Bytes that the snapshot names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedBytes {
    /// Whose.
    pub tenant: TenantId,
    /// Their hash.
    pub sha256: Sha256,
    /// How many they are.
    pub size: u64,
}

impl Snapshot {
    /// Takes hold of the present moment, over the owner's login.
    ///
    /// # Errors
    /// The database failed.
    pub async fn take(owner_url: &str) -> Result<Self> {
        let mut connection = PgConnection::connect(owner_url).await?;
        sqlx::raw_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut connection).await?;
        let row = sqlx::query(
            "SELECT pg_export_snapshot() AS id, current_setting('server_version_num')::int4 AS postgres,
                    (SELECT max(version) FROM _sqlx_migrations WHERE success) AS schema",
        )
        .fetch_one(&mut connection)
        .await?;
        let (id, postgres, schema) = (row.try_get("id")?, row.try_get("postgres")?, row.try_get("schema")?);
        Ok(Self { connection, id, schema, postgres })
    }

    /// Where each log stands, oldest tenant first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn branches(&mut self) -> Result<Vec<Branch>> {
        let rows = sqlx::query(
            "SELECT t.tenant_id, t.code, h.epoch, h.rev, h.batch, h.head
             FROM app.tenant t JOIN app.tenant_head h USING (tenant_id) ORDER BY t.created_at, t.tenant_id",
        );
        rows.fetch_all(&mut self.connection)
            .await?
            .iter()
            .map(|row| {
                Ok(Branch {
                    tenant: TenantId(row.try_get("tenant_id")?),
                    code: row.try_get("code")?,
                    epoch: unsigned("tenant_head", row.try_get::<i32, _>("epoch")?.into())?,
                    rev: row.try_get("rev")?,
                    batch: row.try_get("batch")?,
                    head: digest("tenant_head", row.try_get("head")?)?,
                })
            })
            .collect()
    }

    /// Every object that a row names: what counts, and what has arrived and does not count yet.
    ///
    /// # Errors
    /// The database failed.
    pub async fn media(&mut self) -> Result<Vec<NamedBytes>> {
        let rows = sqlx::query(
            "SELECT tenant_id, sha256, max(size) AS size
             FROM (SELECT tenant_id, sha256, size FROM app.evidence WHERE verified
                   UNION ALL
                   SELECT tenant_id, sha256, size FROM identity.evidence_claim WHERE stored_at IS NOT NULL) named
             GROUP BY tenant_id, sha256 ORDER BY tenant_id, sha256",
        );
        rows.fetch_all(&mut self.connection)
            .await?
            .iter()
            .map(|row| {
                let size: i64 = row.try_get("size")?;
                Ok(NamedBytes {
                    tenant: TenantId(row.try_get("tenant_id")?),
                    sha256: digest("evidence", row.try_get("sha256")?)?,
                    size: u64::try_from(size).unwrap_or_default(),
                })
            })
            .collect()
    }

    /// Lets the moment pass.
    ///
    /// # Errors
    /// The database failed.
    pub async fn release(mut self) -> Result<()> {
        sqlx::raw_sql("ROLLBACK").execute(&mut self.connection).await?;
        self.connection.close().await?;
        Ok(())
    }
}

/// Whether the database holds a company, or somebody else's schema of our names.
///
/// # Errors
/// The database failed.
pub async fn holds_anything(owner_url: &str) -> Result<bool> {
    let mut connection = PgConnection::connect(owner_url).await?;
    let (ours, strange): (bool, bool) = sqlx::query_as(
        "SELECT to_regclass('app.tenant') IS NOT NULL,
                to_regclass('app.tenant') IS NULL
                    AND EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname IN ('app', 'identity', 'unit'))",
    )
    .fetch_one(&mut connection)
    .await?;
    let tenants: bool = if ours {
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM app.tenant)").fetch_one(&mut connection).await?
    } else {
        false
    };
    connection.close().await?;
    Ok(tenants || strange)
}

/// Makes the empty schema of step `schema` in a database that [`holds_anything`] says is empty.
///
/// # Errors
/// The database failed.
pub async fn make_room(owner_url: &str, schema: i64) -> Result<()> {
    let mut connection = PgConnection::connect(owner_url).await?;
    // A newer build may have made its own schema here already; it holds nothing.
    let statement = "DROP SCHEMA IF EXISTS app, identity, unit CASCADE; DROP TABLE IF EXISTS _sqlx_migrations";
    sqlx::raw_sql(statement).execute(&mut connection).await?;
    connection.close().await?;
    migrate_to(owner_url, schema).await
}

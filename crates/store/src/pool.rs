//! The pools, and the transactions that name a tenant.

use std::{str::FromStr as _, sync::Arc, time::Duration};

use domain::ids::TenantId;
use sqlx::{
    AssertSqlSafe, PgPool, Postgres,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    error::{Error, Result},
    phone::Noter,
    planned::KEEP_PLANS,
    signer::Signer,
    writer::{PATIENCE, Writer},
};

/// A transaction of one tenant. Dropped, it is rolled back.
pub type Tx = sqlx::Transaction<'static, Postgres>;

/// How to connect.
#[derive(Clone, Debug)]
pub struct Settings {
    /// As `mingcha_serve`.
    pub serve_url: String,
    /// As `mingcha_unit`; `None` leaves the portal's pool out.
    pub unit_url: Option<String>,
    /// The most connections of the serving pool; the writer's lanes are among them.
    pub connections: u32,
}

/// The store: what the serving process, the jobs and the command line work with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    serve: PgPool,
    unit: Option<PgPool>,
    writer: Arc<Writer>,
    noter: Arc<Noter>,
}

impl Store {
    /// Opens the pools; a database that is still starting is waited for, up to 30 s. `signer` signs every batch.
    ///
    /// # Errors
    /// No connection, or a login that may not sign in.
    pub async fn open(settings: &Settings, signer: Arc<dyn Signer>) -> Result<Self> {
        Self::open_with_patience(settings, signer, PATIENCE).await
    }

    /// The same, where a write is given up after `patience` instead of half a minute.
    ///
    /// # Errors
    /// See [`Store::open`].
    pub async fn open_with_patience(settings: &Settings, signer: Arc<dyn Signer>, patience: Duration) -> Result<Self> {
        let serve = pool(&settings.serve_url, settings.connections).await?;
        let unit = match &settings.unit_url {
            Some(url) => Some(pool(url, settings.connections.min(8)).await?),
            None => None,
        };
        let writer = Arc::new(Writer::new(serve.clone(), signer, patience));
        let noter = Arc::new(Noter::new(serve.clone()));
        Ok(Self { serve, unit, writer, noter })
    }

    /// Begins a read-only transaction in which `tenant` is the only one that exists.
    ///
    /// # Errors
    /// The database failed.
    pub async fn read(&self, tenant: TenantId) -> Result<Tx> {
        self.begin("BEGIN READ ONLY", tenant, "").await
    }

    /// The same, where each statement keeps the plan of its first use (ADR 25).
    ///
    /// # Errors
    /// The database failed.
    pub async fn read_planned(&self, tenant: TenantId) -> Result<Tx> {
        self.begin("BEGIN READ ONLY", tenant, &format!("; {KEEP_PLANS}")).await
    }

    /// The portal's pool: its role can read schema `unit` and nothing else.
    #[must_use]
    pub const fn unit_pool(&self) -> Option<&PgPool> {
        self.unit.as_ref()
    }

    /// The cheapest question: for `/readyz`, and as the floor of measurements. It asks also that the connection
    /// names no tenant: outside of a transaction nobody's rows may be seen.
    ///
    /// # Errors
    /// The database failed; [`Error::Inconsistent`] if a tenant outlived its transaction.
    pub async fn ping(&self) -> Result<()> {
        let clean: bool = sqlx::query_scalar("SELECT app.tenant() IS NULL").fetch_one(&self.serve).await?;
        if clean { Ok(()) } else { Err(Error::Inconsistent { table: "tenant", what: "a connection kept one".into() }) }
    }

    /// Takes no more writes in, closes the pools and waits for what is under way.
    pub async fn close(&self) {
        self.writer.stop();
        self.noter.stop();
        self.serve.close().await;
        if let Some(unit) = &self.unit {
            unit.close().await;
        }
    }

    /// Begins a transaction that may write what lies outside the door (sessions, throttles, upload progress).
    pub(crate) async fn touch(&self, tenant: TenantId) -> Result<Tx> {
        self.begin("BEGIN", tenant, "").await
    }

    /// All that a transaction begins with, in one message.
    async fn begin(&self, how: &str, tenant: TenantId, more: &str) -> Result<Tx> {
        let tenant = tenant.0.hyphenated();
        let scope = if mutants::planted(mutants::Mutant::NamesTenantForGood) { "SESSION" } else { "LOCAL" };
        let statement = format!("{how}; SET {scope} mingcha.tenant = '{tenant}'{more}");
        Ok(self.serve.begin_with(AssertSqlSafe(statement)).await?)
    }

    pub(crate) fn writer(&self) -> &Writer {
        &self.writer
    }

    pub(crate) fn noter(&self) -> &Noter {
        &self.noter
    }

    pub(crate) const fn pool(&self) -> &PgPool {
        &self.serve
    }
}

/// How statements are planned. JIT costs more than it gives on statements of a millisecond. Every table has an index for
/// whatever is asked of it: a plan that was made while a table was empty, and is kept for a minute until the statistics
/// come, must not read it from end to end by then.
const PLANNING: [(&str, &str); 2] = [("jit", "off"), ("enable_seqscan", "off")];

async fn pool(url: &str, connections: u32) -> Result<PgPool> {
    let options = PgConnectOptions::from_str(url)?.application_name("mingcha").options(PLANNING);
    Ok(PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(30))
        .test_before_acquire(false)
        .connect_with(options)
        .await?)
}

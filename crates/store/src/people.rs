//! People as HQ's admin keeps them, and the pool of supervisors without their names.

use domain::{
    assignment::Window,
    evidence::Sha256,
    ids::{AccountId, HandleId, OrgUnitId, TenantId},
    role::RoleSet,
    time::Moment,
};
use sqlx::Row as _;
use uuid::Uuid;

use crate::{
    PrivateSupervisor, Store,
    error::{Error, Result},
};

/// An account as the admin sees it: who there is, never what they visited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Which.
    pub id: AccountId,
    /// The login name.
    pub login: String,
    /// What the person is called.
    pub name: String,
    /// What they may do.
    pub roles: RoleSet,
    /// The unit to which they belong.
    pub unit: Option<OrgUnitId>,
    /// Since when.
    pub created_at: Moment,
    /// Since when they may not act any more.
    pub disabled_at: Option<Moment>,
    /// Whether a password leads in; else one-time links only.
    pub has_password: bool,
    /// What the draw knows of them, if they make visits.
    pub supervisor: Option<PrivateSupervisor>,
}

/// For which tasks the pool is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandleQuery {
    /// Units and counties of the venues: ties to any of them count.
    pub units: Vec<OrgUnitId>,
    /// When the visits are to be made.
    pub window: Window,
    /// Until when the handles are good.
    pub expires_at: Moment,
}

/// A supervisor as one dialogue sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handle {
    /// Random, and good for this caller only.
    pub id: HandleId,
    /// One bit a weekday, Monday first.
    pub free_days: u8,
    /// Free on one of the window's days at least.
    pub free: bool,
    /// Tied to one of the units.
    pub tied: bool,
}

impl Store {
    /// Every account, for a session of an admin or auditor; nothing for anybody else.
    ///
    /// # Errors
    /// The database failed.
    pub async fn accounts(&self, tenant: TenantId, token: Sha256, now: Moment) -> Result<Vec<Account>> {
        let mut tx = self.read(tenant).await?;
        let rows = sqlx::query(
            "SELECT account_id, login, name, roles, unit_id, created_at, disabled_at, has_password, pooled, free_days,
                    ties
             FROM identity.accounts($1, $2)",
        )
        .bind(token.0.to_vec())
        .bind(now.0)
        .fetch_all(&mut *tx)
        .await?;
        rows.iter()
            .map(|row| {
                let pooled: Option<bool> = row.try_get("pooled")?;
                let supervisor = match pooled {
                    None => None,
                    Some(pooled) => Some(PrivateSupervisor {
                        pooled,
                        free_days: days(row.try_get("free_days")?)?,
                        ties: row.try_get::<Vec<Uuid>, _>("ties")?.into_iter().map(OrgUnitId).collect(),
                    }),
                };
                let roles: i32 = row.try_get("roles")?;
                Ok(Account {
                    id: AccountId(row.try_get("account_id")?),
                    login: row.try_get("login")?,
                    name: row.try_get("name")?,
                    roles: RoleSet(u16::try_from(roles).unwrap_or_default()),
                    unit: row.try_get::<Option<Uuid>, _>("unit_id")?.map(OrgUnitId),
                    created_at: Moment(row.try_get("created_at")?),
                    disabled_at: row.try_get::<Option<i64>, _>("disabled_at")?.map(Moment),
                    has_password: row.try_get("has_password")?,
                    supervisor,
                })
            })
            .collect()
    }

    /// The pool as handles made for this session; nothing for who may not assign.
    ///
    /// # Errors
    /// The database failed.
    pub async fn handles(
        &self,
        tenant: TenantId,
        token: Sha256,
        query: &HandleQuery,
        now: Moment,
    ) -> Result<Vec<Handle>> {
        let mut tx = self.touch(tenant).await?;
        let rows = sqlx::query("SELECT handle_id, free_days, free, tied FROM identity.handles($1, $2, $3, $4, $5, $6)")
            .bind(token.0.to_vec())
            .bind(query.units.iter().map(|unit| unit.0).collect::<Vec<_>>())
            .bind(query.window.from.0)
            .bind(query.window.until.0)
            .bind(now.0)
            .bind(query.expires_at.0)
            .fetch_all(&mut *tx)
            .await?;
        tx.commit().await?;
        rows.iter()
            .map(|row| {
                Ok(Handle {
                    id: HandleId(row.try_get("handle_id")?),
                    free_days: days(row.try_get("free_days")?)?,
                    free: row.try_get("free")?,
                    tied: row.try_get("tied")?,
                })
            })
            .collect()
    }
}

fn days(column: i16) -> Result<u8> {
    u8::try_from(column).map_err(|_| Error::Inconsistent { table: "supervisor", what: format!("days {column}") })
}

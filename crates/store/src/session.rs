//! Signing in, sessions, journals. Outside the door: no verdict rests on them but through `identity`'s answers.

use domain::{
    evidence::Sha256,
    ids::{AccountId, JournalId, TenantId},
    role::RoleSet,
    text::Text,
    time::{Moment, ZoneOffset},
};
use sqlx::{Row as _, postgres::PgRow};
use uuid::Uuid;

use crate::{
    Caller, Store,
    error::{Error, Result},
    rows::{parse, text, unsigned},
};

/// The longest login that is looked for, characters; an account has a shorter one.
const LOGIN_MAX: usize = 200;

/// Whose tries are whose company there is none of: the same as in step 144. No tenant has this id.
const NOBODYS: TenantId = TenantId(Uuid::nil());

/// A tenant as signing in knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// Which tenant.
    pub id: TenantId,
    /// What people type where the host does not name it.
    pub code: String,
    /// The name of the company.
    pub name: Text,
    /// Its offset from UTC.
    pub zone: ZoneOffset,
    /// The store's epoch.
    pub epoch: u32,
}

/// Through which door a session came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// The phone's app.
    Field,
    /// HQ.
    Hq,
    /// Another client, by token.
    Bearer,
}

/// A session to be opened.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Hash of its token.
    pub token: Sha256,
    /// Through which door.
    pub front: Front,
    /// It ends after so much time without use, ms.
    pub idle_ms: i64,
    /// It ends then in any case.
    pub ends_at: Moment,
    /// Browser and address, for the person's own list of devices.
    pub device: String,
    /// The journal that goes with it, on a phone.
    pub journal: Option<NewJournal>,
}

/// A journal to be opened.
#[derive(Clone, Copy, Debug)]
pub struct NewJournal {
    /// Which.
    pub id: JournalId,
    /// Hash of its hand-in key.
    pub key: Sha256,
}

/// What the check of a password needs.
#[derive(Clone, Debug)]
pub struct SignInCheck {
    /// To check against; `None` where there is no such login: check against a dummy, so that both take as long.
    pub password_hash: Option<String>,
    /// Too many failures: not checked at all.
    pub throttled: bool,
}

/// Who has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The account.
    pub account: AccountId,
    /// What the person is called.
    pub name: String,
    /// What they may do.
    pub roles: RoleSet,
}

/// A session that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub person: Person,
    /// Whether the account may act.
    pub active: bool,
    /// Through which door.
    pub front: Front,
    /// The journal that this browser profile writes now.
    pub journal: Option<JournalId>,
    /// When it ends if it is not used.
    pub expires_at: Moment,
    /// The rev of this session's own last write.
    pub seen_rev: i64,
}

impl Front {
    const fn code(self) -> i16 {
        match self {
            Self::Field => 1,
            Self::Hq => 2,
            Self::Bearer => 3,
        }
    }

    fn from_code(code: i16) -> Result<Self> {
        [Self::Field, Self::Hq, Self::Bearer]
            .into_iter()
            .find(|front| front.code() == code)
            .ok_or_else(|| Error::Inconsistent { table: "session", what: format!("front {code}") })
    }
}

/// Where there is no company of this code: the tenant and login by which signing in goes on all the same. Nobody is let in
/// there. Tries are counted by code, login and address as in a company, and those of an address together, so that neither
/// the answer nor its time tells which companies there are.
#[must_use]
pub fn nowhere(code: &str, login: &str) -> (TenantId, String) {
    let login = format!("{}\0{}", text(code), cut(login));
    (NOBODYS, Sha256::of(login.as_bytes()).to_string())
}

/// A login as it is looked for. Nobody's is longer; as a key it would not fit into an index either.
fn cut(login: &str) -> String {
    text(login).chars().take(LOGIN_MAX).collect()
}

impl Store {
    /// The tenant with this sign-in code; the only tenant, if there is one only and the code is empty.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tenant_by_code(&self, code: &str) -> Result<Option<Tenant>> {
        let row = sqlx::query("SELECT tenant_id, code, name, zone_offset, epoch FROM identity.tenant_by_code($1)")
            .bind(text(code))
            .fetch_optional(self.pool())
            .await?;
        row.as_ref().map(tenant).transpose()
    }

    /// Every tenant: the jobs go over all of them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn all_tenants(&self) -> Result<Vec<TenantId>> {
        let ids: Vec<Uuid> =
            sqlx::query_scalar("SELECT tenant_id FROM identity.all_tenants()").fetch_all(self.pool()).await?;
        Ok(ids.into_iter().map(TenantId).collect())
    }

    /// A tenant by its id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tenant(&self, id: TenantId) -> Result<Option<Tenant>> {
        let mut tx = self.read(id).await?;
        let row = sqlx::query(
            "SELECT t.tenant_id, t.code, t.name::text, t.zone_offset, h.epoch
             FROM app.tenant t JOIN app.tenant_head h USING (tenant_id) WHERE t.tenant_id = $1",
        )
        .bind(id.0)
        .fetch_optional(&mut *tx)
        .await?;
        row.as_ref().map(tenant).transpose()
    }

    /// First half of signing in: what to check the password against.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sign_in_begin(
        &self,
        tenant: TenantId,
        attempt: Uuid,
        login: &str,
        address: &str,
        now: Moment,
    ) -> Result<SignInCheck> {
        let login = cut(login);
        let mut tx = self.touch(tenant).await?;
        let row = sqlx::query("SELECT password_hash, throttled FROM identity.sign_in_begin($1, $2, $3, $4)")
            .bind(attempt)
            .bind(login)
            .bind(text(address))
            .bind(now.0)
            .fetch_one(&mut *tx)
            .await?;
        let check = SignInCheck { password_hash: row.try_get("password_hash")?, throttled: row.try_get("throttled")? };
        tx.commit().await?;
        Ok(check)
    }

    /// Second half: opens the session if the password was `right`. `None`: it does not let in.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sign_in_finish(
        &self,
        tenant: TenantId,
        attempt: Uuid,
        right: bool,
        session: &NewSession,
        now: Moment,
    ) -> Result<Option<Person>> {
        let query = sqlx::query(
            "SELECT account_id, name, roles FROM identity.sign_in_finish($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        );
        self.open_session(tenant, query.bind(attempt).bind(right), session, now).await
    }

    /// Opens a session by a one-time link. `None`: it does not let in, or not any more.
    ///
    /// # Errors
    /// The database failed.
    pub async fn redeem_link(
        &self,
        tenant: TenantId,
        link: Sha256,
        session: &NewSession,
        now: Moment,
    ) -> Result<Option<Person>> {
        let query =
            sqlx::query("SELECT account_id, name, roles FROM identity.link_redeem($1, $2, $3, $4, $5, $6, $7, $8, $9)");
        let person = self.open_session(tenant, query.bind(link.0.to_vec()), session, now).await?;
        if person.is_none() {
            over_for_good(self.touch(tenant).await?, link, now).await?;
        }
        Ok(person)
    }

    async fn open_session(
        &self,
        tenant: TenantId,
        query: crate::rows::Statement,
        session: &NewSession,
        now: Moment,
    ) -> Result<Option<Person>> {
        let mut tx = self.touch(tenant).await?;
        let row = query
            .bind(session.token.0.to_vec())
            .bind(session.front.code())
            .bind(now.0)
            .bind(session.idle_ms)
            .bind(session.ends_at.0)
            .bind(text(&session.device).into_owned())
            .bind(session.journal.map(|journal| journal.id.0))
            .bind(session.journal.map(|journal| journal.key.0.to_vec()))
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        row.as_ref().map(person).transpose()
    }

    /// Whose token this is; rolls the session on where a good part of its idle time has gone.
    ///
    /// # Errors
    /// The database failed.
    pub async fn session(&self, tenant: TenantId, token: Sha256, now: Moment) -> Result<Option<Session>> {
        let mut tx = self.touch(tenant).await?;
        let row = sqlx::query(
            "SELECT account_id, name, roles, active, front, journal_id, expires_at, idle_ms, seen_rev
             FROM identity.session_of($1, $2)",
        )
        .bind(token.0.to_vec())
        .bind(now.0)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else {
            over_for_good(tx, token, now).await?;
            return Ok(None);
        };
        let mut session = Session {
            person: person(&row)?,
            active: row.try_get("active")?,
            front: Front::from_code(row.try_get("front")?)?,
            journal: row.try_get::<Option<Uuid>, _>("journal_id")?.map(JournalId),
            expires_at: Moment(row.try_get("expires_at")?),
            seen_rev: row.try_get("seen_rev")?,
        };
        if is_due(now, session.expires_at, row.try_get("idle_ms")?) {
            session.expires_at = roll(&mut tx, token, now).await?.unwrap_or(session.expires_at);
        }
        tx.commit().await?;
        Ok(Some(session))
    }

    /// Ends a session. `false`: there was none.
    ///
    /// # Errors
    /// The database failed.
    pub async fn end_session(&self, tenant: TenantId, token: Sha256, now: Moment) -> Result<bool> {
        let query = sqlx::query_scalar("SELECT identity.session_revoke($1, $2)").bind(token.0.to_vec()).bind(now.0);
        self.yes(tenant, query).await
    }

    /// Opens a journal in the place of the caller's own; a session writes it from then on. Opened twice it is one,
    /// with the newer key. `false`: there is no such session or key, or the journal is written already.
    ///
    /// # Errors
    /// The database failed; [`Error::Constraint`] if the key exists already.
    pub async fn open_journal(
        &self,
        tenant: TenantId,
        caller: Caller,
        journal: NewJournal,
        now: Moment,
    ) -> Result<bool> {
        let query = sqlx::query_scalar("SELECT identity.journal_begin($1, $2, $3, $4, $5)")
            .bind(caller.hash().0.to_vec())
            .bind(caller.is_key())
            .bind(journal.id.0)
            .bind(journal.key.0.to_vec())
            .bind(now.0);
        self.yes(tenant, query).await
    }

    /// Lets a session go on with the journal of this hand-in key. `None`: it is not this person's.
    ///
    /// # Errors
    /// The database failed.
    pub async fn resume_journal(
        &self,
        tenant: TenantId,
        token: Sha256,
        key: Sha256,
        now: Moment,
    ) -> Result<Option<JournalId>> {
        let mut tx = self.touch(tenant).await?;
        let journal: Option<Option<Uuid>> = sqlx::query_scalar("SELECT identity.journal_resume($1, $2, $3)")
            .bind(token.0.to_vec())
            .bind(key.0.to_vec())
            .bind(now.0)
            .fetch_optional(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(journal.flatten().map(JournalId))
    }

    /// Whose session or hand-in key this is. One round trip, and nothing is rolled on: a pull does that.
    ///
    /// # Errors
    /// The database failed.
    pub async fn whose(&self, tenant: TenantId, caller: Caller, now: Moment) -> Result<Option<AccountId>> {
        let account: Option<Uuid> = sqlx::query_scalar("SELECT identity.whose($1, $2, $3, $4)")
            .bind(tenant.0)
            .bind(caller.hash().0.to_vec())
            .bind(caller.is_key())
            .bind(now.0)
            .fetch_one(self.pool())
            .await?;
        if let (None, Caller::Token(token)) = (account, caller) {
            over_for_good(self.touch(tenant).await?, token, now).await?;
        }
        Ok(account.map(AccountId))
    }

    /// Sets the password of whoever has this session; their other sessions end. `false`: there is no such session.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_password_of_session(
        &self,
        tenant: TenantId,
        token: Sha256,
        password_hash: &str,
        now: Moment,
    ) -> Result<bool> {
        let query = sqlx::query_scalar("SELECT identity.password_set($1, $2, $3)")
            .bind(token.0.to_vec())
            .bind(password_hash.to_owned())
            .bind(now.0);
        self.yes(tenant, query).await
    }

    async fn yes(
        &self,
        tenant: TenantId,
        query: sqlx::query::QueryScalar<'static, sqlx::Postgres, Option<bool>, sqlx::postgres::PgArguments>,
    ) -> Result<bool> {
        let mut tx = self.touch(tenant).await?;
        let said = query.fetch_optional(&mut *tx).await?.flatten();
        tx.commit().await?;
        Ok(said.unwrap_or(false))
    }
}

/// A session or link was refused: where that was because its time is over, it stays so though the clock goes back.
pub(crate) async fn over_for_good(mut tx: crate::Tx, hash: Sha256, now: Moment) -> Result<()> {
    let over = sqlx::query("SELECT identity.over_for_good($1, $2)").bind(hash.0.to_vec()).bind(now.0);
    over.execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Whether so much of the idle time has gone that the session is to be rolled on.
pub(crate) const fn is_due(now: Moment, expires_at: Moment, idle_ms: i64) -> bool {
    expires_at.0 - now.0 < idle_ms / 4 * 3
}

/// Rolls a session on; its new end.
pub(crate) async fn roll(tx: &mut crate::Tx, token: Sha256, now: Moment) -> Result<Option<Moment>> {
    let end: Option<Option<i64>> = sqlx::query_scalar("SELECT identity.session_roll($1, $2)")
        .bind(token.0.to_vec())
        .bind(now.0)
        .fetch_optional(&mut **tx)
        .await?;
    Ok(end.flatten().map(Moment))
}

/// Reads `tenant_id, code, name::text, zone_offset, epoch`.
pub(crate) fn tenant(row: &PgRow) -> Result<Tenant> {
    Ok(Tenant {
        id: TenantId(row.try_get("tenant_id")?),
        code: row.try_get("code")?,
        name: parse("tenant", row.try_get("name")?)?,
        zone: ZoneOffset(row.try_get("zone_offset")?),
        epoch: unsigned("tenant_head", row.try_get::<i32, _>("epoch")?.into())?,
    })
}

fn person(row: &PgRow) -> Result<Person> {
    let roles: i32 = row.try_get("roles")?;
    Ok(Person {
        account: AccountId(row.try_get("account_id")?),
        name: row.try_get("name")?,
        roles: RoleSet(u16::try_from(roles).unwrap_or_default()),
    })
}

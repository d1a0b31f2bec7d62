//! Which bytes may come, which have come, and who may see them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    evidence::Sha256,
    ids::{TenantId, VisitId},
    op::Conclusion,
    time::Moment,
};
use sqlx::Row as _;
use uuid::Uuid;

use super::stored::Stored;
use crate::{
    Caller, Store,
    error::{Error, Result},
    rows::{digest, unsigned},
};

/// Bytes that an op of the caller named: they may be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// How many they are.
    pub size: u64,
    /// Their type.
    pub mime: String,
    /// Whether they are here, whole.
    pub stored: bool,
}

/// Bytes that may be shown to whoever asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readable {
    /// Their type.
    pub mime: String,
    /// How many they are.
    pub size: u64,
}

/// Bytes of a visit that are here and do not count yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The visit.
    pub visit: VisitId,
    /// Which of its submissions names them.
    pub submission: u32,
    /// Which bytes, in order.
    pub sha256: Vec<Sha256>,
}

impl From<Pending> for Conclusion {
    fn from(Pending { visit, submission, sha256 }: Pending) -> Self {
        Self::verified(visit, submission, sha256)
    }
}

impl Store {
    /// What the caller's own ops said of these bytes. `None`: they named none such, and may not send them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn evidence_claim(
        &self,
        tenant: TenantId,
        caller: Caller,
        visit: VisitId,
        sha256: Sha256,
        now: Moment,
    ) -> Result<Option<Claim>> {
        let row = sqlx::query("SELECT size, mime, stored FROM identity.claim($1, $2, $3, $4, $5, $6)")
            .bind(tenant.0)
            .bind(caller.hash().0.to_vec())
            .bind(caller.is_key())
            .bind(visit.0)
            .bind(sha256.0.to_vec())
            .bind(now.0)
            .fetch_optional(self.pool())
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Claim {
            size: bytes(row.try_get("size")?)?,
            mime: row.try_get("mime")?,
            stored: row.try_get("stored")?,
        }))
    }

    /// Notes that the whole was hashed and lies in the media store. `false`: the caller named none such.
    ///
    /// # Errors
    /// [`Error::Unknown`]: the database failed, noted or not.
    pub async fn evidence_stored(
        &self,
        tenant: TenantId,
        caller: Caller,
        visit: VisitId,
        sha256: Sha256,
        now: Moment,
    ) -> Result<bool> {
        self.noter().note(Stored { tenant, caller, visit, sha256, now }).await
    }

    /// Whether these bytes are here and may be shown to whoever has this session: the visit's own visitor,
    /// or a role that reads raw visits.
    ///
    /// # Errors
    /// The database failed.
    pub async fn evidence_readable(
        &self,
        tenant: TenantId,
        token: Sha256,
        visit: VisitId,
        sha256: Sha256,
        now: Moment,
    ) -> Result<Option<Readable>> {
        let mut tx = self.read(tenant).await?;
        let row = sqlx::query(
            "SELECT e.mime, e.size FROM app.evidence e
             WHERE e.tenant_id = $1 AND e.visit_id = $2 AND e.sha256 = $3
               AND ($6 OR identity.may_see_bytes($4, $2, $5))
               AND (e.verified OR EXISTS (SELECT FROM identity.stored_claims(ARRAY[$2], ARRAY[$3])))
             LIMIT 1",
        )
        .bind(tenant.0)
        .bind(visit.0)
        .bind(sha256.0.to_vec())
        .bind(token.0.to_vec())
        .bind(now.0)
        .bind(mutants::planted(mutants::Mutant::ServesBytesToAnybody))
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Readable { mime: row.try_get("mime")?, size: bytes(row.try_get("size")?)? }))
    }

    /// Bytes that are here whole and do not count yet, by visit; at most `limit` rows of evidence. Of `visits` only,
    /// where the caller knows which: without them every row that still misses its bytes is looked at.
    ///
    /// # Errors
    /// The database failed.
    pub async fn pending_verifications(
        &self,
        tenant: TenantId,
        visits: Option<&[VisitId]>,
        limit: i64,
    ) -> Result<Vec<Pending>> {
        let mut tx = self.read(tenant).await?;
        let query = sqlx::query(if visits.is_some() { PENDING_OF } else { PENDING }).bind(tenant.0).bind(limit);
        let query = match visits {
            Some(visits) => query.bind(visits.iter().map(|visit| visit.0).collect::<Vec<_>>()),
            None => query,
        };
        let rows = query.fetch_all(&mut *tx).await?;
        let mut visits: BTreeMap<(Uuid, u32), BTreeSet<Sha256>> = BTreeMap::new();
        for row in &rows {
            let submission = unsigned("visit", row.try_get::<i32, _>("submission")?.into())?;
            let sha256 = digest("evidence", row.try_get("sha256")?)?;
            visits.entry((row.try_get("visit_id")?, submission)).or_default().insert(sha256);
        }
        Ok(visits
            .into_iter()
            .map(|((visit, submission), sha256)| Pending {
                visit: VisitId(visit),
                submission,
                sha256: sha256.into_iter().collect(),
            })
            .collect())
    }
}

/// The newest submission only: what it does not name never counts.
macro_rules! pending {
    ($of:literal) => {
        concat!(
            "WITH missing AS (
                 SELECT e.visit_id, e.sha256, v.submission
                 FROM app.evidence e JOIN app.visit v
                     ON v.tenant_id = e.tenant_id AND v.visit_id = e.visit_id AND v.submission = e.submission
                 WHERE e.tenant_id = $1 AND NOT e.verified",
            $of,
            "
             ), asked AS (
                 SELECT COALESCE(array_agg(m.visit_id), '{}') AS visits, COALESCE(array_agg(m.sha256), '{}') AS hashes
                 FROM missing m
             )
             SELECT DISTINCT m.visit_id, m.sha256, m.submission
             FROM asked a, identity.stored_claims(a.visits, a.hashes) s
             JOIN missing m ON m.visit_id = s.visit_id AND m.sha256 = s.sha256
             ORDER BY m.visit_id, m.sha256 LIMIT $2"
        )
    };
}
const PENDING: &str = pending!("");
const PENDING_OF: &str = pending!(" AND e.visit_id = ANY ($3)");

fn bytes(column: i64) -> Result<u64> {
    u64::try_from(column).map_err(|_| Error::Inconsistent { table: "evidence", what: format!("{column} bytes") })
}

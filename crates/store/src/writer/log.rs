//! The log: one row an op, in columns from which its body, verdict and facts come back.

use domain::{
    evidence::Sha256,
    op::{DecodeError, Facts, Op, Verdict, canonical},
    role::RoleSet,
    time::Moment,
};
use sqlx::{Row as _, postgres::PgRow};
use uuid::Uuid;

use super::incoming::Parts;
use crate::{
    error::{Error, Result},
    packed::unpack,
    rows::{columns, digest, parse},
};

columns!(LogColumn, LogColumns {
    rev: i64,
    received_at: i64,
    op_id: Uuid,
    digest: Vec<u8>,
    kind: Option<String>,
    subject: Option<Uuid>,
    actor: Option<Uuid>,
    base: Option<i64>,
    salt: Option<Vec<u8>>,
    payload: Option<Vec<u8>>,
    extra: Option<String>,
    verdict: Option<String>,
    roles: i32,
    facts: i16,
});

/// A row of the log, read.
#[derive(Debug)]
pub(crate) struct LogRow {
    pub(crate) rev: i64,
    pub(crate) op_id: Uuid,
    pub(crate) digest: Sha256,
    pub(crate) parts: Parts,
    pub(crate) verdict: Verdict,
    pub(crate) facts: Facts,
}

impl LogRow {
    /// Reads every column, `extra` as text. A payload that cannot be unpacked is missing: the digest does not come out.
    pub(crate) fn read(row: &PgRow) -> Result<Self> {
        let (digest, verdict) = (digest("op_log", row.try_get("digest")?)?, verdict(row.try_get("verdict")?)?);
        Self::with(row, digest, verdict)
    }

    /// As [`Self::read`], with the two columns that may hold what they cannot hold.
    pub(crate) fn with(row: &PgRow, digest: Sha256, verdict: Verdict) -> Result<Self> {
        let payload: Option<&[u8]> = row.try_get("payload")?;
        Ok(Self {
            rev: row.try_get("rev")?,
            op_id: row.try_get("op_id")?,
            digest,
            parts: Parts {
                kind: row.try_get("kind")?,
                subject: row.try_get("subject")?,
                actor: row.try_get("actor")?,
                base: row.try_get("base")?,
                salt: row.try_get("salt")?,
                payload: payload.and_then(|packed| unpack("op_log", packed, None).ok()),
                extra: row.try_get("extra")?,
            },
            verdict,
            facts: facts(row.try_get("received_at")?, row.try_get("roles")?, row.try_get("facts")?),
        })
    }
}

/// The canonical body of a row; `document` is its payload where that lies with the visit. `None`: it has none.
pub(crate) fn body(row: &LogRow, document: Option<String>) -> Option<String> {
    let mut parts = row.parts.clone();
    if document.is_some() {
        parts.payload = document;
    }
    parts.canonical(row.op_id)
}

/// The op of a row; `document` is its payload where that lies with the visit. `None` where it cannot be read.
pub(crate) fn read_op(row: &LogRow, document: Option<String>) -> Result<Option<Op>> {
    let Some(body) = body(row, document) else { return Ok(None) };
    match Op::decode(&body) {
        Ok(op) => Ok(Some(op)),
        Err(DecodeError::UnknownKind(_)) => Ok(None),
        Err(error) => Err(Error::Inconsistent { table: "op_log", what: format!("rev {}: {error}", row.rev) }),
    }
}

/// The verdict of its column: NULL is applied, for that is what nearly all are.
pub(crate) fn verdict(column: Option<&str>) -> Result<Verdict> {
    column.map_or(Ok(Verdict::Applied), |text| parse("op_log", text))
}

/// The column of a verdict: the bytes that its leaf hashes.
pub(crate) fn verdict_column(verdict: &Verdict) -> Option<String> {
    match verdict {
        Verdict::Applied => None,
        other => serde_json::to_string(other).ok().and_then(|json| canonical::canonicalise(&json).ok()),
    }
}

/// The facts of their columns.
fn facts(received_at: i64, roles: i32, bits: i16) -> Facts {
    let bit = |n: i16| bits & n != 0;
    Facts {
        received_at: Moment(received_at),
        roles: RoleSet(u16::try_from(roles).unwrap_or_default()),
        active: bit(1),
        holds_alias: bit(2),
        writes_visit: bit(4),
        chose_visitor: bit(8),
        server: bit(16),
    }
}

/// The columns of facts: roles, and the rest as bits.
pub(crate) fn facts_columns(facts: &Facts) -> (i32, i16) {
    let bits = [facts.active, facts.holds_alias, facts.writes_visit, facts.chose_visitor, facts.server];
    (facts.roles.0.into(), bits.iter().rev().fold(0, |all, bit| all << 1 | i16::from(*bit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_and_verdicts_come_back() -> Result<()> {
        for bits in 0..32_i16 {
            let known = facts(7, 9, bits);
            assert_eq!(facts_columns(&known), (9, bits));
        }
        let refused = Verdict::Refused { code: domain::op::RefusedCode::BadValue, detail: "x".to_owned() };
        for known in [Verdict::Applied, refused, Verdict::held(domain::op::HeldCode::StaleBase)] {
            assert_eq!(verdict(verdict_column(&known).as_deref())?, known);
        }
        Ok(())
    }
}

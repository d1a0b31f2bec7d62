//! What a receipt covers beside bodies and verdicts: the facts of a batch's ops, and its people.

use domain::{evidence::Sha256, op::Payload};
use sqlx::{PgConnection, Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{
    batch::{Fresh, Place, Prepared},
    incoming::Parts,
    log::facts_columns,
    tree::Beside,
};
use crate::{error::Result, rows::digest};
use domain::op::Verdict;

/// What stands beside a body in a row of the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FactsOf {
    pub(crate) rev: i64,
    pub(crate) received_at: i64,
    pub(crate) op_id: Uuid,
    pub(crate) roles: i32,
    pub(crate) facts: i16,
    /// Whether the body had a canonical form, so that the row holds it.
    pub(crate) has_form: bool,
}

/// An envelope, and whose journal it is in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlaceOf {
    pub(crate) journal: Uuid,
    pub(crate) account: Uuid,
    pub(crate) seq: i64,
    pub(crate) op: Uuid,
    pub(crate) device_time: i64,
}

/// The hash over the facts of a batch, in the order of the log.
pub(crate) fn facts(ops: impl IntoIterator<Item = FactsOf>) -> Sha256 {
    let mut bytes = Vec::new();
    for op in ops {
        bytes.extend_from_slice(&op.rev.to_be_bytes());
        bytes.extend_from_slice(&op.received_at.to_be_bytes());
        bytes.extend_from_slice(op.op_id.as_bytes());
        bytes.extend_from_slice(&op.roles.to_be_bytes());
        bytes.extend_from_slice(&op.facts.to_be_bytes());
        bytes.push(op.has_form.into());
    }
    Sha256::of(&bytes)
}

/// The hash over the people of a batch: its envelopes, sorted, and what [`sealed`] or `verify` made of its rows.
pub(crate) fn people(mut places: Vec<PlaceOf>, rows: Option<Sha256>) -> Sha256 {
    places.sort_unstable_by_key(|place| (place.journal, place.seq));
    let mut bytes = rows.map_or([0; 32], |rows| rows.0).to_vec();
    for place in places {
        bytes.extend_from_slice(place.journal.as_bytes());
        bytes.extend_from_slice(place.account.as_bytes());
        bytes.extend_from_slice(&place.seq.to_be_bytes());
        bytes.extend_from_slice(place.op.as_bytes());
        bytes.extend_from_slice(&place.device_time.to_be_bytes());
    }
    Sha256::of(&bytes)
}

/// What lies beside a batch that has been decided and not yet written.
pub(super) async fn of(
    connection: &mut PgConnection,
    first_rev: i64,
    fresh: &[Fresh<'_>],
    requests: &[&Prepared],
    places: &[Place],
) -> Result<Beside> {
    let facts = facts((first_rev..).zip(fresh).map(|(rev, fresh)| {
        let (roles, facts) = facts_columns(&fresh.facts);
        FactsOf {
            rev,
            received_at: requests[fresh.request].received_at.0,
            op_id: fresh.logged_as,
            roles,
            facts,
            has_form: fresh.op.parts.as_ref().is_some_and(|parts| *parts != Parts::default()),
        }
    }));
    let places = places.iter().map(|place| PlaceOf {
        journal: place.journal.0,
        account: place.account,
        seq: place.seq,
        op: place.op,
        device_time: place.device_time.0,
    });
    let rows = if fresh.iter().any(makes_rows) { Some(sealed(connection).await?) } else { None };
    Ok(Beside { facts, people: people(places.collect(), rows) })
}

/// Whether an op has made rows in `identity` that are covered.
fn makes_rows(fresh: &Fresh<'_>) -> bool {
    let payload = fresh.op.op().map(|op| &op.payload);
    fresh.verdict == Verdict::Applied && matches!(payload, Some(Payload::AccountCreate(_) | Payload::AssignmentPlan(_)))
}

async fn sealed(connection: &mut PgConnection) -> Result<Sha256> {
    let row = sqlx::query("SELECT identity.seal() AS seal").fetch_one(connection).await?;
    digest("batch_salt", row.try_get("seal")?)
}

/// Reads `facts` and `people` of a batch; `None`: it is from before there were any.
pub(crate) fn read(row: &PgRow) -> Result<Option<Beside>> {
    columns(row, |bytes| digest("batch_head", bytes))
}

/// As [`read`]; what is no digest counts as `no_digest`.
pub(crate) fn read_whatever(row: &PgRow, no_digest: Sha256) -> Result<Option<Beside>> {
    columns(row, |bytes| Ok(digest("batch_head", bytes).unwrap_or(no_digest)))
}

fn columns(row: &PgRow, read: impl Fn(&[u8]) -> Result<Sha256>) -> Result<Option<Beside>> {
    let column = |name| {
        let bytes: Option<&[u8]> = row.try_get(name)?;
        bytes.map(&read).transpose()
    };
    Ok(column("facts")?.zip(column("people")?).map(|(facts, people)| Beside { facts, people }))
}

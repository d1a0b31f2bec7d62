//! What the writer asks `identity`: whose requests these are, and yes or no about visits.

use std::collections::HashMap;

use domain::ids::JournalId;
use sqlx::{PgConnection, Row as _};
use uuid::Uuid;

use super::batch::{Fresh, Prepared, visit_of};
use crate::error::Result;

/// Whoever sent a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallerRow {
    /// Their account. It decides whether an op of HQ acts as themselves, and goes nowhere else.
    pub(crate) account_id: Uuid,
    /// Their roles, as bits.
    pub(crate) roles: i32,
    /// Whether account and journal may act.
    pub(crate) active: bool,
    /// The last seq of the journal that was named; 0 where none was.
    pub(crate) last_seq: i64,
    /// The journal in whose name it writes visits: the one that was named, or the last that its phone opened in that
    /// one's place. `None` where none was named.
    pub(crate) writes_as: Option<JournalId>,
}

/// What `identity` says about a visit.
#[derive(Clone, Copy, Debug)]
pub(super) struct VisitAnswers {
    /// The caller holds the task.
    pub(super) holds: bool,
    /// The caller's journal, or an earlier one of its phone, writes the visit, or none does yet.
    pub(super) writes: bool,
    /// The caller chose the visitor by handle.
    pub(super) chose: bool,
}

/// Who sent each of `requests`; `None`: no such session, key or journal.
pub(super) async fn callers(connection: &mut PgConnection, requests: &[&Prepared]) -> Result<Vec<Option<CallerRow>>> {
    let mut found = vec![None; requests.len()];
    let (mut places, mut hashes, mut are_keys, mut journals, mut now) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (place, request) in requests.iter().enumerate() {
        match request.caller {
            // The server itself: nobody to look up.
            None => {
                found[place] =
                    Some(CallerRow { account_id: Uuid::nil(), roles: 0, active: true, last_seq: 0, writes_as: None });
            }
            Some(caller) => {
                places.push(place);
                hashes.push(caller.hash().0.to_vec());
                are_keys.push(caller.is_key());
                journals.push(request.journal.map(|journal| journal.0));
                now.push(request.received_at.0);
            }
        }
    }
    if places.is_empty() {
        return Ok(found);
    }
    let rows =
        sqlx::query("SELECT n, account_id, roles, active, last_seq, writes_as FROM identity.callers($1, $2, $3, $4)");
    for row in rows.bind(hashes).bind(are_keys).bind(journals).bind(now).fetch_all(connection).await? {
        if let Some(place) = place(&places, row.try_get("n")?) {
            found[place] = Some(CallerRow {
                account_id: row.try_get("account_id")?,
                roles: row.try_get("roles")?,
                active: row.try_get("active")?,
                last_seq: row.try_get::<Option<i64>, _>("last_seq")?.unwrap_or_default(),
                writes_as: row.try_get::<Option<Uuid>, _>("writes_as")?.map(JournalId),
            });
        }
    }
    Ok(found)
}

/// What `identity` says about the visits of `fresh`, by place; none where nobody holds the visit.
pub(super) async fn visits(
    connection: &mut PgConnection,
    requests: &[&Prepared],
    callers: &[Option<CallerRow>],
    fresh: &[Fresh<'_>],
) -> Result<HashMap<usize, VisitAnswers>> {
    let (mut places, mut visits, mut hashes, mut are_keys, mut journals) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (place, op) in fresh.iter().enumerate() {
        let request = requests[op.request];
        if let (Some(caller), Some(visit)) = (request.caller, op.op.op().and_then(visit_of)) {
            places.push(place);
            visits.push(visit.0);
            hashes.push(caller.hash().0.to_vec());
            are_keys.push(caller.is_key());
            journals.push(callers[op.request].and_then(|caller| caller.writes_as).map(|journal| journal.0));
        }
    }
    let mut answers = HashMap::new();
    if places.is_empty() {
        return Ok(answers);
    }
    let rows = sqlx::query("SELECT n, holds, writes, chose FROM identity.visit_facts($1, $2, $3, $4)");
    for row in rows.bind(visits).bind(hashes).bind(are_keys).bind(journals).fetch_all(connection).await? {
        if let Some(place) = place(&places, row.try_get("n")?) {
            // NULL is nobody's yes.
            let yes = |column| Ok::<_, sqlx::Error>(row.try_get::<Option<bool>, _>(column)?.unwrap_or(false));
            answers.insert(place, VisitAnswers { holds: yes("holds")?, writes: yes("writes")?, chose: yes("chose")? });
        }
    }
    Ok(answers)
}

/// The place that stands at `n`, which counts from 1.
fn place(places: &[usize], n: i32) -> Option<usize> {
    usize::try_from(n).ok().and_then(|n| places.get(n.checked_sub(1)?)).copied()
}

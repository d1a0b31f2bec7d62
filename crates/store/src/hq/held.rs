//! What arrived, was kept, and waits for HQ to adopt or decline it.

use domain::{ids::OpId, text::Text, time::Moment};
use sqlx::{Row as _, postgres::PgRow};
use uuid::Uuid;

use super::json_or_none;
use crate::{Tx, error::Result};

/// The most rows of the inbox that are shown; the oldest first, so that none is forgotten.
const HELD_MAX: i64 = 200;

/// One op that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldRow {
    /// The op.
    pub op: OpId,
    /// Why it is held, as a code.
    pub code: String,
    /// What it asked for, as `noun.verb@version`.
    pub kind: String,
    /// What it is about.
    pub subject: Option<Uuid>,
    /// The name of the venue, where the op named one.
    pub venue_name: Option<Text>,
    /// The name of the county branch.
    pub county_name: Option<Text>,
    /// When it arrived.
    pub received_at: Moment,
}

/// What waits, oldest first.
///
/// # Errors
/// The database failed.
pub async fn waiting(tx: &mut Tx) -> Result<Vec<HeldRow>> {
    let rows = sqlx::query(
        "SELECT h.op_id, h.code, h.kind, h.subject, h.received_at, n.name::text AS venue_name, c.name::text AS county_name \
         FROM (SELECT * FROM app.held WHERE state = 1 ORDER BY rev LIMIT $1) AS h \
         LEFT JOIN app.venue n ON n.venue_id = h.venue_id \
         LEFT JOIN app.org_unit c ON c.unit_id = h.county_id \
         ORDER BY h.rev",
    )
    .bind(HELD_MAX)
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(row).collect()
}

fn row(row: &PgRow) -> Result<HeldRow> {
    Ok(HeldRow {
        op: OpId(row.try_get("op_id")?),
        code: row.try_get("code")?,
        kind: row.try_get("kind")?,
        subject: row.try_get("subject")?,
        venue_name: json_or_none(row, "venue_name")?,
        county_name: json_or_none(row, "county_name")?,
        received_at: Moment(row.try_get("received_at")?),
    })
}

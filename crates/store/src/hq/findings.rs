//! The list of findings.

use domain::{
    finding::{Finding, FindingSource, FindingState, Severity},
    ids::{FindingId, ItemId, OrgUnitId, VenueId, VisitId},
    text::Text,
    time::Moment,
};
use sqlx::{Row as _, postgres::PgRow};

use super::{
    Cursor, PAGE, Slice, Stretch, count, json_or_none,
    walk::{Ground, Value, Walk},
    words,
};
use crate::{Tx, code::Code, error::Result, rows::text};

/// Which findings. Every field narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this state only.
    pub state: Option<FindingState>,
    /// As bad as this only.
    pub severity: Option<Severity>,
    /// Of this topic only.
    pub topic: Option<String>,
    /// Of this county branch only.
    pub county: Option<OrgUnitId>,
    /// For this unit to answer only.
    pub unit: Option<OrgUnitId>,
}

/// One finding of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// The finding.
    pub finding: Finding,
    /// The name of the venue.
    pub venue_name: Text,
    /// The name of the unit that answers for it.
    pub unit_name: Text,
    /// The name of the county branch.
    pub county_name: Text,
}

const GROUND: Ground = Ground {
    table: "app.finding",
    at: "found_at",
    id: "finding_id",
    columns: "w.finding_id, w.source, w.visit_id, w.item_id, w.item_code, w.topic, w.venue_id, w.unit_id, w.county_id, \
              w.severity, w.title::text AS title, w.note, w.reason, w.found_at, w.state, w.revision, \
              n.name::text AS venue_name, u.name::text AS unit_name, c.name::text AS county_name",
    joins: "LEFT JOIN app.venue n ON n.venue_id = w.venue_id \
            LEFT JOIN app.org_unit u ON u.unit_id = w.unit_id \
            LEFT JOIN app.org_unit c ON c.unit_id = w.county_id",
};

/// A stretch of the findings that `filter` lets through.
///
/// # Errors
/// The database failed.
pub async fn read(tx: &mut Tx, filter: &Filter, stretch: Stretch) -> Result<Slice<FindingRow>> {
    let rows = fetch(tx, filter, stretch, PAGE + 1).await?;
    Ok(Slice::of(stretch, rows, place))
}

/// Up to `limit` findings in the order of `stretch`: an export walks on from the last one.
///
/// # Errors
/// The database failed.
pub async fn fetch(tx: &mut Tx, filter: &Filter, stretch: Stretch, limit: usize) -> Result<Vec<FindingRow>> {
    walk(filter).fetch(tx, stretch, limit).await?.iter().map(row).collect()
}

/// How the database reads a page: each finding list must be a walk over an index.
///
/// # Errors
/// The database failed.
pub async fn plan(tx: &mut Tx, filter: &Filter, stretch: Stretch) -> Result<Vec<String>> {
    walk(filter).plan(tx, stretch, PAGE + 1).await
}

fn walk(filter: &Filter) -> Walk {
    let states = match filter.state {
        Some(state) => vec![state.code()],
        None => FindingState::CODES.iter().map(|(code, _)| *code).collect(),
    };
    Walk::new(&GROUND, states)
        .only("severity", filter.severity.map(|severity| Value::Small(severity.code())))
        .only("topic", filter.topic.as_deref().map(|topic| Value::Text(text(topic).into_owned())))
        .only("county_id", filter.county.map(|county| Value::Id(county.0)))
        .only("unit_id", filter.unit.map(|unit| Value::Id(unit.0)))
}

/// The findings of one visit, in the order of their items' codes.
///
/// # Errors
/// The database failed.
pub async fn of_visit(tx: &mut Tx, visit: VisitId) -> Result<Vec<FindingRow>> {
    let rows = sqlx::query(
        "SELECT f.finding_id, f.source, f.visit_id, f.item_id, f.item_code, f.topic, f.venue_id, f.unit_id, \
         f.county_id, f.severity, f.title::text AS title, f.note, f.reason, f.found_at, f.state, f.revision, \
         n.name::text AS venue_name, u.name::text AS unit_name, c.name::text AS county_name \
         FROM app.finding f \
         LEFT JOIN app.venue n ON n.venue_id = f.venue_id \
         LEFT JOIN app.org_unit u ON u.unit_id = f.unit_id \
         LEFT JOIN app.org_unit c ON c.unit_id = f.county_id \
         WHERE f.visit_id = $1 ORDER BY f.item_code, f.finding_id",
    )
    .bind(visit.0)
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(row).collect()
}

/// The place of a row in the list.
#[must_use]
pub fn place(row: &FindingRow) -> Cursor {
    Cursor { at: row.finding.found_at.0, id: row.finding.id.0 }
}

fn row(row: &PgRow) -> Result<FindingRow> {
    Ok(FindingRow {
        finding: Finding {
            id: FindingId(row.try_get("finding_id")?),
            source: FindingSource::from_code(row.try_get("source")?)?,
            visit: row.try_get::<Option<_>, _>("visit_id")?.map(VisitId),
            item: row.try_get::<Option<_>, _>("item_id")?.map(ItemId),
            item_code: row.try_get("item_code")?,
            topic: row.try_get("topic")?,
            venue: VenueId(row.try_get("venue_id")?),
            unit: OrgUnitId(row.try_get("unit_id")?),
            county: OrgUnitId(row.try_get("county_id")?),
            severity: Severity::from_code(row.try_get("severity")?)?,
            title: words(row, "title")?,
            note: row.try_get("note")?,
            reason: row.try_get("reason")?,
            found_at: Moment(row.try_get("found_at")?),
            state: FindingState::from_code(row.try_get("state")?)?,
            revision: count(row, "revision")?,
        },
        venue_name: json_or_none(row, "venue_name")?.unwrap_or_default(),
        unit_name: json_or_none(row, "unit_name")?.unwrap_or_default(),
        county_name: json_or_none(row, "county_name")?.unwrap_or_default(),
    })
}

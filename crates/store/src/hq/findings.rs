//! The list of findings.

use domain::{
    finding::{Finding, FindingSource, FindingState, Severity},
    ids::{FindingId, ItemId, OrgUnitId, VenueId, VisitId},
    text::Text,
    time::Moment,
};
use sqlx::{AssertSqlSafe, Row as _, SqlSafeStr, postgres::PgRow};

use super::{Cursor, PAGE, Slice, Stretch, count, json_or_none, words};
use crate::{Tx, code::Code, error::Result};

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

/// One index walk a state, each no longer than a page.
macro_rules! sql {
    ($cmp:literal, $order:literal) => {
        concat!(
            "SELECT f.finding_id, f.source, f.visit_id, f.item_id, f.item_code, f.topic, f.venue_id, f.unit_id, ",
            "f.county_id, f.severity, f.title::text AS title, f.note, f.reason, f.found_at, f.state, f.revision, ",
            "n.name::text AS venue_name, u.name::text AS unit_name, c.name::text AS county_name ",
            "FROM (SELECT w.* FROM unnest($3::smallint[]) AS s (state) CROSS JOIN LATERAL (",
            "SELECT * FROM app.finding WHERE finding.state = s.state ",
            "AND (found_at, finding_id) ",
            $cmp,
            " ($1, $2) ",
            "AND ($4::smallint IS NULL OR severity = $4) AND ($5::text IS NULL OR topic = $5) ",
            "AND ($6::uuid IS NULL OR county_id = $6) AND ($7::uuid IS NULL OR unit_id = $7) ",
            "ORDER BY found_at ",
            $order,
            ", finding_id ",
            $order,
            " LIMIT $8) AS w ",
            "ORDER BY found_at ",
            $order,
            ", finding_id ",
            $order,
            " LIMIT $8) AS f ",
            "LEFT JOIN app.venue n ON n.venue_id = f.venue_id ",
            "LEFT JOIN app.org_unit u ON u.unit_id = f.unit_id ",
            "LEFT JOIN app.org_unit c ON c.unit_id = f.county_id ",
            "ORDER BY f.found_at ",
            $order,
            ", f.finding_id ",
            $order
        )
    };
}

const OLDER: &str = sql!("<", "DESC");
const NEWER: &str = sql!(">", "ASC");

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
    let statement = if stretch.from().1 { NEWER } else { OLDER };
    let rows = rows(tx, statement, filter, stretch, limit).await?;
    rows.iter().map(row).collect()
}

/// How the database would read a page: each finding list must be a walk over an index.
///
/// # Errors
/// The database failed.
pub async fn plan(tx: &mut Tx, filter: &Filter, stretch: Stretch) -> Result<Vec<String>> {
    let statement = if stretch.from().1 { NEWER } else { OLDER };
    let explain = AssertSqlSafe(["EXPLAIN (COSTS OFF) ", statement].concat());
    let lines = rows(tx, explain, filter, stretch, PAGE + 1).await?;
    lines.iter().map(|line| Ok(line.try_get(0)?)).collect()
}

async fn rows(
    tx: &mut Tx,
    statement: impl SqlSafeStr,
    filter: &Filter,
    stretch: Stretch,
    limit: usize,
) -> Result<Vec<PgRow>> {
    let (from, _) = stretch.from();
    let states: Vec<i16> = match filter.state {
        Some(state) => vec![state.code()],
        None => FindingState::CODES.iter().map(|(code, _)| *code).collect(),
    };
    let rows = sqlx::query(statement)
        // Planned with its values each time: a plan for all filters at once fits none of them.
        .persistent(false)
        .bind(from.at)
        .bind(from.id)
        .bind(states)
        .bind(filter.severity.map(Code::code))
        .bind(filter.topic.as_deref().map(crate::rows::text))
        .bind(filter.county.map(|county| county.0))
        .bind(filter.unit.map(|unit| unit.0))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows)
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

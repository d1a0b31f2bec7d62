//! The list of visits: who waits for a decision, and what was decided.

use domain::{
    assignment::VisitMode,
    ids::{AliasId, AssignmentId, OrgUnitId, VenueId, VisitId},
    org::VenueKind,
    text::Text,
    time::Moment,
    visit::{ScoreSummary, VisitState},
};
use sqlx::{AssertSqlSafe, Row as _, SqlSafeStr, postgres::PgRow};
use uuid::Uuid;

use super::{Cursor, PAGE, Slice, Stretch, count, words};
use crate::{
    Tx,
    code::Code,
    error::{Error, Result},
};

/// Which visits. Every field narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this state only.
    pub state: Option<VisitState>,
    /// Of this county branch only.
    pub county: Option<OrgUnitId>,
    /// Of this topic only.
    pub topic: Option<String>,
    /// With a crossed red line only.
    pub red_line: bool,
    /// With evidence still missing only.
    pub incomplete: bool,
    /// Of venues whose name holds this, or whose code it is; empty for all.
    pub text: String,
}

/// One visit of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitRow {
    /// Its id.
    pub id: VisitId,
    /// The name under which it is known.
    pub alias: AliasId,
    /// Where.
    pub venue: VenueId,
    /// The name of the venue.
    pub venue_name: Text,
    /// What the venue is.
    pub venue_kind: VenueKind,
    /// The county branch.
    pub county: OrgUnitId,
    /// Its name.
    pub county_name: Text,
    /// The topic.
    pub topic: String,
    /// How it presents itself.
    pub mode: VisitMode,
    /// Where it stands.
    pub state: VisitState,
    /// Counts the ops of people applied to it.
    pub revision: u32,
    /// Counts what was handed in.
    pub submission: u32,
    /// When it was first handed in, by the server's clock.
    pub received_at: Option<Moment>,
    /// What the list is ordered by.
    pub listed_at: Moment,
    /// The score of the document handed in last.
    pub score: Option<ScoreSummary>,
    /// How many pieces of evidence the document names.
    pub evidence_expected: u32,
    /// How many of them have arrived.
    pub evidence_verified: u32,
    /// When HQ decided last.
    pub decided_at: Option<Moment>,
}

/// The most venues that a search by name leads to.
const FOUND_MAX: i32 = 100;

/// One index walk a state, each no longer than a page; the few rows that come of
/// them are put in order. `$6` names venues and `$10` one alone, whose visits lie in order; both are NULL for all.
macro_rules! sql {
    ($cmp:literal, $order:literal) => {
        concat!(
            "SELECT v.visit_id, v.assignment_id, v.venue_id, n.name::text AS venue_name, n.kind AS venue_kind, ",
            "v.county_id, c.name::text AS county_name, v.topic, v.mode, v.state, v.revision, v.submission, ",
            "v.received_at, v.listed_at, v.score, v.score_provisional, v.score_red_lines, v.score_formula, ",
            "v.evidence_expected, v.evidence_verified, v.decided_at ",
            "FROM (SELECT w.* FROM unnest($3::smallint[]) AS s (state) CROSS JOIN LATERAL (",
            "SELECT * FROM app.visit WHERE visit.state = s.state ",
            "AND (listed_at, visit_id) ",
            $cmp,
            " ($1, $2) ",
            "AND ($4::uuid IS NULL OR county_id = $4) AND ($5::text IS NULL OR topic = $5) ",
            "AND ($6::uuid[] IS NULL OR venue_id = ANY ($6)) AND ($10::uuid IS NULL OR venue_id = $10) ",
            "AND (NOT $7::boolean OR score_red_lines > 0) ",
            "AND (NOT $8::boolean OR evidence_verified < evidence_expected) ",
            "ORDER BY listed_at ",
            $order,
            ", visit_id ",
            $order,
            " LIMIT $9) AS w ",
            "ORDER BY listed_at ",
            $order,
            ", visit_id ",
            $order,
            " LIMIT $9) AS v ",
            "JOIN app.venue n ON n.venue_id = v.venue_id ",
            "LEFT JOIN app.org_unit c ON c.unit_id = v.county_id ",
            "ORDER BY v.listed_at ",
            $order,
            ", v.visit_id ",
            $order
        )
    };
}

const OLDER: &str = sql!("<", "DESC");
const NEWER: &str = sql!(">", "ASC");

/// A stretch of the visits that `filter` lets through.
///
/// # Errors
/// The database failed.
pub async fn read(tx: &mut Tx, filter: &Filter, stretch: Stretch) -> Result<Slice<VisitRow>> {
    let rows = fetch(tx, filter, stretch, PAGE + 1).await?;
    Ok(Slice::of(stretch, rows, place))
}

/// Up to `limit` visits in the order of `stretch`: an export walks on from the last one.
///
/// # Errors
/// The database failed.
pub async fn fetch(tx: &mut Tx, filter: &Filter, stretch: Stretch, limit: usize) -> Result<Vec<VisitRow>> {
    let statement = if stretch.from().1 { NEWER } else { OLDER };
    let rows = rows(tx, statement, filter, stretch, limit).await?;
    rows.iter().map(row).collect()
}

/// How the database would read a page: each visit list must be a walk over an index.
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
        Some(state) => vec![Code::code(state)],
        None => VisitState::ALL.iter().map(|state| Code::code(*state)).collect(),
    };
    let venues = found_venues(tx, &filter.text).await?;
    let (venues, venue) = match venues.as_deref() {
        Some([one]) => (None, Some(*one)),
        _ => (venues, None),
    };
    let rows = sqlx::query(statement)
        // Planned with its values each time: a plan for all filters at once fits none of them.
        .persistent(false)
        .bind(from.at)
        .bind(from.id)
        .bind(states)
        .bind(filter.county.map(|county| county.0))
        .bind(filter.topic.as_deref().map(crate::rows::text))
        .bind(venues)
        .bind(filter.red_line)
        .bind(filter.incomplete)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(venue)
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows)
}

/// The place of a row in the list.
#[must_use]
pub fn place(row: &VisitRow) -> Cursor {
    Cursor { at: row.listed_at.0, id: row.id.0 }
}

async fn found_venues(tx: &mut Tx, text: &str) -> Result<Option<Vec<Uuid>>> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let found = sqlx::query_scalar("SELECT app.find_venues($1, $2)")
        .bind(crate::rows::text(text))
        .bind(FOUND_MAX)
        .fetch_all(&mut **tx)
        .await?;
    Ok(Some(found))
}

fn row(row: &PgRow) -> Result<VisitRow> {
    let kind: &str = row.try_get("venue_kind")?;
    Ok(VisitRow {
        id: VisitId(row.try_get("visit_id")?),
        alias: AliasId::of(AssignmentId(row.try_get("assignment_id")?)),
        venue: VenueId(row.try_get("venue_id")?),
        venue_name: words(row, "venue_name")?,
        venue_kind: VenueKind::from_code(kind)
            .ok_or_else(|| Error::Inconsistent { table: "venue", what: format!("kind {kind}") })?,
        county: OrgUnitId(row.try_get("county_id")?),
        county_name: super::json_or_none(row, "county_name")?.unwrap_or_default(),
        topic: row.try_get("topic")?,
        mode: VisitMode::from_code(row.try_get("mode")?)?,
        state: <VisitState as Code>::from_code(row.try_get("state")?)?,
        revision: count(row, "revision")?,
        submission: count(row, "submission")?,
        received_at: row.try_get::<Option<i64>, _>("received_at")?.map(Moment),
        listed_at: Moment(row.try_get("listed_at")?),
        score: score(row)?,
        evidence_expected: count(row, "evidence_expected")?,
        evidence_verified: count(row, "evidence_verified")?,
        decided_at: row.try_get::<Option<i64>, _>("decided_at")?.map(Moment),
    })
}

pub(super) fn score(row: &PgRow) -> Result<Option<ScoreSummary>> {
    let small = |column: &'static str| -> Result<Option<u32>> {
        let number: Option<i64> = row.try_get(column)?;
        Ok(number.and_then(|number| u32::try_from(number).ok()))
    };
    let Some(formula) = small("score_formula")? else { return Ok(None) };
    Ok(Some(ScoreSummary {
        score: row.try_get("score")?,
        provisional: row.try_get::<Option<bool>, _>("score_provisional")?.unwrap_or(false),
        red_lines: small("score_red_lines")?.unwrap_or(0),
        formula,
    }))
}

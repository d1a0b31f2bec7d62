//! The list of visits: who waits for a decision, and what was decided.

use domain::{
    assignment::VisitMode,
    ids::{AliasId, AssignmentId, OrgUnitId, VenueId, VisitId},
    org::VenueKind,
    text::Text,
    time::Moment,
    visit::{ScoreSummary, VisitState},
};
use sqlx::{Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{
    Cursor, PAGE, Slice, Stretch, count,
    walk::{Ground, Value, Walk},
    words,
};
use crate::{
    Tx,
    code::Code,
    error::{Error, Result},
    rows::text,
};

/// Which visits. Every field narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this state only. Nobody is under way any more whose task was called back: of those under way only the others.
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
    /// Its task was called back while it was under way: nothing comes of it, unless HQ adopts what is handed in all the same.
    pub called_back: bool,
    /// Counts the ops of people applied to it.
    pub revision: u32,
    /// Counts what was handed in.
    pub submission: u32,
    /// When it was handed in last, by the server's clock: a mended visit waits from then on.
    pub received_at: Option<Moment>,
    /// What the list is ordered by: that, or before it when the server learned of the visit.
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

/// The most venues that a search by name leads to: a walk looks at each of its rows whether it is of one of them.
const FOUND_MAX: usize = 100;

/// Of visits that are under way those whose task was not called back: it is called back without a word about its visit, whose
/// row stays as it is. The number is that of `code.rs`.
const NOT_CALLED_BACK: &str = "(SELECT t.state FROM app.assignment t WHERE t.assignment_id = visit.assignment_id) <> 7";

const GROUND: Ground = Ground {
    table: "app.visit",
    at: "listed_at",
    id: "visit_id",
    columns: "w.visit_id, w.assignment_id, w.venue_id, n.name::text AS venue_name, n.kind AS venue_kind, w.county_id, \
              c.name::text AS county_name, w.topic, w.mode, w.state, w.revision, w.submission, w.listed_at, w.score, \
              w.score_provisional, w.score_red_lines, w.score_formula, w.evidence_expected, w.evidence_verified, \
              w.decided_at, COALESCE(CASE WHEN w.state = 1 THEN (SELECT t.state = 7 FROM app.assignment t \
              WHERE t.assignment_id = w.assignment_id) END, false) AS called_back",
    joins: "JOIN app.venue n ON n.venue_id = w.venue_id LEFT JOIN app.org_unit c ON c.unit_id = w.county_id",
};

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
    let Some(walk) = walk(tx, filter).await? else { return Ok(Vec::new()) };
    walk.fetch(tx, stretch, limit).await?.iter().map(row).collect()
}

/// Whether the name that `filter` searches for leads to more venues than a list covers: what [`read`] and [`fetch`] give is
/// then of the first of them alone, by their codes.
///
/// # Errors
/// The database failed.
pub async fn is_cut_short(tx: &mut Tx, filter: &Filter) -> Result<bool> {
    let found = found_venues(tx, &filter.text, FOUND_MAX + 1).await?;
    Ok(found.is_some_and(|venues| venues.len() > FOUND_MAX))
}

/// How the database reads a page: each visit list must be a walk over an index. Nothing where no venue is found.
///
/// # Errors
/// The database failed.
pub async fn plan(tx: &mut Tx, filter: &Filter, stretch: Stretch) -> Result<Vec<String>> {
    let Some(walk) = walk(tx, filter).await? else { return Ok(Vec::new()) };
    walk.plan(tx, stretch, PAGE + 1).await
}

/// `None`: it is of venues, and no venue is found.
async fn walk(tx: &mut Tx, filter: &Filter) -> Result<Option<Walk>> {
    let states = match filter.state {
        Some(state) => vec![Code::code(state)],
        None => VisitState::ALL.iter().map(|state| Code::code(*state)).collect(),
    };
    let venues = match found_venues(tx, &filter.text, FOUND_MAX).await? {
        None => None,
        // The visits of one venue lie in order.
        Some(venues) => match venues[..] {
            [] => return Ok(None),
            [one] => Some(Value::Id(one)),
            _ => Some(Value::Ids(venues)),
        },
    };
    let walk = Walk::new(&GROUND, states)
        .only("county_id", filter.county.map(|county| Value::Id(county.0)))
        .only("topic", filter.topic.as_deref().map(|topic| Value::Text(text(topic).into_owned())))
        .only("venue_id", venues)
        .only_where(NOT_CALLED_BACK, filter.state == Some(VisitState::UnderWay))
        .only_where("score_red_lines > 0", filter.red_line)
        .only_where("evidence_verified < evidence_expected", filter.incomplete);
    Ok(Some(walk))
}

/// The place of a row in the list.
#[must_use]
pub fn place(row: &VisitRow) -> Cursor {
    Cursor { at: row.listed_at.0, id: row.id.0 }
}

/// Up to `most` venues; `None`: none is searched for.
async fn found_venues(tx: &mut Tx, name: &str, most: usize) -> Result<Option<Vec<Uuid>>> {
    let name = name.trim();
    if name.is_empty() {
        return Ok(None);
    }
    let found = sqlx::query_scalar("SELECT app.find_venues($1, $2)")
        .bind(text(name))
        .bind(most as i32)
        .fetch_all(&mut **tx)
        .await?;
    Ok(Some(found))
}

fn row(row: &PgRow) -> Result<VisitRow> {
    let kind: &str = row.try_get("venue_kind")?;
    let (submission, listed_at) = (count(row, "submission")?, Moment(row.try_get("listed_at")?));
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
        called_back: row.try_get("called_back")?,
        revision: count(row, "revision")?,
        submission,
        received_at: (submission > 0).then_some(listed_at),
        listed_at,
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

//! The numbers of the board. Each is counted up to a limit and no further: what
//! matters is in the hundreds, and a board must not cost more on a large company.

use domain::{
    assignment::AssignmentState,
    finding::{FindingState, Severity},
    ids::VisitId,
    text::Text,
    time::Moment,
    visit::VisitState,
};
use sqlx::Row as _;

use super::words;
use crate::{Tx, code::Code, error::Result, planned::kept_plan};

/// Numbers are counted up to here; the board shows `999+` beyond.
pub const COUNT_MAX: u32 = 1_000;
/// How many of the oldest are named.
const OLDEST: i64 = 6;

/// The visits that have waited longest for a decision: a mended one from when it came again.
const OLDEST_WAITING: &str = "SELECT v.visit_id, n.name::text AS venue_name, v.listed_at AS since \
    FROM (SELECT visit_id, venue_id, listed_at FROM app.visit WHERE state = 2 \
          ORDER BY listed_at, visit_id LIMIT $1) AS v \
    JOIN app.venue n ON n.venue_id = v.venue_id ORDER BY v.listed_at, v.visit_id";

/// The visits that were given back longest ago.
const OLDEST_RETURNED: &str = "SELECT v.visit_id, n.name::text AS venue_name, COALESCE(v.decided_at, v.listed_at) AS since \
    FROM (SELECT visit_id, venue_id, listed_at, decided_at FROM app.visit WHERE state = 3 \
          ORDER BY decided_at, visit_id LIMIT $1) AS v \
    JOIN app.venue n ON n.venue_id = v.venue_id ORDER BY v.decided_at, v.visit_id";

/// The numbers of the board.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Board {
    /// Tasks that were given out and not begun.
    pub open_tasks: u32,
    /// Visits that are under way and whose task was not called back. That they are, never what was answered.
    pub under_way: u32,
    /// Visits that wait for a decision.
    pub waiting: u32,
    /// Those of them that have waited since before the first limit.
    pub amber: u32,
    /// Those of them that have waited since before the second limit.
    pub red: u32,
    /// Visits that were given back and are not mended yet.
    pub returned: u32,
    /// Visits that were handed in since the moment asked for, mended ones too.
    pub arrived: u32,
    /// Ops that wait in the inbox.
    pub held: u32,
    /// The visits that have waited longest for a decision.
    pub oldest_waiting: Vec<Waiting>,
    /// The visits that were given back longest ago.
    pub oldest_returned: Vec<Waiting>,
    /// Findings that HQ has not decided yet, by severity from 一般 on.
    pub proposed: [u32; 3],
    /// Findings that HQ stands by, by severity from 一般 on.
    pub confirmed: [u32; 3],
}

/// A visit that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The visit.
    pub id: VisitId,
    /// The name of its venue.
    pub venue_name: Text,
    /// Since when.
    pub since: Moment,
}

/// From when on something counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Visits that were handed in at or after this moment, for the first time or mended, have just arrived.
    pub arrived_since: Moment,
    /// A visit that waits since before this moment shows amber.
    pub amber_before: Moment,
    /// A visit that waits since before this moment shows red.
    pub red_before: Moment,
}

/// The numbers of the board.
///
/// # Errors
/// The database failed.
pub async fn read(tx: &mut Tx, limits: Limits) -> Result<Board> {
    let waiting = Code::code(VisitState::Received);
    let mut board = Board {
        open_tasks: tasks(tx, &[AssignmentState::Released, AssignmentState::Accepted]).await?,
        under_way: under_way(tx).await?,
        waiting: visits(tx, waiting, i64::MIN, i64::MAX).await?,
        amber: visits(tx, waiting, i64::MIN, limits.amber_before.0).await?,
        red: visits(tx, waiting, i64::MIN, limits.red_before.0).await?,
        returned: visits(tx, Code::code(VisitState::Returned), i64::MIN, i64::MAX).await?,
        held: held(tx).await?,
        oldest_waiting: oldest(tx, OLDEST_WAITING).await?,
        oldest_returned: oldest(tx, OLDEST_RETURNED).await?,
        ..Board::default()
    };
    for state in [VisitState::Received, VisitState::Returned, VisitState::Accepted, VisitState::Voided] {
        board.arrived += visits(tx, Code::code(state), limits.arrived_since.0, i64::MAX).await?;
    }
    for (place, severity) in [Severity::Minor, Severity::Major, Severity::Critical].into_iter().enumerate() {
        board.proposed[place] = findings(tx, FindingState::Proposed, severity).await?;
        board.confirmed[place] = findings(tx, FindingState::Confirmed, severity).await?;
    }
    Ok(board)
}

async fn visits(tx: &mut Tx, state: i16, from: i64, before: i64) -> Result<u32> {
    let found: i64 = sqlx::query_scalar(
        "SELECT count(1) FROM (SELECT 1 FROM app.visit WHERE state = $1 AND listed_at >= $2 AND listed_at < $3 LIMIT $4) AS counted",
    )
    .bind(state)
    .bind(from)
    .bind(before)
    .bind(i64::from(COUNT_MAX))
    .fetch_one(&mut **tx)
    .await?;
    Ok(found as u32)
}

/// A task is called back without a word about its visit, whose row stays as it is: it is not counted.
async fn under_way(tx: &mut Tx) -> Result<u32> {
    let found: i64 = sqlx::query_scalar(
        "SELECT count(1) FROM (
             SELECT 1 FROM app.visit v WHERE v.state = $1 AND v.listed_at >= $2
                 AND (SELECT t.state FROM app.assignment t WHERE t.assignment_id = v.assignment_id) <> $3
             LIMIT $4) AS counted",
    )
    .bind(Code::code(VisitState::UnderWay))
    // A bound that bounds nothing: by it the walk is over the index that `visits` walks.
    .bind(i64::MIN)
    .bind(AssignmentState::Recalled.code())
    .bind(i64::from(COUNT_MAX))
    .fetch_one(&mut **tx)
    .await?;
    Ok(found as u32)
}

async fn tasks(tx: &mut Tx, states: &[AssignmentState]) -> Result<u32> {
    let codes: Vec<i16> = states.iter().map(|state| state.code()).collect();
    let found: i64 = sqlx::query_scalar(
        "SELECT count(1) FROM (SELECT 1 FROM app.assignment WHERE state = ANY ($1) LIMIT $2) AS counted",
    )
    .bind(codes)
    .bind(i64::from(COUNT_MAX))
    .fetch_one(&mut **tx)
    .await?;
    Ok(found as u32)
}

async fn held(tx: &mut Tx) -> Result<u32> {
    let found: i64 =
        sqlx::query_scalar("SELECT count(1) FROM (SELECT 1 FROM app.held WHERE state = 1 LIMIT $1) AS counted")
            .bind(i64::from(COUNT_MAX))
            .fetch_one(&mut **tx)
            .await?;
    Ok(found as u32)
}

async fn findings(tx: &mut Tx, state: FindingState, severity: Severity) -> Result<u32> {
    let found: i64 = sqlx::query_scalar(
        "SELECT count(1) FROM (SELECT 1 FROM app.finding WHERE severity = $1 AND state = $2 LIMIT $3) AS counted",
    )
    .bind(severity.code())
    .bind(state.code())
    .bind(i64::from(COUNT_MAX))
    .fetch_one(&mut **tx)
    .await?;
    Ok(found as u32)
}

async fn oldest(tx: &mut Tx, statement: &'static str) -> Result<Vec<Waiting>> {
    let rows = sqlx::query(statement).bind(OLDEST).fetch_all(&mut **tx).await?;
    rows.iter()
        .map(|row| {
            Ok(Waiting {
                id: VisitId(row.try_get("visit_id")?),
                venue_name: words(row, "venue_name")?,
                since: Moment(row.try_get("since")?),
            })
        })
        .collect()
}

/// How the database finds what was given back longest ago: by an index of nothing else.
///
/// # Errors
/// The database failed.
pub async fn plan_of_returned(tx: &mut Tx) -> Result<Vec<String>> {
    kept_plan(tx, OLDEST_RETURNED, 1).await
}

/// A county branch with its mean score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// Its name.
    pub name: Text,
    /// The mean of its visits' scores, 0 to 10000.
    pub mean: i32,
    /// How many visits that are.
    pub visits: u32,
}

/// The county branches by the mean score of their accepted visits since `since`, the best first.
///
/// # Errors
/// The database failed.
pub async fn ranking(tx: &mut Tx, since: Moment) -> Result<Vec<Ranked>> {
    let rows = sqlx::query(
        "SELECT c.name::text AS name, r.mean, r.visits
         FROM (SELECT v.county_id, round(avg(v.score))::integer AS mean, count(1)::integer AS visits
               FROM app.visit v
               WHERE v.state = $1 AND v.listed_at >= $2 AND v.score IS NOT NULL
               GROUP BY v.county_id) AS r
         JOIN app.org_unit c ON c.unit_id = r.county_id
         ORDER BY r.mean DESC, c.code",
    )
    .bind(Code::code(VisitState::Accepted))
    .bind(since.0)
    .fetch_all(&mut **tx)
    .await?;
    rows.iter()
        .map(|row| {
            let visits: i32 = row.try_get("visits")?;
            Ok(Ranked {
                name: super::words(row, "name")?,
                mean: row.try_get("mean")?,
                visits: u32::try_from(visits).unwrap_or_default(),
            })
        })
        .collect()
}

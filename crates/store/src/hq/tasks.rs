//! The list of tasks. Who does one is not known here.

use domain::{
    assignment::{AssignmentState, VisitMode, Window},
    ids::{AssignmentId, ChecklistVersionId, OrgUnitId, VenueId},
    org::VenueKind,
    text::Text,
    time::Moment,
};
use sqlx::{Row as _, postgres::PgRow};

use super::{
    Cursor, PAGE, Slice, Stretch, count, json_or_none,
    walk::{Ground, Value, Walk},
    words,
};
use crate::{
    Tx,
    code::Code,
    error::{Error, Result},
    reasons::reasons,
};

/// Which tasks. Every field narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this state only.
    pub state: Option<AssignmentState>,
    /// Of this county branch only.
    pub county: Option<OrgUnitId>,
}

/// One task of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// Its id.
    pub id: AssignmentId,
    /// Where.
    pub venue: VenueId,
    /// The name of the venue.
    pub venue_name: Text,
    /// What the venue is.
    pub venue_kind: VenueKind,
    /// The name of the county branch.
    pub county_name: Text,
    /// Which checklist version.
    pub checklist: ChecklistVersionId,
    /// Its topic.
    pub topic: String,
    /// How the visit presents itself.
    pub mode: VisitMode,
    /// When.
    pub window: Window,
    /// Where it stands.
    pub state: AssignmentState,
    /// Counts the ops applied to it.
    pub revision: u32,
    /// Of a task that nobody makes any more: why, in the words of who stepped aside or called it back.
    pub reason: Option<String>,
}

const GROUND: Ground = Ground {
    table: "app.assignment",
    at: "window_until",
    id: "assignment_id",
    columns: "w.assignment_id, w.venue_id, n.name::text AS venue_name, n.kind AS venue_kind, \
              c.name::text AS county_name, w.checklist_id, w.topic, w.mode, w.window_from, w.window_until, w.state, \
              w.revision",
    joins: "JOIN app.venue n ON n.venue_id = w.venue_id LEFT JOIN app.org_unit c ON c.unit_id = w.county_id",
};

/// A stretch of the tasks that `filter` lets through, those that end last first.
///
/// # Errors
/// The database failed.
pub async fn read(tx: &mut Tx, filter: &Filter, stretch: Stretch) -> Result<Slice<TaskRow>> {
    let states = match filter.state {
        Some(state) => vec![state.code()],
        None => AssignmentState::CODES.iter().map(|(code, _)| *code).collect(),
    };
    let walk = Walk::new(&GROUND, states).only("county_id", filter.county.map(|county| Value::Id(county.0)));
    let mut rows = walk.fetch(tx, stretch, PAGE + 1).await?.iter().map(row).collect::<Result<Vec<_>>>()?;
    let over: Vec<&mut TaskRow> = rows.iter_mut().filter(|row| !row.state.is_open()).collect();
    if !over.is_empty() {
        let mut reasons = reasons(tx, over.iter().map(|row| row.id.0).collect()).await?;
        over.into_iter().for_each(|row| row.reason = reasons.remove(&row.id));
    }
    Ok(Slice::of(stretch, rows, |row| Cursor { at: row.window.until.0, id: row.id.0 }))
}

fn row(row: &PgRow) -> Result<TaskRow> {
    let kind: &str = row.try_get("venue_kind")?;
    Ok(TaskRow {
        id: AssignmentId(row.try_get("assignment_id")?),
        venue: VenueId(row.try_get("venue_id")?),
        venue_name: words(row, "venue_name")?,
        venue_kind: VenueKind::from_code(kind)
            .ok_or_else(|| Error::Inconsistent { table: "venue", what: format!("kind {kind}") })?,
        county_name: json_or_none(row, "county_name")?.unwrap_or_default(),
        checklist: ChecklistVersionId(row.try_get("checklist_id")?),
        topic: row.try_get("topic")?,
        mode: VisitMode::from_code(row.try_get("mode")?)?,
        window: Window { from: Moment(row.try_get("window_from")?), until: Moment(row.try_get("window_until")?) },
        state: AssignmentState::from_code(row.try_get("state")?)?,
        revision: count(row, "revision")?,
        reason: None,
    })
}

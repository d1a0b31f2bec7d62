//! Tasks.

use domain::{
    assignment::{Assignment, AssignmentState, VisitMode, Window},
    ids::{AssignmentId, ChecklistVersionId, OrgUnitId, VenueId},
    time::Moment,
};
use sqlx::{Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{columns, json, parse, signed, unsigned};
use crate::{code::Code as _, error::Result};

columns!(AssignmentRow, AssignmentColumns {
    assignment_id: Uuid,
    venue_id: Uuid,
    unit_id: Uuid,
    county_id: Uuid,
    checklist_id: Uuid,
    topic: String,
    rural: bool,
    mode: i16,
    window_from: i64,
    window_until: i64,
    scenario: Option<String>,
    commitments: Option<String>,
    state: i16,
    revision: i32,
});

impl AssignmentRow {
    pub(crate) fn of(assignment: &Assignment) -> Result<Self> {
        Ok(Self {
            assignment_id: assignment.id.0,
            venue_id: assignment.venue.0,
            unit_id: assignment.unit.0,
            county_id: assignment.county.0,
            checklist_id: assignment.checklist.0,
            topic: assignment.topic.clone(),
            rural: assignment.rural,
            mode: assignment.mode.code(),
            window_from: assignment.window.from.0,
            window_until: assignment.window.until.0,
            scenario: assignment.scenario.as_ref().map(json).transpose()?,
            commitments: match assignment.commitments.as_slice() {
                [] => None,
                commitments => Some(json(commitments)?),
            },
            state: assignment.state.code(),
            revision: signed(assignment.revision)?,
        })
    }

    /// Reads every column, `scenario` and `commitments` as text.
    pub(crate) fn read(row: &PgRow) -> Result<Assignment> {
        let text = |column| row.try_get::<Option<&str>, _>(column);
        Ok(Assignment {
            id: AssignmentId(row.try_get("assignment_id")?),
            venue: VenueId(row.try_get("venue_id")?),
            unit: OrgUnitId(row.try_get("unit_id")?),
            county: OrgUnitId(row.try_get("county_id")?),
            checklist: ChecklistVersionId(row.try_get("checklist_id")?),
            topic: row.try_get("topic")?,
            rural: row.try_get("rural")?,
            mode: VisitMode::from_code(row.try_get("mode")?)?,
            window: Window { from: Moment(row.try_get("window_from")?), until: Moment(row.try_get("window_until")?) },
            scenario: text("scenario")?.map(|text| parse("assignment", text)).transpose()?,
            commitments: text("commitments")?.map(|text| parse("assignment", text)).transpose()?.unwrap_or_default(),
            state: AssignmentState::from_code(row.try_get("state")?)?,
            revision: unsigned("assignment", row.try_get::<i32, _>("revision")?.into())?,
        })
    }
}

//! Visits. Their documents are rows of their own.

use domain::{
    assignment::VisitMode,
    ids::{AccountId, AliasId, AssignmentId, ChecklistVersionId, OrgUnitId, VenueId, VisitId},
    place::{Fix, NoFix, Whereabouts},
    time::Moment,
    visit::{Decision, Presence, ScoreSummary, Visit, VisitState},
};
use sqlx::{Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{columns, json, parse, signed, unsigned};
use crate::{code::Code, error::Result};

columns!(VisitRow, VisitColumns {
    visit_id: Uuid,
    assignment_id: Uuid,
    venue_id: Uuid,
    unit_id: Uuid,
    county_id: Uuid,
    checklist_id: Uuid,
    topic: String,
    mode: i16,
    state: i16,
    revision: i32,
    submission: i32,
    arrived_at: Option<i64>,
    arrived_lat: Option<i32>,
    arrived_lon: Option<i32>,
    arrived_accuracy_m: Option<i64>,
    arrived_age_ms: Option<i64>,
    arrived_no_fix: Option<i16>,
    left_at: Option<i64>,
    left_lat: Option<i32>,
    left_lon: Option<i32>,
    left_accuracy_m: Option<i64>,
    left_age_ms: Option<i64>,
    left_no_fix: Option<i16>,
    received_at: Option<i64>,
    listed_at: i64,
    score: Option<i32>,
    score_provisional: Option<bool>,
    score_red_lines: Option<i64>,
    score_formula: Option<i64>,
    evidence_expected: i32,
    evidence_verified: i32,
    returned: Option<String>,
    decided_by: Option<Uuid>,
    decided_at: Option<i64>,
    decision_reason: Option<String>,
});

/// A presence in columns: at, lat, lon, accuracy, age, why there is no fix.
type Place = (Option<i64>, Option<i32>, Option<i32>, Option<i64>, Option<i64>, Option<i16>);

fn place(presence: Option<&Presence>) -> Place {
    let Some(presence) = presence else { return (None, None, None, None, None, None) };
    let at = Some(presence.at.0);
    match &presence.whereabouts {
        Whereabouts::Fix(fix) => {
            (at, Some(fix.lat), Some(fix.lon), Some(fix.accuracy_m.into()), Some(fix.age_ms), None)
        }
        Whereabouts::None(why) => (at, None, None, None, None, Some(why.code())),
    }
}

fn presence((at, lat, lon, accuracy, age, no_fix): Place) -> Result<Option<Presence>> {
    let Some(at) = at else { return Ok(None) };
    let whereabouts = match (lat, lon, accuracy, age) {
        (Some(lat), Some(lon), Some(accuracy), Some(age_ms)) => {
            Whereabouts::Fix(Fix { lat, lon, accuracy_m: unsigned("visit", accuracy)?, age_ms })
        }
        _ => Whereabouts::None(NoFix::from_code(no_fix.unwrap_or_default())?),
    };
    Ok(Some(Presence { at: Moment(at), whereabouts }))
}

impl VisitRow {
    /// `listed_at`: when it was handed in last, or before that when the server learned of it.
    pub(crate) fn of(visit: &Visit, listed_at: Moment) -> Result<Self> {
        let arrived = place(visit.arrived.as_ref());
        let left = place(visit.left.as_ref());
        let score = visit.score.as_ref();
        let decision = visit.decision.as_ref();
        Ok(Self {
            visit_id: visit.id.0,
            assignment_id: visit.assignment.0,
            venue_id: visit.venue.0,
            unit_id: visit.unit.0,
            county_id: visit.county.0,
            checklist_id: visit.checklist.0,
            topic: visit.topic.clone(),
            mode: visit.mode.code(),
            state: Code::code(visit.state),
            revision: signed(visit.revision)?,
            submission: signed(visit.submission)?,
            arrived_at: arrived.0,
            arrived_lat: arrived.1,
            arrived_lon: arrived.2,
            arrived_accuracy_m: arrived.3,
            arrived_age_ms: arrived.4,
            arrived_no_fix: arrived.5,
            left_at: left.0,
            left_lat: left.1,
            left_lon: left.2,
            left_accuracy_m: left.3,
            left_age_ms: left.4,
            left_no_fix: left.5,
            received_at: visit.received_at.map(|at| at.0),
            listed_at: listed_at.0,
            score: score.and_then(|score| score.score),
            score_provisional: score.map(|score| score.provisional),
            score_red_lines: score.map(|score| score.red_lines.into()),
            score_formula: score.map(|score| score.formula.into()),
            evidence_expected: signed(visit.evidence_expected)?,
            evidence_verified: signed(visit.evidence_verified)?,
            returned: match visit.returned.as_slice() {
                [] => None,
                returned => Some(json(returned)?),
            },
            decided_by: decision.map(|decision| decision.by.0),
            decided_at: decision.map(|decision| decision.at.0),
            decision_reason: decision.map(|decision| decision.reason.clone()),
        })
    }

    /// Reads every column, `returned` as text.
    pub(crate) fn read(row: &PgRow) -> Result<Visit> {
        let assignment = AssignmentId(row.try_get("assignment_id")?);
        let formula: Option<i64> = row.try_get("score_formula")?;
        let decided_by: Option<Uuid> = row.try_get("decided_by")?;
        Ok(Visit {
            id: VisitId(row.try_get("visit_id")?),
            assignment,
            alias: AliasId::of(assignment),
            venue: VenueId(row.try_get("venue_id")?),
            unit: OrgUnitId(row.try_get("unit_id")?),
            county: OrgUnitId(row.try_get("county_id")?),
            checklist: ChecklistVersionId(row.try_get("checklist_id")?),
            topic: row.try_get("topic")?,
            mode: VisitMode::from_code(row.try_get("mode")?)?,
            state: <VisitState as Code>::from_code(row.try_get("state")?)?,
            revision: unsigned("visit", row.try_get::<i32, _>("revision")?.into())?,
            submission: unsigned("visit", row.try_get::<i32, _>("submission")?.into())?,
            arrived: presence((
                row.try_get("arrived_at")?,
                row.try_get("arrived_lat")?,
                row.try_get("arrived_lon")?,
                row.try_get("arrived_accuracy_m")?,
                row.try_get("arrived_age_ms")?,
                row.try_get("arrived_no_fix")?,
            ))?,
            left: presence((
                row.try_get("left_at")?,
                row.try_get("left_lat")?,
                row.try_get("left_lon")?,
                row.try_get("left_accuracy_m")?,
                row.try_get("left_age_ms")?,
                row.try_get("left_no_fix")?,
            ))?,
            received_at: row.try_get::<Option<i64>, _>("received_at")?.map(Moment),
            score: match formula {
                None => None,
                Some(formula) => Some(ScoreSummary {
                    score: row.try_get("score")?,
                    provisional: row.try_get("score_provisional")?,
                    red_lines: unsigned("visit", row.try_get("score_red_lines")?)?,
                    formula: unsigned("visit", formula)?,
                }),
            },
            evidence_expected: unsigned("visit", row.try_get::<i32, _>("evidence_expected")?.into())?,
            evidence_verified: unsigned("visit", row.try_get::<i32, _>("evidence_verified")?.into())?,
            returned: row
                .try_get::<Option<&str>, _>("returned")?
                .map(|text| parse("visit", text))
                .transpose()?
                .unwrap_or_default(),
            decision: match decided_by {
                None => None,
                Some(by) => Some(Decision {
                    by: AccountId(by),
                    at: Moment(row.try_get("decided_at")?),
                    reason: row.try_get("decision_reason")?,
                }),
            },
        })
    }
}

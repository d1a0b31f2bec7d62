//! Findings.

use domain::{
    finding::{Finding, FindingSource, FindingState, Severity},
    ids::{FindingId, ItemId, OrgUnitId, VenueId, VisitId},
    time::Moment,
};
use sqlx::{Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{columns, json, parse, signed, unsigned};
use crate::{code::Code as _, error::Result};

columns!(FindingRow, FindingColumns {
    finding_id: Uuid,
    source: i16,
    visit_id: Option<Uuid>,
    item_id: Option<Uuid>,
    item_code: String,
    topic: String,
    venue_id: Uuid,
    unit_id: Uuid,
    county_id: Uuid,
    severity: i16,
    title: String,
    note: String,
    reason: String,
    found_at: i64,
    state: i16,
    revision: i32,
});

impl FindingRow {
    pub(crate) fn of(finding: &Finding) -> Result<Self> {
        Ok(Self {
            finding_id: finding.id.0,
            source: finding.source.code(),
            visit_id: finding.visit.map(|id| id.0),
            item_id: finding.item.map(|id| id.0),
            item_code: finding.item_code.clone(),
            topic: finding.topic.clone(),
            venue_id: finding.venue.0,
            unit_id: finding.unit.0,
            county_id: finding.county.0,
            severity: finding.severity.code(),
            title: json(&finding.title)?,
            note: finding.note.clone(),
            reason: finding.reason.clone(),
            found_at: finding.found_at.0,
            state: finding.state.code(),
            revision: signed(finding.revision)?,
        })
    }

    /// Reads every column, `title` as text.
    pub(crate) fn read(row: &PgRow) -> Result<Finding> {
        Ok(Finding {
            id: FindingId(row.try_get("finding_id")?),
            source: FindingSource::from_code(row.try_get("source")?)?,
            visit: row.try_get::<Option<Uuid>, _>("visit_id")?.map(VisitId),
            item: row.try_get::<Option<Uuid>, _>("item_id")?.map(ItemId),
            item_code: row.try_get("item_code")?,
            topic: row.try_get("topic")?,
            venue: VenueId(row.try_get("venue_id")?),
            unit: OrgUnitId(row.try_get("unit_id")?),
            county: OrgUnitId(row.try_get("county_id")?),
            severity: Severity::from_code(row.try_get("severity")?)?,
            title: parse("finding", row.try_get("title")?)?,
            note: row.try_get("note")?,
            reason: row.try_get("reason")?,
            found_at: Moment(row.try_get("found_at")?),
            state: FindingState::from_code(row.try_get("state")?)?,
            revision: unsigned("finding", row.try_get::<i32, _>("revision")?.into())?,
        })
    }
}

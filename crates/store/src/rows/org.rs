//! Org units and venues.

use domain::{
    ids::{OrgUnitId, VenueId},
    org::{OrgKind, OrgUnit, Venue, VenueKind},
    place::Position,
};
use sqlx::{Row as _, postgres::PgRow};
use uuid::Uuid;

use super::{columns, json, parse};
use crate::error::{Error, Result};

columns!(UnitRow, UnitColumns {
    unit_id: Uuid,
    parent_id: Option<Uuid>,
    kind: String,
    code: String,
    name: String,
});

impl UnitRow {
    pub(crate) fn of(unit: &OrgUnit) -> Result<Self> {
        Ok(Self {
            unit_id: unit.id.0,
            parent_id: unit.parent.map(|id| id.0),
            kind: unit.kind.code().to_owned(),
            code: unit.code.clone(),
            name: json(&unit.name)?,
        })
    }

    /// Reads `unit_id, parent_id, kind, code, name::text`.
    pub(crate) fn read(row: &PgRow) -> Result<OrgUnit> {
        let kind: &str = row.try_get("kind")?;
        Ok(OrgUnit {
            id: OrgUnitId(row.try_get("unit_id")?),
            parent: row.try_get::<Option<Uuid>, _>("parent_id")?.map(OrgUnitId),
            kind: OrgKind::from_code(kind).ok_or_else(|| unknown("org_unit", kind))?,
            code: row.try_get("code")?,
            name: parse("org_unit", row.try_get("name")?)?,
        })
    }
}

columns!(VenueRow, VenueColumns {
    venue_id: Uuid,
    kind: String,
    code: String,
    name: String,
    unit_id: Uuid,
    county_id: Uuid,
    address: String,
    lat: Option<i32>,
    lon: Option<i32>,
    original: Option<String>,
    hours: String,
    agent: bool,
    rural: bool,
});

impl VenueRow {
    pub(crate) fn of(venue: &Venue) -> Result<Self> {
        Ok(Self {
            venue_id: venue.id.0,
            kind: venue.kind.code().to_owned(),
            code: venue.code.clone(),
            name: json(&venue.name)?,
            unit_id: venue.unit.0,
            county_id: venue.county.0,
            address: venue.address.clone(),
            lat: venue.position.map(|position| position.lat),
            lon: venue.position.map(|position| position.lon),
            original: venue.original.as_ref().map(json).transpose()?,
            hours: venue.hours.clone(),
            agent: venue.agent,
            rural: venue.rural,
        })
    }

    /// Reads every column, `name` and `original` as text.
    pub(crate) fn read(row: &PgRow) -> Result<Venue> {
        Self::read_named(row, ["unit_id", "county_id", "rural"])
    }

    /// The same of a row that holds an assignment too, which has columns of the same names.
    pub(crate) fn read_beside(row: &PgRow) -> Result<Venue> {
        Self::read_named(row, ["venue_unit_id", "venue_county_id", "venue_rural"])
    }

    fn read_named(row: &PgRow, [unit, county, rural]: [&str; 3]) -> Result<Venue> {
        let kind: &str = row.try_get("kind")?;
        let (lat, lon): (Option<i32>, Option<i32>) = (row.try_get("lat")?, row.try_get("lon")?);
        Ok(Venue {
            id: VenueId(row.try_get("venue_id")?),
            kind: VenueKind::from_code(kind).ok_or_else(|| unknown("venue", kind))?,
            code: row.try_get("code")?,
            name: parse("venue", row.try_get("name")?)?,
            unit: OrgUnitId(row.try_get(unit)?),
            county: OrgUnitId(row.try_get(county)?),
            address: row.try_get("address")?,
            position: lat.zip(lon).map(|(lat, lon)| Position { lat, lon }),
            original: row.try_get::<Option<&str>, _>("original")?.map(|text| parse("venue", text)).transpose()?,
            hours: row.try_get("hours")?,
            agent: row.try_get("agent")?,
            rural: row.try_get(rural)?,
        })
    }
}

fn unknown(table: &'static str, kind: &str) -> Error {
    Error::Inconsistent { table, what: format!("kind {kind}") }
}

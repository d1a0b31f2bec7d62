//! Units and venues.

use domain::{
    ids::{OrgUnitId, VenueId},
    org::{OrgKind, OrgUnit, OriginalPosition, Venue, VenueKind},
    place::Position,
    text::Text,
};
use sqlx::{Row as _, postgres::PgRow};

use super::{json_or_none, words};
use crate::{
    Tx,
    error::{Error, Result},
};

/// The most units that a city company's tree shows.
const UNITS_MAX: i64 = 5_000;
/// The venues of one page.
pub const VENUES_PAGE: usize = 200;

/// The units of the company, by code. A city company has hundreds: they are read whole.
///
/// # Errors
/// The database failed.
pub async fn units(tx: &mut Tx) -> Result<Vec<OrgUnit>> {
    let rows = sqlx::query(
        "SELECT unit_id, parent_id, kind, code, name::text AS name FROM app.org_unit ORDER BY code, unit_id LIMIT $1",
    )
    .bind(UNITS_MAX)
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(unit).collect()
}

/// The units with these ids, by code.
///
/// # Errors
/// The database failed.
pub async fn among(tx: &mut Tx, ids: &[OrgUnitId]) -> Result<Vec<OrgUnit>> {
    let rows = sqlx::query(
        "SELECT unit_id, parent_id, kind, code, name::text AS name FROM app.org_unit WHERE unit_id = ANY ($1) \
         ORDER BY code, unit_id",
    )
    .bind(ids.iter().map(|id| id.0).collect::<Vec<_>>())
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(unit).collect()
}

/// The county branches, and the departments that have venues of their own, with their names, by code: what lists filter by.
///
/// # Errors
/// The database failed.
pub async fn counties(tx: &mut Tx) -> Result<Vec<(OrgUnitId, Text)>> {
    let rows = sqlx::query(
        "SELECT u.unit_id, u.name::text AS name FROM app.org_unit u \
         WHERE u.kind = $1 OR EXISTS (SELECT FROM app.venue v WHERE v.county_id = u.unit_id) \
         ORDER BY u.code, u.unit_id LIMIT $2",
    )
    .bind(OrgKind::County.code())
    .bind(UNITS_MAX)
    .fetch_all(&mut **tx)
    .await?;
    rows.iter().map(|row| Ok((OrgUnitId(row.try_get("unit_id")?), words(row, "name")?))).collect()
}

/// The units that answer for venues of a county branch, each with that branch: (branch, unit, name), by the unit's code.
/// Of one branch, or of all.
///
/// # Errors
/// The database failed.
pub async fn answering(tx: &mut Tx, county: Option<OrgUnitId>) -> Result<Vec<(OrgUnitId, OrgUnitId, Text)>> {
    let rows = sqlx::query(
        "SELECT v.county_id, u.unit_id, u.name::text AS name \
         FROM (SELECT DISTINCT county_id, unit_id FROM app.venue WHERE $1::uuid IS NULL OR county_id = $1) AS v \
         JOIN app.org_unit u ON u.unit_id = v.unit_id \
         ORDER BY u.code, u.unit_id LIMIT $2",
    )
    .bind(county.map(|county| county.0))
    .bind(UNITS_MAX)
    .fetch_all(&mut **tx)
    .await?;
    let row = |row: &PgRow| {
        Ok((OrgUnitId(row.try_get("county_id")?), OrgUnitId(row.try_get("unit_id")?), words(row, "name")?))
    };
    rows.iter().map(row).collect()
}

/// The units and county branches that answer for these venues.
///
/// # Errors
/// The database failed.
pub async fn units_behind(tx: &mut Tx, venues: &[VenueId]) -> Result<Vec<OrgUnitId>> {
    let rows = sqlx::query_scalar(
        "SELECT v.unit_id FROM app.venue v WHERE v.venue_id = ANY ($1) \
         UNION SELECT v.county_id FROM app.venue v WHERE v.venue_id = ANY ($1)",
    );
    let rows: Vec<uuid::Uuid> =
        rows.bind(venues.iter().map(|venue| venue.0).collect::<Vec<_>>()).fetch_all(&mut **tx).await?;
    Ok(rows.into_iter().map(OrgUnitId).collect())
}

/// Which venues. Every field narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VenueFilter {
    /// Of this county branch only.
    pub county: Option<OrgUnitId>,
    /// Of this kind only.
    pub kind: Option<VenueKind>,
    /// After this code, in the order of codes.
    pub after: Option<String>,
}

/// Venues by code, at most [`VENUES_PAGE`]; the second value says that there are more.
///
/// # Errors
/// The database failed.
pub async fn venues(tx: &mut Tx, filter: &VenueFilter) -> Result<(Vec<Venue>, bool)> {
    let rows = sqlx::query(
        "SELECT venue_id, kind, code, name::text AS name, unit_id, county_id, address, lat, lon, \
         original::text AS original, hours, agent, rural FROM app.venue \
         WHERE ($1::uuid IS NULL OR county_id = $1) AND ($2::text IS NULL OR kind = $2) AND ($3::text IS NULL OR code > $3) \
         ORDER BY code, venue_id LIMIT $4",
    )
    .persistent(false)
    .bind(filter.county.map(|county| county.0))
    .bind(filter.kind.map(VenueKind::code))
    .bind(filter.after.as_deref().map(crate::rows::text))
    .bind(VENUES_PAGE as i64 + 1)
    .fetch_all(&mut **tx)
    .await?;
    let more = rows.len() > VENUES_PAGE;
    let venues = rows.iter().take(VENUES_PAGE).map(venue).collect::<Result<_>>()?;
    Ok((venues, more))
}

/// One venue.
///
/// # Errors
/// The database failed.
pub async fn one_venue(tx: &mut Tx, id: VenueId) -> Result<Option<Venue>> {
    let row = sqlx::query(
        "SELECT venue_id, kind, code, name::text AS name, unit_id, county_id, address, lat, lon, \
         original::text AS original, hours, agent, rural FROM app.venue WHERE venue_id = $1",
    )
    .bind(id.0)
    .fetch_optional(&mut **tx)
    .await?;
    row.as_ref().map(venue).transpose()
}

fn unit(row: &PgRow) -> Result<OrgUnit> {
    let kind: &str = row.try_get("kind")?;
    Ok(OrgUnit {
        id: OrgUnitId(row.try_get("unit_id")?),
        parent: row.try_get::<Option<_>, _>("parent_id")?.map(OrgUnitId),
        kind: OrgKind::from_code(kind)
            .ok_or_else(|| Error::Inconsistent { table: "org_unit", what: format!("kind {kind}") })?,
        code: row.try_get("code")?,
        name: words(row, "name")?,
    })
}

fn venue(row: &PgRow) -> Result<Venue> {
    let kind: &str = row.try_get("kind")?;
    let position = match (row.try_get("lat")?, row.try_get("lon")?) {
        (Some(lat), Some(lon)) => Some(Position { lat, lon }),
        _ => None,
    };
    Ok(Venue {
        id: VenueId(row.try_get("venue_id")?),
        kind: VenueKind::from_code(kind)
            .ok_or_else(|| Error::Inconsistent { table: "venue", what: format!("kind {kind}") })?,
        code: row.try_get("code")?,
        name: words(row, "name")?,
        unit: OrgUnitId(row.try_get("unit_id")?),
        county: OrgUnitId(row.try_get("county_id")?),
        address: row.try_get("address")?,
        position,
        original: json_or_none::<OriginalPosition>(row, "original")?,
        hours: row.try_get("hours")?,
        agent: row.try_get("agent")?,
        rural: row.try_get("rural")?,
    })
}

//! Checklists, units and venues, and what is held.

use domain::{
    checklist::ChecklistVersion,
    ids::{ChecklistVersionId, OrgUnitId},
    op::HeldCode,
    role::Action,
};
use store::hq;

use crate::{
    error::HqError,
    held::shape::HeldRow,
    labels,
    loaded::Loaded,
    org::shape::Org,
    ssr::{failed, reading},
};

pub(crate) async fn checklists() -> Result<Loaded<Vec<ChecklistVersion>>, HqError> {
    let mut reading = reading(&[Action::ReadChecklist]).await?;
    let versions = hq::checklists::versions(&mut reading.tx).await.map_err(|error| failed(error.into()))?;
    Ok(reading.loaded(versions))
}

pub(crate) async fn checklist(id: ChecklistVersionId) -> Result<Loaded<ChecklistVersion>, HqError> {
    let mut reading = reading(&[Action::ReadChecklist]).await?;
    let version = hq::checklists::one(&mut reading.tx, id).await.map_err(|error| failed(error.into()))?;
    Ok(reading.loaded(version.ok_or_else(|| failed(HqError::NotFound))?))
}

pub(crate) async fn org(county: Option<OrgUnitId>, after: Option<String>) -> Result<Loaded<Org>, HqError> {
    let mut reading = reading(&[Action::ReadOrg]).await?;
    let units = hq::org::units(&mut reading.tx).await.map_err(|error| failed(error.into()))?;
    let filter = hq::org::VenueFilter { county, kind: None, after };
    let (venues, more) = hq::org::venues(&mut reading.tx, &filter).await.map_err(|error| failed(error.into()))?;
    Ok(reading.loaded(Org { units, venues, more }))
}

pub(crate) async fn held() -> Result<Loaded<Vec<HeldRow>>, HqError> {
    let mut reading = reading(&[Action::DecideHeld]).await?;
    let rows = hq::held::waiting(&mut reading.tx).await.map_err(|error| failed(error.into()))?;
    let rows = rows
        .into_iter()
        .map(|row| HeldRow {
            op: row.op,
            code: told(row.code),
            kind: row.kind,
            venue_name: row.venue_name,
            county_name: row.county_name,
            received_at: row.received_at,
        })
        .collect();
    Ok(reading.loaded(rows))
}

/// The code of what is held as a page may know it. What is about its sender rather than the visit is one: whose account was
/// closed lately, or who has two phones, colleagues know.
fn told(code: String) -> String {
    let is_of_sender = [HeldCode::Deactivated, HeldCode::OtherPhone].iter().any(|held| held.code() == code);
    if is_of_sender { labels::SENDER.to_owned() } else { code }
}

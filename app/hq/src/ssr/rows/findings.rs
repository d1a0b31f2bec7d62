//! The list of findings.

use domain::role::Action;
use store::hq;

use super::{slice, stretch};
use crate::{
    error::HqError,
    findings::{
        filter::FindingFilter,
        shape::{FindingList, FindingRow},
    },
    loaded::Loaded,
    ssr::{failed, reading},
};

pub(crate) async fn findings(filter: FindingFilter) -> Result<Loaded<FindingList>, HqError> {
    let mut reading = reading(&[Action::ReadFindings]).await?;
    let stretch = stretch(filter.older.as_deref(), filter.newer.as_deref());
    let found = hq::findings::read(&mut reading.tx, &finding_filter(&filter), stretch).await;
    let found = found.map_err(|error| failed(error.into()))?;
    let counties = hq::org::counties(&mut reading.tx).await.map_err(|error| failed(error.into()))?;
    let units = match filter.county {
        None => Vec::new(),
        some => hq::org::answering(&mut reading.tx, some).await.map_err(|error| failed(error.into()))?,
    };
    let units = units.into_iter().map(|(_, unit, name)| (unit, name)).collect();
    let row = |row: hq::findings::FindingRow| FindingRow {
        finding: row.finding,
        venue_name: row.venue_name,
        unit_name: row.unit_name,
        county_name: row.county_name,
    };
    Ok(reading.loaded(FindingList { slice: slice(found, row), counties, units }))
}

/// The filter as the store knows it.
pub(crate) fn finding_filter(filter: &FindingFilter) -> hq::findings::Filter {
    hq::findings::Filter {
        state: filter.state,
        severity: filter.severity,
        topic: filter.topic.clone(),
        county: filter.county,
        unit: filter.unit,
    }
}

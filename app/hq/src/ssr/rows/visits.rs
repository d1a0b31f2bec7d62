//! The list of visits.

use domain::role::Action;
use store::hq;

use super::{slice, stretch};
use crate::{
    error::HqError,
    loaded::Loaded,
    ssr::{failed, reading},
    visits::{
        filter::VisitFilter,
        shape::{VisitList, VisitRow},
    },
};

pub(crate) async fn visits(filter: VisitFilter) -> Result<Loaded<VisitList>, HqError> {
    let mut reading = reading(&[Action::ReadRawVisit]).await?;
    let stretch = stretch(filter.older.as_deref(), filter.newer.as_deref());
    let asked = store_filter(&filter);
    let found = hq::visits::read(&mut reading.tx, &asked, stretch).await;
    let found = found.map_err(|error| failed(error.into()))?;
    let cut_short = hq::visits::is_cut_short(&mut reading.tx, &asked).await;
    let cut_short = cut_short.map_err(|error| failed(error.into()))?;
    let counties = hq::org::counties(&mut reading.tx).await.map_err(|error| failed(error.into()))?;
    Ok(reading.loaded(VisitList { slice: slice(found, row), counties, cut_short }))
}

/// The filter as the store knows it.
pub(crate) fn store_filter(filter: &VisitFilter) -> hq::visits::Filter {
    hq::visits::Filter {
        state: filter.state,
        county: filter.county,
        topic: filter.topic.clone(),
        red_line: filter.red_line,
        incomplete: filter.incomplete,
        text: filter.text.clone(),
    }
}

fn row(row: hq::visits::VisitRow) -> VisitRow {
    VisitRow {
        id: row.id,
        alias: row.alias,
        venue_name: row.venue_name,
        venue_kind: row.venue_kind,
        county_name: row.county_name,
        state: row.state,
        called_back: row.called_back,
        submission: row.submission,
        received_at: row.received_at,
        listed_at: row.listed_at,
        score: row.score,
        evidence_expected: row.evidence_expected,
        evidence_verified: row.evidence_verified,
        decided_at: row.decided_at,
    }
}

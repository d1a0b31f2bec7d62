//! What the list of findings shows.

use domain::{finding::Finding, ids::OrgUnitId, text::Text};
use serde::{Deserialize, Serialize};

use crate::parts::Slice;

/// A stretch of the list with what it can be filtered by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingList {
    /// The findings, newest first.
    pub slice: Slice<FindingRow>,
    /// The county branches.
    pub counties: Vec<(OrgUnitId, Text)>,
    /// The units that answer for venues of the county that is filtered by.
    pub units: Vec<(OrgUnitId, Text)>,
}

/// One finding of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingRow {
    /// The finding.
    pub finding: Finding,
    /// The name of the venue.
    pub venue_name: Text,
    /// The name of the unit that answers for it.
    pub unit_name: Text,
    /// The name of the county branch.
    pub county_name: Text,
}

//! What the page of the org shows.

use domain::org::{OrgUnit, Venue};
use serde::{Deserialize, Serialize};

/// The company.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Org {
    /// Every unit, by code.
    pub units: Vec<OrgUnit>,
    /// A page of venues, by code.
    pub venues: Vec<Venue>,
    /// Whether there are more.
    pub more: bool,
}

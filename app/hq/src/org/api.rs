//! What the page of units and venues asks of the server.

use domain::{
    ids::OrgUnitId,
    org::{OrgUnit, Venue},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::{error::HqError, loaded::Loaded};

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

/// Units, and venues of one county (of all without one) after a code.
///
/// # Errors
/// [`HqError::NotAllowed`].
#[server(prefix = "/hq/read", endpoint = "org", input = GetUrl)]
pub async fn read_org(county: Option<OrgUnitId>, after: Option<String>) -> Result<Loaded<Org>, HqError> {
    crate::ssr::rows::org(county, after).await
}

//! What the page of units and venues asks of the server.

use domain::ids::OrgUnitId;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::shape::Org;
use crate::{error::HqError, loaded::Loaded};

/// Units, and venues of one county (of all without one) after a code.
///
/// # Errors
/// [`HqError::NotAllowed`].
#[server(prefix = "/hq/read", endpoint = "org", input = GetUrl)]
pub async fn read_org(county: Option<OrgUnitId>, after: Option<String>) -> Result<Loaded<Org>, HqError> {
    crate::ssr::rows::org(county, after).await
}

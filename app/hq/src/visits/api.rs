//! What the list of visits asks of the server.

use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::{filter::VisitFilter, shape::VisitList};
use crate::{error::HqError, loaded::Loaded};

/// A stretch of the visits that `filter` lets through.
///
/// # Errors
/// [`HqError::SignedOut`], [`HqError::NotAllowed`].
#[server(prefix = "/hq/read", endpoint = "visits", input = GetUrl)]
pub async fn read_visits(filter: VisitFilter) -> Result<Loaded<VisitList>, HqError> {
    crate::ssr::rows::visits(filter).await
}

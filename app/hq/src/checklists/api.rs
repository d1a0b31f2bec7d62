//! What the lists of questions ask of the server.

use domain::{checklist::ChecklistVersion, ids::ChecklistVersionId};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use crate::{error::HqError, loaded::Loaded};

/// Every published version.
///
/// # Errors
/// [`HqError::NotAllowed`].
#[server(prefix = "/hq/read", endpoint = "checklists", input = GetUrl)]
pub async fn read_checklists() -> Result<Loaded<Vec<ChecklistVersion>>, HqError> {
    crate::ssr::rows::checklists().await
}

/// One version.
///
/// # Errors
/// [`HqError::NotFound`].
#[server(prefix = "/hq/read", endpoint = "checklist", input = GetUrl)]
pub async fn read_checklist(id: ChecklistVersionId) -> Result<Loaded<ChecklistVersion>, HqError> {
    crate::ssr::rows::checklist(id).await
}

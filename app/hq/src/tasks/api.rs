//! What the list of tasks and the page of new ones ask of the server.

use domain::{
    ids::{AssignmentId, OpId, OrgUnitId, VenueId},
    org::VenueKind,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::shape::{Ground, HandleChoice, NewTasks, TaskFilter, TaskList};
use crate::{error::HqError, loaded::Loaded};

/// A stretch of the tasks that `filter` lets through.
///
/// # Errors
/// [`HqError::SignedOut`], [`HqError::NotAllowed`].
#[server(prefix = "/hq/read", endpoint = "tasks", input = GetUrl)]
pub async fn read_tasks(filter: TaskFilter) -> Result<Loaded<TaskList>, HqError> {
    crate::ssr::tasks::tasks(filter).await
}

/// What new tasks are made of, for one kind of venue (and one county).
///
/// # Errors
/// [`HqError::NotAllowed`].
#[server(prefix = "/hq/read", endpoint = "tasks/ground", input = GetUrl)]
pub async fn read_ground(kind: VenueKind, county: Option<OrgUnitId>) -> Result<Loaded<Ground>, HqError> {
    crate::ssr::tasks::ground(kind, county).await
}

/// The pool without its names, for these venues and days (`2026-11-24`). Each time under other handles.
///
/// # Errors
/// [`HqError::NotAllowed`]; [`HqError::BadInput`] where a day is none.
#[server(prefix = "/hq/read", endpoint = "tasks/handles")]
pub async fn read_handles(
    #[server(default)] venues: Vec<VenueId>,
    from: String,
    until: String,
) -> Result<Loaded<Vec<HandleChoice>>, HqError> {
    crate::ssr::tasks::handles(venues, from, until).await
}

/// New tasks, one a venue. Without a handle each supervisor is drawn.
///
/// # Errors
/// [`HqError::BadInput`], [`HqError::Refused`] `supervisor` where nobody can be drawn.
#[server(prefix = "/hq/act", endpoint = "tasks/plan")]
pub async fn plan_tasks(op_id: OpId, form: NewTasks) -> Result<(), HqError> {
    crate::ssr::tasks::plan(op_id, form).await
}

/// Calls a task back. Leads back to `back`; to the list where nothing is said.
///
/// # Errors
/// [`HqError::Refused`]: it was handed in already.
#[server(prefix = "/hq/act", endpoint = "tasks/recall")]
pub async fn recall_task(
    op_id: OpId,
    task: AssignmentId,
    reason: String,
    #[server(default)] back: String,
) -> Result<(), HqError> {
    crate::ssr::tasks::recall(op_id, task, reason, &back).await
}

//! What the inbox of held work asks of the server.

use domain::ids::OpId;
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::shape::HeldRow;
use crate::{error::HqError, loaded::Loaded};

/// What waits, oldest first.
///
/// # Errors
/// [`HqError::NotAllowed`].
#[server(prefix = "/hq/read", endpoint = "held", input = GetUrl)]
pub async fn read_held() -> Result<Loaded<Vec<HeldRow>>, HqError> {
    crate::ssr::rows::held().await
}

/// Takes it as if it had just come.
///
/// # Errors
/// [`HqError::Refused`]: it cannot take effect now either, or somebody was first.
#[server(prefix = "/hq/act", endpoint = "held/adopt")]
pub async fn adopt_held(op_id: OpId, held: OpId) -> Result<(), HqError> {
    use domain::op::{Payload, payload::HeldAdopt};
    crate::ssr::decide::held(op_id, held, Payload::HeldAdopt(HeldAdopt { op: held })).await
}

/// Puts it aside.
///
/// # Errors
/// As [`adopt_held`].
#[server(prefix = "/hq/act", endpoint = "held/decline")]
pub async fn decline_held(op_id: OpId, held: OpId, reason: String) -> Result<(), HqError> {
    use domain::op::{Payload, payload::HeldDecline};
    crate::ssr::decide::held(op_id, held, Payload::HeldDecline(HeldDecline { op: held, reason })).await
}

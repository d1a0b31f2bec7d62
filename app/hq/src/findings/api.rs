//! What the list of findings asks of the server.

use domain::{
    finding::Severity,
    ids::{FindingId, OpId},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::{filter::FindingFilter, shape::FindingList};
use crate::{error::HqError, loaded::Loaded};

/// A stretch of the findings that `filter` lets through.
///
/// # Errors
/// [`HqError::SignedOut`], [`HqError::NotAllowed`].
#[server(prefix = "/hq/read", endpoint = "findings", input = GetUrl)]
pub async fn read_findings(filter: FindingFilter) -> Result<Loaded<FindingList>, HqError> {
    crate::ssr::rows::findings(filter).await
}

/// HQ stands by a finding. Leads back to `back`.
///
/// # Errors
/// [`HqError::Refused`]: somebody was first, or the role does not reach so far.
#[server(prefix = "/hq/act", endpoint = "finding/confirm")]
pub async fn confirm_finding(
    op_id: OpId,
    base: u32,
    finding: FindingId,
    severity: Severity,
    #[server(default)] note: String,
    back: String,
) -> Result<(), HqError> {
    use domain::op::{Payload, payload::FindingConfirm};
    let payload = Payload::FindingConfirm(FindingConfirm { severity, note });
    crate::ssr::decide::finding(op_id, base, finding, payload, &back).await
}

/// HQ does not. Leads back to `back`.
///
/// # Errors
/// As [`confirm_finding`].
#[server(prefix = "/hq/act", endpoint = "finding/dismiss")]
pub async fn dismiss_finding(
    op_id: OpId,
    base: u32,
    finding: FindingId,
    reason: String,
    back: String,
) -> Result<(), HqError> {
    use domain::op::{Payload, payload::FindingDismiss};
    let payload = Payload::FindingDismiss(FindingDismiss { reason });
    crate::ssr::decide::finding(op_id, base, finding, payload, &back).await
}

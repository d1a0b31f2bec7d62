//! What the page of a visit asks of the server.

use domain::ids::{OpId, VisitId};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::shape::{GivenBack, VisitSheet, Watched};
use crate::{error::HqError, loaded::Loaded};

/// Says that the visit is still open here, and learns who else has it open.
///
/// # Errors
/// As [`read_visit`].
#[server(prefix = "/hq/read", endpoint = "visit/watch", input = GetUrl)]
pub async fn watch_visit(id: VisitId) -> Result<Watched, HqError> {
    crate::ssr::rows::watch(id).await
}

/// One visit.
///
/// # Errors
/// [`HqError::NotFound`], [`HqError::NotAllowed`], [`HqError::SignedOut`].
#[server(prefix = "/hq/read", endpoint = "visit", input = GetUrl)]
pub async fn read_visit(id: VisitId) -> Result<Loaded<VisitSheet>, HqError> {
    crate::ssr::rows::visit(id).await
}

/// 通过. Leads to the visit, unless whoever asks wants to `stay`; so do the two below.
///
/// # Errors
/// [`HqError::Decided`] where somebody was first; [`HqError::Refused`].
#[server(prefix = "/hq/act", endpoint = "visit/accept")]
pub async fn accept_visit(
    op_id: OpId,
    base: u32,
    visit: VisitId,
    #[server(default)] stay: bool,
) -> Result<(), HqError> {
    use domain::op::{Payload, payload::VisitAccept};
    crate::ssr::decide::decide(op_id, base, visit, Payload::VisitAccept(VisitAccept {}), stay).await
}

/// 退回补正.
///
/// # Errors
/// As [`accept_visit`]; [`HqError::BadInput`] without any reason.
#[server(prefix = "/hq/act", endpoint = "visit/return")]
pub async fn give_back_visit(
    op_id: OpId,
    base: u32,
    visit: VisitId,
    #[server(default)] items: Vec<GivenBack>,
    #[server(default)] stay: bool,
) -> Result<(), HqError> {
    use core::str::FromStr as _;
    use domain::{
        ids::ItemId,
        op::{Payload, payload::VisitReturn},
        visit::ReturnedItem,
    };
    let mut given = Vec::new();
    for GivenBack { item, reason } in items {
        let reason = reason.trim().to_owned();
        if reason.is_empty() {
            continue;
        }
        let item = match item.as_str() {
            "" => None,
            id => Some(ItemId::from_str(id).map_err(|_| HqError::bad("item"))?),
        };
        given.push(ReturnedItem { item, reason });
    }
    if given.is_empty() {
        return Err(HqError::bad("reason"));
    }
    crate::ssr::decide::decide(op_id, base, visit, Payload::VisitReturn(VisitReturn { items: given }), stay).await
}

/// 作废.
///
/// # Errors
/// As [`accept_visit`].
#[server(prefix = "/hq/act", endpoint = "visit/void")]
pub async fn void_visit(
    op_id: OpId,
    base: u32,
    visit: VisitId,
    reason: String,
    #[server(default)] stay: bool,
) -> Result<(), HqError> {
    use domain::op::{Payload, payload::VisitVoid};
    crate::ssr::decide::decide(op_id, base, visit, Payload::VisitVoid(VisitVoid { reason }), stay).await
}

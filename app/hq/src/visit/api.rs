//! What the page of a visit asks of the server.

use std::collections::BTreeSet;

use domain::{
    assignment::Scenario,
    checklist::ChecklistVersion,
    evidence::Sha256,
    finding::{FindingState, Severity},
    ids::{FindingId, OpId, VisitId},
    org::Venue,
    text::Text,
    time::Moment,
    visit::{Visit, VisitDocument},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use serde::{Deserialize, Serialize};

use crate::{error::HqError, loaded::Loaded};

/// A visit with everything that a reviewer judges. Nothing in it names the visitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitSheet {
    /// The visit.
    pub visit: Visit,
    /// Its venue.
    pub venue: Venue,
    /// The name of the county branch.
    pub county_name: Text,
    /// What was asked.
    pub checklist: ChecklistVersion,
    /// The role that was to be played.
    pub scenario: Option<Scenario>,
    /// The published commitments of the task.
    pub commitments: Vec<Text>,
    /// What was handed in, first to last.
    pub submissions: Vec<HandedIn>,
    /// The bytes that are here.
    pub verified: BTreeSet<Sha256>,
    /// What the visit found.
    pub findings: Vec<FoundFinding>,
    /// Who of HQ decided last.
    pub decided_by: Option<String>,
    /// Who of HQ has it open at this moment, too.
    pub others: Vec<String>,
}

/// One handing-in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandedIn {
    /// 1, 2, 3 …
    pub number: u32,
    /// When it arrived.
    pub received_at: Moment,
    /// What it said.
    pub document: VisitDocument,
}

/// A finding of the visit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundFinding {
    /// Which.
    pub id: FindingId,
    /// The code of its item.
    pub item_code: String,
    /// What it is about.
    pub title: Text,
    /// How bad it is.
    pub severity: Severity,
    /// Where it stands.
    pub state: FindingState,
    /// The base of the next op.
    pub revision: u32,
}

/// One row of the form by which a visit is given back: a reason that is empty gives nothing back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenBack {
    /// Which item; empty for the visit as a whole.
    #[serde(default)]
    pub item: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Who else looks at a visit, and whether it is still what one sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// Who of HQ has it open at this moment, too.
    pub others: Vec<String>,
    /// The visit's revision now.
    pub revision: u32,
}

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
    let bad = |field: &str| HqError::BadInput { field: field.to_owned() };
    let mut given = Vec::new();
    for GivenBack { item, reason } in items {
        let reason = reason.trim().to_owned();
        if reason.is_empty() {
            continue;
        }
        let item = match item.as_str() {
            "" => None,
            id => Some(ItemId::from_str(id).map_err(|_| bad("item"))?),
        };
        given.push(ReturnedItem { item, reason });
    }
    if given.is_empty() {
        return Err(bad("reason"));
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

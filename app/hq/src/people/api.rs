//! What the list of people asks of the server.

use domain::{
    ids::{AccountId, OpId, OrgUnitId},
    role::Role,
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

use super::shape::{OneTime, People, Supervisor};
use crate::{error::HqError, loaded::Loaded};

/// Everybody.
///
/// # Errors
/// [`HqError::NotAllowed`] for who does not manage them.
#[server(prefix = "/hq/read", endpoint = "people", input = GetUrl)]
pub async fn read_people() -> Result<Loaded<People>, HqError> {
    crate::ssr::people::people().await
}

/// What the draw knows of one supervisor.
///
/// # Errors
/// [`HqError::NotFound`]: nobody who makes visits has this account.
#[server(prefix = "/hq/read", endpoint = "people/supervisor", input = GetUrl)]
pub async fn read_supervisor(id: AccountId) -> Result<Loaded<Supervisor>, HqError> {
    crate::ssr::people::supervisor(id).await
}

/// The link that was just made for whoever asks; gone once it was read.
///
/// # Errors
/// [`HqError::NotFound`]: none was made, or it was read already.
#[server(prefix = "/hq/read", endpoint = "people/link", input = GetUrl)]
pub async fn read_link() -> Result<Loaded<OneTime>, HqError> {
    crate::ssr::people::link().await
}

/// A new account. Without a password it gets a one-time link, shown on the page that follows.
///
/// # Errors
/// [`HqError::Refused`] `exists` where the login is taken; [`HqError::BadInput`], of `password` also where there is none and
/// one of the roles has nothing to do on a phone.
#[server(prefix = "/hq/act", endpoint = "people/create")]
pub async fn create_person(
    op_id: OpId,
    login: String,
    name: String,
    #[server(default)] roles: Vec<Role>,
    #[server(default)] unit: String,
    #[server(default)] password: String,
) -> Result<(), HqError> {
    crate::ssr::people::create(op_id, login, name, roles, unit, password).await
}

/// An account may no longer act.
///
/// # Errors
/// [`HqError::Refused`], with the detail `self` for one's own.
#[server(prefix = "/hq/act", endpoint = "people/disable")]
pub async fn disable_person(op_id: OpId, account: AccountId, #[server(default)] reason: String) -> Result<(), HqError> {
    crate::ssr::people::disable(op_id, account, reason).await
}

/// A closed account may act again, by a new password or, without one, by a one-time link.
///
/// # Errors
/// [`HqError::Refused`]: it reads visits, or it is not closed. [`HqError::BadInput`] `password`: too short, or there is none
/// and a link would lead this account nowhere.
#[server(prefix = "/hq/act", endpoint = "people/reopen")]
pub async fn reopen_person(
    op_id: OpId,
    account: AccountId,
    #[server(default)] password: String,
) -> Result<(), HqError> {
    crate::ssr::people::reopen(op_id, account, password).await
}

/// A new way in, by a password or, without one, by a one-time link; every older one ends, with every session.
///
/// # Errors
/// [`HqError::Refused`]: it reads visits, or, with the detail `self`, it is one's own. [`HqError::BadInput`] as above.
#[server(prefix = "/hq/act", endpoint = "people/reset")]
pub async fn reset_person(op_id: OpId, account: AccountId, #[server(default)] password: String) -> Result<(), HqError> {
    crate::ssr::people::reset(op_id, account, password).await
}

/// What the draw is to know of a supervisor from now on.
///
/// # Errors
/// [`HqError::BadInput`] `days` for who takes part on no day, `ties` for a unit that there is not; [`HqError::Refused`].
#[server(prefix = "/hq/act", endpoint = "people/supervisor")]
pub async fn set_supervisor(
    op_id: OpId,
    account: AccountId,
    #[server(default)] pooled: bool,
    #[server(default)] days: Vec<u8>,
    #[server(default)] ties: Vec<OrgUnitId>,
) -> Result<(), HqError> {
    crate::ssr::people::set_supervisor(op_id, account, pooled, days, ties).await
}

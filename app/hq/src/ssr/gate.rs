//! Who asks, and whether they may.

use std::{future::Future, pin::Pin, sync::Arc};

use domain::{
    evidence::Sha256,
    ids::TenantId,
    role::{Action, Role, RoleSet},
    text::Text,
    time::{Moment, ZoneOffset},
};
use http::{StatusCode, request::Parts};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use store::{Store, Tx};
use uuid::Uuid;

use super::Bundle;
use crate::{
    context::{PageContext, Person},
    error::HqError,
    loaded::Loaded,
};

/// A future that the process works out.
pub type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What the process lends HQ, which itself knows no clock and draws no randomness.
pub trait Process: Send + Sync {
    /// The time.
    fn now(&self) -> Moment;
    /// Random bytes that nobody can guess.
    fn random(&self) -> [u8; 32];
    /// Bytes that nobody can guess either, the same each time for the same `of`.
    fn derived(&self, of: Sha256) -> [u8; 32];
    /// A UUID of version 7.
    fn uuid_v7(&self) -> Uuid;
    /// Whether `password` fits `hash`. Without a hash it takes as long, and it never fits.
    fn check_password(&self, password: String, hash: Option<String>) -> Work<bool>;
    /// The hash of a new password, the same for the same salt; `None` if it could not be worked out.
    fn hash_password(&self, password: String, salt: [u8; 32]) -> Work<Option<String>>;
    /// Soon looks through the company's evidence for what is here and does not count yet.
    fn count_evidence(&self, tenant: TenantId);
}

/// HQ within the process. Cheap to clone.
#[derive(Clone)]
pub struct HqServer {
    /// The store.
    pub store: Store,
    /// Clock, randomness, keys, passwords.
    pub process: Arc<dyn Process>,
    /// HQ's files.
    pub bundle: Bundle,
    /// The session's cookie: `__Host-mc_hq` on https, `mc_hq` on loopback.
    pub cookie: &'static str,
    /// Whether cookies go over https only.
    pub secure: bool,
    /// What links that people open on a phone begin with, without a slash at the end; empty to take the request's host.
    pub origin: String,
}

/// Whoever sent this request.
#[derive(Clone)]
pub struct Caller {
    /// HQ within the process.
    pub server: HqServer,
    /// From where, for the throttle and the list of devices.
    pub address: String,
    /// Who, if there is a session.
    pub signed_in: Option<SignedIn>,
    /// Whether there is one company only, so that signing in need not ask for it.
    pub only_tenant: bool,
}

/// A session that holds.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The company.
    pub tenant: TenantId,
    /// Its name.
    pub tenant_name: Text,
    /// Its offset from UTC.
    pub zone: ZoneOffset,
    /// The hash of the session's token.
    pub token: Sha256,
    /// Who.
    pub person: store::Person,
}

/// The roles with which one gets into HQ at all.
const HQ_ROLES: [Role; 9] = [
    Role::Admin,
    Role::Steering,
    Role::Office,
    Role::Reviewer,
    Role::Department,
    Role::Arbiter,
    Role::Custodian,
    Role::Observer,
    Role::Auditor,
];

/// Whether one of `roles` gets into HQ.
pub(crate) fn enters(roles: RoleSet) -> bool {
    HQ_ROLES.into_iter().any(|role| roles.has(role))
}

/// What every screen of this request knows.
#[must_use]
pub fn page_context(parts: &Parts, caller: &Caller) -> PageContext {
    let mut page = PageContext::of_request(parts);
    page.sprite.clone_from(&caller.server.bundle.sprite);
    page.tenant_by_host = caller.only_tenant;
    if let Some(signed_in) = &caller.signed_in {
        page.zone = signed_in.zone;
        page.person = Some(Person {
            account: signed_in.person.account,
            name: signed_in.person.name.clone(),
            roles: signed_in.person.roles,
            tenant: signed_in.tenant_name.clone(),
        });
    }
    page
}

/// Whoever sent the request at hand.
pub(crate) fn caller() -> Result<Caller, HqError> {
    use_context::<Caller>().ok_or(HqError::Internal)
}

/// A read that was let through.
pub(crate) struct Reading {
    /// Who reads.
    pub(crate) who: SignedIn,
    /// HQ within the process.
    pub(crate) server: HqServer,
    /// A read-only transaction in which only this company exists.
    pub(crate) tx: Tx,
    /// When.
    pub(crate) now: Moment,
}

impl Reading {
    /// What is shown, with the moment and the ids of its forms.
    pub(crate) fn loaded<T>(&self, data: T) -> Loaded<T> {
        Loaded { now: self.now, seed: self.server.process.uuid_v7(), data }
    }
}

/// Lets a read through if whoever asks may do one of `actions` (any of HQ, if there are none).
/// A page that may not be read says so by its status too.
pub(crate) async fn reading(actions: &[Action]) -> Result<Reading, HqError> {
    let caller = caller()?;
    let who = match &caller.signed_in {
        None => return Err(failed(HqError::SignedOut)),
        Some(who) => who.clone(),
    };
    let roles = who.person.roles;
    let may = actions.is_empty() || actions.iter().any(|action| roles.may(*action));
    if !enters(roles) || !(may || mutants::planted(mutants::Mutant::ReadsWithoutRole)) {
        return Err(failed(HqError::NotAllowed));
    }
    let tx = caller.server.store.read_planned(who.tenant).await.map_err(|error| failed(error.into()))?;
    let now = caller.server.process.now();
    Ok(Reading { who, server: caller.server, tx, now })
}

/// Gives the answer at hand the status of `error`. For reads only: the answer to a
/// form that was posted is a redirect.
pub(crate) fn failed(error: HqError) -> HqError {
    if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), StatusCode::from_u16(error.status())) {
        response.set_status(status);
    }
    error
}

impl From<store::Error> for HqError {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unauthorized => Self::SignedOut,
            // Written or not: sending the form again finds out, and does it once.
            store::Error::Unknown | store::Error::Stopped => Self::Unknown,
            error => {
                tracing::error!(%error, "HQ could not ask the store");
                Self::Internal
            }
        }
    }
}

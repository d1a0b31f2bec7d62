//! From a form to the one door.

use domain::{
    ids::OpId,
    op::{Op, Payload, Salt, Verdict},
    role::Action,
};
use store::Private;
use uuid::Uuid;

use super::gate::{Caller, SignedIn, caller, enters};
use crate::error::HqError;

/// An op as a form asks for it.
pub(crate) struct Act {
    /// From the form: sent twice it is asked for once.
    pub(crate) op: OpId,
    /// What it is about.
    pub(crate) subject: Uuid,
    /// The revision that the page showed.
    pub(crate) base: Option<u32>,
    /// What is to happen.
    pub(crate) payload: Payload,
    /// What travels beside it into `identity`.
    pub(crate) private: Private,
}

/// Who acts, if they may do `action`. The rules ask again; this spares them what cannot be.
pub(crate) fn acting(action: Action) -> Result<(Caller, SignedIn), HqError> {
    let caller = caller()?;
    let who = caller.signed_in.clone().ok_or(HqError::SignedOut)?;
    let roles = who.person.roles;
    if !enters(roles) || !roles.may(action) {
        return Err(HqError::NotAllowed);
    }
    Ok((caller, who))
}

/// Sends an op through the one door, in the name of whoever is signed in.
pub(crate) async fn act(caller: &Caller, who: &SignedIn, act: Act) -> Result<(), HqError> {
    let random = caller.server.process.random();
    let mut salt = [0; 16];
    salt.copy_from_slice(&random[..16]);
    send(caller, who, act, Salt::new(salt)).await
}

/// The same with a salt that the payload already rests on.
pub(crate) async fn send(caller: &Caller, who: &SignedIn, act: Act, salt: Salt) -> Result<(), HqError> {
    let op = Op::new(act.op, who.person.account.0, act.subject, act.base, salt, act.payload)
        .map_err(|_| HqError::BadInput { field: "text".to_owned() })?;
    let now = caller.server.process.now();
    let result = caller.server.store.act(who.tenant, who.token, op, act.private, now).await?;
    match (result.verdict, result.first) {
        // The form was sent before: what it came to then still holds.
        (Verdict::Duplicate, Some(first)) => outcome(first),
        (verdict, _) => outcome(verdict),
    }
}

fn outcome(verdict: Verdict) -> Result<(), HqError> {
    match verdict {
        Verdict::Applied | Verdict::Duplicate => Ok(()),
        Verdict::Held { code } => Err(HqError::Held { code }),
        Verdict::Refused { code, detail } => Err(HqError::Refused { code, detail }),
    }
}

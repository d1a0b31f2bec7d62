//! From a form to the one door.

use domain::{
    evidence::Sha256,
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

/// What the op of a form holds of chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Chance {
    /// See [`Salt`].
    Salt,
    /// The secret of a one-time link.
    Link,
    /// From which the lots of a plan are drawn.
    Lots,
    /// The salt of a password's hash.
    Password,
}

/// The bytes of a form's op that nobody may guess. They follow from the op's id: drawn anew each time, a form that is sent
/// again would ask for another op under the same id, and be refused instead of being answered as before. `beside` is what
/// was typed and the payload neither says nor commits to: typed otherwise it *is* another op.
pub(crate) fn drawn(caller: &Caller, who: &SignedIn, op: OpId, chance: Chance, beside: &[u8]) -> [u8; 32] {
    let mut of = Vec::new();
    of.extend_from_slice(who.tenant.0.as_bytes());
    of.extend_from_slice(who.person.account.0.as_bytes());
    of.extend_from_slice(op.0.as_bytes());
    of.push(chance as u8);
    // The only one without a length of its own, and therefore the last.
    of.extend_from_slice(beside);
    caller.server.process.derived(Sha256::of(&of))
}

/// The salt of a form's op; for `beside` see [`drawn`].
pub(crate) fn salt(caller: &Caller, who: &SignedIn, op: OpId, beside: &[u8]) -> [u8; 16] {
    let mut salt = [0; 16];
    salt.copy_from_slice(&drawn(caller, who, op, Chance::Salt, beside)[..16]);
    salt
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

/// Sends an op whose payload says all that was typed through the one door, in the name of whoever is signed in.
pub(crate) async fn act(caller: &Caller, who: &SignedIn, act: Act) -> Result<(), HqError> {
    let salt = Salt::new(salt(caller, who, act.op, &[]));
    send(caller, who, act, salt).await
}

/// The same with a salt that the payload already rests on, or that stands for what travels beside it.
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

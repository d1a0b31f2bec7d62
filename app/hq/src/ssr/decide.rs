//! Decisions about a visit, and what becomes of the second of two.

use domain::{
    ids::{OpId, VisitId},
    op::{Payload, RefusedCode},
    role::Action,
};
use store::Private;

use super::{
    act::{Act, act, acting},
    rows,
};
use crate::{error::HqError, paths};

/// Decides, and leads back to the visit, unless whoever asks is somewhere else by then. Who comes second learns who was first.
pub(crate) async fn decide(op: OpId, base: u32, visit: VisitId, payload: Payload, stay: bool) -> Result<(), HqError> {
    let (caller, who) = acting(Action::Review)?;
    let asked = Act { op, subject: visit.0, base: Some(base), payload, private: Private::None };
    match act(&caller, &who, asked).await {
        Err(HqError::Refused { code: RefusedCode::AlreadyDecided, .. }) => Err(rows::decided(visit).await?),
        done => {
            done?;
            if !stay {
                leptos_axum::redirect(&paths::visit(visit));
            }
            Ok(())
        }
    }
}

/// Decides about a finding, and leads back to the list.
pub(crate) async fn finding(
    op: OpId,
    base: u32,
    finding: domain::ids::FindingId,
    payload: Payload,
    back: &str,
) -> Result<(), HqError> {
    let (caller, who) = acting(Action::DecideFindings)?;
    let asked = Act { op, subject: finding.0, base: Some(base), payload, private: Private::None };
    act(&caller, &who, asked).await?;
    leptos_axum::redirect(super::session::within(back));
    Ok(())
}

/// Decides about what is held, and leads back to the inbox.
pub(crate) async fn held(op: OpId, held: OpId, payload: Payload) -> Result<(), HqError> {
    let (caller, who) = acting(Action::DecideHeld)?;
    let adopts = matches!(payload, Payload::HeldAdopt(_));
    act(&caller, &who, Act { op, subject: held.0, base: None, payload, private: Private::None }).await?;
    if adopts {
        // The bytes of work that was held have come long before it counted.
        caller.server.process.count_evidence(who.tenant);
    }
    leptos_axum::redirect(paths::HELD);
    Ok(())
}

//! Ops come up.

use axum::{Json, extract::State, http::HeaderMap};
use domain::ids::AccountId;
use protocol::push::{PUSH_MAX_OPS, Push, Pushed};
use store::{Source, WriteRequest};

use super::{
    ApiError, Code,
    asks::{Body, Hand, named_account},
};
use crate::process::Server;

pub(super) async fn push(
    State(server): State<Server>,
    hand: Hand,
    headers: HeaderMap,
    Body(push): Body<Push>,
) -> Result<Json<Pushed>, ApiError> {
    check(&push)?;
    let now = server.clock.now();
    let owner = owner(&server, hand).await?;
    if owner != push.account || named_account(&headers).is_some_and(|named| named != push.account) {
        return Err(Code::OtherAccount.into());
    }
    let source = Source::Phone { caller: hand.caller, journal: push.journal, newest: push.newest, ops: push.ops };
    let pushed = server.store.write(hand.secret.tenant, WriteRequest { source, received_at: now }).await?;
    Ok(Json(pushed))
}

fn check(push: &Push) -> Result<(), ApiError> {
    if push.ops.len() > PUSH_MAX_OPS {
        return Err(ApiError::with(Code::TooLarge, PUSH_MAX_OPS.to_string()));
    }
    let mut last = 0;
    for op in &push.ops {
        if op.envelope.journal != push.journal {
            return Err(ApiError::with(Code::BadRequest, "journal"));
        }
        if op.envelope.seq <= last {
            return Err(ApiError::with(Code::BadRequest, "seq"));
        }
        last = op.envelope.seq;
    }
    Ok(())
}

/// Whose session or key it is.
async fn owner(server: &Server, hand: Hand) -> Result<AccountId, ApiError> {
    server.store.whose(hand.secret.tenant, hand.caller, server.clock.now()).await?.ok_or_else(|| Code::SignIn.into())
}

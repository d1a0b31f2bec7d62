//! A new journal, for a store that was recovered, imported or met a new epoch.

use axum::{Json, extract::State};
use domain::{ids::JournalId, time::Moment};
use protocol::session::{NewJournal, OpenJournal};
use store::Secret;

use super::{
    ApiError, Code,
    asks::{Body, Hand},
};
use crate::process::Server;

pub(super) async fn open(
    State(server): State<Server>,
    hand: Hand,
    Body(asked): Body<Option<OpenJournal>>,
) -> Result<Json<NewJournal>, ApiError> {
    let named = asked.unwrap_or_default().journal;
    let (journal, hand_in_key) = new(&server, hand, named, server.clock.now()).await?;
    Ok(Json(NewJournal { journal, hand_in_key }))
}

/// Opens the journal `named`, or one of a fresh id, for whoever calls.
pub(super) async fn new(
    server: &Server,
    hand: Hand,
    named: Option<JournalId>,
    now: Moment,
) -> Result<(JournalId, String), ApiError> {
    let journal = named.unwrap_or_else(|| JournalId(server.random.uuid_v7(now)));
    let (text, key) = Secret::mint(hand.secret.tenant, server.random.bytes());
    let opened = store::NewJournal { id: journal, key: key.hash };
    if server.store.open_journal(hand.secret.tenant, hand.caller, opened, now).await? {
        Ok((journal, text))
    } else {
        Err(Code::SignIn.into())
    }
}

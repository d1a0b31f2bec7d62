//! A new journal, for a store that was recovered, imported or met a new epoch.

use axum::{Json, extract::State};
use domain::{ids::JournalId, time::Moment};
use protocol::session::NewJournal;
use store::Secret;

use super::{ApiError, Code, asks::Token};
use crate::process::Server;

pub(super) async fn open(State(server): State<Server>, Token(secret): Token) -> Result<Json<NewJournal>, ApiError> {
    let (journal, hand_in_key) = new(&server, secret, server.clock.now()).await?;
    Ok(Json(NewJournal { journal, hand_in_key }))
}

/// Opens a journal for `session`.
pub(super) async fn new(server: &Server, session: Secret, now: Moment) -> Result<(JournalId, String), ApiError> {
    let journal = JournalId(server.random.uuid_v7(now));
    let (text, key) = Secret::mint(session.tenant, server.random.bytes());
    let opened = store::NewJournal { id: journal, key: key.hash };
    if server.store.open_journal(session.tenant, session.hash, opened, now).await? {
        Ok((journal, text))
    } else {
        Err(Code::SignIn.into())
    }
}

//! `/api/v1`: what clients speak. `docs/sync-protocol.md` says what each answer means.

mod asks;
mod evidence;
mod journal;
mod keys;
mod openapi;
mod problem;
mod pull;
mod push;
mod session;

pub use asks::address;
pub use problem::{ApiError, Code};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{get, head, post},
};
use protocol::push::PUSH_MAX_BYTES;

use crate::process::Server;

/// A request of nothing but a few ids and words.
const SMALL_BYTES: usize = 64 * 1024;
/// A chunk, with room to spare: one that is too large is told so, not cut off.
const CHUNK_MAX_BYTES: usize = 256 * 1024;

/// The routes below `/api`.
pub fn routes() -> Router<Server> {
    let push = Router::new().route("/api/v1/sync/push", post(push::push)).layer(DefaultBodyLimit::max(PUSH_MAX_BYTES));
    let chunks = Router::new()
        .route("/api/v1/evidence/{sha256}", head(evidence::offset).patch(evidence::chunk).get(evidence::read))
        .layer(DefaultBodyLimit::max(CHUNK_MAX_BYTES));
    Router::new()
        .route("/api/v1/session", post(session::sign_in).delete(session::sign_out).get(session::who))
        .route("/api/v1/journal", post(journal::open))
        .route("/api/v1/sync/pull", get(pull::pull))
        .route("/api/v1/evidence", post(evidence::create))
        .route("/api/v1/keys", get(keys::published))
        .route("/api/openapi.json", get(openapi::document))
        .route("/api", get(openapi::page))
        .layer(DefaultBodyLimit::max(SMALL_BYTES))
        .merge(push)
        .merge(chunks)
}

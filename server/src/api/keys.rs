//! The keys that sign heads, for whoever checks a receipt.

use axum::{Json, extract::State};
use protocol::receipt::PublishedKeys;

use crate::process::Server;

pub(super) async fn published(State(server): State<Server>) -> Json<PublishedKeys> {
    Json(server.keys.published())
}

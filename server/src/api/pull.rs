//! What changed for one person.

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use store::Pull;

use super::{
    ApiError, Code,
    asks::{Token, named_account},
};
use crate::process::Server;

#[derive(Deserialize)]
pub(super) struct From {
    cursor: Option<String>,
}

pub(super) async fn pull(
    State(server): State<Server>,
    Token(secret): Token,
    headers: HeaderMap,
    Query(from): Query<From>,
) -> Result<Response, ApiError> {
    let now = server.clock.now();
    if let Some(named) = named_account(&headers) {
        let session = server.store.session(secret.tenant, secret.hash, now).await?.ok_or(Code::SignIn)?;
        if session.person.account != named {
            return Err(Code::OtherAccount.into());
        }
    }
    let pulled = server.store.pull(secret.tenant, secret.hash, from.cursor.as_deref(), now).await?;
    let mut response = match pulled {
        Pull::Nothing => StatusCode::NO_CONTENT.into_response(),
        Pull::Changes(pulled) => Json(pulled).into_response(),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

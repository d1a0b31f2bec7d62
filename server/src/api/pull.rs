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
    let (named, now) = (named_account(&headers), server.clock.now());
    let pulled = server.store.pull(secret.tenant, secret.hash, named, from.cursor.as_deref(), now).await?;
    let mut response = match pulled {
        Pull::OtherAccount => return Err(Code::OtherAccount.into()),
        Pull::Nothing => StatusCode::NO_CONTENT.into_response(),
        Pull::Changes(pulled) => Json(pulled).into_response(),
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

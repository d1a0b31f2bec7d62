//! The status of what a server function could not do: the framework says 500 to everything.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::Response,
};
use hq::HqError;

/// By which the framework marks the answer of a server function that failed.
const FAILED: &str = "serverfnerror";
/// The largest of them: a code with a name.
const MOST: usize = 64 * 1024;

/// Gives an answer that says why nothing was done the status of that reason.
pub(super) async fn mend(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let failed = response.headers().contains_key(FAILED) && response.status() == StatusCode::INTERNAL_SERVER_ERROR;
    if !failed {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, MOST).await else { return Response::from_parts(parts, Body::empty()) };
    let status =
        serde_json::from_slice::<HqError>(&bytes).ok().and_then(|error| StatusCode::from_u16(error.status()).ok());
    parts.status = status.unwrap_or(parts.status);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(bytes))
}

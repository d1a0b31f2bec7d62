//! Every address, and what all answers have in common.

use std::time::Duration;

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::Deserialize;
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};

use crate::{api, hq, metrics, process::Server, site};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Nobody waits longer for anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// Every address.
pub fn router(server: &Server) -> Router {
    let mut router = Router::new()
        .route("/", get(front))
        .route("/healthz", get(|| async { "ok" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics::page))
        .route("/field", get(site::shell))
        // As people type them.
        .route("/field/", get(|| async { Redirect::permanent("/field") }))
        .route("/hq/", get(|| async { Redirect::permanent("/hq") }))
        .route("/field/manifest.webmanifest", get(site::file))
        .route("/field/{*path}", get(site::shell))
        .route("/sw.js", get(site::file))
        .route("/assets/{*path}", get(site::file))
        .merge(api::routes());
    if server.is_test {
        router = router.route("/test/clock", post(set_clock));
    }
    hq::add(router, server)
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(middleware::from_fn(in_time))
        .layer(middleware::from_fn(metrics::count))
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            tracing::error!("a request panicked");
            api::ApiError::from(api::Code::Internal).into_response()
        }))
        .layer(middleware::map_response(guard))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(TraceLayer::new_for_http().make_span_with(|request: &Request<_>| {
            let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
            // The path alone: a query can hold a cursor or a name.
            tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
        }))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .with_state(server.clone())
}

/// What a browser may do with an answer.
const GUARDS: [(&str, &str); 2] =
    [("x-content-type-options", "nosniff"), ("cross-origin-resource-policy", "same-origin")];
/// The same for what it may show as a document. An answer without content is none: a phone that asks every few seconds
/// whether there is anything new need not hear it each time.
const DOCUMENT_GUARDS: [(&str, &str); 3] =
    [("referrer-policy", "same-origin"), ("x-frame-options", "DENY"), ("cross-origin-opener-policy", "same-origin")];

async fn guard(mut response: Response) -> Response {
    let documents = response.status() != StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    for (name, value) in GUARDS.iter().chain(DOCUMENT_GUARDS.iter().filter(|_| documents)) {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    response
}

/// A phone is led to its app, everybody else to HQ.
async fn front(headers: HeaderMap) -> Redirect {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Redirect::to(if agent.contains("Mobi") { "/field" } else { "/hq" })
}

async fn ready(State(server): State<Server>) -> Response {
    match server.store.ping().await {
        Ok(()) => "ready".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response(),
    }
}

async fn in_time(request: Request<axum::body::Body>, next: Next) -> Response {
    match tokio::time::timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => api::ApiError::from(api::Code::Busy).into_response(),
    }
}

#[derive(Deserialize)]
struct SetClock {
    ahead_ms: i64,
}

async fn set_clock(State(server): State<Server>, Json(set): Json<SetClock>) -> StatusCode {
    server.clock.set_ahead(set.ahead_ms);
    StatusCode::NO_CONTENT
}

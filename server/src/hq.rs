//! HQ within the process: who asks, the pages, and what its forms call.

mod answer;
mod export;
mod lend;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderValue, Request, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse as _, Redirect, Response},
    routing::any,
};
use hq::{
    App,
    paths::SIGN_IN,
    ssr::{Caller, HqServer, SignedIn, document, page_context, read_cookie},
};
use leptos::{context::use_context, prelude::provide_context};
use leptos_axum::{AxumRouteListing, generate_route_list, handle_server_fns_with_context};
use store::{Front, Secret};
use tower_http::{compression::CompressionLayer, limit::RequestBodyLimitLayer};

use crate::{
    api::{ApiError, Code, address},
    origin::{Origin, only_reads},
    process::Server,
};

/// The largest form: a plan of 500 venues with its commitments is a tenth of it.
const FORM_MAX_BYTES: usize = 512 * 1024;

/// Adds HQ's addresses.
pub fn add(router: Router<Server>, server: &Server) -> Router<Server> {
    let bundle = server.site.hq_bundle();
    let shell = move || document::document(&bundle);
    let call = || any(|request: Request<Body>| handle_server_fns_with_context(provide, request));
    let mut pages = Router::new().route("/hq/act/{*call}", call()).route("/hq/read/{*call}", call());
    pages = pages
        .route("/hq/export/visits.csv", axum::routing::get(export::visits))
        .route(hq::paths::ANSWERS_CSV, axum::routing::get(export::answers))
        .route("/hq/export/findings.csv", axum::routing::get(export::findings));
    for listing in generate_route_list(App) {
        let path = AxumRouteListing::path(&listing).to_owned();
        let handler = leptos_axum::render_app_async_with_context(provide, shell.clone());
        pages = pages.route(&path, axum::routing::get(handler));
    }
    // An address that leads nowhere gets a page that says so, with the way back.
    let nowhere = leptos_axum::render_app_async_with_context(provide, shell);
    let nowhere = axum::routing::get(nowhere).layer(middleware::map_response(not_found));
    pages = pages.route("/hq/{*rest}", nowhere);
    let pages = pages
        .layer(middleware::from_fn(answer::mend))
        .layer(middleware::from_fn_with_state(server.clone(), identify))
        // A server function reads its whole body before it looks at it.
        .layer(RequestBodyLimitLayer::new(FORM_MAX_BYTES))
        .layer(CompressionLayer::new())
        .layer(middleware::map_response(not_kept));
    router.merge(pages)
}

/// What HQ reads, pages and downloads, is about people and is written for one of them: no browser and no proxy keeps it,
/// and who goes back after another has signed out asks anew.
async fn not_kept(mut response: Response) -> Response {
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

async fn not_found(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// Finds out who asks before anything is rendered, and turns away what another site's page sends.
async fn identify(State(server): State<Server>, request: Request<Body>, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if !only_reads(&parts.method) && Origin::of(&parts.headers, server.public_url.as_deref()) != Origin::Ours {
        return ApiError::from(Code::ForeignOrigin).into_response();
    }
    let caller = caller(&server, &parts).await;
    if caller.signed_in.is_none() && is_page(parts.uri.path()) {
        let to: String = form_urlencoded::byte_serialize(parts.uri.to_string().as_bytes()).collect();
        return Redirect::to(&format!("{SIGN_IN}?to={to}")).into_response();
    }
    parts.extensions.insert(caller);
    next.run(Request::from_parts(parts, body)).await
}

/// A page that wants somebody to have signed in; calls and downloads say so by their status instead.
fn is_page(path: &str) -> bool {
    path != SIGN_IN && !["/hq/act/", "/hq/read/", "/hq/export/"].iter().any(|calls| path.starts_with(calls))
}

async fn caller(server: &Server, parts: &Parts) -> Caller {
    Caller {
        server: hq_server(server, parts),
        address: address(parts, server.behind_proxy()),
        signed_in: signed_in(server, parts).await,
        only_tenant: matches!(server.store.tenant_by_code("").await, Ok(Some(_))),
    }
}

fn hq_server(server: &Server, parts: &Parts) -> HqServer {
    let host = parts.headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // With a certificate of our own nobody has told us the address: it is the one under which we were asked.
    let scheme = if server.is_secure() { "https" } else { "http" };
    HqServer {
        store: server.store.clone(),
        process: lend::process(server),
        bundle: server.site.hq_bundle(),
        cookie: server.hq_cookie(),
        secure: server.is_secure(),
        origin: server.public_url.clone().unwrap_or_else(|| format!("{scheme}://{host}")),
    }
}

async fn signed_in(server: &Server, parts: &Parts) -> Option<SignedIn> {
    let secret = Secret::parse(read_cookie(parts, server.hq_cookie())?)?;
    let now = server.clock.now();
    // A database that does not answer is nobody's session: the page says so when it reads.
    let session = server.store.session(secret.tenant, secret.hash, now).await.ok().flatten()?;
    // A phone's session lasts for months; it opens nothing here.
    if session.front != Front::Hq {
        return None;
    }
    let tenant = server.store.tenant(secret.tenant).await.ok().flatten()?;
    Some(SignedIn {
        tenant: tenant.id,
        tenant_name: tenant.name,
        zone: tenant.zone,
        token: secret.hash,
        person: session.person,
    })
}

/// Gives a request's components what they know of it.
fn provide() {
    let Some(parts) = use_context::<Parts>() else { return };
    let Some(caller) = parts.extensions.get::<Caller>().cloned() else { return };
    provide_context(page_context(&parts, &caller));
    provide_context(caller);
}

//! Signing in and out on a phone, or with another client.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use domain::{
    ids::JournalId,
    role::Action,
    time::{DAY_MS, Moment},
};
use mutants::{Mutant, planted};
use protocol::session::{Credentials, SignIn, SignedIn};
use store::{Caller, Front, NewSession, Person, Secret, Tenant};

use super::{
    ApiError, Code,
    asks::{Body, Hand, Token, address, is_ours},
};
use crate::process::Server;

/// A phone is used again within so much time, or signs in anew. ms.
const IDLE_MS: i64 = 30 * DAY_MS;
/// A session ends after so much time in any case. ms.
const WHOLE_MS: i64 = 180 * DAY_MS;

/// Who was let in, and with which token.
struct Opened {
    person: Person,
    text: String,
    secret: Secret,
}

pub(super) async fn sign_in(
    State(server): State<Server>,
    parts: Parts,
    Body(asked): Body<SignIn>,
) -> Result<Response, ApiError> {
    let now = server.clock.now();
    if !asked.bearer {
        // Another site must not sign somebody in: their work would land in its account.
        is_ours(&parts, &server)?;
    }
    let opened = open(&server, &parts, &asked, now).await?;
    let Opened { person, text, secret } = opened;
    let front = asked.bearer;
    // On a phone there is nothing to see for who makes no visits.
    if !front && !person.roles.may(Action::DoVisit) {
        server.store.end_session(secret.tenant, secret.hash, now).await?;
        return Err(Code::NotAllowed.into());
    }
    let tenant = server.store.tenant(secret.tenant).await?.ok_or(Code::WrongCredentials)?;
    let (journal, hand_in_key) = journal(&server, secret, asked.resume.as_deref(), now).await?;
    let answer = signed_in(&tenant, person, journal, hand_in_key, now, front.then(|| text.clone()));
    let mut response = Json(answer).into_response();
    if !front {
        set_cookie(&server, &mut response, text, WHOLE_MS / 1000);
    }
    Ok(response)
}

async fn open(server: &Server, parts: &Parts, asked: &SignIn, now: Moment) -> Result<Opened, ApiError> {
    let session = |secret: Secret| NewSession {
        token: secret.hash,
        front: if asked.bearer { Front::Bearer } else { Front::Field },
        idle_ms: IDLE_MS,
        ends_at: now.plus(WHOLE_MS),
        device: device(&parts.headers),
        journal: None,
    };
    match &asked.with {
        Credentials::Password { login, password } => {
            let (code, login) = (asked.tenant.trim(), login.trim());
            // As often and as long as with a company that exists.
            let (tenant, login) = match server.store.tenant_by_code(code).await? {
                Some(tenant) => (tenant.id, login.to_owned()),
                None => store::nowhere(code, login),
            };
            let attempt = server.random.uuid_v7(now);
            let from = address(parts, server.behind_proxy());
            let known = server.store.sign_in_begin(tenant, attempt, &login, &from, now).await?;
            if known.throttled && !planted(Mutant::ForgetsThrottle) {
                return Err(Code::Throttled.into());
            }
            let right = server.passwords.check(password.clone(), known.password_hash).await;
            let (text, secret) = Secret::mint(tenant, server.random.bytes());
            let person = server.store.sign_in_finish(tenant, attempt, right, &session(secret), now).await?;
            Ok(Opened { person: person.ok_or(Code::WrongCredentials)?, text, secret })
        }
        Credentials::Link { secret: link } => {
            let link = Secret::parse(link.trim()).ok_or(Code::WrongCredentials)?;
            let (text, secret) = Secret::mint(link.tenant, server.random.bytes());
            let person = server.store.redeem_link(link.tenant, link.hash, &session(secret), now).await?;
            Ok(Opened { person: person.ok_or(Code::WrongCredentials)?, text, secret })
        }
    }
}

/// The journal that the phone goes on with: the one that it has, if it is this person's, else a new one.
async fn journal(
    server: &Server,
    session: Secret,
    resume: Option<&str>,
    now: Moment,
) -> Result<(JournalId, String), ApiError> {
    if let Some(text) = resume
        && let Some(key) = Secret::parse(text).filter(|key| key.tenant == session.tenant)
        && let Some(journal) = server.store.resume_journal(session.tenant, session.hash, key.hash, now).await?
    {
        return Ok((journal, text.to_owned()));
    }
    super::journal::new(server, Hand { secret: session, caller: Caller::Token(session.hash) }, None, now).await
}

fn signed_in(
    tenant: &Tenant,
    person: Person,
    journal: JournalId,
    hand_in_key: String,
    now: Moment,
    token: Option<String>,
) -> SignedIn {
    SignedIn {
        account: person.account,
        name: person.name,
        roles: person.roles,
        tenant: tenant.id,
        tenant_name: tenant.name.clone(),
        zone: tenant.zone,
        journal,
        hand_in_key,
        server_time: now,
        epoch: tenant.epoch,
        token,
    }
}

pub(super) async fn sign_out(State(server): State<Server>, Token(secret): Token) -> Result<Response, ApiError> {
    if !planted(Mutant::LogoutKeepsSession) {
        server.store.end_session(secret.tenant, secret.hash, server.clock.now()).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&server, &mut response, String::new(), 0);
    Ok(response)
}

/// Whether there is a session at all: 204 or 401.
pub(super) async fn who(State(server): State<Server>, Token(secret): Token) -> Result<StatusCode, ApiError> {
    let session = server.store.session(secret.tenant, secret.hash, server.clock.now()).await?;
    session.map(|_| StatusCode::NO_CONTENT).ok_or_else(|| Code::SignIn.into())
}

fn set_cookie(server: &Server, response: &mut Response, value: String, max_age: i64) {
    let cookie = hq::ssr::Cookie {
        name: server.field_cookie().to_owned(),
        value,
        path: "/",
        max_age: Some(max_age),
        http_only: true,
        secure: server.is_secure(),
    };
    if let Some(header) = cookie.header() {
        response.headers_mut().append(header::SET_COOKIE, header);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

fn device(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    agent.chars().take(200).collect()
}

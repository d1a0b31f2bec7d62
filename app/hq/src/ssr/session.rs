//! Opening and closing HQ's session.

use domain::time::{DAY_MS, HOUR_MS};
use http::request::Parts;
use leptos::prelude::*;
use store::{Front, NewSession, Secret};

use super::{Caller, Cookie, caller, gate::enters};
use crate::{error::HqError, paths};

/// A session ends after so much time without use, ms.
const IDLE_MS: i64 = 12 * HOUR_MS;
/// A session ends after so much time in any case, ms.
const WHOLE_MS: i64 = 7 * DAY_MS;

/// Opens a session and leads to `to`, if that lies within HQ.
pub(crate) async fn open(tenant: &str, login: &str, password: &str, to: &str) -> Result<(), HqError> {
    let caller = caller()?;
    let server = &caller.server;
    let now = server.process.now();
    let (code, login) = (tenant.trim(), login.trim());
    // As often and as long as with a company that exists.
    let (tenant, login) = match server.store.tenant_by_code(code).await? {
        Some(tenant) => (tenant.id, login.to_owned()),
        None => store::nowhere(code, login),
    };
    let attempt = server.process.uuid_v7();
    let known = server.store.sign_in_begin(tenant, attempt, &login, &caller.address, now).await?;
    if known.throttled && !mutants::planted(mutants::Mutant::ForgetsThrottle) {
        return Err(HqError::Throttled);
    }
    let right = server.process.check_password(password.to_owned(), known.password_hash).await;
    let (token, secret) = Secret::mint(tenant, server.process.random());
    let session = NewSession {
        token: secret.hash,
        front: Front::Hq,
        idle_ms: IDLE_MS,
        ends_at: now.plus(WHOLE_MS),
        device: device(&caller),
        journal: None,
    };
    let person =
        server.store.sign_in_finish(tenant, attempt, right, &session, now).await?.ok_or(HqError::WrongCredentials)?;
    if !enters(person.roles) {
        server.store.end_session(tenant, secret.hash, now).await?;
        return Err(HqError::NotAllowed);
    }
    cookie(&caller, token, WHOLE_MS / 1000).set();
    leptos_axum::redirect(&afresh(within(to)));
    Ok(())
}

/// Ends the session. What the phone's front keeps on the same origin stays untouched.
pub(crate) async fn close() -> Result<(), HqError> {
    let caller = caller()?;
    if let Some(who) = &caller.signed_in {
        caller.server.store.end_session(who.tenant, who.token, caller.server.process.now()).await?;
    }
    cookie(&caller, String::new(), 0).set();
    leptos_axum::redirect(paths::SIGN_IN);
    Ok(())
}

fn cookie(caller: &Caller, value: String, max_age: i64) -> Cookie {
    Cookie {
        name: caller.server.cookie.to_owned(),
        value,
        // The prefix __Host- asks for the root.
        path: "/",
        max_age: Some(max_age),
        http_only: true,
        secure: caller.server.secure,
    }
}

/// Browser and address, as the person's own list of devices shows them.
fn device(caller: &Caller) -> String {
    let agent = use_context::<Parts>()
        .and_then(|parts| Some(parts.headers.get(http::header::USER_AGENT)?.to_str().ok()?.to_owned()))
        .unwrap_or_default();
    let agent: String = agent.chars().take(200).collect();
    format!("{agent} · {}", caller.address)
}

/// `to`, if it is an address of HQ; else the board. Never somebody else's site.
pub(crate) fn within(to: &str) -> &str {
    let plain = to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let ours = to == paths::BOARD || to.starts_with("/hq/") || to.starts_with("/hq?");
    if plain && ours { to } else { paths::BOARD }
}

/// `to` without what a form came to there before its sender had to sign in: it says nothing of what follows.
fn afresh(to: &str) -> String {
    let Some((path, query)) = to.split_once('?') else { return to.to_owned() };
    let told = |pair: &&str| ["__path=", "__err="].iter().any(|name| pair.starts_with(name));
    let kept: Vec<&str> = query.split('&').filter(|pair| !told(pair)).collect();
    if kept.is_empty() { path.to_owned() } else { [path, "?", &kept.join("&")].concat() }
}

#[cfg(test)]
mod tests {
    use super::{afresh, within};

    #[test]
    fn signing_in_leaves_behind_what_a_form_had_come_to() {
        for (to, leads) in [
            ("/hq", "/hq"),
            ("/hq/visits?state=received&q=a", "/hq/visits?state=received&q=a"),
            ("/hq/tasks/new?__path=%2Fhq%2Fact%2Ftasks%2Fplan&__err=eyJ9", "/hq/tasks/new"),
            (
                "/hq/tasks/new?kind=hall&__path=/hq/act/tasks/plan&__err=eyJ9==&county=1",
                "/hq/tasks/new?kind=hall&county=1",
            ),
        ] {
            assert_eq!(afresh(to), leads);
        }
    }

    #[test]
    fn signing_in_never_leads_elsewhere() {
        for to in
            ["//evil.example/hq", "https://evil.example", "/hq\\@evil", "/hqx", "", "/hq/\r\nSet-Cookie: a=b", "/field"]
        {
            assert_eq!(within(to), "/hq", "{to}");
        }
        assert_eq!(within("/hq/visits?state=received"), "/hq/visits?state=received");
    }
}

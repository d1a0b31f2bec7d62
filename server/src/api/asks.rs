//! Who asks, from headers alone: a cookie, a bearer token, or a hand-in key.

use axum::{
    extract::{ConnectInfo, FromRequest, FromRequestParts, Request, rejection::BytesRejection},
    http::{HeaderMap, header, request::Parts},
};
use bytes::Bytes;
use domain::ids::AccountId;
use protocol::{ACCOUNT_HEADER, HAND_IN_HEADER, PROTOCOL, PROTOCOL_HEADER};
use serde::de::DeserializeOwned;
use std::net::{IpAddr, Ipv6Addr};
use store::{Caller, Secret};

use super::{ApiError, Code};
use crate::{
    origin::{Origin, only_reads},
    process::Server,
    tls::listener::Peer,
};

/// A session's token, of a cookie or a bearer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token(pub(super) Secret);

/// A session, or a journal's hand-in key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hand {
    /// The secret that was brought.
    pub(super) secret: Secret,
    /// What it is.
    pub(super) caller: Caller,
}

/// A body of JSON; what cannot be read is a problem document, like every other error.
pub(super) struct Body<T>(pub(super) T);

/// The account on whose behalf a client says that it acts.
pub(super) fn named_account(headers: &HeaderMap) -> Option<AccountId> {
    let text = headers.get(ACCOUNT_HEADER)?.to_str().ok()?;
    uuid::Uuid::parse_str(text).ok().map(AccountId)
}

/// From where a request came: the throttle counts by it.
#[must_use]
pub fn address(parts: &Parts, behind_proxy: bool) -> String {
    if behind_proxy
        // The last entry of the last line is what our own proxy saw; what stands before it anybody can write.
        && let Some(line) = parts.headers.get_all("x-forwarded-for").iter().next_back()
        && let Some(last) = line.to_str().ok().and_then(|line| line.rsplit(',').next())
    {
        let last = last.trim();
        return last.parse().map_or_else(|_| last.chars().take(64).collect(), caller);
    }
    let peer = parts.extensions.get::<ConnectInfo<Peer>>();
    peer.map_or_else(|| "unknown".to_owned(), |ConnectInfo(Peer(peer))| caller(peer.ip()))
}

/// An address as one caller: a subscriber of IPv6 has a whole /64 to himself.
fn caller(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// Requests that a cookie authorises, or that set one, come from our own pages. Where no header says, only
/// those that name the protocol do: another site's page cannot add a header without asking first.
pub(super) fn is_ours(parts: &Parts, server: &Server) -> Result<(), ApiError> {
    let reads = only_reads(&parts.method);
    let fine = match Origin::of(&parts.headers, server.public_url.as_deref()) {
        Origin::Ours | Origin::Unsaid => reads || parts.headers.contains_key(PROTOCOL_HEADER),
        // An address that was typed or a link that was followed may show what it may show.
        Origin::Foreign => reads && text(parts, "sec-fetch-site") == Some("none"),
    };
    if fine { Ok(()) } else { Err(Code::ForeignOrigin.into()) }
}

fn text<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.headers.get(name)?.to_str().ok()
}

/// A client that speaks another protocol is told so before anything is read.
fn speaks(parts: &Parts) -> Result<(), ApiError> {
    let named = parts.headers.get(PROTOCOL_HEADER).map(|value| value.to_str().ok().and_then(|text| text.parse().ok()));
    match named {
        None | Some(Some(PROTOCOL)) => Ok(()),
        Some(_) => Err(ApiError::with(Code::Protocol, PROTOCOL.to_string())),
    }
}

fn bearer(headers: &HeaderMap) -> Option<Secret> {
    Secret::parse(headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?)
}

fn token(parts: &Parts, server: &Server, cookies: &[&str]) -> Result<Secret, ApiError> {
    speaks(parts)?;
    if let Some(secret) = bearer(&parts.headers) {
        return Ok(secret);
    }
    let secret = cookies.iter().find_map(|name| Secret::parse(hq::ssr::read_cookie(parts, name)?));
    let secret = secret.ok_or(Code::SignIn)?;
    is_ours(parts, server)?;
    Ok(secret)
}

impl FromRequestParts<Server> for Token {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, ApiError> {
        token(parts, server, &[server.field_cookie()]).map(Self)
    }
}

/// A token of either front: pictures are shown on both.
#[derive(Clone, Copy, Debug)]
pub(super) struct AnyToken(pub(super) Secret);

impl FromRequestParts<Server> for AnyToken {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, ApiError> {
        // A picture on HQ's page is asked for by HQ's person, whoever has the phone's front open beside it.
        let hq = parts.headers.get(header::REFERER).and_then(|value| value.to_str().ok());
        let of_hq = hq.is_some_and(|referer| referer.contains("/hq"));
        let mut cookies = [server.field_cookie(), server.hq_cookie()];
        if of_hq {
            cookies.reverse();
        }
        token(parts, server, &cookies).map(Self)
    }
}

impl FromRequestParts<Server> for Hand {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, ApiError> {
        if let Some(key) = parts.headers.get(HAND_IN_HEADER) {
            speaks(parts)?;
            let secret = key.to_str().ok().and_then(Secret::parse).ok_or(Code::SignIn)?;
            return Ok(Self { secret, caller: Caller::Key(secret.hash) });
        }
        let secret = token(parts, server, &[server.field_cookie()])?;
        Ok(Self { secret, caller: Caller::Token(secret.hash) })
    }
}

impl<T: DeserializeOwned> FromRequest<Server> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, server: &Server) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, server).await.map_err(|error| match error {
            BytesRejection::FailedToBufferBody(error) if error.status().as_u16() == 413 => Code::TooLarge.into(),
            _ => ApiError::from(Code::BadRequest),
        })?;
        // No body says nothing, as `null` does: clients of before the field was there send none.
        let json: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
        serde_json::from_slice(json).map(Self).map_err(|error| {
            ApiError::with(Code::BadRequest, format!("line {} column {}", error.line(), error.column()))
        })
    }
}

impl From<store::Error> for ApiError {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unauthorized | store::Error::NoTenant => Code::SignIn.into(),
            store::Error::Unknown | store::Error::Stopped => Code::Busy.into(),
            error if error.is_connection() => Code::Busy.into(),
            error => {
                tracing::error!(%error, "a request could not be answered");
                Code::Internal.into()
            }
        }
    }
}

impl From<crate::media::MediaError> for ApiError {
    fn from(error: crate::media::MediaError) -> Self {
        use crate::media::MediaError;
        if error.is_full() {
            return Code::Full.into();
        }
        match error {
            MediaError::Offset(offset) => Self::with(Code::Offset, offset.to_string()),
            MediaError::Hash => Code::WholeHash.into(),
            error => {
                tracing::error!(%error, "the media store failed");
                Code::Busy.into()
            }
        }
    }
}

//! Requests to our server, with the headers that each of them carries.

use device::{
    Failure,
    http::{Call, Reply, send},
};
use js_sys::Uint8Array;
use protocol::{ACCOUNT_HEADER, BUILD_HEADER, HAND_IN_HEADER, PROTOCOL, PROTOCOL_HEADER};
use serde::{Serialize, de::DeserializeOwned};
use sync::Outcome;

use crate::me::Me;

/// How long an answer may take, ms: a bad line is slow, not dead.
const TIMEOUT_MS: i32 = 60_000;

/// In whose name a request goes.
#[derive(Clone)]
pub(super) struct Caller {
    me: Option<Me>,
    /// With the hand-in key: push and upload only, where there is no session any more.
    by_key: bool,
}

/// What came of a request.
pub(super) struct Answer {
    pub(super) outcome: Outcome,
    reply: Option<Reply>,
}

impl Caller {
    /// With the session of the cookie.
    pub(super) const fn session(me: Option<Me>) -> Self {
        Self { me, by_key: false }
    }

    /// With the hand-in key.
    pub(super) fn by_key(&self) -> Self {
        Self { me: self.me.clone(), by_key: true }
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers =
            vec![(PROTOCOL_HEADER, PROTOCOL.to_string()), (BUILD_HEADER, crate::page_meta("mingcha:build"))];
        if let Some(me) = &self.me {
            headers.push((ACCOUNT_HEADER, me.account.to_string()));
            if self.by_key {
                headers.push((HAND_IN_HEADER, me.hand_in_key.clone()));
            }
        }
        headers
    }

    /// Sends JSON.
    pub(super) async fn post(&self, path: &str, body: &impl Serialize) -> Answer {
        let text = json::to_string(body);
        let headers = [("content-type", "application/json".to_owned())];
        self.send("POST", path, &headers, Some(Uint8Array::from(text.as_bytes()))).await
    }

    /// Asks.
    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None).await
    }

    /// Sends with these headers too.
    pub(super) async fn send(
        &self,
        method: &str,
        path: &str,
        more: &[(&'static str, String)],
        body: Option<Uint8Array>,
    ) -> Answer {
        let mut headers = self.headers();
        headers.extend_from_slice(more);
        let reply: Result<Reply, Failure> =
            send(Call { method, path, headers: &headers, body, timeout_ms: TIMEOUT_MS }).await;
        let reply = reply.ok();
        Answer { outcome: Outcome::of(reply.as_ref().map(|reply| reply.status)), reply }
    }
}

impl Answer {
    /// Whether none came.
    pub(super) const fn is_none(&self) -> bool {
        self.reply.is_none()
    }

    /// The body as what was asked for.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        json::from_slice(&self.reply.as_ref()?.body).ok()
    }

    /// What the server said, in words, where it said something.
    pub(super) fn problem(&self) -> Option<protocol::problem::Problem> {
        self.json()
    }

    /// What the server asked to wait, seconds.
    pub(super) fn retry_after(&self) -> Option<u32> {
        self.reply.as_ref()?.header("retry-after")?.parse().ok()
    }
}

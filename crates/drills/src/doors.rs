//! People at the door while the server's clock is set: who signs out stays out, whoever's time is over stays out, and
//! whoever guessed too often is let in again in time.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, Result, ensure};
use protocol::session::{Credentials, SignIn, SignedIn};
use serde_json::json;
use virtual_phone::{Ask, Wire};

use crate::{
    city::{CODE, PASSWORD, login},
    rig::Rig,
};

/// How many doors there are for whoever has a session.
pub(crate) const DOORS: usize = 3;

/// After so many wrong passwords nobody looks at the next.
const TRIES: u32 = 10;

/// Whoever is stopped may try again after so much time, seconds.
pub(crate) const STOPPED_S: i64 = 15 * 60;

/// The doors of one server.
pub(crate) struct Doors {
    address: SocketAddr,
}

/// Somebody who was let in.
pub(crate) struct Guest {
    bearer: String,
    push: Vec<u8>,
}

impl Doors {
    /// Those of `rig`.
    pub(crate) const fn of(rig: &Rig) -> Self {
        Self { address: rig.address }
    }

    async fn ask(&self, method: &str, path: &str, bearer: &str, body: &[u8]) -> Result<(u16, bytes::Bytes)> {
        let mut headers = vec![("mingcha-protocol", "1"), ("content-type", "application/json")];
        if !bearer.is_empty() {
            headers.push(("authorization", bearer));
        }
        // Each over a connection of its own: the server may have begun anew since the last.
        let wire = Wire::new(self.address, 1, Duration::from_secs(30));
        let answer = wire.ask(&Ask { method, path, headers: &headers, body }).await;
        answer.map(|answer| (answer.status, answer.body)).with_context(|| format!("{method} {path}"))
    }

    async fn present(&self, with: Credentials) -> Result<(u16, bytes::Bytes)> {
        let asked = SignIn { tenant: CODE.to_owned(), with, resume: None, bearer: true };
        self.ask("POST", "/api/v1/session", "", &serde_json::to_vec(&asked)?).await
    }

    /// Signs supervisor `n` in.
    pub(crate) async fn enter(&self, n: usize) -> Result<Guest> {
        let (status, body) = self.present(password(n, PASSWORD)).await?;
        ensure!(status == 200, "signing in: {status}");
        let signed: SignedIn = serde_json::from_slice(&body)?;
        let token = signed.token.context("a token")?;
        let push = serde_json::to_vec(&json!({ "account": signed.account, "journal": signed.journal, "ops": [] }))?;
        Ok(Guest { bearer: format!("Bearer {token}"), push })
    }

    /// Lets `guest` out.
    pub(crate) async fn leave(&self, guest: &Guest) -> Result<()> {
        let (status, _) = self.ask("DELETE", "/api/v1/session", &guest.bearer, b"").await?;
        ensure!(status == 204, "signing out: {status}");
        Ok(())
    }

    /// Through which of [`DOORS`] doors `guest` still gets, tried in turn from the door of number `first` on.
    pub(crate) async fn opens(&self, guest: &Guest, first: usize) -> Result<Vec<&'static str>> {
        let mut open = Vec::new();
        let mut doors: [(&str, &str, &[u8]); DOORS] = [
            ("GET", "/api/v1/session", b""),
            ("GET", "/api/v1/sync/pull", b""),
            ("POST", "/api/v1/sync/push", &guest.push),
        ];
        doors.rotate_left(first);
        for (method, path, body) in doors {
            let (status, _) = self.ask(method, path, &guest.bearer, body).await?;
            match status {
                401 => {}
                200 | 204 => open.push(path),
                status => anyhow::bail!("{method} {path}: {status}"),
            }
        }
        Ok(open)
    }

    /// Whether the one-time link `secret` leads in.
    pub(crate) async fn link_opens(&self, secret: &str) -> Result<bool> {
        Ok(self.present(Credentials::Link { secret: secret.to_owned() }).await?.0 == 200)
    }

    /// Tries to be supervisor `n` until nobody looks at the password any more.
    pub(crate) async fn guess(&self, n: usize) -> Result<()> {
        for _ in 0..TRIES {
            let (status, _) = self.present(password(n, "a guess of somebody's")).await?;
            ensure!(status == 401, "a wrong password: {status}");
        }
        ensure!(!self.is_let_in(n).await?, "{TRIES} wrong passwords stop nobody");
        Ok(())
    }

    /// Whether supervisor `n`, who knows the password, is let in; `false`: they are stopped.
    pub(crate) async fn is_let_in(&self, n: usize) -> Result<bool> {
        match self.present(password(n, PASSWORD)).await?.0 {
            200 => Ok(true),
            429 => Ok(false),
            status => anyhow::bail!("signing in: {status}"),
        }
    }
}

fn password(n: usize, password: &str) -> Credentials {
    Credentials::Password { login: login(n), password: password.to_owned() }
}

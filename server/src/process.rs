//! What every request works with.

use std::sync::Arc;

use axum::extract::FromRef;
use store::Store;

use crate::{
    arrived::Arrived, clock::Clock, keys::Keys, media::Media, passwords::Passwords, random::Random, site::Site,
};

/// What every request works with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Server {
    /// The store.
    pub store: Store,
    /// The bytes of evidence.
    pub media: Media,
    /// What time it is.
    pub clock: Clock,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Passwords.
    pub passwords: Passwords,
    /// The keys that sign.
    pub keys: Arc<Keys>,
    /// The built site.
    pub site: Arc<Site>,
    /// The address that people type, if a proxy or our own TLS serves it.
    pub public_url: Option<String>,
    /// Whether what comes in here came over https.
    pub secure: bool,
    /// Whether a proxy of ours stands in front of this listener, and names the caller's address.
    pub proxied: bool,
    /// The clock can be set by requests: tests only.
    pub is_test: bool,
    /// What the jobs have to do.
    pub jobs: Arc<Arrived>,
}

impl Server {
    /// Whether cookies go over https only.
    #[must_use]
    pub const fn is_secure(&self) -> bool {
        self.secure
    }

    /// Whether a proxy of ours names the caller's address.
    #[must_use]
    pub const fn behind_proxy(&self) -> bool {
        self.proxied
    }

    /// The cookie of the phone's front.
    #[must_use]
    pub const fn field_cookie(&self) -> &'static str {
        if self.is_secure() { "__Host-mc_field" } else { "mc_field" }
    }

    /// The cookie of HQ's front.
    #[must_use]
    pub const fn hq_cookie(&self) -> &'static str {
        if self.is_secure() { "__Host-mc_hq" } else { "mc_hq" }
    }
}

impl FromRef<Server> for Arc<Site> {
    fn from_ref(server: &Server) -> Self {
        Self::clone(&server.site)
    }
}

//! `POST /api/v1/session`: signing in.

use domain::{
    ids::{AccountId, JournalId, TenantId},
    role::RoleSet,
    text::Text,
    time::{Moment, ZoneOffset},
};
use serde::{Deserialize, Serialize};

/// What signing in takes: a login and password, or a one-time link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// The tenant's sign-in code; empty where the host names the tenant.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tenant: String,
    /// The way in.
    pub with: Credentials,
    /// The hand-in key of the journal that this client has already: it goes on with that one, if it is the same
    /// person's. Without it, or if it is not, a new journal is opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<String>,
    /// Other clients get a bearer token in the answer; browsers a cookie only.
    #[serde(default)]
    pub bearer: bool,
}

/// The way in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credentials {
    /// Login name and password.
    Password {
        /// The login name, unique within the tenant.
        login: String,
        /// The password.
        password: String,
    },
    /// The secret of a one-time link that the admin handed out.
    Link {
        /// The secret.
        secret: String,
    },
}

/// Who has signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The account: every push names it.
    pub account: AccountId,
    /// What the person is called, for their own screen only.
    pub name: String,
    /// What they may do.
    pub roles: RoleSet,
    /// Their tenant.
    pub tenant: TenantId,
    /// The name of the company.
    pub tenant_name: Text,
    /// The tenant's offset from UTC: shown times are the tenant's.
    pub zone: ZoneOffset,
    /// A journal that was opened for this browser profile.
    pub journal: JournalId,
    /// For push and upload only; it never expires.
    pub hand_in_key: String,
    /// The server's clock, to measure the phone's against.
    pub server_time: Moment,
    /// The store's epoch.
    pub epoch: u32,
    /// A bearer token, if one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// `POST /api/v1/journal`: which journal to open. Without a body the server makes the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OpenJournal {
    /// Its id, made by whoever asks and kept before asking: asked for again, the same one is opened, with a new key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<JournalId>,
}

/// `POST /api/v1/journal`: a new journal for a store that was recovered, imported or met a new epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewJournal {
    /// The journal.
    pub journal: JournalId,
    /// Its hand-in key.
    pub hand_in_key: String,
}

//! What sync does, for the screens.

use domain::{text::Text, time::Moment};

/// What sync does.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct SyncStatus {
    /// What it does now.
    pub state: SyncState,
    /// Ops that are not safe on the server yet, with the arrivals that become one.
    pub ops: u32,
    /// Files that the server does not have yet.
    pub files: u32,
    /// Bytes of them that are still to go.
    pub bytes: u64,
    /// When the server last answered.
    pub last: Option<Moment>,
    /// Tasks were fetched at least once on this phone.
    pub pulled: bool,
    /// The phone's clock against the server's, ms; positive where the phone is ahead.
    pub clock_off_ms: Option<i64>,
    /// Why it does not go on.
    pub cause: Option<Text>,
    /// Somebody wanted to sign out, and the server did not say that it has everything.
    pub stays: bool,
    /// What was refused or is held: words for each.
    pub trouble: Vec<Trouble>,
}

/// What sync does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum SyncState {
    /// Nobody has looked yet.
    #[default]
    Starting,
    /// Nothing to do.
    Idle,
    /// Bytes move.
    Sending,
    /// Waits for a network or a retry.
    Waiting,
    /// Waits for the person to sign in.
    SignedOut,
}

/// An op that the server refused or holds back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// Whose visit.
    pub venue: String,
    /// What was asked.
    pub what: String,
    /// What the server said.
    pub why: Text,
    /// Refused (kept here) rather than held (safe there).
    pub refused: bool,
}

impl SyncStatus {
    /// How many things wait to be sent.
    #[must_use]
    pub(crate) const fn waiting(&self) -> u32 {
        self.ops + self.files
    }

    /// The value of `data-sync`.
    #[must_use]
    pub(crate) const fn code(&self) -> &'static str {
        match self.state {
            SyncState::Starting => "starting",
            SyncState::Idle => "idle",
            SyncState::Sending => "sending",
            SyncState::Waiting => "waiting",
            SyncState::SignedOut => "signed-out",
        }
    }
}

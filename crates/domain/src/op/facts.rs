//! What a decision needs beside the rows: yes and no, and the time.

use serde::{Deserialize, Serialize};

use crate::{role::RoleSet, time::Moment};

/// Facts that are not rows. They are stored with the verdict, so that a replay needs nobody to ask.
///
/// Nothing here says *who*: questions about people are answered by `identity` with yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// When the op arrived, by the server's clock.
    pub received_at: Moment,
    /// The roles of whoever acts.
    pub roles: RoleSet,
    /// The account may act (it was not deactivated).
    pub active: bool,
    /// Whoever acts holds the alias in whose name the op acts.
    pub holds_alias: bool,
    /// The journal is the one that writes this visit, or none does yet.
    pub writes_visit: bool,
    /// Whoever acts has chosen this visit's supervisor by handle.
    pub chose_visitor: bool,
    /// The op comes from the server itself.
    pub server: bool,
}

impl Facts {
    /// The facts as a phone has them: what it cannot know counts as yes.
    #[must_use]
    pub fn on_phone(now: Moment, roles: RoleSet) -> Self {
        Self {
            received_at: now,
            roles,
            active: true,
            holds_alias: true,
            writes_visit: true,
            chose_visitor: false,
            server: false,
        }
    }

    /// The facts of an op by the server itself.
    #[must_use]
    pub fn of_server(now: Moment) -> Self {
        Self {
            received_at: now,
            roles: RoleSet::default(),
            active: true,
            holds_alias: false,
            writes_visit: false,
            chose_visitor: false,
            server: true,
        }
    }
}

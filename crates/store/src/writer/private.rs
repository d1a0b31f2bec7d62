//! The second part of an op that touches people: it goes into `identity` and
//! nowhere else. The op itself carries a salted commitment to it at most.

use core::fmt;
use std::collections::BTreeMap;

use domain::{
    evidence::Sha256,
    ids::{AccountId, AssignmentId, HandleId, OrgUnitId},
    time::Moment,
};
use serde::Serialize;

/// What travels beside an op.
#[derive(Clone, Debug, Default)]
pub enum Private {
    /// Nothing: the op touches nobody.
    #[default]
    None,
    /// With `account.create`.
    Account(PrivateAccount),
    /// With `account.reset` and `account.reopen`.
    WayIn(WayIn),
    /// With `supervisor.set`.
    Supervisor(PrivateSupervisor),
    /// With `assignment.plan`.
    Plan(PrivatePlan),
}

/// A person, as `identity` keeps them.
#[derive(Clone, Serialize)]
pub struct PrivateAccount {
    /// The login name, unique within the tenant.
    pub login: String,
    /// What the person is called.
    pub name: String,
    /// How they get in.
    #[serde(flatten)]
    pub way_in: WayIn,
    /// What the draw is to know, if they make visits.
    #[serde(flatten)]
    pub supervisor: Option<PrivateSupervisor>,
}

/// How a person gets in.
#[derive(Clone, Default, Serialize)]
pub struct WayIn {
    /// Argon2 in PHC form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password_hash: Option<String>,
    /// A one-time link.
    #[serde(flatten)]
    pub link: Option<Link>,
}

/// A one-time link.
#[derive(Clone, Serialize)]
pub struct Link {
    /// Hash of its secret.
    #[serde(rename = "link_hash")]
    pub hash: Sha256,
    /// Until when it works.
    #[serde(rename = "link_expires_at")]
    pub expires_at: Moment,
}

/// What the draw knows of a supervisor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PrivateSupervisor {
    /// Whether the draw may take them.
    pub pooled: bool,
    /// One bit a weekday, Monday first.
    pub free_days: u8,
    /// Units that they must not visit.
    pub ties: Vec<OrgUnitId>,
}

/// Who gets the tasks of a plan.
#[derive(Clone, Debug)]
pub struct PrivatePlan {
    /// From which the lots are drawn; kept with the draw.
    pub seed: [u8; 32],
    /// How long somebody who was sent to a venue is not sent there again, ms.
    pub lock_out_ms: i64,
    /// Tasks that are not drawn.
    pub who: BTreeMap<AssignmentId, Who>,
}

/// Who gets a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Chosen by handle: recorded, and whoever chose may not review the visit.
    Handle(HandleId),
    /// A known account: the owner's commands only.
    Account(AccountId),
}

impl PrivateAccount {
    /// The salted hash of what `identity` keeps, for the op's payload; not of the moment at which a link ends.
    #[must_use]
    pub fn commitment(&self, salt: &[u8; 16]) -> Sha256 {
        commit(salt, &Self { way_in: self.way_in.undated(), ..self.clone() })
    }
}

impl WayIn {
    /// The salted hash of what `identity` keeps, for the op's payload; not of the moment at which a link ends.
    #[must_use]
    pub fn commitment(&self, salt: &[u8; 16]) -> Sha256 {
        commit(salt, &self.undated())
    }

    /// Without that moment: a form that is sent again comes later, and is the same op all the same.
    fn undated(&self) -> Self {
        let link = self.link.as_ref().map(|link| Link { hash: link.hash, expires_at: Moment(0) });
        Self { password_hash: self.password_hash.clone(), link }
    }
}

impl PrivateSupervisor {
    /// The salted hash of what `identity` keeps, for the op's payload.
    #[must_use]
    pub fn commitment(&self, salt: &[u8; 16]) -> Sha256 {
        commit(salt, self)
    }
}

impl Default for PrivateSupervisor {
    /// Who is new: in the draw, free on every day, tied to nobody.
    fn default() -> Self {
        Self { pooled: true, free_days: 0b111_1111, ties: Vec::new() }
    }
}

fn commit(salt: &[u8; 16], value: &impl Serialize) -> Sha256 {
    let mut bytes = salt.to_vec();
    // Plain data: serialising it cannot fail.
    bytes.extend(serde_json::to_vec(value).unwrap_or_default());
    Sha256::of(&bytes)
}

impl fmt::Debug for PrivateAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateAccount(…)")
    }
}

impl fmt::Debug for WayIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WayIn(…)")
    }
}

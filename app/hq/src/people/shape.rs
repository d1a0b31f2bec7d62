//! What the list of people shows.

use domain::{
    ids::{AccountId, OrgUnitId},
    role::{Action, RoleSet, may},
    text::Text,
    time::Moment,
};
use serde::{Deserialize, Serialize};

/// Everybody, with what a new one can belong to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct People {
    /// The accounts, by login.
    pub accounts: Vec<Account>,
    /// The units.
    pub units: Vec<(OrgUnitId, Text)>,
}

/// One account. What somebody visits is not known here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// Which.
    pub id: AccountId,
    /// The login name.
    pub login: String,
    /// What the person is called.
    pub name: String,
    /// What they may do.
    pub roles: RoleSet,
    /// To which unit they belong.
    pub unit: Option<OrgUnitId>,
    /// Since when they may not act any more.
    pub disabled_at: Option<Moment>,
    /// Whether a password leads in; else one-time links only.
    pub has_password: bool,
    /// What the draw knows of them, if they make visits.
    pub draw: Option<Draw>,
}

/// Whether a one-time link lets somebody with `roles` in: it leads to the phone's app, where only who makes visits enters.
#[must_use]
pub(crate) fn enters_by_link(roles: RoleSet) -> bool {
    roles.may(Action::DoVisit)
}

/// Whether somebody with `roles` also works where a password alone leads: a link would shut them out of HQ.
#[must_use]
pub(crate) fn enters_by_password(roles: RoleSet) -> bool {
    roles.iter().any(|role| !may(role, Action::DoVisit))
}

/// What the draw knows of somebody, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// Whether it may take them.
    pub pooled: bool,
    /// One bit a weekday, Monday first.
    pub free_days: u8,
    /// From how many units they are to stay away.
    pub ties: u32,
}

/// A supervisor as the draw knows them, and what they can be tied to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Supervisor {
    /// Which account.
    pub id: AccountId,
    /// What the person is called.
    pub name: String,
    /// Whether the draw may take them.
    pub pooled: bool,
    /// One bit a weekday, Monday first.
    pub free_days: u8,
    /// The units from which they are to stay away.
    pub ties: Vec<OrgUnitId>,
    /// What there is to stay away from.
    pub counties: Vec<UnitsOf>,
    /// Units of `ties` that answer for no venue today.
    pub others: Vec<(OrgUnitId, Text)>,
}

/// A county branch, or a department with venues of its own, with the units that answer for its venues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitsOf {
    /// The branch.
    pub county: (OrgUnitId, Text),
    /// Its units, without itself.
    pub units: Vec<(OrgUnitId, Text)>,
}

/// A one-time link, shown once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneTime {
    /// The address.
    pub address: String,
    /// Its code.
    pub code: Option<QrPath>,
}

/// A QR code as the path of an SVG.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrPath {
    /// Modules a side.
    pub width: u32,
    /// One square a dark module.
    pub path: String,
}

//! What the board shows.

use domain::{ids::VisitId, text::Text, time::Moment};
use serde::{Deserialize, Serialize};

/// The numbers of the board.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// Tasks that were given out and not begun.
    pub open_tasks: u32,
    /// Visits under way: that they are, never what was answered.
    pub under_way: u32,
    /// Visits that wait for a decision.
    pub waiting: u32,
    /// Those of them that have waited too long.
    pub red: u32,
    /// Visits that were given back.
    pub returned: u32,
    /// Visits that arrived within a day.
    pub arrived: u32,
    /// Ops that wait in the inbox.
    pub held: u32,
    /// The visits that have waited longest; none for who may not read visits.
    pub oldest_waiting: Vec<Waiting>,
    /// The visits that were given back longest ago; none for who may not read visits.
    pub oldest_returned: Vec<Waiting>,
    /// Findings to decide, by severity from 一般 on.
    pub proposed: [u32; 3],
    /// Findings that HQ stands by, by severity from 一般 on.
    pub confirmed: [u32; 3],
    /// The county branches by their mean score, the best first.
    pub ranking: Vec<Ranked>,
}

/// A visit that waits for somebody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// Which.
    pub id: VisitId,
    /// The name of its venue.
    pub venue_name: Text,
    /// Since when.
    pub since: Moment,
}

/// A county branch with its mean score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// Its name.
    pub name: Text,
    /// The mean of its accepted visits, 0 to 10000.
    pub mean: i32,
    /// How many visits that are.
    pub visits: u32,
}

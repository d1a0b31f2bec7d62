//! What the list of held work shows.

use domain::{ids::OpId, text::Text, time::Moment};
use serde::{Deserialize, Serialize};

/// One op that is held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldRow {
    /// The op.
    pub op: OpId,
    /// Why it is held, as a code.
    pub code: String,
    /// What it asked for, as `noun.verb@version`.
    pub kind: String,
    /// The name of the venue, where the op named one.
    pub venue_name: Option<Text>,
    /// The name of the county branch.
    pub county_name: Option<Text>,
    /// When it arrived.
    pub received_at: Moment,
}

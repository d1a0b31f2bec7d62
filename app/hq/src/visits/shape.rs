//! What the list of visits shows.

use domain::{
    ids::{AliasId, OrgUnitId, VisitId},
    org::VenueKind,
    text::Text,
    time::Moment,
    visit::{ScoreSummary, VisitState},
};
use serde::{Deserialize, Serialize};

use crate::parts::Slice;

/// A stretch of the list with what it can be filtered by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitList {
    /// The visits, newest first.
    pub slice: Slice<VisitRow>,
    /// The county branches.
    pub counties: Vec<(OrgUnitId, Text)>,
    /// More venues have the name that was searched for than one search covers: visits of the others are missing.
    pub cut_short: bool,
}

/// One visit of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitRow {
    /// Its id.
    pub id: VisitId,
    /// The name under which it is known.
    pub alias: AliasId,
    /// The name of its venue.
    pub venue_name: Text,
    /// What the venue is.
    pub venue_kind: VenueKind,
    /// The name of the county branch.
    pub county_name: Text,
    /// Where it stands.
    pub state: VisitState,
    /// Its task was called back while it was under way.
    pub called_back: bool,
    /// Counts what was handed in.
    pub submission: u32,
    /// When it was handed in last.
    pub received_at: Option<Moment>,
    /// That, or before it when the server learned of the visit.
    pub listed_at: Moment,
    /// Its score.
    pub score: Option<ScoreSummary>,
    /// How many pieces of evidence it names.
    pub evidence_expected: u32,
    /// How many of them have arrived.
    pub evidence_verified: u32,
    /// When HQ decided last.
    pub decided_at: Option<Moment>,
}

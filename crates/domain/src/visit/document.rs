//! What a supervisor hands in.

use crate::sorted::Map;

use serde::{Deserialize, Serialize};

use crate::{
    assignment::Window,
    checklist::Answer,
    evidence::EvidenceRecord,
    ids::{AssignmentId, ChecklistVersionId, ItemId, VenueId},
    place::Whereabouts,
    time::Moment,
};

/// Being there, or going away: when and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// By the phone's clock.
    pub at: Moment,
    /// Where the phone was, or why that is not known.
    pub whereabouts: Whereabouts,
}

/// What is said about the visit as a whole; not scored.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Impressions {
    /// 总体印象.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub overall: String,
    /// 亮点.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub good: String,
    /// 建议.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suggestion: String,
}

/// A visit as it is handed in: the payload of `visit.submit@1`, and the one place where its answers live.
///
/// It names venue, checklist version and window, so that HQ can adopt it
/// even if a restored server has lost its assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitDocument {
    /// The task.
    pub assignment: AssignmentId,
    /// The venue of the task.
    pub venue: VenueId,
    /// The checklist version that was answered.
    pub checklist: ChecklistVersionId,
    /// The window of the task.
    pub window: Window,
    /// Arrival.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived: Option<Presence>,
    /// Leaving.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Presence>,
    /// The answers by item.
    pub answers: Map<ItemId, Answer>,
    /// When each answer was last changed, by the phone's clock. Reviewers see it, units never.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub answered_at: Map<ItemId, Moment>,
    /// What is said about the visit as a whole.
    #[serde(default)]
    pub impressions: Impressions,
    /// The evidence, in the visitor's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceRecord>,
    /// The microphone was refused: a written note stands for a memo.
    #[serde(default)]
    pub no_microphone: bool,
}

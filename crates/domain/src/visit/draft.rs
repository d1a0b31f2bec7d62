//! The draft on the phone: a visit before it is handed in, and while it is mended.

use crate::sorted::{Map, Set};

use serde::{Deserialize, Serialize};

use super::{Impressions, Presence, ReturnedItem, VisitDocument};
use crate::{
    assignment::Window,
    checklist::{Answer, ChecklistVersion},
    evidence::{EvidenceRecord, Sha256},
    ids::{AssignmentId, ChecklistVersionId, ItemId, VenueId},
    time::Moment,
};

/// Where a draft stands on the phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftState {
    /// Not there yet.
    Draft,
    /// 在场.
    OnSite,
    /// 已离场补记.
    Debrief,
    /// Handed in: read only until HQ gives it back or a later item falls due.
    Submitted,
}

/// A visit on the phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The task.
    pub assignment: AssignmentId,
    /// Its venue.
    pub venue: VenueId,
    /// Its checklist version, for ever.
    pub checklist: ChecklistVersionId,
    /// Its window.
    pub window: Window,
    /// Where it stands.
    pub state: DraftState,
    /// The revision of the visit that the server and this draft agree on, plus
    /// the ops cut since: the `base` of the next op.
    pub base: u32,
    /// Arrival.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived: Option<Presence>,
    /// Whether the arrival was cut into an op: then it can no longer be undone.
    #[serde(default)]
    pub arrival_cut: bool,
    /// Leaving.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Presence>,
    /// Answers by item.
    #[serde(default)]
    pub answers: Map<ItemId, Answer>,
    /// When each was last changed.
    #[serde(default)]
    pub answered_at: Map<ItemId, Moment>,
    /// The visit as a whole.
    #[serde(default)]
    pub impressions: Impressions,
    /// Evidence, in order.
    #[serde(default)]
    pub evidence: Vec<EvidenceRecord>,
    /// The microphone was refused.
    #[serde(default)]
    pub no_microphone: bool,
    /// How often it was handed in.
    #[serde(default)]
    pub submission: u32,
    /// What HQ gave back and is not mended yet.
    #[serde(default)]
    pub returned: Vec<ReturnedItem>,
    /// 后补题 that were open when it was handed in: they alone can still be answered.
    #[serde(default)]
    pub open_later: Set<ItemId>,
    /// One of them was touched since: an answer, a note, a photo that is not handed in.
    #[serde(default)]
    pub amended: bool,
    /// It came from the server as another phone had handed it in, and nothing was done about it here.
    #[serde(default)]
    pub pulled: bool,
}

impl Draft {
    /// A draft of a task on which nothing was done yet.
    #[must_use]
    pub fn new(assignment: AssignmentId, venue: VenueId, checklist: ChecklistVersionId, window: Window) -> Self {
        Self {
            assignment,
            venue,
            checklist,
            window,
            state: DraftState::Draft,
            base: 0,
            arrived: None,
            arrival_cut: false,
            left: None,
            answers: Map::new(),
            answered_at: Map::new(),
            impressions: Impressions::default(),
            evidence: Vec::new(),
            no_microphone: false,
            submission: 0,
            returned: Vec::new(),
            open_later: Set::new(),
            amended: false,
            pulled: false,
        }
    }

    /// What would be handed in now.
    #[must_use]
    pub fn document(&self) -> VisitDocument {
        VisitDocument {
            assignment: self.assignment,
            venue: self.venue,
            checklist: self.checklist,
            window: self.window,
            arrived: self.arrived.clone(),
            left: self.left.clone(),
            answers: self.answers.clone(),
            answered_at: self.answered_at.clone(),
            impressions: self.impressions.clone(),
            evidence: self.evidence.clone(),
            no_microphone: self.no_microphone,
        }
    }

    /// Hands the draft in: it becomes read only but for the items that are answered later.
    ///
    /// Which those are, `checklist` tells. The caller cuts the op from [`Draft::document`] in the same transaction.
    pub fn hand_in(&mut self, checklist: Option<&ChecklistVersion>) {
        self.state = DraftState::Submitted;
        self.submission += 1;
        self.base += 1;
        self.returned.clear();
        (self.amended, self.pulled) = (false, false);
        self.open_later = checklist.map(|list| self.awaits(list)).unwrap_or_default();
    }

    /// The items that are answered later and are not yet.
    #[must_use]
    pub fn awaits(&self, checklist: &ChecklistVersion) -> Set<ItemId> {
        checklist.awaited(&self.answers).map(|item| item.id).collect()
    }

    /// The pieces of evidence that these bytes are.
    pub fn pieces(&self, sha256: Sha256) -> impl Iterator<Item = &EvidenceRecord> {
        let is = move |piece: &&EvidenceRecord| piece.bytes.as_ref().is_some_and(|bytes| bytes.sha256 == sha256);
        self.evidence.iter().filter(is)
    }

    /// Whether there is something to hand in once more, after it was handed in. A draft of version 0.2.0 or older does
    /// not say that it was touched: there an answer tells.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.amended || self.open_later.iter().any(|item| self.answers.get(item).is_some_and(Answer::is_answered))
    }

    /// Whether `item` may be answered (or given evidence) now.
    #[must_use]
    pub fn is_open(&self, item: Option<ItemId>) -> bool {
        self.state != DraftState::Submitted || item.is_some_and(|item| self.open_later.contains(&item))
    }

    /// Milliseconds between arriving and leaving, if both are known.
    #[must_use]
    pub fn dwell_ms(&self) -> Option<i64> {
        Some(self.left.as_ref()?.at.since(self.arrived.as_ref()?.at))
    }
}

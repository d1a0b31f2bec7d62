//! A visit: the draft on the phone, the document that is handed in, and what HQ makes of it.

mod document;
mod draft;
mod edit;

pub use document::{Impressions, Presence, VisitDocument};
pub use draft::{Draft, DraftState};
pub use edit::{ARRIVAL_UNDO_MS, Edit, EditRecord, EditRefused, apply_edit};

use serde::{Deserialize, Serialize};

use crate::{
    assignment::VisitMode,
    ids::{AccountId, AliasId, AssignmentId, ChecklistVersionId, ItemId, OrgUnitId, VenueId, VisitId},
    time::Moment,
};

/// Where a visit stands on the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitState {
    /// The supervisor has arrived; nothing was handed in yet.
    UnderWay,
    /// Handed in, waiting for review. Whether its evidence is complete is a number beside it.
    Received,
    /// Given back: chosen items are to be mended.
    Returned,
    /// HQ stands by it.
    Accepted,
    /// It does not count.
    Voided,
}

impl VisitState {
    /// Every state, in the order of the filter.
    pub const ALL: [Self; 5] = [Self::UnderWay, Self::Received, Self::Returned, Self::Accepted, Self::Voided];

    /// The code used in addresses and in the database.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnderWay => "under_way",
            Self::Received => "received",
            Self::Returned => "returned",
            Self::Accepted => "accepted",
            Self::Voided => "voided",
        }
    }

    /// The state that has this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// What HQ decided last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Who decided.
    pub by: AccountId,
    /// When, by the server's clock.
    pub at: Moment,
    /// Why, for the visit as a whole; empty where nothing was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// An item that HQ gives back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedItem {
    /// Which item; `None` for the visit as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// What is to be mended.
    pub reason: String,
}

/// The score of a visit in numbers that lists need; its arithmetic is worked out when it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreSummary {
    /// 0 to 10000; `None` where too little applied (不计分).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<i32>,
    /// 初评: an item is still to be answered later.
    #[serde(default)]
    pub provisional: bool,
    /// How many red lines were crossed.
    #[serde(default)]
    pub red_lines: u32,
    /// Which formula worked it out.
    pub formula: u32,
}

/// A visit as the server holds it. Its document lies beside it, once a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// Its id.
    pub id: VisitId,
    /// The task.
    pub assignment: AssignmentId,
    /// The name under which it is known.
    pub alias: AliasId,
    /// Where.
    pub venue: VenueId,
    /// The unit that answers for the venue.
    pub unit: OrgUnitId,
    /// The county branch of the venue when the visit was made.
    pub county: OrgUnitId,
    /// The checklist version.
    pub checklist: ChecklistVersionId,
    /// The topic (专项) of that checklist.
    pub topic: String,
    /// How it presents itself.
    #[serde(default)]
    pub mode: VisitMode,
    /// Where it stands.
    pub state: VisitState,
    /// Counts the ops of people applied to it; an op names the one its actor saw.
    pub revision: u32,
    /// Counts what was handed in: 0 while under way, 1 after the first.
    pub submission: u32,
    /// Arrival as the phone reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived: Option<Presence>,
    /// Leaving as the phone reported it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Presence>,
    /// When it was first handed in, by the server's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Moment>,
    /// The score of the document handed in last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<ScoreSummary>,
    /// How many pieces of evidence with bytes the document names.
    pub evidence_expected: u32,
    /// How many of them have arrived and were verified.
    pub evidence_verified: u32,
    /// What HQ gave back last, while it is not mended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<ReturnedItem>,
    /// What HQ decided last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
}

impl Visit {
    /// Whether every piece of evidence that the document names has arrived.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.evidence_verified >= self.evidence_expected
    }

    /// Whether it is at HQ while its score still waits for what is answered later.
    #[must_use]
    pub fn awaits_answers(&self) -> bool {
        matches!(self.state, VisitState::Received | VisitState::Accepted)
            && self.score.is_some_and(|score| score.provisional)
    }
}

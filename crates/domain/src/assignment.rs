//! Tasks: who visits what is known to `identity` only; here is the rest.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AliasId, AssignmentId, ChecklistVersionId, OrgUnitId, VenueId},
    text::Text,
    time::Moment,
};

/// How a visit presents itself. It cannot change once the visit began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitMode {
    /// 暗访: unannounced.
    #[default]
    Covert,
    /// 明查: announced.
    Open,
    /// 流程穿越.
    WalkThrough,
    /// 回头看.
    Recheck,
}

/// When a visit may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Not before.
    pub from: Moment,
    /// Not after; a deadline runs to the end of its day.
    pub until: Moment,
}

/// The role that the visitor plays, with questions and their right answers.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scenario {
    /// Who the visitor is and what brings them.
    pub persona: Text,
    /// What to ask.
    pub questions: Vec<KeyedQuestion>,
}

/// A question whose right answer is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyedQuestion {
    /// What to ask.
    pub question: Text,
    /// What would be right. The phone hides it until the visitor has left.
    pub answer: Text,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentState {
    /// Given to a supervisor.
    Released,
    /// The supervisor will do it.
    Accepted,
    /// Stepped aside: a tie to the venue.
    Recused,
    /// Stepped aside: another reason.
    Declined,
    /// The supervisor has arrived.
    InProgress,
    /// The visit was handed in.
    Submitted,
    /// Called back by HQ.
    Recalled,
}

impl AssignmentState {
    /// Whether a visit handed in for it still counts.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Released | Self::Accepted | Self::InProgress | Self::Submitted)
    }
}

/// A task. It has no field for the visitor, on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Its id.
    pub id: AssignmentId,
    /// Which venue.
    pub venue: VenueId,
    /// The unit that answers for the venue.
    pub unit: OrgUnitId,
    /// The county branch of the venue when the task was made.
    pub county: OrgUnitId,
    /// The venue is in the country: other limits apply.
    #[serde(default)]
    pub rural: bool,
    /// Which checklist version; a draft stays on it for ever.
    pub checklist: ChecklistVersionId,
    /// The topic (专项) of that checklist.
    pub topic: String,
    /// How the visit presents itself.
    #[serde(default)]
    pub mode: VisitMode,
    /// When.
    pub window: Window,
    /// The role to play, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<Scenario>,
    /// The published commitments, to be compared with the wall.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commitments: Vec<Text>,
    /// Where it stands.
    pub state: AssignmentState,
    /// Counts the ops applied to it; an op names the one its actor saw.
    pub revision: u32,
}

impl Assignment {
    /// The alias under which its visit is known.
    #[must_use]
    pub fn alias(&self) -> AliasId {
        AliasId::of(self.id)
    }
}

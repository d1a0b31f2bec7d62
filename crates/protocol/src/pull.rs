//! `GET /api/v1/sync/pull?cursor=…`: what changed for one person.

use domain::sorted::Map;

use domain::{
    assignment::{Assignment, AssignmentState},
    checklist::ChecklistVersion,
    evidence::Sha256,
    ids::{AssignmentId, ChecklistVersionId},
    org::Venue,
    time::Moment,
    visit::{ReturnedItem, ScoreSummary, VisitDocument, VisitState},
};
use serde::{Deserialize, Serialize};

/// What changed since the cursor. `204 No Content` says: nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulled {
    /// The epoch. Another one than the phone's: drop the cursor, start a new journal, offer everything again.
    pub epoch: u32,
    /// Where to go on; opaque.
    pub cursor: String,
    /// Whether more waits behind the cursor.
    pub more: bool,
    /// The server's clock.
    pub server_time: Moment,
    /// What changed, each subject once, whole.
    pub changes: Vec<Change>,
    /// Checklist versions that the changes name and the phone may not have yet.
    pub checklists: Map<ChecklistVersionId, ChecklistVersion>,
    /// The account may not act any more: pull stays empty; wipe after the last receipt.
    #[serde(default)]
    pub deactivated: bool,
}

/// A subject that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A task with all that the phone needs for it: it replaces what the phone has of it.
    Task(Box<Task>),
    /// The task is closed. Unsent work stays on the phone.
    Withdraw {
        /// Which task.
        assignment: AssignmentId,
        /// Why, as far as the state tells.
        state: AssignmentState,
        /// Why, in HQ's words; empty where HQ did not call it back.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
}

/// A task as the phone holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The task.
    pub assignment: Assignment,
    /// Its venue.
    pub venue: Venue,
    /// Its visit, as soon as there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<TaskVisit>,
}

/// The server's side of a visit, for its own visitor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskVisit {
    /// Where it stands.
    pub state: VisitState,
    /// The base of the next op.
    pub revision: u32,
    /// How often it was handed in.
    pub submission: u32,
    /// Another journal of the same person writes it: read only here, may be taken over.
    pub elsewhere: bool,
    /// What is to be mended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<ReturnedItem>,
    /// Its score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<ScoreSummary>,
    /// Which bytes have arrived.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verified: Vec<Sha256>,
    /// What was handed in last, for a phone that does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<VisitDocument>,
    /// When HQ decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Moment>,
}

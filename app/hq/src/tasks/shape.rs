//! What the list of tasks and the form of new ones consist of.

use domain::{
    assignment::{AssignmentState, VisitMode, Window},
    ids::{AssignmentId, ChecklistVersionId, HandleId, OrgUnitId, VenueId},
    org::VenueKind,
    text::Text,
};
use serde::{Deserialize, Serialize};

use crate::parts::Slice;

/// A stretch of the tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskList {
    /// The tasks, those that end last first. Nothing says who holds them.
    pub slice: Slice<TaskRow>,
}

/// One task of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskRow {
    /// Its id.
    pub id: AssignmentId,
    /// The name of the venue.
    pub venue_name: Text,
    /// What the venue is.
    pub venue_kind: VenueKind,
    /// The name of the county branch.
    pub county_name: Text,
    /// Its topic.
    pub topic: String,
    /// How the visit presents itself.
    pub mode: VisitMode,
    /// When.
    pub window: Window,
    /// Where it stands.
    pub state: AssignmentState,
    /// Why nobody makes it any more, in the words of who stepped aside or called it back.
    pub reason: Option<String>,
}

/// Which tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskFilter {
    /// In this state only.
    pub state: Option<AssignmentState>,
    /// Rows older than this place.
    pub older: Option<String>,
    /// Rows newer than this place.
    pub newer: Option<String>,
}

/// What new tasks are made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ground {
    /// The checklist versions by which this kind can be visited, each with how many questions are to be asked at least.
    pub checklists: Vec<(ChecklistVersionId, Text, u32)>,
    /// The venues of the kind and county that the address names.
    pub venues: Vec<VenueChoice>,
    /// The county branches.
    pub counties: Vec<(OrgUnitId, Text)>,
    /// The pool without its names, for who chooses instead of drawing.
    pub handles: Vec<HandleChoice>,
}

/// A venue that can be visited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VenueChoice {
    /// Which.
    pub id: VenueId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: Text,
    /// What it is.
    pub kind: VenueKind,
}

/// A supervisor as this dialogue sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandleChoice {
    /// Good for this dialogue only.
    pub id: HandleId,
    /// One bit a weekday, Monday first.
    pub free_days: u8,
    /// They are free on one of the days that were asked for, and no tie that was said keeps them from the venues. What
    /// their visits have left behind is not in it: asked venue by venue, that would tell who was where.
    pub suits: bool,
}

/// The form of new tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTasks {
    /// Which checklist version.
    pub checklist: ChecklistVersionId,
    /// The venues: one task each.
    #[serde(default)]
    pub venues: Vec<VenueId>,
    /// How the visits present themselves.
    pub mode: VisitMode,
    /// The first day, `2026-11-24`.
    pub from: String,
    /// The last day.
    pub until: String,
    /// Who was chosen by handle; empty: drawn.
    #[serde(default)]
    pub handle: String,
    /// Who to play.
    #[serde(default)]
    pub persona: String,
    /// What to ask, with what would be right.
    #[serde(default)]
    pub questions: Vec<Asked>,
    /// Published commitments, one a line.
    #[serde(default)]
    pub commitments: String,
}

/// A question with its right answer, which the phone hides until its supervisor has left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What to ask; empty asks nothing.
    #[serde(default)]
    pub question: String,
    /// What would be right.
    #[serde(default)]
    pub answer: String,
}

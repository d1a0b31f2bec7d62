//! What the page of a visit shows, and the form by which it is given back.

use std::collections::BTreeSet;

use domain::{
    assignment::Scenario,
    checklist::ChecklistVersion,
    evidence::Sha256,
    finding::{FindingState, Severity},
    ids::FindingId,
    org::Venue,
    text::Text,
    time::Moment,
    visit::{Visit, VisitDocument},
};
use serde::{Deserialize, Serialize};

/// A visit with everything that a reviewer judges. Nothing in it names the visitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VisitSheet {
    /// The visit.
    pub visit: Visit,
    /// Its task was called back while it was under way.
    pub called_back: bool,
    /// Its venue.
    pub venue: Venue,
    /// The name of the county branch.
    pub county_name: Text,
    /// What was asked.
    pub checklist: ChecklistVersion,
    /// The role that was to be played.
    pub scenario: Option<Scenario>,
    /// The published commitments of the task.
    pub commitments: Vec<Text>,
    /// What was handed in, first to last.
    pub submissions: Vec<HandedIn>,
    /// The bytes that are here.
    pub verified: BTreeSet<Sha256>,
    /// What the visit found.
    pub findings: Vec<FoundFinding>,
    /// Who of HQ decided last.
    pub decided_by: Option<String>,
    /// Who of HQ has it open at this moment, too.
    pub others: Vec<String>,
}

/// One handing-in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandedIn {
    /// 1, 2, 3 …
    pub number: u32,
    /// When it arrived.
    pub received_at: Moment,
    /// What it said.
    pub document: VisitDocument,
}

/// A finding of the visit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundFinding {
    /// Which.
    pub id: FindingId,
    /// The code of its item.
    pub item_code: String,
    /// What it is about.
    pub title: Text,
    /// How bad it is.
    pub severity: Severity,
    /// Where it stands.
    pub state: FindingState,
    /// The base of the next op.
    pub revision: u32,
}

/// One row of the form by which a visit is given back: a reason that is empty gives nothing back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenBack {
    /// Which item; empty for the visit as a whole.
    #[serde(default)]
    pub item: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Who else looks at a visit, and whether it is still what one sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// Who of HQ has it open at this moment, too.
    pub others: Vec<String>,
    /// The visit's revision now.
    pub revision: u32,
    /// Pieces of its evidence that are here now.
    pub evidence_verified: u32,
}

//! A task with what this phone has of it, and what ops and answers mean for it.

use domain::sorted::Map;
use std::{borrow::BorrowMut, sync::Arc};

use domain::{
    assignment::AssignmentState,
    checklist::ChecklistVersion,
    evidence::Sha256,
    ids::AssignmentId,
    op::{Payload, Verdict, payload::AssignmentDecline},
    time::Moment,
    visit::{ARRIVAL_UNDO_MS, Draft, DraftState, Presence},
};
use mutants::{Mutant, planted};
use protocol::pull::{self, Pulled, Task};
use serde::{Deserialize, Serialize};

use crate::{
    Change, Engine, Freed, absorb,
    record::{put, read},
};

/// A task as a phone has it.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskAtHand {
    /// What the server sent.
    pub task: Task,
    /// Its checklist version; `None` where this build cannot show it (需要更新).
    pub checklist: Option<Arc<ChecklistVersion>>,
    /// The draft on this phone.
    pub draft: Option<Draft>,
    /// Closed by the server: called back, or given to somebody else.
    pub closed: Option<AssignmentState>,
    /// Why HQ called it back; empty where nobody said.
    pub closed_why: String,
    /// The receipt of the last handing in.
    pub receipt: Option<HandedIn>,
}

/// What shows that the server has what was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedIn {
    /// Of the body, as the server signed it.
    pub digest: Sha256,
    /// When, by the server's clock.
    pub at: Moment,
}

/// A task as it lies on the disk.
#[derive(Serialize, Deserialize)]
struct StoredTask {
    task: Task,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closed: Option<AssignmentState>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    closed_why: String,
}

const TASKS: &str = "task/";
const LISTS: &str = "list/";
const DRAFTS: &str = "draft/";
const RECEIPTS: &str = "receipt/";

impl TaskAtHand {
    /// A task that has just come.
    #[must_use]
    pub const fn new(task: Task) -> Self {
        Self { task, checklist: None, draft: None, closed: None, closed_why: String::new(), receipt: None }
    }

    /// The key prefixes of every record that [`TaskAtHand::load`] wants to see.
    #[must_use]
    pub const fn prefixes() -> [&'static str; 4] {
        [TASKS, LISTS, DRAFTS, RECEIPTS]
    }

    /// The key prefixes of what tasks share, which is small.
    #[must_use]
    pub const fn shared_prefixes() -> [&'static str; 1] {
        [LISTS]
    }

    /// The keys of what a task may have of its own.
    #[must_use]
    pub fn own_keys(id: &str) -> [String; 3] {
        [TASKS, DRAFTS, RECEIPTS].map(|family| [family, id].concat())
    }

    /// The tasks of what lies on the disk. A record that cannot be read stays there and is passed over.
    pub fn load<'a>(records: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Map<AssignmentId, Self> {
        let mut lists: Vec<Arc<ChecklistVersion>> = Vec::new();
        let mut drafts: Vec<Draft> = Vec::new();
        let mut receipts: Vec<(AssignmentId, HandedIn)> = Vec::new();
        let mut tasks: Vec<StoredTask> = Vec::new();
        for (key, value) in records {
            if key.starts_with(TASKS) {
                tasks.extend(read::<StoredTask>(value));
            } else if key.starts_with(LISTS) {
                lists.extend(read(value).map(Arc::new));
            } else if key.starts_with(DRAFTS) {
                drafts.extend(read::<Draft>(value));
            } else if let Some(id) = key.strip_prefix(RECEIPTS).and_then(|id| id.parse().ok()) {
                receipts.extend(read::<HandedIn>(value).map(|receipt| (id, receipt)));
            }
        }
        let mut loaded = Map::new();
        for StoredTask { task, closed, closed_why } in tasks {
            let checklist = lists.iter().find(|list| list.id == task.assignment.checklist).cloned();
            loaded.insert(task.assignment.id, Self { checklist, closed, closed_why, ..Self::new(task) });
        }
        for draft in drafts {
            if let Some(task) = loaded.get_mut(&draft.assignment) {
                task.draft = Some(draft);
            }
        }
        for (id, receipt) in receipts {
            if let Some(task) = loaded.get_mut(&id) {
                task.receipt = Some(receipt);
            }
        }
        loaded
    }

    /// The draft, or an untouched one.
    #[must_use]
    pub fn draft_or_new(&self) -> Draft {
        let task = &self.task.assignment;
        self.draft.clone().unwrap_or_else(|| Draft::new(task.id, task.venue, task.checklist, task.window))
    }

    /// The arrival that can no longer be undone and is not cut yet.
    #[must_use]
    pub fn arrival_due(&self, now: Moment) -> Option<(AssignmentId, Presence)> {
        let draft = self.draft.as_ref().filter(|draft| !draft.arrival_cut)?;
        let arrived = draft.arrived.clone()?;
        (now.since(arrived.at) > ARRIVAL_UNDO_MS).then_some((draft.assignment, arrived))
    }

    /// A tap that came twice, or after what it asks for has happened.
    #[must_use]
    pub fn is_done(&self, payload: &Payload) -> bool {
        match payload {
            Payload::AssignmentAccept(_) => self.task.assignment.state != AssignmentState::Released,
            Payload::VisitArrive(_) => self.draft.as_ref().is_none_or(|draft| draft.arrival_cut),
            _ => false,
        }
    }

    /// The revision that an op builds on.
    #[must_use]
    pub fn base(&self, payload: &Payload) -> u32 {
        match payload {
            Payload::AssignmentAccept(_) | Payload::AssignmentDecline(_) => self.task.assignment.revision,
            Payload::VisitTakeOver(_) => self.task.visit.as_ref().map_or(0, |visit| visit.revision),
            _ => self.draft.as_ref().map_or(0, |draft| draft.base),
        }
    }

    /// What the phone believes once an op is cut; the server's word replaces it.
    pub fn cut(&mut self, payload: &Payload) {
        match payload {
            Payload::AssignmentAccept(_) => self.task.assignment.state = AssignmentState::Accepted,
            Payload::AssignmentDecline(AssignmentDecline { tie, .. }) => {
                self.task.assignment.state = if *tie { AssignmentState::Recused } else { AssignmentState::Declined };
            }
            Payload::VisitArrive(_) => {
                if let Some(draft) = &mut self.draft {
                    draft.arrival_cut = true;
                    draft.base += 1;
                }
            }
            Payload::VisitLeave(_) => {
                if let Some(draft) = &mut self.draft {
                    draft.base += 1;
                }
            }
            _ => {}
        }
    }

    /// What an answered op means for its task. Doing it twice is doing it once.
    pub fn settle(&mut self, freed: &Freed, engine: &Engine) {
        let hands_in = freed.kind.starts_with("visit.submit@");
        match &freed.verdict {
            Verdict::Applied | Verdict::Held { .. } if hands_in => {
                self.receipt = Some(HandedIn { digest: freed.digest, at: freed.at });
            }
            // It can never be meant as it is: open again, so that it can be mended.
            Verdict::Refused { .. } if hands_in => {
                if let Some(draft) = self.draft.as_mut().filter(|draft| draft.state == DraftState::Submitted) {
                    draft.state = DraftState::Debrief;
                    draft.submission = draft.submission.saturating_sub(1);
                    draft.base = draft.base.saturating_sub(1);
                    // What HQ gave back is not mended by that.
                    if let Some(visit) = &self.task.visit {
                        draft.returned.clone_from(&visit.returned);
                    }
                }
            }
            _ => {}
        }
        if let (Verdict::Applied, Some(visit), Some(draft)) = (&freed.verdict, &mut self.task.visit, &self.draft)
            && freed.kind.starts_with("visit.")
            && !engine.waits_for(freed.task)
        {
            visit.revision = visit.revision.max(draft.base);
        }
    }

    /// The records of everything that an answer may have changed.
    pub(crate) fn records(&self) -> impl Iterator<Item = Change> {
        let id = self.task.assignment.id;
        let stored = StoredTask { task: self.task.clone(), closed: self.closed, closed_why: self.closed_why.clone() };
        let draft = self.draft.as_ref().map(put_draft);
        let receipt = self.receipt.as_ref().map(|receipt| put([RECEIPTS, &id.to_string()].concat(), receipt));
        [Some(put([TASKS, &id.to_string()].concat(), &stored)), draft, receipt].into_iter().flatten()
    }
}

impl TaskAtHand {
    /// Every record of it, for a store that has lost them.
    pub fn records_with_list(&self) -> impl Iterator<Item = Change> {
        self.records().chain(self.checklist.as_deref().map(put_list))
    }

    /// Which draft this record is, by its key.
    #[must_use]
    pub fn draft_of_key(key: &str) -> Option<&str> {
        key.strip_prefix(DRAFTS)
    }
}

/// Keeps a draft.
#[must_use]
pub fn put_draft(draft: &Draft) -> Change {
    put([DRAFTS, &draft.assignment.to_string()].concat(), draft)
}

/// Keeps a checklist version.
pub(crate) fn put_list(list: &ChecklistVersion) -> Change {
    put([LISTS, &list.id.to_string()].concat(), list)
}

/// The tasks about which a pull says something.
pub(crate) fn named(pulled: &Pulled) -> impl Iterator<Item = AssignmentId> {
    pulled.changes.iter().map(|change| match change {
        pull::Change::Task(task) => task.assignment.id,
        pull::Change::Withdraw { assignment, .. } => *assignment,
    })
}

/// Each subject replaces what the phone has of it; drafts are only opened, never overwritten.
/// Doing it twice is doing it once.
pub fn merge<T: BorrowMut<TaskAtHand> + From<TaskAtHand>>(
    rows: &mut Map<AssignmentId, T>,
    pulled: &Pulled,
    engine: &Engine,
    now: Moment,
) {
    for change in &pulled.changes {
        match change {
            pull::Change::Withdraw { assignment, state, reason } => {
                if let Some(row) = rows.get_mut(assignment).map(BorrowMut::borrow_mut) {
                    row.closed = Some(*state);
                    row.closed_why.clone_from(reason);
                    if planted(Mutant::WithdrawDeletesDraft) {
                        row.draft = None;
                    }
                }
            }
            pull::Change::Task(task) => merge_task(rows, task, pulled, engine, now),
        }
    }
    // It lies on the disk from now on: a task that came without it has it too, and not only once the app is opened anew.
    for row in rows.values_mut() {
        let list = row.borrow().task.assignment.checklist;
        if row.borrow().checklist.is_none()
            && let Some(list) = pulled.checklists.get(&list)
        {
            row.borrow_mut().checklist = Some(Arc::new(list.clone()));
        }
    }
}

fn merge_task<T: BorrowMut<TaskAtHand> + From<TaskAtHand>>(
    rows: &mut Map<AssignmentId, T>,
    task: &Task,
    pulled: &Pulled,
    engine: &Engine,
    now: Moment,
) {
    let (id, list) = (task.assignment.id, task.assignment.checklist);
    let waiting = engine.waits_for(id);
    let known = pulled.checklists.get(&list).map(|list| Arc::new(list.clone()));
    let known =
        known.or_else(|| rows.values().find_map(|row| row.borrow().checklist.clone().filter(|have| have.id == list)));
    let mut task = task.clone();
    let row = rows.entry(id).or_insert_with(|| T::from(TaskAtHand::new(task.clone()))).borrow_mut();
    if waiting {
        // An answer that is still on its way is the newer word.
        task.assignment.state = row.task.assignment.state;
    }
    row.checklist = known;
    row.closed = None;
    row.closed_why.clear();
    row.task = task;
    if let Some(draft) = absorb(row.draft.as_ref(), &row.task, row.checklist.as_deref(), waiting, now) {
        row.draft = Some(draft);
    }
}

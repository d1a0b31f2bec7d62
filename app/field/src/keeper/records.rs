//! What lies on the disk beside the engine's own records.

use std::{collections::BTreeMap, sync::Arc};

use device::{
    Failure,
    vault::{Change, Vault},
};
use domain::{
    assignment::AssignmentState,
    checklist::ChecklistVersion,
    ids::{AssignmentId, ChecklistVersionId},
    time::Moment,
    visit::Draft,
};
use protocol::pull::Task;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sync::Engine;

use crate::{
    me::Me,
    phone::Intent,
    row::{Receipt, Row},
};

const ME: &str = "me";
const TASKS: &str = "task/";
const LISTS: &str = "list/";
const DRAFTS: &str = "draft/";
const RECEIPTS: &str = "receipt/";
const NOTES: &str = "note/";

/// A task as it came from the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct StoredTask {
    pub(super) task: Task,
    /// Closed by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) closed: Option<AssignmentState>,
}

/// Everything that the screens begin with.
#[derive(Default)]
pub(super) struct Stored {
    pub(super) me: Option<Me>,
    pub(super) engine: Option<Engine>,
    pub(super) rows: BTreeMap<AssignmentId, Row>,
    pub(super) watches: BTreeMap<String, Moment>,
    pub(super) intent: Option<Intent>,
}

/// Reads everything. A record that cannot be read stays where it is and is not shown.
pub(super) async fn read(vault: &Vault) -> Result<Stored, Failure> {
    let mut prefixes = vec![ME, TASKS, LISTS, DRAFTS, RECEIPTS, NOTES];
    prefixes.extend(Engine::prefixes());
    let found = vault.scan(&prefixes).await?;
    let mut stored = Stored {
        engine: Engine::load(found.iter().map(|(key, value)| (key.as_str(), value.as_slice()))),
        ..Stored::default()
    };
    let mut lists: BTreeMap<ChecklistVersionId, Arc<ChecklistVersion>> = BTreeMap::new();
    let mut drafts: BTreeMap<AssignmentId, Draft> = BTreeMap::new();
    let mut receipts: BTreeMap<String, Receipt> = BTreeMap::new();
    let mut tasks: Vec<StoredTask> = Vec::new();
    for (key, value) in &found {
        if key == ME {
            stored.me = of(value);
        } else if key.starts_with(TASKS) {
            tasks.extend(of::<StoredTask>(value));
        } else if key.starts_with(LISTS) {
            lists.extend(of::<ChecklistVersion>(value).map(|list| (list.id, Arc::new(list))));
        } else if key.starts_with(DRAFTS) {
            drafts.extend(of::<Draft>(value).map(|draft| (draft.assignment, draft)));
        } else if let Some(id) = key.strip_prefix(RECEIPTS) {
            receipts.extend(of::<Receipt>(value).map(|receipt| (id.to_owned(), receipt)));
        } else if key == &note_key("watches") {
            stored.watches = of(value).unwrap_or_default();
        } else if key == &note_key("intent") {
            stored.intent = of::<Option<Intent>>(value).flatten();
        }
    }
    for StoredTask { task, closed } in tasks {
        let id = task.assignment.id;
        let row = Row {
            checklist: lists.get(&task.assignment.checklist).cloned(),
            draft: drafts.remove(&id),
            closed,
            unsent: 0,
            files: BTreeMap::new(),
            trouble: None,
            receipt: receipts.remove(&id.to_string()),
            task,
        };
        stored.rows.insert(id, row);
    }
    Ok(stored)
}

pub(super) fn put_me(me: &Me) -> Change {
    put(ME.to_owned(), me)
}

pub(super) fn put_task(row: &Row) -> Change {
    let stored = StoredTask { task: row.task.clone(), closed: row.closed };
    put(key(TASKS, &row.task.assignment.id.to_string()), &stored)
}

pub(super) fn put_list(list: &ChecklistVersion) -> Change {
    put(key(LISTS, &list.id.to_string()), list)
}

pub(super) fn put_draft(draft: &Draft) -> Change {
    put(key(DRAFTS, &draft.assignment.to_string()), draft)
}

pub(super) fn put_receipt(task: AssignmentId, receipt: &Receipt) -> Change {
    put(key(RECEIPTS, &task.to_string()), receipt)
}

pub(super) fn put_note(name: &str, value: &impl Serialize) -> Change {
    put(note_key(name), value)
}

/// The engine's changes as the vault's.
pub(super) fn of_engine(changes: Vec<sync::Change>) -> Vec<Change> {
    changes
        .into_iter()
        .map(|change| match change {
            sync::Change::Put(key, value) => Change::Put(key, value),
            sync::Change::Delete(key) => Change::Delete(key),
        })
        .collect()
}

fn note_key(name: &str) -> String {
    key(NOTES, name)
}

fn key(prefix: &str, id: &str) -> String {
    [prefix, id].concat()
}

fn put(key: String, value: &impl Serialize) -> Change {
    // Plain data always has JSON.
    Change::Put(key, serde_json::to_vec(value).unwrap_or_default())
}

fn of<T: DeserializeOwned>(value: &[u8]) -> Option<T> {
    serde_json::from_slice(value).ok()
}

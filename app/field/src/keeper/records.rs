//! What lies on the disk: the records of `sync`, and who signed in, and small notes.

use domain::sorted::Map;

use device::{
    Failure,
    vault::{Change, Found, Vault},
};
use domain::{ids::AssignmentId, time::Moment};
use serde::{Serialize, de::DeserializeOwned};
use sync::{Engine, TaskAtHand};

use crate::{me::Me, phone::Intent, row::Row};

const ME: &str = "me";
const NOTES: &str = "note/";

/// Everything that the screens begin with.
#[derive(Default)]
pub(super) struct Stored {
    pub(super) me: Option<Me>,
    pub(super) engine: Option<Engine>,
    pub(super) rows: Map<AssignmentId, Row>,
    pub(super) watches: Map<String, Moment>,
    pub(super) intent: Option<Intent>,
    /// The store was mended: a new journal is due.
    pub(super) recovered: bool,
    /// The keys of records that were changed or torn.
    pub(super) unreadable: Vec<String>,
}

/// Reads everything. A record that cannot be read stays where it is and is not shown.
pub(super) async fn read(vault: &Vault) -> Result<Stored, Failure> {
    read_of(vault, &TaskAtHand::prefixes(), Vec::new()).await
}

/// Reads of the tasks only these, and all else.
pub(super) async fn read_tasks(vault: &Vault, ids: &[String]) -> Result<Stored, Failure> {
    let keys = ids.iter().flat_map(|id| TaskAtHand::own_keys(id)).collect();
    read_of(vault, &TaskAtHand::shared_prefixes(), keys).await
}

async fn read_of(vault: &Vault, tasks: &[&str], keys: Vec<String>) -> Result<Stored, Failure> {
    let mut prefixes = vec![ME, NOTES];
    prefixes.extend(tasks);
    prefixes.extend(Engine::prefixes());
    let Found { rows: found, unreadable } = vault.read(&prefixes, keys).await?;
    let records = || found.iter().map(|(key, value)| (key.as_str(), value.as_slice()));
    let tasks = TaskAtHand::load(records());
    let mut stored = Stored {
        engine: Engine::load(records()),
        rows: tasks.into_iter().map(|(id, task)| (id, Row::from(task))).collect(),
        unreadable,
        ..Stored::default()
    };
    for (key, value) in &found {
        if key == ME {
            stored.me = of(value);
        } else if key == &note_key("watches") {
            stored.watches = of(value).unwrap_or_default();
        } else if key == &note_key("intent") {
            stored.intent = of::<Option<Intent>>(value).flatten();
        } else if key == &note_key("recovered") {
            stored.recovered = of(value).unwrap_or_default();
        }
    }
    Ok(stored)
}

pub(super) fn put_me(me: &Me) -> Change {
    put(ME.to_owned(), me)
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
    Change::Put(key, json::to_string(value).into_bytes())
}

fn of<T: DeserializeOwned>(value: &[u8]) -> Option<T> {
    json::from_slice(value).ok()
}

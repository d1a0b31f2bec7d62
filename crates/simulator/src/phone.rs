//! A phone: its disk, what is in memory while the app is open, and who holds it in the hand.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    evidence::Sha256,
    ids::{AssignmentId, ItemId, JournalId},
    time::Moment,
};
use serde::{Deserialize, Serialize};
use sync::{Change, Engine, Pass, Step, TaskAtHand};

/// Who signed in on a phone, as it lies on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Me {
    /// The number of the supervisor.
    pub(crate) who: usize,
    pub(crate) journal: JournalId,
    pub(crate) key: u64,
}

/// The key of [`Me`].
const ME: &str = "me";

/// A phone.
#[derive(Clone, Debug)]
pub(crate) struct Phone {
    pub(crate) name: String,
    /// Whose it is.
    pub(crate) who: usize,
    /// How much its clock is ahead, ms.
    pub(crate) ahead: i64,
    disk: BTreeMap<String, Vec<u8>>,
    pub(crate) files: BTreeMap<Sha256, Arc<Vec<u8>>>,
    /// The cookie: the browser's, written late and lost early.
    pub(crate) cookie: Option<u64>,
    /// `None`: the app is closed, or was killed.
    pub(crate) open: Option<Open>,
    /// It was lost with all that was on it.
    pub(crate) gone: bool,
    /// The answers that the person saw as saved, by task, since the draft was last handed in.
    pub(crate) saved: BTreeMap<AssignmentId, BTreeMap<ItemId, String>>,
}

/// What is in memory while the app is open.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) me: Me,
    pub(crate) engine: Engine,
    pub(crate) rows: BTreeMap<AssignmentId, TaskAtHand>,
    pub(crate) run: Option<Run>,
    /// The person signs out when the pass has ended well.
    pub(crate) leaving: bool,
    /// The last pass ended for want of a session: the screen asks to sign in.
    pub(crate) asks: bool,
}

/// A pass under way.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) pass: Pass,
    pub(crate) me: Me,
    /// The request that is waited for.
    pub(crate) asked: Option<(u64, Step)>,
}

/// What happened to a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// It is on the disk.
    Yes,
    /// The disk refused: nothing of it is there.
    Refused,
    /// The app died before it.
    DiedBefore,
    /// The app died after it, before memory knew.
    DiedAfter,
}

impl Phone {
    pub(crate) fn new(n: usize, who: usize) -> Self {
        Self {
            name: format!("phone-{n}"),
            who,
            ahead: 0,
            disk: BTreeMap::new(),
            files: BTreeMap::new(),
            cookie: None,
            open: None,
            gone: false,
            saved: BTreeMap::new(),
        }
    }

    /// What its clock says.
    pub(crate) fn clock(&self, now: Moment) -> Moment {
        now.plus(self.ahead)
    }

    /// One transaction: all of it, or nothing.
    pub(crate) fn commit(&mut self, changes: Vec<Change>, written: Written) {
        if matches!(written, Written::Yes | Written::DiedAfter) {
            for change in changes {
                match change {
                    Change::Put(key, value) => drop(self.disk.insert(key, value)),
                    Change::Delete(key) => drop(self.disk.remove(&key)),
                }
            }
        }
        if matches!(written, Written::DiedBefore | Written::DiedAfter) {
            self.open = None;
        }
    }

    /// Opens the app over what lies on the disk; `false`: nobody has signed in.
    pub(crate) fn load(&mut self) -> bool {
        self.open =
            self.stored().map(|(me, engine, rows)| Open { me, engine, rows, run: None, leaving: false, asks: false });
        self.open.is_some()
    }

    fn stored(&self) -> Option<(Me, Engine, BTreeMap<AssignmentId, TaskAtHand>)> {
        let records = || self.disk.iter().map(|(key, value)| (key.as_str(), value.as_slice()));
        let me = serde_json::from_slice(self.disk.get(ME)?).ok()?;
        Some((me, Engine::load(records())?, TaskAtHand::load(records())))
    }

    /// What memory believes to be saved and is not on the disk.
    pub(crate) fn unsaved(&self) -> Option<String> {
        let open = self.open.as_ref()?;
        let Some((me, engine, rows)) = self.stored() else { return Some("everything".to_owned()) };
        let outbox = |engine: &Engine| {
            let ops: Vec<_> = engine.waiting().chain(engine.refused()).cloned().collect();
            (engine.journal(), engine.epoch(), engine.cursor().map(str::to_owned), ops)
        };
        if me != open.me || outbox(&engine) != outbox(&open.engine) || !engine.files().eq(open.engine.files()) {
            return Some("the outbox".to_owned());
        }
        let lost = open.rows.iter().find(|(id, row)| rows.get(id) != Some(row));
        lost.map(|(id, _)| format!("task {id}"))
    }

    /// Whether somebody has signed in here.
    pub(crate) fn is_in_use(&self) -> bool {
        self.disk.contains_key(ME)
    }

    /// Empties the phone.
    pub(crate) fn wipe(&mut self) {
        self.disk.clear();
        self.files.clear();
        self.open = None;
        self.saved.clear();
    }
}

/// Who signed in, for the disk.
pub(crate) fn put_me(me: &Me) -> Change {
    Change::Put(ME.to_owned(), serde_json::to_vec(me).unwrap_or_default())
}

//! One phone: who is signed in, what lies on its disk, and what it does next.

mod pull;
mod push;
mod sign_in;
mod turn;
mod upload;
mod visit;

pub use push::Pushing;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::Arc,
};

use bytes::Bytes;
use domain::{
    checklist::ChecklistVersion,
    evidence::Sha256,
    ids::{AccountId, AssignmentId, ChecklistVersionId},
    time::Moment,
};
use protocol::{HAND_IN_HEADER, PROTOCOL_HEADER, pull::Task};
use serde::de::DeserializeOwned;
use sync::{Change, Engine, Outcome};

use crate::{Answer, Ask, Dice, Event, Lost, Wire, Witness};

/// What a phone is handed: the network, a clock, and whoever writes down what it saw.
#[derive(Clone)]
pub struct Surroundings {
    /// The network.
    pub wire: Arc<Wire>,
    /// What time it is.
    pub clock: Arc<dyn Fn() -> Moment + Send + Sync>,
    /// Who writes it down.
    pub witness: Arc<dyn Witness>,
}

impl fmt::Debug for Surroundings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Surroundings")
    }
}

/// Why a phone could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Miss {
    /// No answer came.
    #[error(transparent)]
    Lost(#[from] Lost),
    /// The server said something else than what was asked for.
    #[error("{what}: {status}: {body}")]
    Status {
        /// What was asked.
        what: &'static str,
        /// The status.
        status: u16,
        /// The beginning of the answer.
        body: String,
    },
    /// The answer cannot be read.
    #[error("{what}: {error}")]
    Form {
        /// What was asked.
        what: &'static str,
        /// Why not.
        error: String,
    },
    /// Nobody is signed in, there is no such task, or its checklist is not here.
    #[error("the phone has no {0}")]
    Missing(&'static str),
}

impl Miss {
    /// What it means for whoever sends, as the browser's phone sees it.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Lost(_) => Outcome::of(None),
            Self::Status { status, .. } => Outcome::of(Some(*status)),
            Self::Form { .. } | Self::Missing(_) => Outcome::Wrong,
        }
    }
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Pass {
    /// The account.
    pub account: AccountId,
    /// `Bearer …`.
    pub bearer: String,
    /// The journal's hand-in key.
    pub hand_in_key: String,
}

/// One phone.
#[derive(Debug)]
pub struct Phone {
    number: u64,
    around: Surroundings,
    dice: Dice,
    pass: Option<Pass>,
    /// Requests go with the hand-in key, for the session has ended.
    by_key: bool,
    engine: Option<Engine>,
    disk: BTreeMap<String, Vec<u8>>,
    tasks: BTreeMap<AssignmentId, Task>,
    checklists: BTreeMap<ChecklistVersionId, Arc<ChecklistVersion>>,
    photos: HashMap<Sha256, u64>,
    /// Push bodies as they were sent, where they are kept to be sent again.
    sent: Option<Vec<Bytes>>,
}

impl Phone {
    /// Phone number `number`, whose luck is that of `dice`, new out of its box.
    #[must_use]
    pub fn new(number: u64, around: Surroundings, dice: &Dice) -> Self {
        Self {
            number,
            around,
            dice: dice.fork(number),
            pass: None,
            by_key: false,
            engine: None,
            disk: BTreeMap::new(),
            tasks: BTreeMap::new(),
            checklists: BTreeMap::new(),
            photos: HashMap::new(),
            sent: None,
        }
    }

    /// Its number.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Who is signed in.
    #[must_use]
    pub const fn pass(&self) -> Option<&Pass> {
        self.pass.as_ref()
    }

    /// Its outbox, once somebody has signed in.
    #[must_use]
    pub const fn engine(&self) -> Option<&Engine> {
        self.engine.as_ref()
    }

    /// Its tasks, as last pulled.
    #[must_use]
    pub const fn tasks(&self) -> &BTreeMap<AssignmentId, Task> {
        &self.tasks
    }

    /// Speaks over `wire` from now on: another node, or the same after a restart.
    pub fn use_wire(&mut self, wire: Arc<Wire>) {
        self.around.wire = wire;
    }

    /// Keeps what it pushes, for [`Phone::replay`].
    pub fn keep_sent(&mut self) {
        self.sent.get_or_insert_default();
    }

    /// As after a kill: everything in memory is gone, and the engine goes on from the records on its disk.
    /// `false`: nobody had signed in.
    pub fn restart(&mut self) -> bool {
        self.engine = Engine::load(self.disk.iter().map(|(key, bytes)| (key.as_str(), bytes.as_slice())));
        self.engine.is_some()
    }

    /// Whether everything that was handed in is safe on the server: ops and photos.
    #[must_use]
    pub fn is_drained(&self) -> bool {
        self.engine
            .as_ref()
            .is_none_or(|engine| engine.waiting().next().is_none() && !engine.files().any(sync::FileNote::waits))
    }

    /// One pass: text of all visits first, then photos. Whoever gets a [`Miss`] waits as they like and tries again.
    ///
    /// # Errors
    /// The first [`Miss`].
    pub async fn pass_once(&mut self) -> Result<(), Miss> {
        while self.push().await?.is_some_and(|freed| freed > 0) {}
        self.upload().await.map(drop)
    }

    fn saw(&self, event: &Event<'_>) {
        self.around.witness.saw(self.number, event);
    }

    fn now(&self) -> Moment {
        (self.around.clock)()
    }

    fn write(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Put(key, bytes) => self.disk.insert(key, bytes),
                Change::Delete(key) => self.disk.remove(&key),
            };
        }
    }

    fn pass_or_missing(&self) -> Result<&Pass, Miss> {
        self.pass.as_ref().ok_or(Miss::Missing("session"))
    }

    fn engine_mut(&mut self) -> Result<&mut Engine, Miss> {
        self.engine.as_mut().ok_or(Miss::Missing("session"))
    }

    /// Asks with the session's token, or with the hand-in key where that has ended.
    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Answer, Miss> {
        let protocol = protocol::PROTOCOL.to_string();
        let mut all = vec![(PROTOCOL_HEADER, protocol.as_str())];
        match &self.pass {
            Some(pass) if self.by_key => all.push((HAND_IN_HEADER, pass.hand_in_key.as_str())),
            Some(pass) => all.push(("authorization", pass.bearer.as_str())),
            None => {}
        }
        all.extend_from_slice(headers);
        Ok(self.around.wire.ask(&Ask { method, path, headers: &all, body }).await?)
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");

fn status(what: &'static str, answer: &Answer) -> Miss {
    let body = String::from_utf8_lossy(&answer.body).chars().take(400).collect();
    Miss::Status { what, status: answer.status, body }
}

fn read<T: DeserializeOwned>(what: &'static str, answer: &Answer) -> Result<T, Miss> {
    if answer.status != 200 {
        return Err(status(what, answer));
    }
    serde_json::from_slice(&answer.body).map_err(|error| Miss::Form { what, error: error.to_string() })
}

fn body(what: &'static str, value: &impl serde::Serialize) -> Result<Vec<u8>, Miss> {
    serde_json::to_vec(value).map_err(|error| Miss::Form { what, error: error.to_string() })
}

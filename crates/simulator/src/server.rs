//! The server's half.
//!
//! Verdicts and effects are those of `domain`: [`domain::op::decide`] and
//! [`domain::op::apply`] are called here as `store` calls them. What surrounds
//! them in `store` is bound to SQL and is *modelled* here: the order of a
//! journal, duplicates, receipts, forks ([`door`]), who holds and writes what
//! ([`people`]), inboxes and uploads ([`phones`]). A change there is a change here: see ADR 30.

mod door;
mod people;
mod phones;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use domain::{
    evidence::Sha256,
    ids::{AccountId, AssignmentId, JournalId, OpId, VisitId},
    op::{Op, States, Verdict},
    role::RoleSet,
    visit::VisitDocument,
};
use protocol::receipt::Head;
use uuid::Uuid;

pub use door::{Caller, Request, Unauthorized};
pub(crate) use door::{submitted, task_of};
pub use people::SignedIn;
pub use phones::UploadAnswer;

use crate::city;

/// The server with everything that a backup of its database holds, and its media store.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// The epoch.
    pub epoch: u32,
    /// Every row that ops change.
    pub states: States,
    /// The log, by rev from 1.
    pub log: Vec<Arc<LogRow>>,
    by_id: HashMap<Uuid, usize>,
    batches: Vec<Arc<Batch>>,
    /// What was handed in and took effect, in order.
    pub revisions: Vec<Revision>,
    /// Ops that were held.
    pub held: BTreeMap<Uuid, HeldRow>,
    /// Which op used a place up.
    pub places: BTreeMap<(JournalId, i64), Uuid>,
    /// How often a restored database was noticed.
    pub forks: u32,
    accounts: BTreeMap<AccountId, Account>,
    sessions: BTreeMap<u64, Session>,
    journals: BTreeMap<JournalId, Journal>,
    assignees: BTreeMap<AssignmentId, Assignee>,
    inbox: BTreeMap<(AccountId, AssignmentId), Notice>,
    /// Why HQ called a task back, in its words.
    recalled: BTreeMap<AssignmentId, String>,
    claims: BTreeMap<(VisitId, Sha256, JournalId), Claim>,
    spool: BTreeMap<(VisitId, Sha256), Vec<u8>>,
    /// Bytes that were hashed whole.
    pub media: BTreeMap<Sha256, Arc<Vec<u8>>>,
    /// How many tasks one answer to a pull holds.
    pub page: usize,
}

/// A row of the log.
#[derive(Clone, Debug)]
pub struct LogRow {
    /// Under which id.
    pub id: Uuid,
    /// The id that it was sent under.
    pub sent_as: Uuid,
    /// Of its body.
    pub digest: Sha256,
    /// What became of it.
    pub verdict: Verdict,
    /// The op, if it could be read.
    pub op: Option<Arc<Op>>,
    batch: i64,
}

#[derive(Clone, Debug)]
struct Batch {
    head: Head,
    first_rev: i64,
    leaves: Vec<Sha256>,
}

/// A document that took effect.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Of which visit.
    pub visit: VisitId,
    /// The op whose document it is.
    pub op: OpId,
    /// Its number within the visit.
    pub submission: u32,
    /// The document.
    pub document: Arc<VisitDocument>,
}

/// An op that was held.
#[derive(Clone, Debug)]
pub struct HeldRow {
    /// What was held.
    pub op: Option<Arc<Op>>,
    /// Where it came from.
    pub journal: Option<JournalId>,
    /// Whether HQ has decided on it.
    pub decided: bool,
}

#[derive(Clone, Debug)]
struct Account {
    roles: RoleSet,
    disabled: bool,
}

#[derive(Clone, Debug)]
struct Session {
    account: AccountId,
    journal: Option<JournalId>,
    ended: bool,
}

#[derive(Clone, Debug)]
struct Journal {
    account: AccountId,
    key: u64,
    last_seq: i64,
    revoked: bool,
    /// The journal that its phone opened in its place.
    replaced_by: Option<JournalId>,
}

#[derive(Clone, Debug)]
struct Assignee {
    account: AccountId,
    writer: Option<JournalId>,
}

#[derive(Clone, Copy, Debug)]
struct Notice {
    rev: i64,
    granted_rev: i64,
    withdrawn: bool,
}

#[derive(Clone, Debug)]
struct Claim {
    size: u64,
    stored: bool,
}

impl Server {
    /// A server of the [`city`] at its first day.
    #[must_use]
    pub fn new() -> Self {
        let supervisors = (0..city::SUPERVISORS).map(|n| (city::supervisor(n), city::visitor_roles()));
        let mut server = Self::of(supervisors.chain([(city::REVIEWER, city::hq_roles())]));
        server.states.units.insert(city::unit().id, city::unit());
        server.states.venues.insert(city::venue().id, city::venue());
        server
    }

    /// A server with these accounts and nothing else; a pull tells few tasks at a time, so that one is often not enough.
    #[must_use]
    pub fn of(accounts: impl IntoIterator<Item = (AccountId, RoleSet)>) -> Self {
        let accounts = accounts.into_iter().map(|(id, roles)| (id, Account { roles, disabled: false }));
        Self { epoch: 1, page: 3, accounts: accounts.collect(), ..Self::default() }
    }

    /// The newest rev.
    #[must_use]
    pub fn rev(&self) -> i64 {
        self.log.len() as i64
    }

    /// The server as `backup` has it, with whatever bytes are in the media store now.
    #[must_use]
    pub fn restored(&self, backup: &Self) -> Self {
        let mut server = backup.clone();
        server.media.extend(self.media.iter().map(|(hash, bytes)| (*hash, Arc::clone(bytes))));
        server
    }

    /// Who holds a task.
    #[must_use]
    pub fn holder(&self, task: AssignmentId) -> Option<AccountId> {
        self.assignees.get(&task).map(|assignee| assignee.account)
    }

    /// Whether an account may act.
    #[must_use]
    pub fn is_active(&self, account: AccountId) -> bool {
        self.accounts.get(&account).is_some_and(|account| !account.disabled)
    }

    /// The tasks that a phone of `account` should have, and whether each is closed.
    pub fn inbox(&self, account: AccountId) -> impl Iterator<Item = (AssignmentId, bool)> {
        let all = self.inbox.iter().filter(move |((owner, _), _)| *owner == account);
        all.map(|((_, task), notice)| (*task, notice.withdrawn))
    }

    /// The journal that writes a visit.
    #[must_use]
    pub fn writer(&self, task: AssignmentId) -> Option<JournalId> {
        self.assignees.get(&task).and_then(|assignee| assignee.writer)
    }
}

/// What stands for a signature: enough to tell ours from others.
#[must_use]
pub fn signature(hash: Sha256) -> String {
    Sha256::of(&hash.0).to_string()
}

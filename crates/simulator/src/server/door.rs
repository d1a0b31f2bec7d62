//! The one door: a batch of requests, as `store::writer::batch` works on it between BEGIN and COMMIT.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use domain::{
    evidence::Sha256,
    ids::{AccountId, AssignmentId, JournalId, OpId, VisitId},
    op::{
        DecodeError, Facts, HeldCode, NoticeKind, Op, Payload, RefusedCode, Verdict, apply, decide,
        turn::{Asked, Found, Turns},
    },
    time::Moment,
    visit::VisitDocument,
};
use mutants::{Mutant, planted};
use protocol::{
    push::{OpResult, Pushed, PushedOp},
    receipt::{Head, leaf, merkle},
};
use uuid::Uuid;

use super::{Assignee, Batch, Claim, HeldRow, LogRow, Notice, Revision, Server, people::Sender, signature};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A phone with its session.
    Token(u64),
    /// A phone with a hand-in key.
    Key(u64),
    /// Somebody at HQ.
    Hq(AccountId),
    /// The server itself.
    Server,
}

/// One request: the ops of a push, or the one op of a form or a job.
#[derive(Clone, Debug)]
pub struct Request {
    /// Who asks.
    pub caller: Caller,
    /// The journal of the ops; `None` at HQ.
    pub journal: Option<JournalId>,
    /// The newest head that the phone has.
    pub newest: Option<Head>,
    /// The ops: bodies as they were sent.
    pub ops: Vec<PushedOp>,
    /// Who gets the tasks of a plan.
    pub gives: Vec<(AssignmentId, AccountId)>,
    /// When it arrived.
    pub received_at: Moment,
}

/// No such session, key or journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unauthorized;

/// What a body says.
enum Read {
    Op(Arc<Op>),
    Unknown,
    Refused,
}

struct Incoming {
    id: Uuid,
    seq: i64,
    digest: Sha256,
    read: Read,
}

struct Fresh {
    request: usize,
    incoming: Incoming,
    logged_as: Uuid,
    verdict: Verdict,
}

/// Where the answer to an op comes from: the row of the log, and whether it was here before.
type Answering = (Uuid, i64, usize, bool);

impl Incoming {
    fn of(pushed: &PushedOp) -> Self {
        let (id, seq) = (pushed.envelope.op_id.0, pushed.envelope.seq);
        let of = |digest, read| Self { id, seq, digest, read };
        let raw = || Sha256::of(pushed.body.get().as_bytes());
        match Op::decode(pushed.body.get()) {
            Ok(op) if op.id.0 != id => of(op.digest, Read::Refused),
            Ok(op) => of(op.digest, Read::Op(Arc::new(op))),
            Err(error) => {
                let canonical = domain::op::canonical::canonicalise(pushed.body.get());
                let digest = canonical.map_or_else(|_| raw(), |text| Sha256::of(text.as_bytes()));
                of(digest, if let DecodeError::UnknownKind(_) = error { Read::Unknown } else { Read::Refused })
            }
        }
    }

    fn op(&self) -> Option<&Arc<Op>> {
        match &self.read {
            Read::Op(op) => Some(op),
            _ => None,
        }
    }
}

impl Server {
    /// Writes through the one door: several requests in one commit.
    pub fn write(&mut self, requests: &[Request]) -> Vec<Result<Pushed, Unauthorized>> {
        let senders: Vec<Option<Sender>> =
            requests.iter().map(|request| self.sender(request.caller, request.journal)).collect();
        self.look_for_a_fork(requests, &senders);
        let first = self.log.len();
        let (mut fresh, found, expect, places) = self.sort(requests, &senders);
        let mut writers: HashMap<VisitId, JournalId> = HashMap::new();
        for (n, op) in fresh.iter_mut().enumerate() {
            let request = &requests[op.request];
            let sender = senders[op.request].as_ref();
            let rev = (first + n + 1) as i64;
            let facts = self.facts(op, request, sender, &writers);
            op.verdict = self.judge(op, request, sender, &facts);
            self.note(op, request);
            if op.verdict == Verdict::Applied
                && let Some(known) = op.incoming.op().cloned()
            {
                let writes_as = sender.and_then(|sender| sender.writes_as);
                self.carry_out(&known, &facts, (request, writes_as, rev), &mut writers);
            }
        }
        for (visit, journal) in writers {
            for assignee in self.assignees.iter_mut().filter(|(task, _)| VisitId::of(**task) == visit) {
                assignee.1.writer = Some(journal);
            }
        }
        self.seal(requests, fresh, places);
        let time = requests.iter().map(|request| request.received_at).max().unwrap_or_default();
        found
            .into_iter()
            .zip(senders)
            .zip(expect)
            .map(|((found, sender), expect)| {
                sender.ok_or(Unauthorized)?;
                Ok(self.answer(&found, expect, time))
            })
            .collect()
    }

    /// A head that we signed and do not have: we were restored, and a new epoch begins.
    fn look_for_a_fork(&mut self, requests: &[Request], senders: &[Option<Sender>]) {
        let newest = self.batches.last().map(|batch| batch.head.hash());
        let alien = requests
            .iter()
            .zip(senders)
            .filter(|(_, sender)| sender.is_some())
            .filter_map(|(request, _)| request.newest.as_ref())
            .filter(|head| head.epoch >= self.epoch && Some(head.hash()) != newest)
            .find(|head| {
                let place = usize::try_from(head.number - 1).ok();
                let ours = place.and_then(|place| self.batches.get(place)).map(|batch| batch.head.hash());
                ours != Some(head.hash()) && head.signature == signature(head.hash())
            });
        if let Some(head) = alien {
            self.epoch = self.epoch.max(head.epoch) + 1;
            self.forks += 1;
        }
    }

    /// New, here before, or not yet its turn; and which places are used up.
    fn sort(
        &mut self,
        requests: &[Request],
        senders: &[Option<Sender>],
    ) -> (Vec<Fresh>, Vec<Vec<Answering>>, Vec<i64>, usize) {
        let (mut fresh, mut found, mut expect) = (Vec::<Fresh>::new(), Vec::new(), Vec::new());
        let first = self.log.len();
        let (by_id, log) = (&self.by_id, &self.log);
        let mut turns = Turns::new(|id| by_id.get(&id).map(|row| (log[*row].digest, *row)));
        let mut places = 0;
        for (request, (asked, sender)) in requests.iter().zip(senders).enumerate() {
            let Some(sender) = sender else {
                found.push(Vec::new());
                expect.push(0);
                continue;
            };
            let ops: Vec<Incoming> = asked.ops.iter().map(Incoming::of).collect();
            let seq = |op: &Incoming| asked.journal.map(|_| op.seq);
            let due = ops.iter().map(|op| Asked { id: op.id, digest: op.digest, seq: seq(op) });
            let (due, next) = turns.of(asked.journal, sender.last_seq, due);
            let mut results = Vec::new();
            for (incoming, turn) in ops.into_iter().zip(due) {
                let (row, again) = match turn.found {
                    Found::Fresh(n) => (first + n, false),
                    Found::AgainInBatch(n) => (first + n, true),
                    Found::Known(row) => (row, true),
                };
                results.push((incoming.id, incoming.seq, row, again));
                if let (true, Some(journal)) = (turn.takes_place, asked.journal) {
                    self.places.insert((journal, incoming.seq), turn.logged_as);
                    places += 1;
                    if let Some(journal) = self.journals.get_mut(&journal) {
                        journal.last_seq = incoming.seq;
                    }
                }
                if !again {
                    fresh.push(Fresh { request, incoming, logged_as: turn.logged_as, verdict: Verdict::Applied });
                }
            }
            found.push(results);
            expect.push(next);
        }
        (fresh, found, expect, places)
    }

    fn facts(
        &self,
        fresh: &Fresh,
        request: &Request,
        sender: Option<&Sender>,
        writers: &HashMap<VisitId, JournalId>,
    ) -> Facts {
        let Some(sender) = sender.filter(|_| request.caller != Caller::Server) else {
            return Facts::of_server(request.received_at);
        };
        let op = fresh.incoming.op();
        let task = op.and_then(|op| task_of(op));
        let assignee = task.and_then(|task| self.assignees.get(&task));
        let lost = task.is_some_and(|task| !self.states.assignments.contains_key(&task));
        let stored = assignee.is_none_or(|found| found.writer.is_none() || found.writer == sender.writes_as);
        let writes = match task.and_then(|task| writers.get(&VisitId::of(task))) {
            Some(writer) => sender.writes_as == Some(*writer),
            None => stored,
        };
        Facts {
            received_at: request.received_at,
            roles: self.accounts.get(&sender.account).map(|account| account.roles).unwrap_or_default(),
            active: sender.active,
            holds_alias: assignee.map_or(lost, |found| found.account == sender.account),
            writes_visit: writes,
            chose_visitor: false,
            server: false,
        }
    }

    fn judge(&self, fresh: &Fresh, request: &Request, sender: Option<&Sender>, facts: &Facts) -> Verdict {
        if fresh.logged_as != fresh.incoming.id {
            return Verdict::refused(RefusedCode::ConflictingRetry);
        }
        let op = match &fresh.incoming.read {
            Read::Op(op) => op,
            Read::Unknown => return Verdict::held(HeldCode::UnknownKind),
            Read::Refused => return Verdict::refused(RefusedCode::Undecodable),
        };
        let acts_as_self = sender.is_some_and(|sender| sender.account.0 == op.actor);
        if request.caller != Caller::Server && task_of(op).is_none() && !acts_as_self {
            return Verdict::refused(RefusedCode::NotYours);
        }
        let verdict = decide(op, &self.states, facts);
        match (&verdict, &op.payload) {
            (Verdict::Applied, Payload::AssignmentPlan(plan))
                if plan.tasks.iter().any(|task| self.assignees.contains_key(&task.id)) =>
            {
                Verdict::Refused { code: RefusedCode::Exists, detail: "task".to_owned() }
            }
            (Verdict::Applied, Payload::AssignmentPlan(_))
                if request.gives.iter().any(|(_, account)| !self.is_active(*account)) =>
            {
                Verdict::Refused { code: RefusedCode::Unknown, detail: "supervisor".to_owned() }
            }
            (Verdict::Applied, Payload::AccountReopen(_)) => match self.accounts.get(&AccountId(op.subject)) {
                None => Verdict::Refused { code: RefusedCode::Unknown, detail: "account".to_owned() },
                Some(account) if !account.disabled => {
                    Verdict::Refused { code: RefusedCode::AlreadyDecided, detail: "open".to_owned() }
                }
                Some(_) => verdict,
            },
            _ => verdict,
        }
    }

    /// What follows from a verdict alone: a held op waits for HQ, and bytes that a safe op names may come.
    fn note(&mut self, fresh: &Fresh, request: &Request) {
        if let Verdict::Held { code } = &fresh.verdict
            && !(planted(Mutant::DropsSideRevisions) && *code == HeldCode::StaleBase)
        {
            let op = fresh.incoming.op().cloned();
            if let Some(op) = &op {
                self.states.held.insert(op.id, Arc::clone(op));
            }
            self.held.insert(fresh.logged_as, HeldRow { op, journal: request.journal, decided: false });
        }
        if let (true, Some(journal), Some(op)) = (fresh.verdict.is_safe(), request.journal, fresh.incoming.op())
            && let Some(document) = submitted(op)
        {
            let visit = VisitId::of(document.assignment);
            for bytes in document.evidence.iter().filter_map(|record| record.bytes.as_ref()) {
                self.claims.entry((visit, bytes.sha256, journal)).or_insert(Claim { size: bytes.size, stored: false });
            }
        }
    }

    fn carry_out(
        &mut self,
        op: &Arc<Op>,
        facts: &Facts,
        (request, writes_as, rev): (&Request, Option<JournalId>, i64),
        writers: &mut HashMap<VisitId, JournalId>,
    ) {
        match &op.payload {
            Payload::AssignmentPlan(_) => {
                for (task, account) in &request.gives {
                    self.assignees.insert(*task, Assignee { account: *account, writer: None });
                }
            }
            Payload::AccountDisable(_) => {
                if let Some(account) = self.accounts.get_mut(&AccountId(op.subject)) {
                    account.disabled = true;
                }
            }
            Payload::AssignmentRecall(recall) => {
                self.recalled.insert(AssignmentId(op.subject), recall.reason.clone());
            }
            Payload::AccountReopen(_) => self.let_in_again(AccountId(op.subject)),
            _ => {}
        }
        let before = match &op.payload {
            Payload::HeldAdopt(adopt) => self.states.held.get(&adopt.op).cloned(),
            _ => None,
        };
        let effects = apply(op, &mut self.states, facts);
        for notice in effects.notices {
            let Some(assignee) = self.assignees.get(&notice.assignment) else { continue };
            let place = self.inbox.entry((assignee.account, notice.assignment));
            let known = place.or_insert(Notice { rev, granted_rev: rev, withdrawn: false });
            known.rev = rev;
            known.withdrawn = notice.kind == NoticeKind::Withdraw;
            if notice.kind == NoticeKind::Grant {
                known.granted_rev = rev;
            }
        }
        match &op.payload {
            Payload::VisitArrive(_) | Payload::VisitSubmit(_) | Payload::VisitTakeOver(_) => {
                if let (Some(task), Some(journal)) = (task_of(op), writes_as) {
                    writers.insert(VisitId::of(task), journal);
                }
            }
            Payload::HeldAdopt(adopt) => {
                if let Some(row) = self.held.get_mut(&adopt.op.0) {
                    row.decided = true;
                    let (task, journal) = (before.as_ref().and_then(|held| task_of(held)), row.journal);
                    if let (Some(task), Some(journal)) = (task, journal) {
                        writers.insert(VisitId::of(task), self.last_of(journal));
                    }
                }
            }
            Payload::HeldDecline(decline) => {
                if let Some(row) = self.held.get_mut(&decline.op.0) {
                    row.decided = true;
                }
            }
            _ => {}
        }
        let whole = before.as_ref().unwrap_or(op);
        if let Some(document) = submitted(whole) {
            let visit = VisitId::of(document.assignment);
            if let Some(row) = self.states.visits.get(&visit) {
                let (submission, document) = (row.submission, Arc::new(document.clone()));
                self.revisions.push(Revision { visit, op: whole.id, submission, document });
            }
        }
    }

    /// Puts the batch into the log, under a signed head.
    fn seal(&mut self, requests: &[Request], fresh: Vec<Fresh>, places: usize) {
        // Envelopes alone are a batch too: ops that were here before, in another journal.
        if fresh.is_empty() && places == 0 {
            return;
        }
        let first_rev = self.rev() + 1;
        let number = self.batches.len() as i64 + 1;
        let leaves: Vec<Sha256> =
            (first_rev..).zip(&fresh).map(|(rev, op)| leaf(op.incoming.digest, &op.verdict, rev)).collect();
        let mut head = Head {
            epoch: self.epoch,
            number,
            previous: self.batches.last().map_or(Sha256([0; 32]), |batch| batch.head.hash()),
            root: merkle(&leaves).0,
            time: requests.iter().map(|request| request.received_at).max().unwrap_or_default(),
            key: "0123456789abcdef".to_owned(),
            signature: String::new(),
        };
        head.signature = signature(head.hash());
        self.batches.push(Arc::new(Batch { head, first_rev, leaves }));
        for op in fresh {
            self.by_id.insert(op.logged_as, self.log.len());
            self.log.push(Arc::new(LogRow {
                id: op.logged_as,
                sent_as: op.incoming.id,
                digest: op.incoming.digest,
                verdict: op.verdict,
                op: op.incoming.op().cloned(),
                batch: number,
            }));
        }
    }

    fn answer(&self, found: &[Answering], expect: i64, server_time: Moment) -> Pushed {
        let mut batches = BTreeSet::new();
        let mut results = Vec::with_capacity(found.len());
        for (id, seq, row, again) in found {
            let Some(logged) = self.log.get(*row) else { continue };
            let Some(batch) = self.batches.get((logged.batch - 1) as usize) else { continue };
            batches.insert(logged.batch);
            let rev = *row as i64 + 1;
            let path = merkle(&batch.leaves).1.swap_remove((rev - batch.first_rev) as usize);
            let verdict = logged.verdict.clone();
            results.push(OpResult {
                op_id: OpId(*id),
                seq: *seq,
                verdict: if *again { Verdict::Duplicate } else { verdict.clone() },
                first: again.then_some(verdict),
                digest: logged.digest,
                rev,
                batch: logged.batch,
                path,
            });
        }
        let heads = batches.into_iter().filter_map(|number| self.batches.get((number - 1) as usize));
        Pushed { results, expect, heads: heads.map(|batch| batch.head.clone()).collect(), server_time }
    }
}

/// The task about which a supervisor's op is, where it acts under the task's alias.
pub(crate) fn task_of(op: &Op) -> Option<AssignmentId> {
    match &op.payload {
        Payload::AssignmentAccept(_) | Payload::AssignmentDecline(_) => Some(AssignmentId(op.subject)),
        Payload::VisitArrive(arrive) => Some(arrive.assignment),
        Payload::VisitLeave(leave) => Some(leave.assignment),
        Payload::VisitSubmit(document) => Some(document.assignment),
        Payload::VisitTakeOver(take) => Some(take.assignment),
        _ => None,
    }
}

/// The document that an op hands in.
pub(crate) fn submitted(op: &Op) -> Option<&VisitDocument> {
    if let Payload::VisitSubmit(document) = &op.payload { Some(document) } else { None }
}

//! The simulator's model of the server against the store on a real PostgreSQL: the same requests, the same answers.
//!
//! ADR 30: what `store` does between two SQL statements is modelled in the simulator. Here both are asked the same, by a
//! seed: in order and out of it, twice, with gaps, other bodies, unknown kinds and nonsense, by session and by key, in new
//! journals, by phones that are revoked and people who may not act any more, with what HQ decides in between. They must say
//! the same about every op, pull the same, hold the same and count the same evidence.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    assignment::{VisitMode, Window},
    evidence::Sha256,
    ids::{AliasId, AssignmentId, JournalId, OpId, VisitId},
    op::{
        Conclusion, Op, Payload, Verdict,
        payload::{
            AccountDisable, AccountReopen, AssignmentAccept, AssignmentDecline, AssignmentPlan, AssignmentRecall,
            HeldAdopt, HeldDecline, PlannedTask, VisitAccept, VisitArrive, VisitLeave, VisitReturn, VisitTakeOver,
            VisitVoid,
        },
    },
    role::{Role, RoleSet},
    time::{DAY_MS, Moment},
    visit::ReturnedItem,
};
use protocol::{
    evidence::UploadState,
    pull::{Change, Pulled},
    push::{Pushed, PushedOp},
    receipt::Head,
};
use serde_json::value::RawValue;
use simulator::server as model;
use sqlx::{Connection as _, PgConnection};
use store::{Caller, Front, NewJournal, Private, PrivatePlan, Source, WayIn, Who, WriteRequest};

use crate::{
    cluster::cluster,
    luck::{Luck, setting},
    world::{NOW, Person, World, presence, pushed, salt},
};

/// How many supervisors there are; the first has two phones.
const PEOPLE: usize = 2;

/// `MINGCHA_MODEL_SEEDS` sequences, four of them with the other tests.
#[tokio::test(flavor = "multi_thread")]
async fn the_simulators_server_answers_as_the_store_does() {
    // Only where this program was started for it: a fault is awake in all tests of a process.
    if std::env::var_os(mutants::VARIABLE).is_some() {
        mutants::wake_from_environment();
    }
    let mut seen = BTreeMap::<_, u32>::new();
    for seed in 0..setting("MINGCHA_MODEL_SEEDS", 4) {
        let mut pair = Pair::new(seed).await;
        for _ in 0..setting("MINGCHA_MODEL_STEPS", 120) {
            pair.step().await;
        }
        pair.compare_all().await;
        for (what, count) in pair.seen {
            *seen.entry(what).or_default() += count;
        }
    }
    println!("compared: {seen:?}");
    for what in ["applied", "duplicate", "held", "refused", "pulled", "stored", "counted", "settled"] {
        assert!(seen.contains_key(what), "nothing was {what}: {seen:?}");
    }
}

/// Something is on its way while its phone opens another journal, and HQ adopts afterwards what was held of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_of_a_journal_that_was_replaced_is_modelled() {
    let mut pair = Pair::new(143).await;
    let (task, person) = pair.tasks[0];
    let n = pair.phones.iter().position(|phone| phone.person == person).expect("a phone");
    let document = pair.world.document(task, &[0]);
    let arrive = VisitArrive { assignment: task, presence: presence(1) };
    let arrive = pair.cut_about(n, task, 0, Payload::VisitArrive(arrive));
    let stale = pair.cut_about(n, task, 7, Payload::VisitSubmit(document.clone()));
    let held = stale.envelope.op_id;

    let new = NewJournal { id: JournalId(pair.luck.uuid()), key: Sha256::of(pair.luck.uuid().as_bytes()) };
    let key = pair.luck.next();
    let (token, here) = (pair.phones[n].token, pair.phones[n].model.0);
    let store = &pair.world.store;
    assert!(store.open_journal(pair.world.tenant, Caller::Token(token), new, NOW).await.expect("asked"));
    assert!(pair.model.open_journal(model::Caller::Token(here), new.id, key));
    pair.send(n, vec![arrive, stale]).await;
    assert_eq!(pair.model.writer(task), Some(new.id));
    pair.pull(n).await;

    let phone = &mut pair.phones[n];
    (phone.journal, phone.key, phone.model.1, phone.seq) = (new.id, new.key, key, 0);
    pair.hq(held.0, None, Payload::HeldAdopt(HeldAdopt { op: held }), Private::None).await;
    assert_eq!(pair.model.writer(task), Some(new.id));
    pair.pull(n).await;
    let visit = pair.model.states.visits.get(&VisitId::of(task)).expect("the visit");
    assert_eq!(visit.submission, 1);
    let items = vec![ReturnedItem { item: None, reason: "再看".into() }];
    let base = Some(visit.revision);
    pair.hq(VisitId::of(task).0, base, Payload::VisitReturn(VisitReturn { items }), Private::None).await;
    let revision = pair.model.states.visits.get(&VisitId::of(task)).map_or(0, |visit| visit.revision);
    let mended = pair.cut_about(n, task, revision, Payload::VisitSubmit(document));
    pair.send(n, vec![mended]).await;
    let visit = pair.model.states.visits.get(&VisitId::of(task)).expect("the visit");
    assert_eq!(visit.submission, 2);
    pair.compare_all().await;
}

/// A store that forgets to keep what is held for a stale base: what is verified in the end says so. (The model has the
/// same fault then, for it has the same name.)
#[test]
fn a_store_that_drops_side_revisions_is_noticed() {
    let this = std::env::current_exe().expect("this program");
    let output = std::process::Command::new(this)
        .args(["--exact", "model::the_simulators_server_answers_as_the_store_does"])
        .env(mutants::VARIABLE, mutants::Mutant::DropsSideRevisions.name())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("place: \"held"), "{said}");
}

/// A phone, on both sides.
struct Twin {
    person: usize,
    token: Sha256,
    key: Sha256,
    journal: JournalId,
    /// The last place that was given.
    seq: i64,
    /// The same session and key in the model.
    model: (u64, u64),
    cursors: (Option<String>, Option<String>),
    newest: (Option<Head>, Option<Head>),
    sent: Vec<PushedOp>,
}

struct Pair {
    seed: u64,
    world: World,
    model: model::Server,
    luck: Luck,
    /// The server's clock.
    now: Moment,
    reviewer: Person,
    people: Vec<Person>,
    phones: Vec<Twin>,
    tasks: Vec<(AssignmentId, usize)>,
    /// Where the store's log and batches stood before the model's began.
    before: Option<(i64, i64)>,
    seen: BTreeMap<&'static str, u32>,
}

impl Pair {
    async fn new(seed: u64) -> Self {
        let mut world = World::new().await;
        world.hall_with_a_later_item().await;
        let reviewer = world.person(&[Role::Reviewer, Role::Office, Role::Admin]).await;
        let mut people = Vec::new();
        for _ in 0..PEOPLE {
            people.push(world.person(&[Role::Visitor]).await);
        }
        let visitors = people.iter().map(|person| (person.account, RoleSet::of(&[Role::Visitor])));
        let hq = RoleSet::of(&[Role::Reviewer, Role::Office, Role::Admin]);
        let mut model = model::Server::of(visitors.chain([(reviewer.account, hq)]));
        model.page = 50;
        model.states.venues.insert(world.venue.id, world.venue.clone());
        let list = world.hall().clone();
        model.states.checklists.insert(list.id, Arc::new(list));
        let luck = Luck::new(seed);
        let mut pair = Self {
            seed,
            world,
            model,
            luck,
            now: NOW,
            reviewer,
            people,
            phones: Vec::new(),
            tasks: Vec::new(),
            before: None,
            seen: BTreeMap::new(),
        };
        for person in [0, 0, 1] {
            let phone = pair.phone(person).await;
            pair.phones.push(phone);
        }
        for _ in 0..3 {
            pair.plan().await;
        }
        pair
    }

    async fn phone(&mut self, person: usize) -> Twin {
        let journal = NewJournal { id: JournalId(self.luck.uuid()), key: Sha256::of(self.luck.uuid().as_bytes()) };
        let login = &self.people[person].login;
        let token = self.world.sign_in(login, Front::Field, Some(journal)).await.expect("signed in");
        let here = (self.luck.next(), self.luck.next());
        let signed = self.model.sign_in(self.people[person].account, None, (here.0, journal.id, here.1));
        assert_eq!(signed.map(|signed| signed.journal), Some(journal.id));
        Twin {
            person,
            token,
            key: journal.key,
            journal: journal.id,
            seq: 0,
            model: here,
            cursors: (None, None),
            newest: (None, None),
            sent: Vec::new(),
        }
    }

    fn saw(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }

    async fn step(&mut self) {
        let n = self.luck.below(self.phones.len());
        // Nobody stays away for good: what comes after is another case than what came before.
        if !self.model.is_active(self.people[1].account) && self.luck.below(10) == 0 {
            self.close_or_open().await;
        }
        match self.luck.below(100) {
            0..=4 if self.tasks.len() < 12 => self.plan().await,
            0..=49 => self.push(n).await,
            50..=54 => self.reopen(n).await,
            55..=69 => self.pull(n).await,
            70..=79 => self.upload(n).await,
            80..=82 => self.count().await,
            83..=86 => self.settle().await,
            87..=98 => self.decide().await,
            _ => match self.luck.below(6) {
                0 => self.close_or_open().await,
                1 => self.revoke(n).await,
                _ => self.end_session(n).await,
            },
        }
    }

    /// A task for somebody.
    async fn plan(&mut self) {
        let (op, person) = (OpId(self.luck.uuid()), self.luck.below(PEOPLE));
        let task = PlannedTask {
            id: AssignmentId::derive(op.0, 0),
            venue: self.world.venue.id,
            checklist: self.world.hall().id,
            mode: VisitMode::Covert,
            window: Window { from: NOW, until: NOW.plus(DAY_MS) },
            scenario: None,
            commitments: Vec::new(),
        };
        let (id, account) = (task.id, self.people[person].account);
        let plan = Payload::AssignmentPlan(AssignmentPlan { tasks: vec![task], by_handle: false });
        let op = Op::new(op, uuid::Uuid::nil(), self.luck.uuid(), None, salt(), plan).expect("an op");
        let private = PrivatePlan { seed: [1; 32], lock_out_ms: 0, who: BTreeMap::from([(id, Who::Account(account))]) };
        let source = Source::Server { op: op.clone(), private: Private::Plan(private) };
        self.both(
            source,
            (model::Caller::Server, None, None),
            &[pushed(&op, JournalId(uuid::Uuid::nil()), 0)],
            vec![(id, account)],
        )
        .await;
        self.tasks.push((id, person));
    }

    /// What a phone sends: mostly what a sound one would, and everything else besides.
    async fn push(&mut self, n: usize) {
        let mut ops = Vec::new();
        for _ in 0..=self.luck.below(3) {
            match self.luck.below(20) {
                0..=1 => {
                    let again = self.again(n);
                    ops.extend(again);
                }
                // A place is left out.
                2 => {
                    let before = self.phones[n].seq;
                    self.phones[n].seq += 1;
                    let op = self.cut(n);
                    self.phones[n].seq = before;
                    ops.extend(op);
                }
                3 => {
                    let other = self.other_body(n);
                    ops.extend(other);
                }
                4 => ops.push(self.odd(n, r#"{"op_id":"ID","kind":"visit.sing@9","subject":"ID","actor":"ID","salt":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","payload":{"loud":true},"new":[1]}"#)),
                5 => ops.push(self.odd(n, r#"{"op_id":"ID","kind":"visit.arrive@1","payload":7}"#)),
                6 => ops.push(self.odd(n, r#"{"op_id":"ID","op_id":"ID"}"#)),
                _ => {
                    let op = self.cut(n);
                    ops.extend(op);
                }
            }
        }
        self.send(n, ops).await;
    }

    async fn send(&mut self, n: usize, ops: Vec<PushedOp>) {
        let by_key = self.luck.below(4) == 0;
        let phone = &self.phones[n];
        let (caller, here) = if by_key {
            (Caller::Key(phone.key), model::Caller::Key(phone.model.1))
        } else {
            (Caller::Token(phone.token), model::Caller::Token(phone.model.0))
        };
        let newest = phone.newest.clone();
        let source = Source::Phone { caller, journal: phone.journal, newest: newest.0, ops: ops.clone() };
        let answers = self.both(source, (here, Some(phone.journal), newest.1), &ops, Vec::new()).await;
        let phone = &mut self.phones[n];
        match answers {
            Some((store, model)) => {
                phone.seq = store.expect - 1;
                let heads = (store.heads.last().cloned(), model.heads.last().cloned());
                phone.newest = (heads.0.or(phone.newest.0.take()), heads.1.or(phone.newest.1.take()));
                let taken = ops.len().min(store.results.len());
                phone.sent.extend(ops.into_iter().take(taken));
            }
            None => {
                // Its session ended: the key knows where it stands, and the next push by it says so.
                phone.seq = self.model.last_seq(phone.journal);
            }
        }
    }

    /// The next op of a phone, with a body and a base that may be right.
    fn cut(&mut self, n: usize) -> Option<PushedOp> {
        let person = self.phones[n].person;
        let mine: Vec<AssignmentId> = self
            .tasks
            .iter()
            .filter(|(_, of)| *of == person || self.seed.is_multiple_of(3))
            .map(|(id, _)| *id)
            .collect();
        if mine.is_empty() {
            return None;
        }
        let task = *self.luck.one(&mine);
        let (assignment, visit) = (self.model.states.assignments.get(&task)?, VisitId::of(task));
        let revision = self.model.states.visits.get(&visit).map_or(0, |visit| visit.revision);
        let photos = [self.luck.below(3) as u8, self.luck.below(3) as u8];
        let assignment_base = assignment.revision;
        let (payload, base) = match self.luck.below(10) {
            0..=1 => (Payload::AssignmentAccept(AssignmentAccept {}), assignment_base),
            2 if self.luck.below(4) == 0 => {
                let tie = self.luck.below(2) == 0;
                (Payload::AssignmentDecline(AssignmentDecline { tie, reason: "不便".into() }), assignment_base)
            }
            2..=3 => (Payload::VisitArrive(VisitArrive { assignment: task, presence: presence(1) }), revision),
            4 => (Payload::VisitLeave(VisitLeave { assignment: task, presence: presence(2) }), revision),
            5 if self.luck.below(2) == 0 => (Payload::VisitTakeOver(VisitTakeOver { assignment: task }), revision),
            _ => (Payload::VisitSubmit(self.world.document(task, &photos[..1 + self.luck.below(2)])), revision),
        };
        let base = if self.luck.below(8) == 0 { base + 1 } else { base };
        let subject = if matches!(payload, Payload::AssignmentAccept(_) | Payload::AssignmentDecline(_)) {
            task.0
        } else {
            visit.0
        };
        let actor = if self.luck.below(20) == 0 { self.luck.uuid() } else { AliasId::of(task).0 };
        let op = Op::new(OpId(self.luck.uuid()), actor, subject, Some(base), salt(), payload).expect("an op");
        let phone = &mut self.phones[n];
        phone.seq += 1;
        Some(pushed(&op, phone.journal, phone.seq))
    }

    /// The next op of a phone, about the visit of `task`.
    fn cut_about(&mut self, n: usize, task: AssignmentId, base: u32, payload: Payload) -> PushedOp {
        let (actor, visit) = (AliasId::of(task).0, VisitId::of(task).0);
        let op = Op::new(OpId(self.luck.uuid()), actor, visit, Some(base), salt(), payload).expect("an op");
        let phone = &mut self.phones[n];
        phone.seq += 1;
        pushed(&op, phone.journal, phone.seq)
    }

    /// Something that went up before, as it was.
    fn again(&mut self, n: usize) -> Option<PushedOp> {
        let sent = &self.phones[n].sent;
        (!sent.is_empty()).then(|| self.luck.one(sent).clone())
    }

    /// A known id with another body, at its old place or at the next.
    fn other_body(&mut self, n: usize) -> Option<PushedOp> {
        let mut again = self.again(n)?;
        let op = Op::decode(again.body.get()).ok()?;
        let other =
            Op::new(op.id, op.actor, op.subject, op.base.map(|base| base + 7), salt(), op.payload).expect("an op");
        again.body = RawValue::from_string(other.canonical).expect("JSON");
        if self.luck.below(2) == 0 {
            self.phones[n].seq += 1;
            again.envelope.seq = self.phones[n].seq;
        }
        again.envelope.journal = self.phones[n].journal;
        Some(again)
    }

    fn odd(&mut self, n: usize, body: &str) -> PushedOp {
        let id = self.luck.uuid();
        let phone = &mut self.phones[n];
        phone.seq += 1;
        let envelope =
            domain::op::Envelope { op_id: OpId(id), journal: phone.journal, seq: phone.seq, device_time: NOW };
        PushedOp { envelope, body: RawValue::from_string(body.replace("ID", &id.to_string())).expect("JSON") }
    }

    /// A new journal, in which everything is offered again.
    async fn reopen(&mut self, n: usize) {
        let journal = NewJournal { id: JournalId(self.luck.uuid()), key: Sha256::of(self.luck.uuid().as_bytes()) };
        let key = self.luck.next();
        let phone = &self.phones[n];
        let (caller, here) = if self.luck.below(2) == 0 {
            (Caller::Key(phone.key), model::Caller::Key(phone.model.1))
        } else {
            (Caller::Token(phone.token), model::Caller::Token(phone.model.0))
        };
        let opened = self.world.store.open_journal(self.world.tenant, caller, journal, NOW).await.expect("asked");
        assert_eq!(
            opened,
            self.model.open_journal(here, journal.id, key),
            "{}: whether a journal is opened",
            self.seed
        );
        if !opened {
            return;
        }
        let phone = &mut self.phones[n];
        (phone.journal, phone.key, phone.model.1, phone.seq) = (journal.id, journal.key, key, 0);
        let mut again = std::mem::take(&mut phone.sent);
        again.dedup_by_key(|op| op.envelope.op_id);
        for (seq, op) in (1..).zip(&mut again) {
            (op.envelope.journal, op.envelope.seq) = (journal.id, seq);
        }
        again.truncate(self.luck.below(12));
        self.send(n, again).await;
    }

    async fn pull(&mut self, n: usize) {
        let fresh = self.luck.below(5) == 0;
        let phone = &mut self.phones[n];
        if fresh {
            phone.cursors = (None, None);
        }
        let (tenant, now) = (self.world.tenant, NOW);
        let store = self.world.store.pull(tenant, phone.token, None, phone.cursors.0.as_deref(), now).await;
        let model = self.model.pull(phone.model.0, phone.cursors.1.as_deref(), now);
        let seed = self.seed;
        let (store, model) = match (store, model) {
            (Err(store::Error::Unauthorized), Err(model::Unauthorized)) => return,
            (Ok(store::Pull::Nothing), Ok(None)) => return,
            (Ok(store::Pull::Changes(store)), Ok(Some(model))) => (*store, model),
            (store, model) => panic!("seed {seed}: a pull is {store:?} there and {model:?} in the model"),
        };
        phone.cursors = (Some(store.cursor.clone()), Some(model.cursor.clone()));
        assert_eq!(comparable(store), comparable(model), "seed {seed}: what comes down");
        self.saw("pulled");
    }

    /// Bytes of something that may have been named.
    async fn upload(&mut self, n: usize) {
        let (task, _) = *self.luck.one(&self.tasks);
        let (visit, bytes) = (VisitId::of(task), [self.luck.below(3) as u8]);
        let sha256 = Sha256::of(&bytes);
        let phone = &self.phones[n];
        let (caller, here) = (Caller::Key(phone.key), model::Caller::Key(phone.model.1));
        let (store, tenant) = (&self.world.store, self.world.tenant);
        let claim = store.evidence_claim(tenant, caller, visit, sha256, NOW).await.expect("asked");
        let known = self.model.upload_begin(here, visit, sha256, 1);
        let claimed =
            claim.as_ref().map(|claim| UploadState { offset: u64::from(claim.stored), verified: claim.stored });
        assert_eq!(claimed, known.ok(), "seed {}: whether bytes may come", self.seed);
        if claim.is_some_and(|claim| !claim.stored) {
            assert!(store.evidence_stored(tenant, caller, visit, sha256, NOW).await.expect("asked"));
            let whole = self.model.upload_chunk(here, (visit, sha256), 0, (&bytes, sha256));
            assert_eq!(whole, Ok(UploadState { offset: 1, verified: true }));
            self.saw("stored");
            if self.luck.below(2) == 0 {
                self.count().await;
            }
        }
    }

    /// The server's job: bytes that are here come to count.
    async fn count(&mut self) {
        let pending = self.world.store.pending_verifications(self.world.tenant, None, 100).await.expect("asked");
        let mut ops: Vec<Op> =
            pending.into_iter().map(|pending| Conclusion::from(pending).op().expect("an op")).collect();
        let mut here = self.model.verifications();
        ops.sort_by_key(|op| op.id);
        here.sort_by_key(|op| op.id);
        let bodies = |ops: &[Op]| ops.iter().map(|op| op.canonical.clone()).collect::<Vec<_>>();
        assert_eq!(bodies(&ops), bodies(&here), "seed {}: what comes to count", self.seed);
        for op in ops {
            let source = Source::Server { op: op.clone(), private: Private::None };
            let sent = [pushed(&op, JournalId(uuid::Uuid::nil()), 0)];
            self.both(source, (model::Caller::Server, None, None), &sent, Vec::new()).await;
            self.saw("counted");
        }
    }

    /// The server's other job: scores for which nothing is left to wait for become final.
    async fn settle(&mut self) {
        let at = NOW.plus(5 * DAY_MS);
        let found = self.world.store.unsettled(self.world.tenant, at, 100).await.expect("asked");
        let mut ops: Vec<Op> = found.into_iter().map(|found| Conclusion::from(found).op().expect("an op")).collect();
        let mut here = self.model.settlements(at);
        ops.sort_by_key(|op| op.id);
        here.sort_by_key(|op| op.id);
        let bodies = |ops: &[Op]| ops.iter().map(|op| op.canonical.clone()).collect::<Vec<_>>();
        assert_eq!(bodies(&ops), bodies(&here), "seed {}: whose score becomes final", self.seed);
        for op in ops {
            let source = Source::Server { op: op.clone(), private: Private::None };
            let sent = [pushed(&op, JournalId(uuid::Uuid::nil()), 0)];
            self.now = at;
            self.both(source, (model::Caller::Server, None, None), &sent, Vec::new()).await;
            self.now = NOW;
            self.saw("settled");
        }
    }

    /// HQ decides, on what is there or on what no longer is.
    async fn decide(&mut self) {
        let (task, _) = *self.luck.one(&self.tasks);
        let visit = VisitId::of(task);
        let revision = self.model.states.visits.get(&visit).map_or(0, |visit| visit.revision);
        let base = Some(if self.luck.below(6) == 0 { revision + 1 } else { revision });
        let held: Vec<OpId> = self.model.held.keys().map(|id| OpId(*id)).collect();
        let (subject, base, payload) = match self.luck.below(10) {
            0..=2 => (visit.0, base, Payload::VisitAccept(VisitAccept {})),
            3..=4 => {
                let items = vec![ReturnedItem { item: None, reason: "再看".into() }];
                (visit.0, base, Payload::VisitReturn(VisitReturn { items }))
            }
            5 => (visit.0, base, Payload::VisitVoid(VisitVoid { reason: "无效".into() })),
            6 => (task.0, None, Payload::AssignmentRecall(AssignmentRecall { reason: "改期".into() })),
            _ if held.is_empty() => return,
            7..=8 => {
                let op = *self.luck.one(&held);
                (op.0, None, Payload::HeldAdopt(HeldAdopt { op }))
            }
            _ => {
                let op = *self.luck.one(&held);
                (op.0, None, Payload::HeldDecline(HeldDecline { op, reason: "不采用".into() }))
            }
        };
        self.hq(subject, base, payload, Private::None).await;
    }

    async fn hq(&mut self, subject: uuid::Uuid, base: Option<u32>, payload: Payload, private: Private) {
        let actor = self.reviewer.account;
        let op = Op::new(OpId(self.luck.uuid()), actor.0, subject, base, salt(), payload).expect("an op");
        let sent = [pushed(&op, JournalId(uuid::Uuid::nil()), 0)];
        let source = |op: Op| Source::Session { token: self.reviewer.token, op, private: private.clone() };
        let (first, again) = (source(op.clone()), source(op));
        self.both(first, (model::Caller::Hq(actor), None, None), &sent, Vec::new()).await;
        if self.luck.below(5) == 0 {
            self.both(again, (model::Caller::Hq(actor), None, None), &sent, Vec::new()).await;
        }
    }

    /// Closes an account, or opens it again.
    async fn close_or_open(&mut self) {
        let account = self.people[1].account;
        if self.model.is_active(account) {
            let payload = Payload::AccountDisable(AccountDisable { reason: "离职".into() });
            self.hq(account.0, None, payload, Private::None).await;
            self.saw("disabled");
        } else {
            let way_in = WayIn { password_hash: Some("hash".into()), link: None };
            let payload = Payload::AccountReopen(AccountReopen { commitment: way_in.commitment(&[7; 16]) });
            self.hq(account.0, None, payload, Private::WayIn(way_in)).await;
            self.saw("opened again");
            // Every session from before is over: the person's phones sign in anew.
            for n in 0..self.phones.len() {
                if self.phones[n].person == 1 {
                    self.phones[n] = self.phone(1).await;
                }
            }
        }
    }

    /// Revoked from afar, as the owner's command does it.
    async fn revoke(&mut self, n: usize) {
        let mut owner = PgConnection::connect(&cluster().owner).await.expect("connected");
        let journal = self.phones[n].journal;
        let revoke =
            sqlx::query("UPDATE identity.journal SET revoked_at = $1 WHERE tenant_id = $2 AND journal_id = $3");
        revoke.bind(NOW.0).bind(self.world.tenant.0).bind(journal.0).execute(&mut owner).await.expect("revoked");
        self.model.revoke(journal);
        self.saw("revoked");
    }

    async fn end_session(&mut self, n: usize) {
        let phone = &self.phones[n];
        let ended = self.world.store.end_session(self.world.tenant, phone.token, NOW).await.expect("asked");
        assert_eq!(ended, self.model.is_session(phone.model.0));
        self.model.end_session(phone.model.0);
        // And in again, where the person may.
        let person = phone.person;
        if self.model.is_active(self.people[person].account) {
            let next = self.phone(person).await;
            self.phones[n] = next;
        }
        self.saw("ended");
    }

    /// Asks both the same, and compares what they say.
    async fn both(
        &mut self,
        source: Source,
        (caller, journal, newest): (model::Caller, Option<JournalId>, Option<Head>),
        ops: &[PushedOp],
        gives: Vec<(AssignmentId, domain::ids::AccountId)>,
    ) -> Option<(Pushed, Pushed)> {
        let by = if matches!(source, Source::Server { .. }) { &self.world.owner } else { &self.world.store };
        let there = by.write(self.world.tenant, WriteRequest { source, received_at: self.now }).await;
        let request = model::Request { caller, journal, newest, ops: ops.to_vec(), gives, received_at: self.now };
        let here = self.model.write(&[request]).pop().expect("an answer");
        let seed = self.seed;
        let (there, here) = match (there, here) {
            (Err(store::Error::Unauthorized), Err(model::Unauthorized)) => return None,
            (Ok(there), Ok(here)) => (there, here),
            (there, here) => panic!("seed {seed}: {there:?} there, {here:?} in the model"),
        };
        let (rev, batch) = *self.before.get_or_insert_with(|| {
            let first = (&there.results[0], &here.results[0]);
            (first.0.rev - first.1.rev, first.0.batch - first.1.batch)
        });
        assert_eq!(said(&there, rev, batch), said(&here, 0, 0), "seed {seed}: what is said about {ops:?}");
        for result in &there.results {
            let what = match result.verdict {
                Verdict::Applied => "applied",
                Verdict::Duplicate => "duplicate",
                Verdict::Held { .. } => "held",
                Verdict::Refused { .. } => "refused",
            };
            self.saw(what);
        }
        Some((there, here))
    }

    /// The log, what is held, and every person's tasks from the start.
    async fn compare_all(&mut self) {
        let (seed, tenant) = (self.seed, self.world.tenant);
        let (rev, _) = self.before.expect("something was written");
        let feed = self.world.store.feed(tenant, rev, 100_000).await.expect("the feed");
        let there: Vec<_> = feed.iter().map(|entry| (entry.rev - rev, entry.op.0, plain(&entry.verdict))).collect();
        let here = self.model.log.iter().zip(1..).map(|(row, rev)| (rev, row.id, plain(&row.verdict)));
        assert_eq!(there, here.collect::<Vec<_>>(), "seed {seed}: the log");
        let mut tx = self.world.store.read(tenant).await.expect("a transaction");
        let waiting = store::hq::held::waiting(&mut tx).await.expect("what is held");
        drop(tx);
        let mut there: Vec<_> = waiting.iter().map(|row| row.op.0).collect();
        there.sort_unstable();
        let here: Vec<_> = self.model.held.iter().filter(|(_, row)| !row.decided).map(|(id, _)| *id).collect();
        assert_eq!(there, here, "seed {seed}: what is held");
        for n in 0..self.phones.len() {
            self.phones[n].cursors = (None, None);
            self.pull(n).await;
        }
        let report = self.world.verify().await;
        assert_eq!(report.differences, [], "seed {seed}");
    }
}

/// An answer without what is its side's own: where its log began, its signatures and the paths under them.
fn said(pushed: &Pushed, rev: i64, batch: i64) -> impl PartialEq + std::fmt::Debug + use<> {
    let results = pushed.results.iter().map(|result| {
        let first = result.first.as_ref().map(plain);
        let place = (result.rev - rev, result.batch - batch);
        (result.op_id, result.seq, plain(&result.verdict), first, result.digest, place)
    });
    let heads = pushed.heads.iter().map(|head| (head.epoch, head.number - batch));
    (results.collect::<Vec<_>>(), pushed.expect, heads.collect::<Vec<_>>(), pushed.server_time)
}

/// A verdict without the words that say where a body is wrong.
fn plain(verdict: &Verdict) -> Verdict {
    match verdict {
        Verdict::Refused { code, .. } => Verdict::refused(*code),
        other => other.clone(),
    }
}

/// What comes down, without the cursor, which is opaque, and in one order.
fn comparable(mut pulled: Pulled) -> Pulled {
    pulled.cursor.clear();
    for change in &mut pulled.changes {
        if let Change::Task(task) = change
            && let Some(visit) = &mut task.visit
        {
            visit.verified.sort_unstable();
        }
    }
    pulled
}

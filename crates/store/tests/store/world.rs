//! A tenant of its own with people, a city, halls and checklists; and phones that use the store as the server would.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::{
    assignment::{Assignment, VisitMode, Window},
    checklist::{Answer, ChecklistVersion, Later, Value, builtin},
    evidence::{CapturedKnown, EvidenceKind, EvidenceRecord, EvidenceSource, Sha256, StoredBytes},
    ids::{
        AccountId, AliasId, AssignmentId, ChecklistVersionId, EvidenceId, JournalId, OpId, OrgUnitId, TenantId,
        VenueId, VisitId,
    },
    op::{
        Envelope, Op, Payload, Salt, Verdict,
        payload::{
            AccountCreate, AssignmentAccept, AssignmentPlan, ChecklistPublish, OrgImport, PlannedTask, VenueImport,
            VisitArrive, VisitLeave,
        },
    },
    org::{OrgKind, OrgUnit, Venue, VenueKind},
    place::{NoFix, Whereabouts},
    role::{Role, RoleSet},
    text::Text,
    time::{DAY_MS, Moment, ZoneOffset},
    visit::{Impressions, Presence, VisitDocument},
};
use protocol::{
    push::{OpResult, Pushed, PushedOp},
    receipt::{Head, climb, leaf},
};
use serde_json::value::RawValue;
use store::{
    Caller, Front, NewJournal, NewSession, NewTenant, Private, PrivateAccount, PrivatePlan, PrivateSupervisor, Pull,
    Secret, Settings, Signed, Signer, Source, Store, WayIn, Who, WriteRequest,
};
use uuid::Uuid;

use crate::cluster::cluster;

/// The tests' clock stands still but where a test moves it.
pub(crate) const NOW: Moment = Moment(1_790_000_000_000);

/// Signs without a secret: enough to tell ours from others.
#[derive(Debug)]
pub(crate) struct TestSigner;

impl Signer for TestSigner {
    fn sign(&self, hash: Sha256) -> Signed {
        Signed { key: "0123456789abcdef".to_owned(), signature: format!("{hash}{hash}") }
    }

    fn signed(&self, hash: Sha256, signed: &Signed) -> bool {
        *signed == self.sign(hash)
    }
}

fn count() -> u64 {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

/// An id that no other test has.
pub(crate) fn uuid() -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, &count().to_be_bytes())
}

pub(crate) fn salt() -> Salt {
    Salt::new([7; 16])
}

pub(crate) struct World {
    /// As the serving process.
    pub(crate) store: Store,
    /// As the owner's commands.
    pub(crate) owner: Store,
    pub(crate) tenant: TenantId,
    pub(crate) venue: Venue,
    pub(crate) lists: Vec<ChecklistVersion>,
}

pub(crate) async fn open(url: &str) -> Store {
    let settings = Settings { serve_url: url.to_owned(), unit_url: None, connections: 8 };
    Store::open(&settings, Arc::new(TestSigner)).await.expect("the store opens")
}

impl World {
    pub(crate) async fn new() -> Self {
        let cluster = cluster();
        let tenant = TenantId(uuid());
        let new = NewTenant {
            id: tenant,
            code: format!("t{}", tenant.0.simple()),
            name: Text::zh("云川市公司"),
            zone: ZoneOffset::default(),
            at: NOW,
        };
        store::create_tenant(&cluster.owner, &new).await.expect("a tenant");
        let unit = OrgUnitId(uuid());
        let venue = Venue {
            id: VenueId(uuid()),
            kind: VenueKind::Hall,
            code: "H1".into(),
            name: Text::zh("清河路营业厅"),
            unit,
            county: unit,
            address: "清河路 1 号".into(),
            position: None,
            original: None,
            hours: String::new(),
            agent: false,
            rural: false,
        };
        let world = Self {
            store: open(&cluster.serve).await,
            owner: open(&cluster.owner).await,
            tenant,
            venue: venue.clone(),
            lists: builtin().expect("the lists"),
        };
        let city =
            OrgUnit { id: unit, parent: None, kind: OrgKind::City, code: "C".into(), name: Text::zh("市公司") };
        world.server(Payload::OrgImport(OrgImport { units: vec![city] })).await;
        world.server(Payload::VenueImport(VenueImport { venues: vec![venue] })).await;
        for version in world.lists.clone() {
            world.server(Payload::ChecklistPublish(ChecklistPublish { version })).await;
        }
        world
    }

    /// An op of the server itself, which must take effect.
    pub(crate) async fn server(&self, payload: Payload) {
        let op = Op::new(OpId(uuid()), Uuid::nil(), uuid(), None, salt(), payload).expect("an op");
        let result = self.owner.act_as_server(self.tenant, op, Private::None, NOW).await.expect("written");
        assert_eq!(result.verdict, Verdict::Applied);
    }

    /// Makes an account with the password hash `hash` and signs it in on HQ's front.
    pub(crate) async fn person(&self, roles: &[Role]) -> Person {
        let account = AccountId(uuid());
        let private = PrivateAccount {
            login: format!("u{}", account.0.simple()),
            name: "某人".into(),
            way_in: WayIn { password_hash: Some("hash".into()), link: None },
            supervisor: roles.contains(&Role::Visitor).then(PrivateSupervisor::default),
        };
        let create = Payload::AccountCreate(AccountCreate {
            roles: RoleSet::of(roles),
            unit: None,
            commitment: private.commitment(&[7; 16]),
        });
        let login = private.login.clone();
        let op = Op::new(OpId(uuid()), Uuid::nil(), account.0, None, salt(), create).expect("an op");
        let result = self.owner.act_as_server(self.tenant, op, Private::Account(private), NOW).await.expect("written");
        assert_eq!(result.verdict, Verdict::Applied);
        let token = self.sign_in(&login, Front::Hq, None).await.expect("signed in");
        Person { account, login, token }
    }

    /// Signs in with the right password. `None`: not let in.
    pub(crate) async fn sign_in(&self, login: &str, front: Front, journal: Option<NewJournal>) -> Option<Sha256> {
        let attempt = uuid();
        let check = self.store.sign_in_begin(self.tenant, attempt, login, "127.0.0.1", NOW).await.expect("begun");
        let right = check.password_hash.as_deref() == Some("hash");
        let (_, secret) = Secret::mint(self.tenant, Sha256::of(uuid().as_bytes()).0);
        let session = NewSession {
            token: secret.hash,
            front,
            idle_ms: DAY_MS,
            ends_at: NOW.plus(30 * DAY_MS),
            device: "test".into(),
            journal,
        };
        let person = self.store.sign_in_finish(self.tenant, attempt, right, &session, NOW).await.expect("finished");
        person.map(|_| secret.hash)
    }

    /// A supervisor's phone, signed in.
    pub(crate) async fn phone(&self, person: &Person) -> Phone {
        let journal = NewJournal { id: JournalId(uuid()), key: Sha256::of(uuid().as_bytes()) };
        let token = self.sign_in(&person.login, Front::Field, Some(journal)).await.expect("signed in");
        Phone { tenant: self.tenant, token, key: journal.key, journal: journal.id, seq: 0, newest: None }
    }

    /// A task for a known person.
    pub(crate) async fn task(&self, who: &Person) -> AssignmentId {
        let op = OpId(uuid());
        let task = PlannedTask {
            id: AssignmentId::derive(op.0, 0),
            venue: self.venue.id,
            checklist: self.hall().id,
            mode: VisitMode::Covert,
            window: Window { from: NOW, until: NOW.plus(DAY_MS) },
            scenario: None,
            commitments: Vec::new(),
        };
        let id = task.id;
        let plan = Payload::AssignmentPlan(AssignmentPlan { tasks: vec![task], by_handle: false });
        let private =
            PrivatePlan { seed: [1; 32], lock_out_ms: 0, who: BTreeMap::from([(id, Who::Account(who.account))]) };
        let op = Op::new(op, Uuid::nil(), uuid(), None, salt(), plan).expect("an op");
        let result = self.owner.act_as_server(self.tenant, op, Private::Plan(private), NOW).await.expect("written");
        assert_eq!(result.verdict, Verdict::Applied);
        id
    }

    pub(crate) fn hall(&self) -> &ChecklistVersion {
        self.lists.iter().find(|list| list.venue_kinds.contains(&VenueKind::Hall)).expect("the hall's list")
    }

    /// From now on the hall's list has an item, HALL-09, that is answered within two days of leaving.
    pub(crate) async fn hall_with_a_later_item(&mut self) {
        let list = self.lists.iter_mut().find(|list| list.venue_kinds.contains(&VenueKind::Hall)).expect("the list");
        list.id = ChecklistVersionId(uuid());
        let items = list.sections.iter_mut().flat_map(|section| &mut section.items);
        let item = items.into_iter().find(|item| item.code == "HALL-09").expect("the item");
        item.later = Some(Later { hours: 48, rural_hours: None });
        let publish = ChecklistPublish { version: list.clone() };
        self.server(Payload::ChecklistPublish(publish)).await;
    }

    /// Somebody at HQ acts on a visit.
    pub(crate) async fn hq(&self, who: &Person, task: AssignmentId, base: u32, payload: Payload) -> OpResult {
        let op = Op::new(OpId(uuid()), who.account.0, VisitId::of(task).0, Some(base), salt(), payload).expect("an op");
        self.store.act(self.tenant, who.token, op, Private::None, NOW).await.expect("written")
    }

    pub(crate) fn document(&self, task: AssignmentId, photos: &[u8]) -> VisitDocument {
        let list = self.hall();
        let answer = Answer::of(Value::Choice("none".into()));
        VisitDocument {
            assignment: task,
            venue: self.venue.id,
            checklist: list.id,
            window: Window { from: NOW, until: NOW.plus(DAY_MS) },
            arrived: Some(presence(1)),
            left: Some(presence(2)),
            answers: BTreeMap::from([(list.item_by_code("HALL-02").expect("the item").id, answer)]),
            answered_at: BTreeMap::new(),
            impressions: Impressions { overall: "明亮、整洁".into(), ..Impressions::default() },
            evidence: photos.iter().map(|n| photo(*n)).collect(),
            no_microphone: false,
        }
    }

    /// Verifies the tenant's log; what is not as it says.
    pub(crate) async fn verify(&self) -> store::Report {
        store::verify(&cluster().owner, self.tenant, &TestSigner).await.expect("verified")
    }
}

pub(crate) struct Person {
    pub(crate) account: AccountId,
    pub(crate) login: String,
    pub(crate) token: Sha256,
}

/// A phone as the server sees one.
pub(crate) struct Phone {
    pub(crate) tenant: TenantId,
    pub(crate) token: Sha256,
    pub(crate) key: Sha256,
    pub(crate) journal: JournalId,
    pub(crate) seq: i64,
    pub(crate) newest: Option<Head>,
}

impl Phone {
    /// The same phone, which has opened another journal in the place of this one.
    pub(crate) async fn reopened(&self, store: &Store) -> Self {
        let new = NewJournal { id: JournalId(uuid()), key: Sha256::of(uuid().as_bytes()) };
        assert!(store.open_journal(self.tenant, Caller::Token(self.token), new, NOW).await.expect("asked"));
        let newest = self.newest.clone();
        Self { tenant: self.tenant, token: self.token, key: new.key, journal: new.id, seq: 0, newest }
    }

    /// Cuts an op about the visit of `task`.
    pub(crate) fn cut(&mut self, task: AssignmentId, base: u32, payload: Payload) -> PushedOp {
        let subject = match &payload {
            Payload::AssignmentAccept(_) | Payload::AssignmentDecline(_) => task.0,
            _ => VisitId::of(task).0,
        };
        let op = Op::new(OpId(uuid()), AliasId::of(task).0, subject, Some(base), salt(), payload).expect("an op");
        self.next(&op)
    }

    /// Any op as the next of its journal.
    pub(crate) fn next(&mut self, op: &Op) -> PushedOp {
        self.seq += 1;
        pushed(op, self.journal, self.seq)
    }

    pub(crate) async fn push(&mut self, store: &Store, ops: &[PushedOp]) -> store::Result<Pushed> {
        self.push_as(store, Caller::Token(self.token), ops).await
    }

    pub(crate) async fn push_as(&mut self, store: &Store, caller: Caller, ops: &[PushedOp]) -> store::Result<Pushed> {
        self.push_at(store, caller, ops, NOW).await
    }

    pub(crate) async fn push_at(
        &mut self,
        store: &Store,
        caller: Caller,
        ops: &[PushedOp],
        received_at: Moment,
    ) -> store::Result<Pushed> {
        let source = Source::Phone { caller, journal: self.journal, newest: self.newest.clone(), ops: ops.to_vec() };
        let pushed = store.write(self.tenant, WriteRequest { source, received_at }).await?;
        check_receipt(&pushed);
        if let Some(head) = pushed.heads.last() {
            self.newest = Some(head.clone());
        }
        Ok(pushed)
    }

    /// Everything since `cursor`.
    pub(crate) async fn pull(&self, store: &Store, cursor: Option<&str>) -> Option<protocol::pull::Pulled> {
        match store.pull(self.tenant, self.token, None, cursor, NOW).await.expect("pulled") {
            Pull::Nothing => None,
            Pull::OtherAccount => panic!("nobody was named"),
            Pull::Changes(pulled) => Some(*pulled),
        }
    }

    /// Accepts, arrives, leaves and hands in; every op must take effect.
    pub(crate) async fn visit(&mut self, world: &World, task: AssignmentId, photos: &[u8]) -> Vec<PushedOp> {
        let ops = vec![
            self.cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {})),
            self.cut(task, 0, Payload::VisitArrive(VisitArrive { assignment: task, presence: presence(1) })),
            self.cut(task, 1, Payload::VisitLeave(VisitLeave { assignment: task, presence: presence(2) })),
            self.cut(task, 2, Payload::VisitSubmit(world.document(task, photos))),
        ];
        let pushed = self.push(&world.store, &ops).await.expect("pushed");
        assert_eq!(verdicts(&pushed), vec![Verdict::Applied; 4]);
        ops
    }
}

pub(crate) fn pushed(op: &Op, journal: JournalId, seq: i64) -> PushedOp {
    let envelope = Envelope { op_id: op.id, journal, seq, device_time: NOW };
    PushedOp { envelope, body: RawValue::from_string(op.canonical.clone()).expect("JSON") }
}

pub(crate) fn verdicts(pushed: &Pushed) -> Vec<Verdict> {
    pushed.results.iter().map(|result| result.verdict.clone()).collect()
}

/// Every result hangs on a head that came with it.
fn check_receipt(pushed: &Pushed) {
    for result in &pushed.results {
        let head = pushed.heads.iter().find(|head| head.number == result.batch).expect("its head");
        let verdict = result.first.as_ref().unwrap_or(&result.verdict);
        assert_eq!(climb(leaf(result.digest, verdict, result.rev), &result.path), head.root);
        assert!(TestSigner.verify(head));
    }
}

pub(crate) fn presence(ms: i64) -> Presence {
    Presence { at: NOW.plus(ms), whereabouts: Whereabouts::None(NoFix::Refused) }
}

pub(crate) fn photo(n: u8) -> EvidenceRecord {
    EvidenceRecord {
        id: EvidenceId::derive(Uuid::nil(), u32::from(n)),
        item: None,
        kind: EvidenceKind::Photo,
        source: EvidenceSource::InPageCamera,
        bytes: Some(StoredBytes { sha256: Sha256::of(&[n]), size: 1, mime: "image/jpeg".into() }),
        text: String::new(),
        captured_at: NOW,
        captured_known: CapturedKnown::Shutter,
        fix: None,
        caption: String::new(),
    }
}

/// The task as the phone would find it.
pub(crate) fn task_of(pulled: &protocol::pull::Pulled, id: AssignmentId) -> Option<&protocol::pull::Task> {
    pulled.changes.iter().find_map(|change| match change {
        protocol::pull::Change::Task(task) if task.assignment.id == id => Some(&**task),
        _ => None,
    })
}

/// Whose state the tests look at most.
pub(crate) const fn state(assignment: &Assignment) -> domain::assignment::AssignmentState {
    assignment.state
}

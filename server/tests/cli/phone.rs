//! A phone that speaks the public contract, and remembers everything that it ever sent.

use domain::{
    checklist::{Answer as Given, Value},
    evidence::{CapturedKnown, EvidenceKind, EvidenceRecord, EvidenceSource, Sha256, StoredBytes},
    ids::{AliasId, AssignmentId, EvidenceId, JournalId, OpId, VisitId},
    op::{
        Envelope, Op, Payload, Salt, Verdict,
        payload::{AssignmentAccept, VisitArrive, VisitLeave},
    },
    place::{NoFix, Whereabouts},
    time::Moment,
    visit::{Impressions, Presence, VisitDocument},
};
use protocol::{
    evidence::{CHUNK_HEADER, OFFSET_HEADER, UploadState, VISIT_HEADER},
    pull::{Change, Pulled, Task},
    push::{Push, Pushed, PushedOp},
    receipt::Head,
    session::{NewJournal, SignedIn},
};
use serde_json::{json, value::RawValue};
use uuid::Uuid;

use crate::web::{Answer, ask};

/// A phone, signed in.
pub(crate) struct Phone {
    address: String,
    pub(crate) me: SignedIn,
    journal: JournalId,
    seq: i64,
    newest: Option<Head>,
    /// Every op that was ever cut.
    ops: Vec<Op>,
    /// Every photo that was ever taken, with its visit.
    photos: Vec<(VisitId, Vec<u8>)>,
}

/// Signs in with a token.
pub(crate) fn sign_in(address: &str, login: &str, password: &str) -> Answer {
    let body = json!({"with": {"password": {"login": login, "password": password}}, "bearer": true});
    let headers = [("content-type", "application/json"), ("mingcha-protocol", "1"), ("mingcha-build", "test")];
    ask(address, "POST", "/api/v1/session", &headers, body.to_string().as_bytes())
}

impl Phone {
    pub(crate) fn new(address: &str, login: &str, password: &str) -> Self {
        let me: SignedIn = sign_in(address, login, password).json();
        let journal = me.journal;
        Self { address: address.to_owned(), me, journal, seq: 0, newest: None, ops: Vec::new(), photos: Vec::new() }
    }

    /// The same phone at a server that may have forgotten some of it: signs in again, keeps all that it has.
    pub(crate) fn sign_in_again(&mut self, address: &str, login: &str, password: &str) {
        self.me = sign_in(address, login, password).json();
        address.clone_into(&mut self.address);
    }

    fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let bearer = format!("Bearer {}", self.me.token.as_deref().expect("a token"));
        let mut all = vec![("authorization", bearer.as_str()), ("mingcha-protocol", "1"), ("mingcha-build", "test")];
        all.extend_from_slice(headers);
        ask(&self.address, method, path, &all, body)
    }

    pub(crate) fn pull(&self) -> Pulled {
        self.ask("GET", "/api/v1/sync/pull", &[], b"").json()
    }

    pub(crate) fn task(&self, id: AssignmentId) -> (Task, Pulled) {
        let pulled = self.pull();
        let task = pulled.changes.iter().find_map(|change| match change {
            Change::Task(task) if task.assignment.id == id => Some((**task).clone()),
            _ => None,
        });
        (task.expect("the task"), pulled)
    }

    fn cut(&mut self, task: AssignmentId, base: u32, payload: Payload) {
        let subject = match &payload {
            Payload::AssignmentAccept(_) => task.0,
            _ => VisitId::of(task).0,
        };
        let id = OpId(Uuid::new_v5(&task.0, format!("{base} {}", payload.kind()).as_bytes()));
        let op = Op::new(id, AliasId::of(task).0, subject, Some(base), Salt::new([7; 16]), payload).expect("an op");
        self.ops.push(op);
    }

    /// Sends the ops from the `from`-th on in the journal at hand.
    fn push(&mut self, from: usize) -> Pushed {
        let journal = self.journal;
        let mut ops = Vec::new();
        for op in &self.ops[from..] {
            self.seq += 1;
            let envelope = Envelope { op_id: op.id, journal, seq: self.seq, device_time: self.me.server_time };
            ops.push(PushedOp { envelope, body: RawValue::from_string(op.canonical.clone()).expect("JSON") });
        }
        let push = Push { account: self.me.account, journal, newest: self.newest.clone(), ops };
        let body = serde_json::to_vec(&push).expect("JSON");
        let pushed: Pushed =
            self.ask("POST", "/api/v1/sync/push", &[("content-type", "application/json")], &body).json();
        if let Some(head) = pushed.heads.last() {
            self.newest = Some(head.clone());
        }
        pushed
    }

    /// Accepts a task, visits with one photo, hands everything in: text first, then the bytes.
    pub(crate) fn visit(&mut self, task: AssignmentId, photo: &[u8]) {
        let (found, pulled) = self.task(task);
        let list = pulled.checklists.get(&found.assignment.checklist).expect("the checklist");
        let presence =
            |ms| Presence { at: self.me.server_time.plus(ms), whereabouts: Whereabouts::None(NoFix::Refused) };
        let item = list.item_by_code("HALL-02").expect("an item").id;
        let document = VisitDocument {
            assignment: task,
            venue: found.venue.id,
            checklist: list.id,
            window: found.assignment.window,
            arrived: Some(presence(1)),
            left: Some(presence(2)),
            answers: [(item, Given::of(Value::Choice("none".into())))].into(),
            answered_at: Default::default(),
            impressions: Impressions { overall: "明亮、整洁".into(), ..Impressions::default() },
            evidence: vec![record(photo, self.me.server_time)],
            no_microphone: false,
        };
        let (arrived, left) = (presence(1), presence(2));
        let from = self.ops.len();
        self.cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {}));
        self.cut(task, 0, Payload::VisitArrive(VisitArrive { assignment: task, presence: arrived }));
        self.cut(task, 1, Payload::VisitLeave(VisitLeave { assignment: task, presence: left }));
        self.cut(task, 2, Payload::VisitSubmit(document));
        let verdicts: Vec<Verdict> = self.push(from).results.into_iter().map(|result| result.verdict).collect();
        assert_eq!(verdicts, vec![Verdict::Applied; 4]);
        self.photos.push((VisitId::of(task), photo.to_vec()));
        assert_eq!(self.upload(self.photos.len() - 1), 0, "nothing of it was there");
        self.wait_until_counted(task, Sha256::of(photo));
    }

    /// Waits until the server's job has let the bytes count.
    pub(crate) fn wait_until_counted(&self, task: AssignmentId, sha256: Sha256) {
        for _ in 0..600 {
            let counted = self.task(task).0.visit.is_some_and(|visit| visit.verified.contains(&sha256));
            if counted {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("the photo does not count");
    }

    /// Sends what the server lacks of a photo; gives where it went on.
    fn upload(&self, n: usize) -> u64 {
        let (visit, bytes) = &self.photos[n];
        let (sha256, visit) = (Sha256::of(bytes).to_string(), visit.to_string());
        let path = format!("/api/v1/evidence/{sha256}");
        let body = json!({"visit": visit, "sha256": sha256, "size": bytes.len()}).to_string();
        let json = [("content-type", "application/json")];
        let state: UploadState = self.ask("POST", "/api/v1/evidence", &json, body.as_bytes()).json();
        if state.offset < bytes.len() as u64 {
            let rest = &bytes[state.offset as usize..];
            let (offset, sum) = (state.offset.to_string(), Sha256::of(rest).to_string());
            let headers = [(VISIT_HEADER, visit.as_str()), (OFFSET_HEADER, &offset), (CHUNK_HEADER, &sum)];
            let state: UploadState = self.ask("PATCH", &path, &headers, rest).json();
            assert!(state.verified);
        }
        state.offset
    }

    /// The bytes of a photo as the server shows them.
    pub(crate) fn see(&self, task: AssignmentId, photo: &[u8]) -> Option<Vec<u8>> {
        let path = format!("/api/v1/evidence/{}?visit={}", Sha256::of(photo), VisitId::of(task));
        let answer = self.ask("GET", &path, &[], b"");
        (answer.status == 200).then_some(answer.body)
    }

    /// Shows the newest receipt and nothing else.
    pub(crate) fn show_receipt(&mut self) {
        assert!(self.newest.is_some());
        let nothing = self.ops.len();
        self.push(nothing);
    }

    /// What a phone does on a new epoch: a new journal, every op and every photo again. The verdicts, and where
    /// each upload went on.
    pub(crate) fn offer_everything_again(&mut self) -> (Vec<Verdict>, Vec<u64>) {
        let journal: NewJournal = self.ask("POST", "/api/v1/journal", &[], b"").json();
        (self.journal, self.seq) = (journal.journal, 0);
        let verdicts = self.push(0).results.into_iter().map(|result| result.verdict).collect();
        let offsets = (0..self.photos.len()).map(|n| self.upload(n)).collect();
        (verdicts, offsets)
    }
}

fn record(photo: &[u8], at: Moment) -> EvidenceRecord {
    let sha256 = Sha256::of(photo);
    EvidenceRecord {
        id: EvidenceId::derive(Uuid::nil(), u32::from(sha256.0[0])),
        item: None,
        kind: EvidenceKind::Photo,
        source: EvidenceSource::InPageCamera,
        bytes: Some(StoredBytes { sha256, size: photo.len() as u64, mime: "image/jpeg".into() }),
        text: String::new(),
        captured_at: at,
        captured_known: CapturedKnown::Shutter,
        fix: None,
        caption: String::new(),
    }
}

//! A supervisor's phone, or another client with a bearer token: what it sends is what the wire sees.

use domain::{
    evidence::{CapturedKnown, EvidenceKind, EvidenceRecord, EvidenceSource, Sha256, StoredBytes},
    ids::{AliasId, AssignmentId, EvidenceId, JournalId, OpId, VisitId},
    op::{
        Envelope, Op, Payload, Verdict,
        payload::{AssignmentAccept, VisitArrive, VisitLeave},
    },
    place::{NoFix, Whereabouts},
    visit::{Presence, VisitDocument},
};
use protocol::{
    evidence::{CHUNK_BYTES, CHUNK_HEADER, CreateUpload, OFFSET_HEADER, UploadState, VISIT_HEADER},
    pull::Pulled,
    push::{Push, Pushed, PushedOp},
    receipt::{Head, climb, leaf},
    session::{Credentials, SignIn, SignedIn},
};
use serde_json::value::RawValue;

use crate::{
    company::{Company, PASSWORD, Person, salt, uuid},
    house::House,
    web::{Answer, Ask, ORIGIN},
};

/// By what a phone shows who it is.
#[derive(Clone, Debug)]
pub(crate) enum Shows {
    /// A browser's cookie.
    Cookie(String),
    /// Another client's token.
    Bearer(String),
    /// The journal's key, which never ends.
    HandIn(String),
}

/// A phone.
#[derive(Clone, Debug)]
pub(crate) struct Phone {
    pub(crate) me: SignedIn,
    pub(crate) shows: Shows,
    pub(crate) seq: i64,
    pub(crate) newest: Option<Head>,
}

/// What a phone sends to sign in.
pub(crate) fn sign_in(company: &Company, login: &str, password: &str) -> SignIn {
    SignIn {
        tenant: company.code.clone(),
        with: Credentials::Password { login: login.to_owned(), password: password.to_owned() },
        resume: None,
        bearer: false,
    }
}

/// A request of the phone's app, which names protocol and site.
pub(crate) fn from_app(ask: Ask) -> Ask {
    ask.header("mingcha-protocol", "1").header("mingcha-build", "test").header("origin", ORIGIN)
}

impl Phone {
    pub(crate) async fn sign_in(house: &House, company: &Company, who: &Person) -> Self {
        Self::sign_in_with(house, sign_in(company, &who.login, PASSWORD), "Mozilla/5.0 (Linux; Android)").await
    }

    pub(crate) async fn bearer(house: &House, company: &Company, who: &Person) -> Self {
        Self::sign_in_with(house, SignIn { bearer: true, ..sign_in(company, &who.login, PASSWORD) }, "client").await
    }

    pub(crate) async fn sign_in_with(house: &House, with: SignIn, agent: &str) -> Self {
        let ask = from_app(Ask::post("/api/v1/session")).header("user-agent", agent).json(&with);
        let answer = house.ask(ask).await.expect(200);
        let me: SignedIn = answer.json();
        let shows = match &me.token {
            Some(token) => Shows::Bearer(token.clone()),
            None => Shows::Cookie(answer.cookie("mc_field").expect("a cookie")),
        };
        Self { me, shows, seq: 0, newest: None }
    }

    /// The same phone with nothing but its hand-in key.
    pub(crate) fn by_key(&self) -> Self {
        Self { shows: Shows::HandIn(self.me.hand_in_key.clone()), ..self.clone() }
    }

    /// A request in this phone's name.
    pub(crate) fn ask(&self, ask: Ask) -> Ask {
        let ask = from_app(ask);
        match &self.shows {
            Shows::Cookie(cookie) => ask.cookie("mc_field", cookie),
            Shows::Bearer(token) => ask.header("authorization", &format!("Bearer {token}")),
            Shows::HandIn(key) => ask.header("mingcha-hand-in", key),
        }
    }

    /// Cuts an op about the visit of `task`.
    pub(crate) fn cut(&mut self, task: AssignmentId, base: u32, payload: Payload) -> PushedOp {
        self.cut_as(OpId(uuid()), task, base, payload)
    }

    pub(crate) fn cut_as(&mut self, id: OpId, task: AssignmentId, base: u32, payload: Payload) -> PushedOp {
        self.seq += 1;
        let op = op_of(id, task, base, payload);
        pushed_op(&op, self.me.journal, self.seq, self.me.server_time)
    }

    pub(crate) fn push_of(&self, ops: &[PushedOp]) -> Push {
        Push { account: self.me.account, journal: self.me.journal, newest: self.newest.clone(), ops: ops.to_vec() }
    }

    pub(crate) async fn try_push(&self, house: &House, ops: &[PushedOp]) -> Answer {
        house.ask(self.ask(Ask::post("/api/v1/sync/push").json(&self.push_of(ops)))).await
    }

    pub(crate) async fn push(&mut self, house: &House, ops: &[PushedOp]) -> Pushed {
        let pushed: Pushed = self.try_push(house, ops).await.expect(200).json();
        check_receipt(&pushed);
        if let Some(head) = pushed.heads.last() {
            self.newest = Some(head.clone());
        }
        pushed
    }

    pub(crate) async fn try_pull(&self, house: &House, cursor: Option<&str>) -> Answer {
        let path = match cursor {
            Some(cursor) => format!("/api/v1/sync/pull?cursor={cursor}"),
            None => "/api/v1/sync/pull".to_owned(),
        };
        house.ask(self.ask(Ask::get(path)).header("mingcha-account", &self.me.account.to_string())).await
    }

    pub(crate) async fn pull(&self, house: &House, cursor: Option<&str>) -> Option<Pulled> {
        let answer = self.try_pull(house, cursor).await;
        if answer.status == 204 { None } else { Some(answer.expect(200).json()) }
    }

    /// Accepts, arrives, leaves and hands in; every op must take effect.
    pub(crate) async fn visit(&mut self, house: &House, task: AssignmentId, document: VisitDocument) -> Vec<PushedOp> {
        let ops = self.visit_ops(house, task, document);
        let pushed = self.push(house, &ops).await;
        assert_eq!(verdicts(&pushed), vec![Verdict::Applied; 4]);
        ops
    }

    pub(crate) fn visit_ops(&mut self, house: &House, task: AssignmentId, document: VisitDocument) -> Vec<PushedOp> {
        let (arrived, left) = (document.arrived.clone(), document.left.clone());
        let presence = |own: Option<Presence>| own.unwrap_or_else(|| here(house));
        vec![
            self.cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {})),
            self.cut(task, 0, Payload::VisitArrive(VisitArrive { assignment: task, presence: presence(arrived) })),
            self.cut(task, 1, Payload::VisitLeave(VisitLeave { assignment: task, presence: presence(left) })),
            self.cut(task, 2, Payload::VisitSubmit(document)),
        ]
    }

    pub(crate) fn create(&self, task: AssignmentId, bytes: &[u8]) -> Ask {
        let create = CreateUpload { visit: VisitId::of(task), sha256: Sha256::of(bytes), size: bytes.len() as u64 };
        self.ask(Ask::post("/api/v1/evidence").json(&create))
    }

    pub(crate) fn head(&self, task: AssignmentId, sha256: Sha256) -> Ask {
        let ask = Ask::new(axum::http::Method::HEAD, format!("/api/v1/evidence/{sha256}"));
        self.ask(ask).header(VISIT_HEADER, &VisitId::of(task).to_string())
    }

    pub(crate) fn chunk(&self, task: AssignmentId, sha256: Sha256, offset: usize, chunk: &[u8]) -> Ask {
        let ask = Ask::new(axum::http::Method::PATCH, format!("/api/v1/evidence/{sha256}")).bytes(chunk.to_vec());
        self.ask(ask)
            .header(VISIT_HEADER, &VisitId::of(task).to_string())
            .header(OFFSET_HEADER, &offset.to_string())
            .header(CHUNK_HEADER, &Sha256::of(chunk).to_string())
    }

    /// Sends a file, whole.
    pub(crate) async fn upload(&self, house: &House, task: AssignmentId, bytes: &[u8]) {
        let sha256 = Sha256::of(bytes);
        let mut state: UploadState = house.ask(self.create(task, bytes)).await.expect(200).json();
        while !state.verified {
            let from = usize::try_from(state.offset).expect("an offset");
            let until = bytes.len().min(from + CHUNK_BYTES as usize);
            state = house.ask(self.chunk(task, sha256, from, &bytes[from..until])).await.expect(200).json();
        }
    }

    pub(crate) fn read(&self, task: AssignmentId, sha256: Sha256) -> Ask {
        self.ask(Ask::get(format!("/api/v1/evidence/{sha256}?visit={}", VisitId::of(task))))
    }
}

pub(crate) fn op_of(id: OpId, task: AssignmentId, base: u32, payload: Payload) -> Op {
    let subject = match &payload {
        Payload::AssignmentAccept(_) | Payload::AssignmentDecline(_) => task.0,
        _ => VisitId::of(task).0,
    };
    Op::new(id, AliasId::of(task).0, subject, Some(base), salt(), payload).expect("an op")
}

pub(crate) fn pushed_op(op: &Op, journal: JournalId, seq: i64, device_time: domain::time::Moment) -> PushedOp {
    let envelope = Envelope { op_id: op.id, journal, seq, device_time };
    PushedOp { envelope, body: RawValue::from_string(op.canonical.clone()).expect("JSON") }
}

pub(crate) fn verdicts(pushed: &Pushed) -> Vec<Verdict> {
    pushed.results.iter().map(|result| result.verdict.clone()).collect()
}

/// Every result hangs on a head that came with it.
pub(crate) fn check_receipt(pushed: &Pushed) {
    for result in &pushed.results {
        let head = pushed.heads.iter().find(|head| head.number == result.batch).expect("its head");
        let verdict = result.first.as_ref().unwrap_or(&result.verdict);
        assert_eq!(climb(leaf(result.digest, verdict, result.rev), &result.path), head.root);
    }
}

pub(crate) fn here(house: &House) -> Presence {
    Presence { at: house.now(), whereabouts: Whereabouts::None(NoFix::Refused) }
}

/// The record of a photo with these bytes.
pub(crate) fn photo(house: &House, n: u32, bytes: &[u8]) -> EvidenceRecord {
    EvidenceRecord {
        id: EvidenceId::derive(uuid(), n),
        item: None,
        kind: EvidenceKind::Photo,
        source: EvidenceSource::InPageCamera,
        bytes: Some(StoredBytes { sha256: Sha256::of(bytes), size: bytes.len() as u64, mime: "image/jpeg".into() }),
        text: String::new(),
        captured_at: house.now(),
        captured_known: CapturedKnown::Shutter,
        fix: None,
        caption: String::new(),
    }
}

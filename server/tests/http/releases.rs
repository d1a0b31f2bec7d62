//! P7: whoever has not updated can still hand in. What the phone of each release sends is kept in `server/tests/releases`,
//! request by request, and replayed against the server of today.
//!
//! A release adds its own: `MINGCHA_RECORD=1 cargo test -p server --test http releases` (with the features of
//! `cargo xtask test`) writes `server/tests/releases/<version>.jsonl`, and that file is never changed again. Until the
//! version is raised, a phone that sends something else than its file says is noticed here.
//!
//! The first line is the checklist that the tasks are about, as it was published. Every other is a request, with what must
//! come of it. Names in braces are what differs from house to house.

use std::{collections::BTreeMap, fs, path::PathBuf};

use axum::http::Method;
use domain::{
    checklist::ChecklistVersion,
    evidence::Sha256,
    ids::{AliasId, AssignmentId, EvidenceId, OpId, VisitId},
    op::{
        HeldCode, Payload, Salt, Verdict,
        payload::{AssignmentAccept, AssignmentDecline, VisitArrive, VisitLeave},
    },
    place::{NoFix, Whereabouts},
    role::Role,
    time::Moment,
    visit::Presence,
};
use protocol::{
    evidence::{CHUNK_HEADER, CreateUpload, OFFSET_HEADER, UploadState, VISIT_HEADER},
    push::Pushed,
    session::SignedIn,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sync::{Cut, Engine, UploadStep};
use uuid::Uuid;

use crate::{
    company::{Company, PASSWORD},
    desk::Desk,
    house::House,
    phone::{check_receipt, from_app, photo, sign_in, verdicts},
    web::{Answer, Ask},
};

/// When the phones of the logs were where they say, by their own clocks.
const THEN: Moment = Moment(1_790_000_000_000);
/// Bytes of the photo of today's log: several chunks.
const PHOTO: usize = 300_000;

/// A request of a log, and what must come of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Request {
    method: String,
    path: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
    /// From where and how many bytes of the photo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<(usize, usize)>,
    /// The verdicts of a push, or the state of an upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    says: Option<Value>,
}

/// What differs from house to house: a name, and what it stands for here.
#[derive(Clone, Debug, Default)]
struct Names(Vec<(&'static str, String)>);

impl Names {
    fn is(&mut self, name: &'static str, value: impl ToString) {
        self.0.push((name, value.to_string()));
    }

    fn of_task(&mut self, names: [&'static str; 3], task: AssignmentId) {
        self.is(names[0], task);
        self.is(names[1], VisitId::of(task));
        self.is(names[2], AliasId::of(task).0);
    }

    /// A text of this house, as a log has it.
    fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(value, &format!("{{{name}}}")))
    }

    /// A text of a log, for this house.
    fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }
}

/// A company with two tasks for one person.
struct Stage {
    house: House,
    company: Company,
    names: Names,
    tasks: [AssignmentId; 2],
}

impl Stage {
    /// `list`: the checklist of the log; that of today without.
    async fn set(list: Option<ChecklistVersion>) -> Self {
        let house = House::new().await;
        let mut company = Company::new(&house).await;
        if let Some(list) = list {
            if !company.lists.contains(&list) {
                let publish = domain::op::payload::ChecklistPublish { version: list.clone() };
                company.command(&house, Payload::ChecklistPublish(publish)).await;
            }
            company.lists = vec![list];
        }
        let visitor = company.person(&house, &[Role::Visitor]).await;
        let tasks = [company.task(&house, &visitor).await, company.task(&house, &visitor).await];
        let mut names = Names::default();
        names.is("company", &company.code);
        names.is("login", &visitor.login);
        names.is("password", PASSWORD);
        names.is("account", visitor.account);
        names.is("venue", company.venues[0].id);
        names.of_task(["task", "visit", "alias"], tasks[0]);
        names.of_task(["other_task", "other_visit", "other_alias"], tasks[1]);
        Self { house, company, names, tasks }
    }
}

fn picture(size: usize) -> Vec<u8> {
    (0..size).map(|byte| (byte % 251) as u8).collect()
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/releases")
}

/// What came of a request, as a log has it.
fn said(path: &str, answer: &Answer) -> Option<Value> {
    match path {
        "/api/v1/sync/push" => {
            let pushed: Pushed = answer.json();
            check_receipt(&pushed);
            Some(json!(verdicts(&pushed)))
        }
        path if path.starts_with("/api/v1/evidence") => Some(json!(answer.json::<UploadState>())),
        _ => None,
    }
}

/// Sends a request of a log.
async fn send(stage: &mut Stage, cookie: Option<&str>, request: &Request) -> Answer {
    let method = Method::from_bytes(request.method.as_bytes()).expect("a method");
    let mut ask = from_app(Ask::new(method, stage.names.fill(&request.path)));
    for (name, value) in &request.headers {
        ask = ask.header(name, &stage.names.fill(value));
    }
    if let Some(cookie) = cookie {
        ask = ask.cookie("mc_field", cookie);
    }
    if let Some(body) = &request.body {
        ask = ask.bytes(stage.names.fill(&body.to_string())).header("content-type", "application/json");
    }
    if let Some((from, len)) = request.bytes {
        ask = ask.bytes(picture(from + len)[from..].to_vec()).header("content-type", "application/octet-stream");
    }
    stage.house.ask(ask).await
}

/// Plays a log and looks at what HQ has in the end.
async fn replay(name: &str, log: &str, change: fn(&mut Value)) {
    let mut lines = log.lines();
    let list = lines.next().and_then(|line| serde_json::from_str(line).ok()).expect("a checklist");
    let mut stage = Stage::set(Some(list)).await;
    let mut cookie = None;
    for line in lines {
        let mut request: Request = serde_json::from_str(line).expect("a request");
        if let Some(body) = &mut request.body {
            change(body);
        }
        let answer = send(&mut stage, cookie.as_deref(), &request).await;
        assert!(
            answer.status < 300,
            "{name}: {} {}: {} {}",
            request.method,
            request.path,
            answer.status,
            answer.text()
        );
        assert_eq!(said(&request.path, &answer), request.says, "{name}: {} {}", request.method, request.path);
        if cookie.is_none() {
            let me: SignedIn = answer.json();
            stage.names.is("journal", me.journal);
            cookie = answer.cookie("mc_field");
        }
    }
    let Stage { house, company, .. } = stage;
    house.work(&company).await;
    let reviewer = company.person(&house, &[Role::Reviewer]).await;
    let desk = Desk::sign_in(&house, &company, &reviewer).await;
    let visits = desk.get(&house, "/hq/export/visits.csv").await.expect(200).text();
    assert_eq!((visits.lines().count(), visits.matches(",1,1,1,").count()), (2, 1), "{name}: {visits}");
}

fn logs() -> Vec<(String, String)> {
    let files = fs::read_dir(folder()).expect("the logs").map(|file| file.expect("a log").path());
    let logs = files.filter(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    let named = |file: &PathBuf| file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut logs: Vec<_> = logs.map(|file| (named(&file), fs::read_to_string(&file).expect("a log"))).collect();
    logs.sort();
    logs
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_phone_of_every_release_sends_is_taken() {
    let logs = logs();
    assert!(!logs.is_empty());
    for (name, log) in logs {
        replay(&name, &log, |_| ()).await;
    }
}

/// A phone that is newer than the server: what it says besides is kept, and harms nothing.
#[tokio::test(flavor = "multi_thread")]
async fn fields_that_nobody_knows_yet_do_no_harm() {
    fn more(body: &mut Value) {
        let ops = body.get_mut("ops").and_then(Value::as_array_mut);
        for op in ops.into_iter().flatten() {
            for part in ["envelope", "body"] {
                op[part]["from_a_later_release"] = json!({"n": 1});
            }
            op["body"]["payload"]["from_a_later_release"] = json!([1, "二"]);
        }
        body["from_a_later_release"] = json!(null);
    }
    let (name, log) = logs().pop().expect("a log");
    replay(&name, &log, more).await;
}

/// An op of a kind that this server does not know is kept whole, with a receipt: its phone can let go of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_op_of_a_later_release_is_held_with_a_receipt() {
    let (_, log) = logs().pop().expect("a log");
    let mut lines = log.lines();
    let list = lines.next().and_then(|line| serde_json::from_str(line).ok()).expect("a checklist");
    let mut stage = Stage::set(Some(list)).await;
    let mut requests = lines.map(|line| serde_json::from_str::<Request>(line).expect("a request"));
    let answer = send(&mut stage, None, &requests.next().expect("signing in")).await.expect(200);
    stage.names.is("journal", answer.json::<SignedIn>().journal);
    let mut push = requests.find(|request| request.path == "/api/v1/sync/push").expect("a push");
    let body = push.body.as_mut().expect("a body");
    body["ops"].as_array_mut().expect("ops").truncate(1);
    body["ops"][0]["body"]["kind"] = json!("visit.sing@7");
    body["ops"][0]["body"]["payload"] = json!({"song": "茉莉花", "verses": [1, 2]});
    for first in [true, false] {
        let answer = send(&mut stage, answer.cookie("mc_field").as_deref(), &push).await.expect(200);
        let pushed: Pushed = answer.json();
        check_receipt(&pushed);
        let held = Verdict::held(HeldCode::UnknownKind);
        let result = &pushed.results[0];
        assert_eq!(if first { Some(&result.verdict) } else { result.first.as_ref() }, Some(&held));
    }
}

/// Today's phone, request by request. Its log says the same, or is written where it is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn todays_phone_sends_what_its_log_says() {
    let mut stage = Stage::set(None).await;
    let list = stage.company.hall().clone();
    let mut log = vec![json!(list).to_string()];
    let login = stage.names.fill("{login}");
    let with = sign_in(&stage.company, &login, PASSWORD);
    let request = |method: &str, path: String, body: Option<Value>| Request {
        method: method.to_owned(),
        path,
        headers: BTreeMap::new(),
        body,
        bytes: None,
        says: None,
    };
    let first = request("POST", "/api/v1/session".to_owned(), Some(json!(with)));
    let answer = send(&mut stage, None, &first).await.expect(200);
    let me: SignedIn = answer.json();
    let cookie = answer.cookie("mc_field");
    stage.names.is("journal", me.journal);
    let mut keep = |names: &Names, request: &Request| {
        log.push(names.hide(&serde_json::to_string(request).expect("JSON")));
    };
    keep(&stage.names, &first);
    let pull = request("GET", "/api/v1/sync/pull".to_owned(), None);
    send(&mut stage, cookie.as_deref(), &pull).await.expect(200);
    keep(&stage.names, &pull);

    let (mut engine, _) = Engine::begin(me.journal, me.epoch);
    cut_a_visit(&mut engine, &stage);
    while let Some(push) = engine.next_push(me.account) {
        // The newest head is of the house, and one that nobody signed here says nothing.
        let push = protocol::push::Push { newest: None, ..push };
        let mut request = request("POST", "/api/v1/sync/push".to_owned(), Some(json!(push)));
        let answer = send(&mut stage, cookie.as_deref(), &request).await.expect(200);
        let taken = engine.pushed(&answer.json());
        assert!(!taken.doubtful && !taken.freed.is_empty());
        request.says = said(&request.path, &answer);
        keep(&stage.names, &request);
    }
    while let Some(file) = engine.next_file(&std::collections::BTreeSet::new()).cloned() {
        let create = CreateUpload { visit: file.visit(), sha256: file.sha256, size: file.size };
        let mut request = request("POST", "/api/v1/evidence".to_owned(), Some(json!(create)));
        let mut asked = false;
        loop {
            match engine.file(file.sha256).map_or(UploadStep::Done, |file| file.next(asked, engine.chunk())) {
                UploadStep::Done => break,
                UploadStep::Create => {}
                UploadStep::Chunk { from, len } => {
                    let (from, len) = (from as usize, len as usize);
                    request.method = "PATCH".to_owned();
                    request.path = format!("/api/v1/evidence/{}", file.sha256);
                    request.headers = BTreeMap::from([
                        (VISIT_HEADER.to_owned(), file.visit().to_string()),
                        (OFFSET_HEADER.to_owned(), from.to_string()),
                        (CHUNK_HEADER.to_owned(), Sha256::of(&picture(from + len)[from..]).to_string()),
                    ]);
                    (request.body, request.bytes) = (None, Some((from, len)));
                }
            }
            asked = true;
            let answer = send(&mut stage, cookie.as_deref(), &request).await.expect(200);
            let _changes = engine.uploaded(file.sha256, answer.json());
            request.says = said(&request.path, &answer);
            keep(&stage.names, &request);
        }
    }
    let written = log.join("\n") + "\n";
    let file = folder().join(concat!(env!("CARGO_PKG_VERSION"), ".jsonl"));
    if std::env::var_os("MINGCHA_RECORD").is_some() {
        fs::write(&file, &written).expect("the log is written");
    }
    let kept = fs::read_to_string(&file).expect("the log of this release: MINGCHA_RECORD=1 writes it");
    for (kept, sent) in kept.lines().zip(written.lines()) {
        assert_eq!(kept, sent, "{}", file.display());
    }
    assert_eq!(kept.lines().count(), written.lines().count());
}

/// One task is declined; the other is visited, with a photo.
fn cut_a_visit(engine: &mut Engine, stage: &Stage) {
    let [task, other] = stage.tasks;
    let presence = |ms| Presence { at: THEN.plus(ms), whereabouts: Whereabouts::None(NoFix::Refused) };
    let mut document = stage.company.document(&stage.house, task);
    (document.arrived, document.left) = (Some(presence(1)), Some(presence(2)));
    document.window = domain::assignment::Window { from: THEN, until: THEN };
    let mut record = photo(&stage.house, 1, &picture(PHOTO));
    (record.id, record.captured_at) = (EvidenceId(Uuid::from_u128(0x0e)), THEN);
    document.evidence.push(record);
    let decline = AssignmentDecline { tie: true, reason: "亲属在店".into() };
    for (n, task, base, payload) in [
        (1, other, 0, Payload::AssignmentDecline(decline)),
        (2, task, 0, Payload::AssignmentAccept(AssignmentAccept {})),
        (3, task, 0, Payload::VisitArrive(VisitArrive { assignment: task, presence: presence(1) })),
        (4, task, 1, Payload::VisitLeave(VisitLeave { assignment: task, presence: presence(2) })),
        (5, task, 2, Payload::VisitSubmit(document)),
    ] {
        let id = OpId(Uuid::from_u128(0x0b00 + n));
        let cut = Cut { id, salt: Salt::new([n as u8; 16]), now: THEN.plus(n as i64), task, base, payload };
        engine.cut(cut).expect("cut");
    }
}

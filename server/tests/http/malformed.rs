//! P17: no input breaks the server: no panic, no status 5xx, nothing half-written, no memory without end.

mod mutate;

use std::net::{IpAddr, Ipv4Addr};

use axum::http::Method;
use domain::{
    op::{Payload, payload::VisitTakeOver},
    role::{Role, RoleSet},
};
use protocol::push::{PUSH_MAX_BYTES, Pushed};
use store::Front;

use crate::{
    company::Company,
    extent::{Dice, progress, report, seed, times},
    house::House,
    inspect::Inspector,
    isolation::{Actor, Ids, Side, addresses, let_in, probe},
    phone::{Phone, photo, verdicts},
    web::{Answer, Ask},
};

/// The most that the process may grow by, bytes.
const GROWTH_MAX: u64 = 512 * 1024 * 1024;

/// Somebody who may do everything at HQ, and a phone: what they send is what is spoilt.
struct Scene {
    house: House,
    side: Side,
    all: Actor,
    phone: Phone,
    visitor: crate::company::Person,
}

impl Scene {
    async fn new() -> Self {
        let house = House::new().await;
        let side = Side::new(&house, "a").await;
        let hq = [Role::Admin, Role::Office, Role::Reviewer, Role::Auditor];
        let person = side.company.person(&house, &hq).await;
        let cookie = let_in(&house, &side.company, &person, Front::Hq).await;
        let token = let_in(&house, &side.company, &person, Front::Bearer).await;
        let all =
            Actor { roles: RoleSet::of(&hq), name: "all", hq: Some(cookie), token: Some(token), me: person.account };
        let visitor = side.company.person(&house, &[Role::Visitor]).await;
        let phone = Phone::bearer(&house, &side.company, &visitor).await;
        Self { house, side, all, phone, visitor }
    }

    /// A request that would be taken as it is.
    async fn whole(&mut self, dice: &mut Dice, addresses: &[(Method, String)]) -> Ask {
        let Self { house, side, phone, visitor, .. } = self;
        match dice.below(10) {
            // The document of a visit has the most to spoil.
            0..=3 => {
                let task = side.company.task(house, visitor).await;
                let mut document = side.company.document(house, task);
                document.evidence.push(photo(house, 0, b"some bytes"));
                let op = match dice.below(4) {
                    0 => phone.cut(task, 0, Payload::VisitTakeOver(VisitTakeOver { assignment: task })),
                    _ => phone.cut(task, 0, Payload::VisitSubmit(document)),
                };
                phone.ask(Ask::post("/api/v1/sync/push").json(&phone.push_of(&[op])))
            }
            4 => phone.chunk(side.ids.task, side.ids.sha256, 0, b"some bytes"),
            5 => phone.ask(Ask::get("/api/v1/sync/pull?cursor=1.2.00000000000000000000000000000009")),
            _ => {
                let (method, path) = dice.of(addresses);
                let ids = if dice.below(3) == 0 { Ids::of_nothing(dice) } else { side.ids };
                probe(method, path, &ids, &self.all).by(&self.all)
            }
        }
    }
}

fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default() * 4096
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_sent_breaks_the_server() {
    let mut scene = Scene::new().await;
    let tenant = scene.side.company.tenant;
    let mut inspector = Inspector::new(&scene.house.owner_url).await;
    let addresses = addresses();
    let mut dice = Dice::new(seed("malformed"));
    let all = times(3_000, 100_000);
    let (mut sent, mut impossible, mut refused, mut compared) = (0, 0, 0, 0);
    let mut broken = Vec::new();
    let begun = resident();
    let mut most = begun;
    for n in 0..all {
        progress("malformed", n, all);
        let whole = scene.whole(&mut dice, &addresses).await;
        let mut ask = whole;
        for _ in 0..=dice.below(3) {
            ask = mutate::mutate(&mut dice, ask);
        }
        // Not one caller alone, who would soon be stopped.
        ask.from = IpAddr::V4(Ipv4Addr::from(dice.next() as u32));
        let is_form = ask.path.starts_with("/hq/act/");
        let is_push = ask.path.starts_with("/api/v1/sync/push");
        let counts = if is_push && n % times(2, 20) == 0 { Some(inspector.counts(tenant.0).await) } else { None };
        let head = inspector.head(tenant.0).await;
        let what = format!("{} {:.200} {:.300}", ask.method, ask.path, String::from_utf8_lossy(&ask.body));
        let headers = format!("{:.600?}", ask.headers);
        let Some(answer) = scene.house.try_ask(ask).await else {
            impossible += 1;
            continue;
        };
        sent += 1;
        if answer.status >= 500 {
            broken.push(format!("{n}: {} to {what}\n   {headers}\n   {:.200}", answer.status, answer.text()));
            assert!(broken.len() < 12, "{}", broken.join("\n"));
        }
        // What HQ asks for and the rules refuse stands in the log, with its verdict.
        refused += u32::from(answer.status >= 400);
        if answer.status >= 400 && !is_form {
            assert_eq!(inspector.head(tenant.0).await, head, "{n}: {} to {what} wrote something", answer.status);
        }
        if is_push && answer.status == 200 {
            taken(&mut scene, &answer, counts, &mut inspector, &mut compared, &what).await;
        } else if is_push {
            // It did not use up its place.
            scene.phone.seq -= 1;
        }
        most = most.max(resident());
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    // What was written is what the log says, and every screen can still be shown.
    let signer: &dyn store::Signer = scene.house.server.keys.as_ref();
    let report_ = store::verify(&scene.house.owner_url, tenant, signer).await.expect("verified");
    assert_eq!(report_.differences, []);
    for (method, path) in addresses.iter().filter(|(method, path)| *method == Method::GET && path.starts_with("/hq")) {
        let ask = probe(method, path, &scene.side.ids, &scene.all).by(&scene.all);
        let status = scene.house.ask(ask).await.status;
        assert!(status < 500, "{path}: {status}");
    }
    assert!(most - begun < GROWTH_MAX, "grew by {} bytes", most - begun);
    let figures = serde_json::json!({ "payloads": sent, "no_request_at_all": impossible, "refused": refused,
        "pushes_compared": compared, "panics": 0, "status_5xx": 0, "partial_writes": 0,
        "memory_growth_mb": (most - begun) / 1024 / 1024 });
    report("P17", &figures);
}

/// What a push with one spoilt op may have changed, if nothing of it took effect: the log, and a place in the journal.
async fn taken(
    scene: &mut Scene,
    answer: &Answer,
    before: Option<std::collections::BTreeMap<String, i64>>,
    inspector: &mut Inspector,
    compared: &mut u64,
    what: &str,
) {
    let Ok(pushed) = serde_json::from_slice::<Pushed>(&answer.body) else { return };
    scene.phone.seq = pushed.expect - 1;
    let Some(mut before) = before else { return };
    let refused = verdicts(&pushed).iter().all(|verdict| matches!(verdict, domain::op::Verdict::Refused { .. }));
    if !refused {
        return;
    }
    *compared += 1;
    let mut after = inspector.counts(scene.side.company.tenant.0).await;
    for log in ["app.op_log", "app.batch_head", "app.batch_leaf", "app.side_leaf", "identity.journal_op"] {
        before.remove(log);
        after.remove(log);
    }
    assert_eq!(after, before, "a refused op left something behind: {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_without_end_is_cut_off_at_every_address() {
    let scene = Scene::new().await;
    let begun = resident();
    let mut asked = 0;
    for (method, path) in addresses() {
        if matches!(method, Method::GET | Method::HEAD | Method::DELETE) {
            continue;
        }
        let mut ask = probe(&method, &path, &scene.side.ids, &scene.all).by(&scene.all);
        ask.body = vec![b'a'; PUSH_MAX_BYTES + 1].into();
        // Told beforehand, it is not read at all.
        let told = ask.clone().header("content-length", &ask.body.len().to_string());
        let status = scene.house.ask(told).await.status;
        assert!(status == 413 || path == "/api/v1/journal", "{method} {path}: {status}");
        let answer = scene.house.ask(ask).await;
        let read_nothing = matches!(answer.status, 200 | 401 | 403) && path == "/api/v1/journal";
        // A form's reader only says that the body came to no end.
        let cut_off = answer.status == 413 || (answer.status == 422 && path.starts_with("/hq/"));
        assert!(cut_off || read_nothing, "{method} {path}: {}", answer.status);
        asked += 1;
    }
    assert!(asked > 20, "{asked}");
    assert!(resident().saturating_sub(begun) < GROWTH_MAX);
}

/// A form's reader says what it could not read, all of it: neither the answer nor the address that a page is sent back to
/// grows with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_one_long_wrong_word_is_answered_briefly() {
    let scene = Scene::new().await;
    for path in ["/hq/act/held/adopt", "/hq/act/people/create", "/hq/act/tasks/plan"] {
        let mut ask = probe(&Method::POST, path, &scene.side.ids, &scene.all).by(&scene.all);
        ask.body = "%5C".repeat(100_000).into_bytes().into();
        let answer = scene.house.ask(ask.clone()).await;
        assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
        assert!(answer.text().len() < 512, "{path}: {} bytes", answer.text().len());
        let answer = scene.house.ask(ask.header("accept", "text/html").header("referer", "/hq/held")).await;
        assert_eq!(answer.status, 302, "{path}");
        let back = answer.header("location");
        assert!(back.len() < 2048, "{path}: {} bytes", back.len());
    }
}

/// Moments and measures at the ends of their range are taken, kept and shown.
#[tokio::test(flavor = "multi_thread")]
async fn the_ends_of_every_range_can_be_shown() {
    use domain::{
        place::{Fix, Whereabouts},
        time::Moment,
        visit::Presence,
    };
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let reviewer = company.person(&house, &[Role::Reviewer, Role::Office]).await;
    let desk = crate::desk::Desk { cookie: let_in(&house, &company, &reviewer, Front::Hq).await };
    let mut phone = Phone::bearer(&house, &company, &visitor).await;
    for (at, lat, age_ms, accuracy_m) in [
        (i64::MAX, i32::MAX, i64::MAX, u32::MAX),
        (i64::MIN, i32::MIN, i64::MIN, 0),
        (0, 0, -1, 1),
        (253_402_300_800_000, 900_000_001, 1 << 53, 1 << 31),
    ] {
        let task = company.task(&house, &visitor).await;
        let mut document = company.document(&house, task);
        let fix = Fix { lat, lon: lat, accuracy_m, age_ms };
        let presence = Presence { at: Moment(at), whereabouts: Whereabouts::Fix(fix) };
        (document.arrived, document.left) = (Some(presence.clone()), Some(presence));
        for item in document.answers.keys().copied().collect::<Vec<_>>() {
            document.answered_at.insert(item, Moment(at));
        }
        let mut record = photo(&house, 0, b"x");
        (record.captured_at, record.fix) = (Moment(at), Some(fix));
        document.evidence.push(record);
        let ops = phone.visit_ops(&house, task, document);
        let mut spoilt = ops.clone();
        for op in &mut spoilt {
            op.envelope.device_time = Moment(at);
        }
        let pushed = phone.push(&house, &spoilt).await;
        assert_eq!(pushed.results.len(), 4);
        let visit = domain::ids::VisitId::of(task);
        for path in
            [format!("/hq/visits/{visit}"), "/hq/visits".to_owned(), "/hq".to_owned(), "/hq/findings".to_owned()]
        {
            let status = desk.get(&house, &path).await.status;
            assert!(status == 200 || status == 404, "{path} with {at}: {status}");
        }
        assert!(phone.pull(&house, None).await.is_some());
        assert_eq!(desk.get(&house, "/hq/export/visits.csv").await.status, 200);
    }
    let signer: &dyn store::Signer = house.server.keys.as_ref();
    let verified = store::verify(&house.owner_url, company.tenant, signer).await.expect("verified");
    assert_eq!(verified.differences, []);
}

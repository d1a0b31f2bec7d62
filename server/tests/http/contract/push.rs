//! Ops go up.

use domain::{
    checklist::{Answer as Given, Value},
    ids::{AccountId, AssignmentId, OpId},
    op::{
        HeldCode, Payload, RefusedCode, Verdict,
        payload::{AssignmentAccept, VisitArrive, VisitTakeOver},
    },
    role::Role,
};
use protocol::push::{PUSH_MAX_BYTES, PUSH_MAX_OPS, Pushed};
use serde_json::{json, value::RawValue};

use crate::{
    company::{Company, uuid},
    desk::Desk,
    house::House,
    inspect::Inspector,
    phone::{Phone, Shows, check_receipt, here, op_of, photo, pushed_op, verdicts},
    web::Ask,
};

fn accept() -> Payload {
    Payload::AssignmentAccept(AssignmentAccept {})
}

fn arrive(house: &House, task: AssignmentId) -> Payload {
    Payload::VisitArrive(VisitArrive { assignment: task, presence: here(house) })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_lost_is_had_again_and_nothing_happens_twice() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let task = company.task(&house, &visitor).await;
    let mut phone = Phone::sign_in(&house, &company, &visitor).await;
    let ops = phone.visit_ops(&house, task, company.document(&house, task));
    let first: Pushed = phone.try_push(&house, &ops).await.expect(200).json();
    assert_eq!(verdicts(&first), vec![Verdict::Applied; 4]);
    let mut inspector = Inspector::new(&house.owner_url).await;
    let (counts, head) = (inspector.counts(company.tenant.0).await, inspector.head(company.tenant.0).await);
    for _ in 0..3 {
        let again: Pushed = phone.try_push(&house, &ops).await.expect(200).json();
        check_receipt(&again);
        assert_eq!(verdicts(&again), vec![Verdict::Duplicate; 4]);
        assert_eq!((again.expect, &again.heads), (5, &first.heads), "the first receipt");
        for (again, first) in again.results.iter().zip(&first.results) {
            assert_eq!(again.first.as_ref(), Some(&first.verdict));
            assert_eq!((again.digest, again.rev, &again.path), (first.digest, first.rev, &first.path));
        }
    }
    assert_eq!(inspector.counts(company.tenant.0).await, counts);
    assert_eq!(inspector.head(company.tenant.0).await, head);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_waits_and_says_what_is_expected() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let task = company.task(&house, &visitor).await;
    let mut phone = Phone::sign_in(&house, &company, &visitor).await;
    let ops = phone.visit_ops(&house, task, company.document(&house, task));
    for late in [&ops[1..2], &ops[2..], &ops[3..]] {
        let pushed = phone.push(&house, late).await;
        assert_eq!((pushed.results.len(), pushed.expect), (0, 1));
    }
    assert_eq!(phone.push(&house, &ops[..2]).await.expect, 3);
    // What is beyond a gap in the middle of a push waits, too.
    let pushed = phone.push(&house, &[ops[1].clone(), ops[3].clone()]).await;
    assert_eq!((verdicts(&pushed), pushed.expect), (vec![Verdict::Duplicate], 3));
    let pushed = phone.push(&house, &ops).await;
    assert_eq!((verdicts(&pushed)[3].clone(), pushed.expect), (Verdict::Applied, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_with_another_body_is_refused_and_the_first_one_stands() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let task = company.task(&house, &visitor).await;
    let mut phone = Phone::sign_in(&house, &company, &visitor).await;
    let first = phone.cut(task, 0, accept());
    assert_eq!(verdicts(&phone.push(&house, std::slice::from_ref(&first)).await), [Verdict::Applied]);
    // At its own place, and at the next one.
    for seq in [1, 2] {
        let other = op_of(first.envelope.op_id, task, 7, accept());
        let other = pushed_op(&other, phone.me.journal, seq, house.now());
        for again in 0..3 {
            let pushed = phone.push(&house, std::slice::from_ref(&other)).await;
            let result = &pushed.results[0];
            let stands = result.first.as_ref().unwrap_or(&result.verdict);
            assert_eq!(stands, &Verdict::refused(RefusedCode::ConflictingRetry), "seq {seq}, time {again}");
        }
    }
    let pulled = phone.pull(&house, None).await.expect("the task");
    assert!(format!("{:?}", pulled.changes).contains("Accepted"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_pushes_in_anothers_name() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let (one, two) = (company.person(&house, &[Role::Visitor]).await, company.person(&house, &[Role::Visitor]).await);
    let task = company.task(&house, &one).await;
    let mut mine = Phone::sign_in(&house, &company, &one).await;
    let mut theirs = Phone::sign_in(&house, &company, &two).await;
    let op = mine.cut(task, 0, accept());
    // The other's cookie under my account.
    let crossed = Phone { shows: theirs.shows.clone(), ..mine.clone() };
    let answer = crossed.try_push(&house, std::slice::from_ref(&op)).await.expect(401);
    assert_eq!(answer.code(), "other_account");
    assert_eq!(crossed.try_pull(&house, None).await.expect(401).code(), "other_account");
    // The header says another account than the body.
    let ask = mine.ask(Ask::post("/api/v1/sync/push").json(&mine.push_of(std::slice::from_ref(&op))));
    let answer = house.ask(ask.header("mingcha-account", &two.account.to_string())).await.expect(401);
    assert_eq!(answer.code(), "other_account");
    // My account, the other's journal.
    let mut push = mine.push_of(&[]);
    push.journal = theirs.me.journal;
    let answer = house.ask(mine.ask(Ask::post("/api/v1/sync/push").json(&push))).await;
    assert_eq!(answer.code(), "sign_in");
    // An account that nobody has.
    push.account = AccountId(uuid());
    assert_eq!(house.ask(mine.ask(Ask::post("/api/v1/sync/push").json(&push))).await.code(), "other_account");
    // Somebody else's visit, in one's own name: refused, and it uses up its place.
    let op = theirs.cut(task, 0, arrive(&house, task));
    let pushed = theirs.push(&house, &[op]).await;
    assert_eq!((verdicts(&pushed), pushed.expect), (vec![Verdict::refused(RefusedCode::NotYours)], 2));
    // A task that never was is held: a restore may bring it back.
    let op = theirs.cut(AssignmentId(uuid()), 0, arrive(&house, AssignmentId(uuid())));
    let pushed = theirs.push(&house, &[op]).await;
    assert!(!matches!(verdicts(&pushed)[0], Verdict::Applied));
    assert_eq!(verdicts(&mine.push(&house, &[mine.clone().cut(task, 0, accept())]).await).len(), 0, "a gap");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_must_be_of_one_journal_in_order_and_of_bearable_size() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let task = company.task(&house, &visitor).await;
    let mut phone = Phone::sign_in(&house, &company, &visitor).await;
    let other = Phone::sign_in(&house, &company, &visitor).await;
    let (one, two) = (phone.cut(task, 0, accept()), phone.cut(task, 0, arrive(&house, task)));
    let mut foreign = one.clone();
    foreign.envelope.journal = other.me.journal;
    for (ops, detail) in
        [(vec![foreign], "journal"), (vec![two.clone(), one.clone()], "seq"), (vec![one.clone(), one.clone()], "seq")]
    {
        let answer = phone.try_push(&house, &ops).await.expect(400);
        assert!(answer.text().contains(&format!("\"detail\":\"{detail}\"")), "{}", answer.text());
    }
    let mut zero = one.clone();
    zero.envelope.seq = 0;
    assert_eq!(phone.try_push(&house, &[zero]).await.code(), "bad_request");
    // Too many, and too large: the phone halves.
    let many: Vec<_> = (1..=PUSH_MAX_OPS as i64 + 1)
        .map(|seq| pushed_op(&op_of(OpId(uuid()), task, 0, accept()), phone.me.journal, seq, house.now()))
        .collect();
    assert_eq!(phone.try_push(&house, &many).await.expect(413).code(), "too_large");
    let large = phone.ask(Ask::post("/api/v1/sync/push").bytes(vec![b' '; PUSH_MAX_BYTES + 1]));
    assert_eq!(house.ask(large).await.expect(413).code(), "too_large");
    // One op that is too large alone is refused and uses up its place: its stub goes instead.
    let mut huge = one.clone();
    let body = format!("{{\"pad\":\"{}\"}}", "x".repeat(1_100_000));
    huge.body = RawValue::from_string(body).expect("JSON");
    let pushed = phone.push(&house, &[huge, two]).await;
    assert!(matches!(&verdicts(&pushed)[0], Verdict::Refused { code: RefusedCode::TooLarge, .. }));
    assert_eq!((verdicts(&pushed)[1].clone(), pushed.expect), (Verdict::Applied, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_and_what_is_not_known_yet_is_held() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let reviewer = company.person(&house, &[Role::Reviewer]).await;
    let task = company.task(&house, &visitor).await;
    let mut phone = Phone::sign_in(&house, &company, &visitor).await;
    let whole = phone.cut(task, 0, accept());
    let body = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut value: serde_json::Value = serde_json::from_str(whole.body.get()).expect("JSON");
        change(&mut value);
        value.to_string()
    };
    let newer = body(&|value| value["kind"] = json!("visit.teleport@9"));
    let refused = [
        ("[]", "shape"),
        ("1.5", "form"),
        (r#"{"a":1,"a":2}"#, "form"),
        (r#""\u0000""#, "form"),
        (&body(&|value| value["salt"] = json!("zz")), "shape"),
        (&body(&|value| value["payload"] = json!([1])), "shape"),
        (&body(&|value| value["base"] = json!(-1)), "shape"),
        (&body(&|value| value["op_id"] = json!(uuid())), "op_id"),
    ];
    let mut seq = 0;
    for (text, detail) in refused {
        seq += 1;
        let mut op = whole.clone();
        (op.envelope.op_id, op.envelope.seq) = (OpId(uuid()), seq);
        op.body = RawValue::from_string(text.to_owned()).expect("JSON");
        let pushed = phone.push(&house, &[op]).await;
        let expected = Verdict::Refused { code: RefusedCode::Undecodable, detail: detail.to_owned() };
        assert_eq!((verdicts(&pushed), pushed.expect), (vec![expected], seq + 1), "{text}");
    }
    let mut op = whole.clone();
    op.envelope.seq = seq + 1;
    op.body = RawValue::from_string(newer).expect("JSON");
    let pushed = phone.push(&house, &[op]).await;
    assert_eq!(verdicts(&pushed), [Verdict::held(HeldCode::UnknownKind)]);
    // HQ sees it.
    let desk = Desk::sign_in(&house, &company, &reviewer).await;
    assert!(desk.get(&house, "/hq/read/held").await.expect(200).text().contains("visit.teleport@9"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_outside_its_range_is_refused_by_the_name_of_its_item() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let mut phone = Phone::sign_in(&house, &company, &visitor).await;
    let item = company.hall().item_by_code("HALL-02").expect("the item").id;
    let stranger = domain::ids::ItemId(uuid());
    for (item, value, code, detail) in [
        (item, Value::Choice("no such".into()), RefusedCode::AnswerOutOfRange, "HALL-02".to_owned()),
        (item, Value::Number(3), RefusedCode::AnswerOutOfRange, "HALL-02".to_owned()),
        (stranger, Value::Number(3), RefusedCode::Unknown, stranger.to_string()),
    ] {
        let task = company.task(&house, &visitor).await;
        let mut document = company.document(&house, task);
        document.answers.insert(item, Given::of(value));
        let op = phone.cut(task, 0, Payload::VisitSubmit(document));
        assert_eq!(verdicts(&phone.push(&house, &[op]).await), [Verdict::Refused { code, detail }]);
    }
    let task = company.task(&house, &visitor).await;
    let mut document = company.document(&house, task);
    document.venue = company.venues[1].id;
    let op = phone.cut(task, 0, Payload::VisitSubmit(document));
    assert!(matches!(verdicts(&phone.push(&house, &[op]).await)[0], Verdict::Refused { .. }), "another hall");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hand_in_key_takes_work_after_every_session_has_ended() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let reviewer = company.person(&house, &[Role::Reviewer]).await;
    let task = company.task(&house, &visitor).await;
    let later = company.task(&house, &visitor).await;
    let mut phone = Phone::sign_in(&house, &company, &visitor).await;
    house.pass(std::time::Duration::from_secs(200 * 24 * 3600));
    let bytes = b"a photo that was taken before".to_vec();
    let mut document = company.document(&house, task);
    document.evidence.push(photo(&house, 0, &bytes));
    let ops = phone.visit_ops(&house, task, document);
    assert_eq!(phone.try_push(&house, &ops).await.code(), "sign_in", "the session has ended");
    let mut keyed = phone.by_key();
    assert_eq!(verdicts(&keyed.push(&house, &ops).await), vec![Verdict::Applied; 4]);
    keyed.upload(&house, task, &bytes).await;
    // The key pushes, uploads and opens the next journal (a restored server may want one); it reads nothing.
    for ask in [Ask::get("/api/v1/sync/pull"), Ask::get("/api/v1/session")] {
        let path = ask.path.clone();
        assert_eq!(house.ask(keyed.ask(ask)).await.code(), "sign_in", "{path}");
    }
    assert_eq!(house.ask(keyed.read(task, domain::evidence::Sha256::of(&bytes))).await.code(), "sign_in");

    // Deactivated: held with a receipt, never lost, and its photo may come.
    company.disable(&house, &visitor).await;
    let mut document = company.document(&house, later);
    document.evidence.push(photo(&house, 1, b"the last photo"));
    let op = keyed.cut(later, 0, Payload::VisitSubmit(document));
    let pushed = keyed.push(&house, std::slice::from_ref(&op)).await;
    assert_eq!(verdicts(&pushed), [Verdict::held(HeldCode::Deactivated)]);
    assert_eq!(verdicts(&keyed.push(&house, &[op]).await), [Verdict::Duplicate]);
    keyed.upload(&house, later, b"the last photo").await;
    let desk = Desk::sign_in(&house, &company, &reviewer).await;
    // Whose account was closed lately colleagues know: HQ hears that it is about the sender, and no more.
    let held = desk.get(&house, "/hq/read/held").await.expect(200).text().to_owned();
    assert!(held.contains("\"sender\"") && !held.contains("deactivated"), "{held}");
    // A key that nobody was given.
    for key in ["nonsense".to_owned(), "a".repeat(96)] {
        let stranger = Phone { shows: Shows::HandIn(key), ..phone.clone() };
        assert_eq!(stranger.try_push(&house, &[]).await.code(), "sign_in");
    }
}

/// A deactivated phone learns that it is one, as long as its session lasts.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_deactivated_pulls_nothing_but_that() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    company.task(&house, &visitor).await;
    let phone = Phone::sign_in(&house, &company, &visitor).await;
    assert_eq!(phone.pull(&house, None).await.expect("the task").changes.len(), 1);
    company.disable(&house, &visitor).await;
    let pulled = phone.pull(&house, None).await.expect("the news");
    assert!(pulled.deactivated && pulled.changes.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_has_seen_more_than_the_server_opens_an_epoch() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let (task, next) = (company.task(&house, &visitor).await, company.task(&house, &visitor).await);
    let mut phone = Phone::sign_in(&house, &company, &visitor).await;
    let ops = phone.visit(&house, task, company.document(&house, task)).await;
    let cursor = phone.pull(&house, None).await.expect("tasks").cursor;
    assert!(phone.pull(&house, Some(&cursor)).await.is_none());
    // A receipt that nobody signed tells nothing.
    let mut forged = phone.newest.clone().expect("a receipt");
    forged.number += 5;
    let honest = phone.newest.replace(forged);
    let op = phone.cut(next, 0, accept());
    phone.push(&house, std::slice::from_ref(&op)).await;
    assert_eq!(phone.pull(&house, None).await.expect("tasks").epoch, 1);
    // One that this server signed and does not have: it was restored. A house with the same keys and another past.
    let signer: &dyn store::Signer = house.server.keys.as_ref();
    let mut seen = honest.expect("a receipt");
    (seen.number, seen.root) = (seen.number + 100, domain::evidence::Sha256::of(b"a past that is gone"));
    let signed = signer.sign(seen.hash());
    (seen.key, seen.signature) = (signed.key, signed.signature);
    phone.newest = Some(seen);
    let pushed: Pushed = phone.try_push(&house, &[op]).await.expect(200).json();
    assert_eq!(verdicts(&pushed), [Verdict::Duplicate]);
    let pulled = phone.pull(&house, Some(&cursor)).await.expect("an old cursor is one from the start");
    assert_eq!(pulled.epoch, 2);
    // A new journal takes everything again, once.
    let new: protocol::session::NewJournal =
        house.ask(phone.ask(Ask::post("/api/v1/journal"))).await.expect(200).json();
    let mut anew = phone.clone();
    (anew.me.journal, anew.me.hand_in_key, anew.newest, anew.seq) = (new.journal, new.hand_in_key, None, 4);
    let again: Vec<_> = ops
        .into_iter()
        .map(|mut op| {
            op.envelope.journal = new.journal;
            op
        })
        .collect();
    assert_eq!(verdicts(&anew.push(&house, &again).await), vec![Verdict::Duplicate; 4]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_phone_of_the_same_person_waits_until_it_takes_over() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let task = company.task(&house, &visitor).await;
    let mut first = Phone::sign_in(&house, &company, &visitor).await;
    let mut second = Phone::sign_in(&house, &company, &visitor).await;
    let op = first.cut(task, 0, arrive(&house, task));
    assert_eq!(verdicts(&first.push(&house, &[op]).await), [Verdict::Applied]);
    let document = company.document(&house, task);
    let early = second.cut(task, 1, Payload::VisitSubmit(document.clone()));
    assert_eq!(verdicts(&second.push(&house, &[early]).await), [Verdict::held(HeldCode::OtherPhone)]);
    let take = second.cut(task, 1, Payload::VisitTakeOver(VisitTakeOver { assignment: task }));
    let submit = second.cut(task, 2, Payload::VisitSubmit(document.clone()));
    assert_eq!(verdicts(&second.push(&house, &[take, submit]).await), vec![Verdict::Applied; 2]);
    let late = first.cut(task, 1, Payload::VisitSubmit(document));
    assert_eq!(verdicts(&first.push(&house, &[late]).await), [Verdict::held(HeldCode::OtherPhone)]);
}

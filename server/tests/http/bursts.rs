//! P2 by HTTP: one op posted sixteen times at once takes effect once, and another body under its id never does.

use domain::{
    evidence::Sha256,
    ids::AssignmentId,
    op::{
        Payload, RefusedCode, Verdict,
        payload::{AssignmentAccept, VisitArrive},
    },
    role::Role,
};
use protocol::push::{Pushed, PushedOp};
use serde_json::value::RawValue;

use crate::{
    company::Company,
    extent::{Dice, progress, report, seed, times},
    house::House,
    inspect::Inspector,
    phone::{Phone, check_receipt, here, op_of, pushed_op},
};

const AT_ONCE: usize = 16;

async fn post(house: &House, phone: &Phone, op: &PushedOp) -> Vec<(Verdict, Option<Verdict>, Sha256)> {
    let pushed: Pushed = phone.try_push(house, std::slice::from_ref(op)).await.expect(200).json();
    check_receipt(&pushed);
    pushed.results.into_iter().map(|result| (result.verdict, result.first, result.digest)).collect()
}

/// Another body under the same id: another base, another kind, an unknown field, another salt, another subject.
fn altered(dice: &mut Dice, house: &House, task: AssignmentId, op: &PushedOp) -> PushedOp {
    let mut value: serde_json::Value = serde_json::from_str(op.body.get()).expect("JSON");
    let id = op.envelope.op_id;
    match dice.below(6) {
        0 => value["base"] = (1_000 + dice.below(1_000)).into(),
        1 => value["salt"] = format!("{:032x}", dice.next()).into(),
        2 => value["more"] = dice.next().to_string().into(),
        3 => value["subject"] = dice.uuid().to_string().into(),
        4 => value["payload"] = serde_json::json!({ "more": dice.below(1_000) }),
        _ => {
            let arrive = Payload::VisitArrive(VisitArrive { assignment: task, presence: here(house) });
            return pushed_op(&op_of(id, task, 0, arrive), op.envelope.journal, op.envelope.seq, house.now());
        }
    }
    PushedOp { envelope: op.envelope, body: RawValue::from_string(value.to_string()).expect("JSON") }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_op_that_is_posted_sixteen_times_at_once_takes_effect_once() {
    let house = House::new().await;
    let company = Company::new(&house).await;
    let visitor = company.person(&house, &[Role::Visitor]).await;
    let mut dice = Dice::new(seed("bursts"));
    let bursts = times(50, 1_000);
    let mut phone = Phone::sign_in(&house, &company, &visitor).await;
    let mut inspector = Inspector::new(&house.owner_url).await;
    let (mut applied, mut refused, mut tried) = (0, 0, 0);
    for n in 0..bursts {
        progress("bursts", n, bursts);
        let task = company.task(&house, &visitor).await;
        let before = inspector.head(company.tenant.0).await.0;
        let op = phone.cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {}));
        let posts = (0..AT_ONCE).map(|_| post(&house, &phone, &op));
        let results: Vec<_> = futures_util::future::join_all(posts).await.into_iter().flatten().collect();
        assert_eq!(results.len(), AT_ONCE, "burst {n}");
        let firsts = results.iter().filter(|(verdict, ..)| *verdict == Verdict::Applied).count();
        assert_eq!(firsts, 1, "burst {n}: exactly one of them took effect");
        for (verdict, first, _) in &results {
            let stands = first.as_ref().unwrap_or(verdict);
            assert_eq!(*stands, Verdict::Applied, "burst {n}");
        }
        assert_eq!(inspector.head(company.tenant.0).await.0, before + 1, "burst {n}: one place in the log");
        applied += firsts;
        // And now with other bodies, at once as well.
        let others: Vec<_> = (0..times(4, 1).max(1)).map(|_| altered(&mut dice, &house, task, &op)).collect();
        tried += others.len();
        let posts = others.iter().map(|other| post(&house, &phone, other));
        for results in futures_util::future::join_all(posts).await {
            let (verdict, first, _) = &results[0];
            let stands = first.as_ref().unwrap_or(verdict);
            assert_eq!(*stands, Verdict::refused(RefusedCode::ConflictingRetry), "burst {n}");
            refused += 1;
        }
    }
    assert_eq!((applied, refused), (bursts, tried));
    let figures = serde_json::json!({ "bursts": bursts, "at_once": AT_ONCE, "effects": applied, "altered": tried,
                                      "altered_refused": refused });
    report("P2", &figures);
}

//! Scores that wait for an answer that can no longer come in time.

use domain::{
    checklist::{Answer, Value},
    ids::{OpId, VisitId},
    op::{
        HeldCode, Op, Payload, Verdict,
        payload::{HeldAdopt, VisitArrive},
    },
    role::Role,
    scoring::SETTLE_GRACE_MS,
    time::{DAY_MS, Moment},
    visit::Presence,
};
use store::Private;

use crate::world::{NOW, World, presence, salt, uuid, verdicts};

/// A visit whose later answer never came stayed 初评 for good.
#[tokio::test(flavor = "multi_thread")]
async fn a_score_becomes_final_when_nothing_is_left_to_wait_for() {
    let mut world = World::new().await;
    world.hall_with_a_later_item().await;
    let (visitor, office) = (world.person(&[Role::Visitor]).await, world.person(&[Role::Office, Role::Reviewer]).await);
    let (task, other) = (world.task(&visitor).await, world.task(&visitor).await);
    let mut phone = world.phone(&visitor).await;
    let left = Presence { at: NOW, ..presence(2) };
    let mut document = world.document(task, &[1]);
    document.left = Some(left.clone());
    let mut answered = world.document(other, &[1]);
    answered.left = Some(left);
    let list = world.hall().clone();
    let later = list.item_by_code("HALL-09").unwrap().id;
    answered.answers.insert(later, Answer::of(Value::Choice("yes".into())));
    let mut ops = Vec::new();
    for (task, document) in [(task, document.clone()), (other, answered)] {
        ops.push(phone.cut(task, 0, Payload::VisitArrive(VisitArrive { assignment: task, presence: presence(1) })));
        ops.push(phone.cut(task, 1, Payload::VisitSubmit(document)));
    }
    assert_eq!(verdicts(&phone.push(&world.store, &ops).await.unwrap()), vec![Verdict::Applied; 4]);

    let due = NOW.plus(2 * DAY_MS);
    let waiting = async |at: Moment| world.store.unsettled(world.tenant, at, 100).await.unwrap();
    assert_eq!(waiting(due.plus(SETTLE_GRACE_MS)).await, []);
    let after = due.plus(SETTLE_GRACE_MS + 1);
    let found = waiting(after).await;
    assert_eq!(found.iter().map(|found| (found.settle.assignment, found.submission)).collect::<Vec<_>>(), [(task, 1)]);
    let made = || found[0].settle.clone().op(found[0].submission).unwrap();
    let settle =
        async |op: Op| world.store.act_as_server(world.tenant, op, Private::None, after).await.unwrap().verdict;
    // An answer that was lost: asked again it is the same op.
    assert_eq!(settle(made()).await, Verdict::Applied);
    assert_eq!(settle(made()).await, Verdict::Duplicate);
    assert_eq!(waiting(after).await, []);
    let mut tx = world.store.read_planned(world.tenant).await.unwrap();
    let sheet = store::hq::visit::read(&mut tx, VisitId::of(task)).await.unwrap().unwrap();
    assert!(!sheet.visit.score.unwrap().provisional);
    let plan = store::plan_of_waiting(&mut tx).await.unwrap().join("\n");
    assert!(plan.contains("visit_provisional") && !plan.contains("Seq Scan"), "{plan}");
    drop(tx);
    assert_eq!(world.verify().await.differences, []);

    // Answered in time on a phone that came back days later: it is kept, and HQ may adopt it.
    document.answers.insert(later, Answer::of(Value::Choice("yes".into())));
    let late = phone.cut(task, 2, Payload::VisitSubmit(document));
    let held = late.envelope.op_id;
    assert_eq!(verdicts(&phone.push(&world.store, &[late]).await.unwrap()), [Verdict::held(HeldCode::WrongState)]);
    let adopt = Payload::HeldAdopt(HeldAdopt { op: held });
    let op = Op::new(OpId(uuid()), office.account.0, held.0, None, salt(), adopt).unwrap();
    let adopted = world.store.act(world.tenant, office.token, op, Private::None, NOW).await.unwrap();
    assert_eq!(adopted.verdict, Verdict::Applied);
    assert_eq!(world.verify().await.differences, []);
}

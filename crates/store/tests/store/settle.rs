//! Scores that wait for an answer that can no longer come in time.

use domain::{
    checklist::{Answer, Value},
    evidence::Sha256,
    ids::{AliasId, OpId, VisitId},
    op::{
        Conclusion, HeldCode, Op, Payload, Verdict,
        payload::{HeldAdopt, VisitArrive},
    },
    role::Role,
    scoring::SETTLE_GRACE_MS,
    time::{DAY_MS, Moment},
    visit::Presence,
};
use store::{Caller, Private};

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
    let made = || Conclusion::from(found[0].clone()).op().unwrap();
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
    let pushed = phone.push_at(&world.store, Caller::Key(phone.key), &[late], after).await.unwrap();
    assert_eq!(verdicts(&pushed), [Verdict::held(HeldCode::WrongState)]);
    let adopt = Payload::HeldAdopt(HeldAdopt { op: held });
    let op = Op::new(OpId(uuid()), office.account.0, held.0, None, salt(), adopt).unwrap();
    let adopted = world.store.act(world.tenant, office.token, op, Private::None, NOW).await.unwrap();
    assert_eq!(adopted.verdict, Verdict::Applied);
    assert_eq!(world.verify().await.differences, []);
}

/// Whoever knows what the server will say could take its id beforehand, and the score stayed 初评, or a photo that is here
/// never counted.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_concludes_is_not_kept_back_by_whoever_takes_its_id() {
    let mut world = World::new().await;
    world.hall_with_a_later_item().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let mut phone = world.phone(&visitor).await;
    let after = NOW.plus(2 * DAY_MS + SETTLE_GRACE_MS + 1);
    for imitates in [false, true] {
        let task = world.task(&visitor).await;
        let mut document = world.document(task, &[1]);
        document.left = Some(Presence { at: NOW, ..presence(2) });
        let ops = [
            phone.cut(task, 0, Payload::VisitArrive(VisitArrive { assignment: task, presence: presence(1) })),
            phone.cut(task, 1, Payload::VisitSubmit(document)),
        ];
        assert_eq!(verdicts(&phone.push(&world.store, &ops).await.unwrap()), vec![Verdict::Applied; 2]);
        let caller = Caller::Token(phone.token);
        let visit = VisitId::of(task);
        assert!(world.store.evidence_stored(world.tenant, caller, visit, Sha256::of(&[1]), NOW).await.unwrap());
        let pending = world.store.pending_verifications(world.tenant, None, 100).await.unwrap();
        let unsettled = world.store.unsettled(world.tenant, after, 100).await.unwrap();
        let all = [
            pending.into_iter().map(Conclusion::from).collect(),
            unsettled.into_iter().map(Conclusion::from).collect::<Vec<_>>(),
        ];
        let all = all.concat();
        assert_eq!(all.len(), 2);
        for concluded in &all {
            // The very same op, sent by somebody who may not say it, or any other under its id.
            let taken = concluded.op().unwrap();
            let other = || VisitArrive { assignment: task, presence: presence(1) };
            let op = match imitates {
                true => taken,
                false => {
                    Op::new(taken.id, AliasId::of(task).0, visit.0, Some(2), salt(), Payload::VisitArrive(other()))
                        .unwrap()
                }
            };
            let sent = phone.next(&op);
            let said = verdicts(&phone.push(&world.store, &[sent]).await.unwrap());
            assert!(!matches!(said[0], Verdict::Applied), "{said:?}");
            let conclude = async || {
                let id = OpId(uuid());
                world.store.conclude(world.tenant, concluded, id, after).await.unwrap()
            };
            assert_eq!(conclude().await, Verdict::Applied, "imitated: {imitates}");
        }
        assert_eq!(world.store.unsettled(world.tenant, after, 100).await.unwrap(), []);
        assert_eq!(world.store.pending_verifications(world.tenant, None, 100).await.unwrap(), []);
    }
    assert_eq!(world.verify().await.differences, []);
}

//! For every write: the second call, the lost answer, the gap, the unknown id, somebody else's.

use domain::{
    ids::{AliasId, AssignmentId, OpId, OrgUnitId, VisitId},
    op::{
        HeldCode, Op, Payload, RefusedCode, Verdict,
        payload::{AssignmentAccept, AssignmentRecall, HeldAdopt, OrgImport, VisitArrive, VisitTakeOver},
    },
    org::{OrgKind, OrgUnit},
    role::Role,
    text::Text,
};
use store::{Caller, Error, Private};
use uuid::Uuid;

use crate::{
    cluster::cluster,
    world::{NOW, World, open, presence, pushed, salt, uuid, verdicts},
};

#[tokio::test(flavor = "multi_thread")]
async fn an_op_that_comes_again_gets_its_first_verdict_and_receipt() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let task = world.task(&visitor).await;
    let mut phone = world.phone(&visitor).await;
    let ops = phone.visit(&world, task, &[]).await;
    let first = phone.push(&world.store, &ops).await.unwrap();
    // The process was started anew meanwhile: nothing lives in memory alone.
    let other = open(&cluster().serve).await;
    let second = phone.push(&other, &ops).await.unwrap();
    for pushed in [&first, &second] {
        assert_eq!(verdicts(pushed), vec![Verdict::Duplicate; 4]);
        assert!(pushed.results.iter().all(|result| result.first == Some(Verdict::Applied)));
        assert_eq!(pushed.expect, 5);
    }
    assert_eq!(first.results, second.results);
    // Twice in one push is once, too.
    let task = world.task(&visitor).await;
    let op = phone.cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {}));
    let twice = phone.push(&world.store, &[op.clone(), op]).await.unwrap();
    assert_eq!(verdicts(&twice), [Verdict::Applied, Verdict::Duplicate]);
    assert_eq!(world.verify().await.differences, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_waits_and_another_body_is_refused_without_using_up_a_place() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let task = world.task(&visitor).await;
    let mut phone = world.phone(&visitor).await;
    let accept = phone.cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {}));
    let arrive = phone.cut(task, 0, Payload::VisitArrive(VisitArrive { assignment: task, presence: presence(1) }));
    let early = phone.push(&world.store, std::slice::from_ref(&arrive)).await.unwrap();
    assert_eq!((early.results.len(), early.expect), (0, 1));
    phone.push(&world.store, &[accept.clone(), arrive.clone()]).await.unwrap();

    // The same id with another body.
    let other = Op::new(
        accept.envelope.op_id,
        AliasId::of(task).0,
        task.0,
        Some(9),
        salt(),
        Payload::AssignmentAccept(AssignmentAccept {}),
    )
    .unwrap();
    let conflict = pushed(&other, phone.journal, accept.envelope.seq);
    // Another op at a place that is taken.
    let arrive = Payload::VisitArrive(VisitArrive { assignment: task, presence: presence(3) });
    let late = Op::new(OpId(uuid()), AliasId::of(task).0, VisitId::of(task).0, Some(0), salt(), arrive).unwrap();
    let late = pushed(&late, phone.journal, 1);
    for again in [false, true] {
        let answer = phone.push(&world.store, &[conflict.clone(), late.clone()]).await.unwrap();
        assert_eq!(answer.expect, 3);
        for result in &answer.results {
            let stands = result.first.as_ref().unwrap_or(&result.verdict);
            assert_eq!(*stands, Verdict::refused(RefusedCode::ConflictingRetry));
            assert_eq!(result.verdict == Verdict::Duplicate, again);
        }
    }
    assert_eq!(world.verify().await.differences, []);
}

/// After a restore a phone offers everything again in a new journal: what is known uses up its place all the same.
#[tokio::test(flavor = "multi_thread")]
async fn known_ops_in_a_new_journal_use_up_their_places() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let task = world.task(&visitor).await;
    let mut phone = world.phone(&visitor).await;
    let ops = phone.visit(&world, task, &[]).await;
    let mut anew = world.phone(&visitor).await;
    let again: Vec<_> = ops
        .into_iter()
        .map(|mut op| {
            op.envelope.journal = anew.journal;
            op
        })
        .collect();
    assert_eq!(verdicts(&anew.push(&world.store, &again).await.unwrap()), vec![Verdict::Duplicate; 4]);
    anew.seq = 4;
    let next = world.task(&visitor).await;
    let op = anew.cut(next, 0, Payload::AssignmentAccept(AssignmentAccept {}));
    let pushed = anew.push(&world.store, &[op]).await.unwrap();
    assert_eq!((verdicts(&pushed), pushed.expect), (vec![Verdict::Applied], 6));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_what_belongs_to_somebody_else() {
    let world = World::new().await;
    let (visitor, other) = (world.person(&[Role::Visitor]).await, world.person(&[Role::Visitor]).await);
    let task = world.task(&visitor).await;
    let mut stranger = world.phone(&other).await;
    let arrive = |task| Payload::VisitArrive(VisitArrive { assignment: task, presence: presence(1) });
    let op = stranger.cut(task, 0, arrive(task));
    let answer = stranger.push(&world.store, &[op]).await.unwrap();
    assert_eq!(verdicts(&answer), [Verdict::refused(RefusedCode::NotYours)]);
    // A task that never was: held for the day on which a backup brings it back, not lost.
    let lost = AssignmentId(uuid());
    let op = stranger.cut(lost, 0, arrive(lost));
    assert_eq!(verdicts(&stranger.push(&world.store, &[op]).await.unwrap()), [Verdict::held(HeldCode::UnknownSubject)]);
    // A journal of another phone, or none that exists.
    let mut phone = world.phone(&visitor).await;
    phone.token = stranger.token;
    let op = phone.cut(task, 0, arrive(task));
    assert!(matches!(phone.push(&world.store, std::slice::from_ref(&op)).await, Err(Error::Unauthorized)));
    // HQ cannot act in another's name.
    let office = world.person(&[Role::Office]).await;
    let recall = Payload::AssignmentRecall(AssignmentRecall { reason: "不再需要".into() });
    let op = Op::new(OpId(uuid()), other.account.0, task.0, None, salt(), recall).unwrap();
    let result = world.store.act(world.tenant, office.token, op, Private::None, NOW).await.unwrap();
    assert_eq!(result.verdict, Verdict::refused(RefusedCode::NotYours));
    assert_eq!(world.verify().await.differences, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_phone_waits_until_it_takes_over() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let task = world.task(&visitor).await;
    let (mut first, mut second) = (world.phone(&visitor).await, world.phone(&visitor).await);
    let op = first.cut(task, 0, Payload::VisitArrive(VisitArrive { assignment: task, presence: presence(1) }));
    assert_eq!(verdicts(&first.push(&world.store, &[op]).await.unwrap()), [Verdict::Applied]);
    let pulled = second.pull(&world.store, None).await.unwrap();
    assert!(crate::world::task_of(&pulled, task).unwrap().visit.as_ref().unwrap().elsewhere);
    let op = second.cut(task, 1, Payload::VisitSubmit(world.document(task, &[])));
    assert_eq!(verdicts(&second.push(&world.store, &[op]).await.unwrap()), [Verdict::held(HeldCode::OtherPhone)]);
    let op = second.cut(task, 1, Payload::VisitTakeOver(VisitTakeOver { assignment: task }));
    let submit = second.cut(task, 2, Payload::VisitSubmit(world.document(task, &[])));
    assert_eq!(
        verdicts(&second.push(&world.store, &[op, submit]).await.unwrap()),
        [Verdict::Applied, Verdict::Applied]
    );
    assert_eq!(world.verify().await.differences, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn work_on_a_recalled_task_is_held_until_hq_adopts_it() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let office = world.person(&[Role::Office, Role::Reviewer]).await;
    let task = world.task(&visitor).await;
    let mut phone = world.phone(&visitor).await;
    let recall = Payload::AssignmentRecall(AssignmentRecall { reason: "改期".into() });
    let op = Op::new(OpId(uuid()), office.account.0, task.0, None, salt(), recall).unwrap();
    let result = world.store.act(world.tenant, office.token, op, Private::None, NOW).await.unwrap();
    assert_eq!(result.verdict, Verdict::Applied);
    let submit = phone.cut(task, 0, Payload::VisitSubmit(world.document(task, &[4])));
    let held = phone.push(&world.store, std::slice::from_ref(&submit)).await.unwrap();
    assert_eq!(verdicts(&held), [Verdict::held(HeldCode::Withdrawn)]);
    let mut tx = world.store.read(world.tenant).await.unwrap();
    assert_eq!(store::hq::held::waiting(&mut tx).await.unwrap().len(), 1);
    drop(tx);
    // Its photo may come in the meantime, by the hand-in key alone.
    let claim = world
        .store
        .evidence_claim(world.tenant, Caller::Key(phone.key), VisitId::of(task), photo_hash(), NOW)
        .await
        .unwrap();
    assert!(claim.is_some());
    let adopt = Payload::HeldAdopt(HeldAdopt { op: submit.envelope.op_id });
    for expected in [Verdict::Applied, Verdict::Refused { code: RefusedCode::AlreadyDecided, detail: "held".into() }] {
        let op = Op::new(OpId(uuid()), office.account.0, submit.envelope.op_id.0, None, salt(), adopt.clone()).unwrap();
        let result = world.store.act(world.tenant, office.token, op, Private::None, NOW).await.unwrap();
        assert_eq!(result.verdict, expected);
    }
    assert_eq!(world.verify().await.differences, []);
}

fn photo_hash() -> domain::evidence::Sha256 {
    domain::evidence::Sha256::of(&[4])
}

/// Three lists, each without a circle: the parent of a parent of a parent was not looked at, and the units hung in the air.
#[tokio::test(flavor = "multi_thread")]
async fn no_list_puts_a_unit_below_itself() {
    let world = World::new().await;
    let unit = |id: Uuid, parent: Uuid, kind| OrgUnit {
        id: OrgUnitId(id),
        parent: Some(OrgUnitId(parent)),
        kind,
        code: id.to_string(),
        name: Text::zh("单位"),
    };
    let [county, hall, agent] = [uuid(), uuid(), uuid()];
    let import = async |units: Vec<OrgUnit>| {
        let op =
            Op::new(OpId(uuid()), Uuid::nil(), uuid(), None, salt(), Payload::OrgImport(OrgImport { units })).unwrap();
        world.owner.act_as_server(world.tenant, op, Private::None, NOW).await.unwrap().verdict
    };
    let below = unit(county, world.venue.unit.0, OrgKind::County);
    let tree = vec![below, unit(hall, county, OrgKind::Hall), unit(agent, hall, OrgKind::Agent)];
    assert_eq!(import(tree).await, Verdict::Applied);
    let circle = vec![unit(county, agent, OrgKind::County)];
    assert_eq!(import(circle).await, Verdict::Refused { code: RefusedCode::BadValue, detail: county.to_string() });
    let moved = vec![unit(agent, county, OrgKind::Agent)];
    assert_eq!(import(moved).await, Verdict::Applied);
    assert_eq!(world.verify().await.differences, []);
}

//! A phone that opens another journal is the same phone, whatever is still on its way in the old one.

use std::time::Duration;

use domain::{
    evidence::Sha256,
    ids::{AssignmentId, JournalId, OpId},
    op::{
        HeldCode, Op, Payload, Verdict,
        payload::{HeldAdopt, VisitArrive, VisitLeave, VisitReturn},
    },
    role::Role,
    visit::ReturnedItem,
};
use sqlx::{Connection as _, PgConnection};
use store::{Caller, NewJournal, Private};
use uuid::Uuid;

use crate::{
    cluster::cluster,
    world::{NOW, Phone, World, presence, salt, task_of, uuid, verdicts},
};

fn arrive(task: AssignmentId) -> Payload {
    Payload::VisitArrive(VisitArrive { assignment: task, presence: presence(1) })
}

/// Whether the phone shows the visit as another phone's, and the visit's revision.
async fn shown(world: &World, phone: &Phone, task: AssignmentId) -> (bool, u32) {
    let pulled = phone.pull(&world.store, None).await.expect("a first pull has an answer");
    let visit = task_of(&pulled, task).and_then(|task| task.visit.as_ref()).expect("the visit");
    (visit.elsewhere, visit.revision)
}

/// A submission was held, its phone opened another journal and offered it again, and then HQ adopted it: the old journal
/// wrote the visit from then on, and the phone showed its own visit as another phone's.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_adopted_from_a_journal_that_was_replaced_is_the_phones_own() {
    let world = World::new().await;
    let (visitor, reviewer) = (world.person(&[Role::Visitor]).await, world.person(&[Role::Reviewer]).await);
    let task = world.task(&visitor).await;
    let mut old = world.phone(&visitor).await;
    let ops = [
        old.cut(task, 0, arrive(task)),
        // On a base that is not the visit's.
        old.cut(task, 7, Payload::VisitSubmit(world.document(task, &[]))),
    ];
    let held = old.push(&world.store, &ops).await.unwrap();
    assert_eq!(verdicts(&held), [Verdict::Applied, Verdict::held(HeldCode::StaleBase)]);
    let mut phone = old.reopened(&world.store).await;
    let again = ops.clone().map(|mut op| {
        op.envelope.journal = phone.journal;
        op
    });
    assert_eq!(verdicts(&phone.push(&world.store, &again).await.unwrap()), vec![Verdict::Duplicate; 2]);
    phone.seq = 2;

    let held = ops[1].envelope.op_id;
    let adopt = Payload::HeldAdopt(HeldAdopt { op: held });
    let op = Op::new(OpId(uuid()), reviewer.account.0, held.0, None, salt(), adopt).unwrap();
    let adopted = world.store.act(world.tenant, reviewer.token, op, Private::None, NOW).await.unwrap();
    assert_eq!(adopted.verdict, Verdict::Applied);
    let (elsewhere, revision) = shown(&world, &phone, task).await;
    assert!(!elsewhere, "it is the phone's own visit");
    // And the phone goes on with it.
    let items = vec![ReturnedItem { item: None, reason: "再看".into() }];
    let returned = world.hq(&reviewer, task, revision, Payload::VisitReturn(VisitReturn { items })).await;
    assert_eq!(returned.verdict, Verdict::Applied);
    let (_, revision) = shown(&world, &phone, task).await;
    let mended = phone.cut(task, revision, Payload::VisitSubmit(world.document(task, &[])));
    assert_eq!(verdicts(&phone.push(&world.store, &[mended]).await.unwrap()), [Verdict::Applied]);
    assert_eq!(world.verify().await.differences, []);
}

/// The same where a push was on its way while its phone opened another journal. What came in the old one after that was
/// held, as from another phone.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_late_in_a_journal_that_was_replaced_is_the_phones_own() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let task = world.task(&visitor).await;
    let mut old = world.phone(&visitor).await;
    let came = old.cut(task, 0, arrive(task));
    let left = old.cut(task, 1, Payload::VisitLeave(VisitLeave { assignment: task, presence: presence(2) }));
    let mut phone = old.reopened(&world.store).await;
    assert_eq!(verdicts(&old.push(&world.store, &[came]).await.unwrap()), [Verdict::Applied]);
    assert!(!shown(&world, &phone, task).await.0, "it is the phone's own visit");
    assert_eq!(verdicts(&old.push(&world.store, &[left]).await.unwrap()), [Verdict::Applied]);
    let submit = phone.cut(task, 2, Payload::VisitSubmit(world.document(task, &[])));
    assert_eq!(verdicts(&phone.push(&world.store, &[submit]).await.unwrap()), [Verdict::Applied]);
    let other = world.phone(&visitor).await;
    assert!(shown(&world, &other, task).await.0, "a journal that nobody replaced is another phone's");

    // Who took the new journal out of service did not mean to leave the old one in it.
    let mut owner = PgConnection::connect(&cluster().owner).await.unwrap();
    let revoke = sqlx::query("UPDATE identity.journal SET revoked_at = $1 WHERE tenant_id = $2 AND journal_id = $3");
    revoke.bind(NOW.0).bind(world.tenant.0).bind(phone.journal.0).execute(&mut owner).await.unwrap();
    let late = old.cut(task, 3, Payload::VisitSubmit(world.document(task, &[])));
    let held = old.push(&world.store, &[late]).await.unwrap();
    assert_eq!(verdicts(&held), [Verdict::held(HeldCode::Deactivated)]);
    assert_eq!(world.verify().await.differences, []);
}

/// The same within one commit: the old journal's arrival and the new one's submission were gathered while the lane was
/// busy, and the submission was held, as from another phone.
#[tokio::test(flavor = "multi_thread")]
async fn two_journals_of_a_phone_are_one_within_a_batch() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let task = world.task(&visitor).await;
    let (mut idle, mut old) = (world.phone(&visitor).await, world.phone(&visitor).await);
    let came = old.cut(task, 0, arrive(task));
    let mut phone = old.reopened(&world.store).await;
    let mut again = came.clone();
    again.envelope.journal = phone.journal;
    phone.seq = 1;
    let submit = phone.cut(task, 1, Payload::VisitSubmit(world.document(task, &[])));
    let (early, late) = ([came], [again, submit]);

    // The lane waits with a push of nothing until the other two stand behind it.
    let (mut owner, mut watch) = (
        PgConnection::connect(&cluster().owner).await.unwrap(),
        PgConnection::connect(&cluster().owner).await.unwrap(),
    );
    let mut held = owner.begin().await.unwrap();
    let lock = "SELECT pg_backend_pid() FROM app.tenant_head WHERE tenant_id = $1 FOR UPDATE";
    let pid: i32 = sqlx::query_scalar(lock).bind(world.tenant.0).fetch_one(&mut *held).await.unwrap();
    let behind_it = async {
        somebody_waits(&mut watch, pid).await;
        let go = async { held.rollback().await.unwrap() };
        tokio::join!(old.push(&world.store, &early), phone.push(&world.store, &late), go)
    };
    let (nothing, (early, late, ())) = tokio::join!(idle.push(&world.store, &[]), behind_it);
    assert!(nothing.unwrap().results.is_empty());
    assert_eq!(verdicts(&early.unwrap()), [Verdict::Applied]);
    assert_eq!(verdicts(&late.unwrap()), [Verdict::Duplicate, Verdict::Applied]);
    assert!(!shown(&world, &phone, task).await.0);
    assert_eq!(world.verify().await.differences, []);
}

/// Two keys of a phone opened a journal each at the same time: both were to stand in the place of the same one, and the
/// first of them led nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn journals_that_are_opened_at_once_stand_one_after_the_other() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let first = world.phone(&visitor).await;
    let second = first.reopened(&world.store).await;
    let new = || NewJournal { id: JournalId(uuid()), key: Sha256::of(uuid().as_bytes()) };
    let (third, fourth) = (new(), new());

    // The one has been opened and not committed yet when the other begins.
    let (mut owner, mut watch) = (
        PgConnection::connect(&cluster().owner).await.unwrap(),
        PgConnection::connect(&cluster().owner).await.unwrap(),
    );
    let mut held = owner.begin().await.unwrap();
    let begin = "SELECT pg_backend_pid() FROM set_config('mingcha.tenant', $1, true)";
    let pid: i32 = sqlx::query_scalar(begin).bind(world.tenant.0.to_string()).fetch_one(&mut *held).await.unwrap();
    let opened: bool = sqlx::query_scalar("SELECT identity.journal_begin($1, true, $2, $3, $4)")
        .bind(second.key.0.to_vec())
        .bind(third.id.0)
        .bind(third.key.0.to_vec())
        .bind(NOW.0)
        .fetch_one(&mut *held)
        .await
        .unwrap();
    assert!(opened);
    let behind_it = async {
        somebody_waits(&mut watch, pid).await;
        held.commit().await.unwrap();
    };
    let other = world.store.open_journal(world.tenant, Caller::Key(first.key), fourth, NOW);
    let (opened, ()) = tokio::join!(other, behind_it);
    assert!(opened.unwrap());

    let row: Vec<Uuid> = sqlx::query_scalar("SELECT identity.journal_with_later($1, $2)")
        .bind(world.tenant.0)
        .bind(first.journal.0)
        .fetch_one(&mut watch)
        .await
        .unwrap();
    assert_eq!(row, [first.journal, second.journal, third.id, fourth.id].map(|journal| journal.0));
    let writes: Uuid =
        sqlx::query_scalar("SELECT journal_id FROM identity.session WHERE tenant_id = $1 AND token_hash = $2")
            .bind(world.tenant.0)
            .bind(first.token.0.to_vec())
            .fetch_one(&mut watch)
            .await
            .unwrap();
    assert_eq!(writes, fourth.id.0, "the session of the phone writes the last");
}

/// Returns as soon as somebody waits for what the connection `pid` holds.
async fn somebody_waits(watch: &mut PgConnection, pid: i32) {
    let somebody = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid)))";
    loop {
        let waits: bool = sqlx::query_scalar(somebody).bind(pid).fetch_one(&mut *watch).await.unwrap();
        if waits {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

//! A database that was restored says so, and its phones bring back what it lost.

use domain::{
    op::{Payload, Verdict, payload::AssignmentAccept},
    role::Role,
};
use sqlx::{Connection as _, PgConnection};
use store::Caller;

use crate::{
    cluster::cluster,
    world::{NOW, World, verdicts},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_we_signed_and_do_not_have_begins_a_new_epoch() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let task = world.task(&visitor).await;
    let mut phone = world.phone(&visitor).await;
    let op = phone.cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {}));
    phone.push(&world.store, std::slice::from_ref(&op)).await.unwrap();
    let before = phone.pull(&world.store, None).await.unwrap();
    assert_eq!(before.epoch, 1);

    // Back to the state before that batch, as an old backup would.
    let mut owner = PgConnection::connect(&cluster().owner).await.unwrap();
    let statements = [
        "UPDATE app.tenant_head h SET rev = b.first_rev - 1, batch = b.number - 1, head = b.previous
         FROM app.batch_head b WHERE h.tenant_id = $1 AND b.tenant_id = $1 AND b.number = h.batch",
        "DELETE FROM app.op_log l USING app.tenant_head h WHERE l.tenant_id = $1 AND h.tenant_id = $1 AND l.rev > h.rev",
        "DELETE FROM app.batch_head b USING app.tenant_head h
         WHERE b.tenant_id = $1 AND h.tenant_id = $1 AND b.number > h.batch",
        "DELETE FROM identity.journal_op WHERE tenant_id = $1",
        "UPDATE identity.journal SET last_seq = 0 WHERE tenant_id = $1",
        "UPDATE app.assignment SET state = 1, revision = 0 WHERE tenant_id = $1",
    ];
    for statement in statements {
        sqlx::query(statement).bind(world.tenant.0).execute(&mut owner).await.unwrap();
    }
    // A server that was started on the restored database.
    let server = crate::world::open(&cluster().serve).await;
    let next = phone.push(&server, &[]).await.unwrap();
    assert!(next.results.is_empty());
    let after = phone.pull(&server, Some(&before.cursor)).await.expect("the old cursor means nothing now");
    assert_eq!(after.epoch, 2);
    assert_eq!(after.changes.len(), before.changes.len());

    // Told once is enough, and the op comes back under its old id in a new journal.
    phone.push(&server, &[]).await.unwrap();
    let forks: i64 = sqlx::query_scalar("SELECT count(*) FROM app.fork_record WHERE tenant_id = $1")
        .bind(world.tenant.0)
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(forks, 1);
    let mut anew = world.phone(&visitor).await;
    let mut again = op;
    again.envelope.journal = anew.journal;
    let back = anew.push(&server, &[again]).await.unwrap();
    assert_eq!(verdicts(&back), [Verdict::Applied]);
    assert_eq!(back.heads.last().map(|head| head.epoch), Some(2));
    assert_eq!(world.verify().await.differences, []);
}

/// We sign for all companies with one key: whoever worked for two of them and showed the head of one to the other opened
/// an epoch there, and then one in the first with a head of that.
#[tokio::test(flavor = "multi_thread")]
async fn a_head_of_another_company_begins_no_epoch() {
    let (ours, theirs) = (World::new().await, World::new().await);
    let (visitor, other) = (ours.person(&[Role::Visitor]).await, theirs.person(&[Role::Visitor]).await);
    for _ in 0..3 {
        ours.task(&visitor).await;
    }
    let mut phone = ours.phone(&visitor).await;
    let mut abroad = theirs.phone(&other).await;
    // At a place that our log has as well, and at one that it has not reached.
    for tasks in [1, 4] {
        for _ in 0..tasks {
            let task = theirs.task(&other).await;
            let op = abroad.cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {}));
            abroad.push(&theirs.store, &[op]).await.unwrap();
        }
        phone.newest = abroad.newest.clone();
        assert!(phone.push(&ours.store, &[]).await.unwrap().results.is_empty());
        assert_eq!(phone.pull(&ours.store, None).await.unwrap().epoch, 1);
    }
    assert_eq!(ours.verify().await.differences, []);

    // One that is nobody's any more is of a log that was cut off, ours for all that we know.
    let cut_off = sqlx::query("DELETE FROM app.batch_head WHERE tenant_id = $1 AND number = $2");
    let number = phone.newest.as_ref().map(|head| head.number);
    let mut owner = PgConnection::connect(&cluster().owner).await.unwrap();
    cut_off.bind(theirs.tenant.0).bind(number).execute(&mut owner).await.unwrap();
    phone.push(&ours.store, &[]).await.unwrap();
    assert_eq!(phone.pull(&ours.store, None).await.unwrap().epoch, 2);
}

/// The store had been put back behind a phone's cursor and had grown past it again: what lay between was never told.
#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_a_history_that_was_cut_off_begins_anew() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    world.task(&visitor).await;
    let phone = world.phone(&visitor).await;
    let before = phone.pull(&world.store, None).await.unwrap();
    assert_eq!(phone.pull(&world.store, Some(&before.cursor)).await, None);
    // The same place in the log, and another batch at it.
    let mut owner = PgConnection::connect(&cluster().owner).await.unwrap();
    let other = "UPDATE app.batch_head SET root = sha256(root) WHERE tenant_id = $1";
    sqlx::query(other).bind(world.tenant.0).execute(&mut owner).await.unwrap();
    let after = phone.pull(&world.store, Some(&before.cursor)).await.expect("from the start");
    assert_eq!(after.changes.len(), 1);
    assert_ne!(after.cursor, before.cursor);
}

/// A journal whose answer was lost is opened once; one that is written is nobody's to open again.
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_is_asked_for_twice_is_one() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let task = world.task(&visitor).await;
    let mut phone = world.phone(&visitor).await;
    let accept = phone.cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {}));
    phone.push(&world.store, &[accept]).await.unwrap();
    let id = domain::ids::JournalId(crate::world::uuid());
    let key = || domain::evidence::Sha256::of(crate::world::uuid().as_bytes());
    let (first, second) = (key(), key());
    for key in [first, second] {
        let new = store::NewJournal { id, key };
        assert!(world.store.open_journal(world.tenant, Caller::Token(phone.token), new, NOW).await.unwrap());
    }
    assert!(world.store.whose(world.tenant, Caller::Key(first), NOW).await.unwrap().is_none(), "the newer key counts");
    let mut next = crate::world::Phone { journal: id, key: second, seq: 0, newest: None, ..phone };
    let decline = next.cut(task, 1, Payload::AssignmentAccept(AssignmentAccept {}));
    next.push_as(&world.store, Caller::Key(second), &[decline]).await.unwrap();
    let new = store::NewJournal { id, key: key() };
    assert!(!world.store.open_journal(world.tenant, Caller::Token(next.token), new, NOW).await.unwrap());
    // The key of a journal opens the next one.
    let new = store::NewJournal { id: domain::ids::JournalId(crate::world::uuid()), key: key() };
    assert!(world.store.open_journal(world.tenant, Caller::Key(second), new, NOW).await.unwrap());
}

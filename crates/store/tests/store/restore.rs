//! A database that was restored says so, and its phones bring back what it lost.

use domain::{
    op::{Payload, Verdict, payload::AssignmentAccept},
    role::Role,
};
use sqlx::{Connection as _, PgConnection};

use crate::{
    cluster::cluster,
    world::{World, verdicts},
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

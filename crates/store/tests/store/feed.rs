//! The feed under concurrent writers: nothing is skipped, nothing comes twice.

use domain::{
    op::{Payload, payload::AssignmentAccept},
    role::Role,
};

use crate::{
    cluster::cluster,
    world::{World, open, verdicts},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_sees_every_rev_once_while_two_servers_write() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let before = world.store.feed(world.tenant, 0, 10_000).await.unwrap().len() as i64;
    let servers = [open(&cluster().serve).await, open(&cluster().serve).await];
    let mut writers = Vec::new();
    let count = 40;
    for n in 0..count {
        let mut phone = world.phone(&visitor).await;
        let task = world.task(&visitor).await;
        let server = servers[n % 2].clone();
        writers.push(tokio::spawn(async move {
            let op = phone.cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {}));
            verdicts(&phone.push(&server, &[op]).await.unwrap())
        }));
    }
    let expected = before + 2 * count as i64;
    let mut last = 0;
    while last < expected {
        for entry in world.store.feed(world.tenant, last, 7).await.unwrap() {
            assert_eq!(entry.rev, last + 1);
            last = entry.rev;
        }
    }
    for writer in writers {
        assert_eq!(writer.await.unwrap(), [domain::op::Verdict::Applied]);
    }
    assert!(world.store.feed(world.tenant, last, 10).await.unwrap().is_empty());
    assert_eq!(world.verify().await.differences, []);
}

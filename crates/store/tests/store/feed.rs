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

/// 64 writers over 8 tenants and two servers; a reader of each tenant follows meanwhile. `MINGCHA_FEED_WRITES` sets how
/// many writes: 2,000 with the other tests, 100,000 in the long run.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_of_eight_tenants_miss_nothing_of_64_writers() {
    const TENANTS: usize = 8;
    const WRITERS: usize = 64;
    let writes: usize = std::env::var("MINGCHA_FEED_WRITES").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000);
    let each = writes.div_ceil(WRITERS);
    let servers = [open(&cluster().serve).await, open(&cluster().serve).await];
    let mut readers = Vec::new();
    let mut writers = Vec::new();
    for _ in 0..TENANTS {
        let world = World::new().await;
        let visitor = world.person(&[Role::Visitor]).await;
        let task = world.task(&visitor).await;
        let mut phones = Vec::new();
        for _ in 0..WRITERS / TENANTS {
            phones.push(world.phone(&visitor).await);
        }
        let begun = world.store.feed(world.tenant, 0, 10_000).await.unwrap().len() as i64;
        for (n, mut phone) in phones.into_iter().enumerate() {
            let server = servers[n % 2].clone();
            writers.push(tokio::spawn(async move {
                for _ in 0..each {
                    // Whatever the verdict is: it has its place in the log.
                    let op = phone.cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {}));
                    let pushed = phone.push(&server, &[op]).await.unwrap();
                    assert_eq!(pushed.results.len(), 1);
                }
            }));
        }
        let expected = begun + (each * WRITERS / TENANTS) as i64;
        let reader = servers[0].clone();
        readers.push(tokio::spawn(async move {
            let (mut last, mut batch) = (0, 0);
            while last < expected {
                for entry in reader.feed(world.tenant, last, 500).await.unwrap() {
                    assert_eq!(entry.rev, last + 1, "missed or reordered");
                    assert!(entry.batch >= batch, "a batch came after a later one");
                    (last, batch) = (entry.rev, entry.batch);
                }
            }
            assert!(reader.feed(world.tenant, last, 1).await.unwrap().is_empty());
        }));
    }
    for task in writers.into_iter().chain(readers) {
        task.await.unwrap();
    }
}

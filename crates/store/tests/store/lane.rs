//! A lane whose database does not get on.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use domain::{
    op::{Payload, Verdict, payload::AssignmentAccept},
    role::Role,
};
use protocol::push::{Pushed, PushedOp};
use sqlx::{Connection as _, PgConnection};
use store::{Error, Settings, Store, standing};

use crate::{
    cluster::cluster,
    world::{Phone, TestSigner, World},
};

/// A store that gives a write up after a second, with one connection: where it is not given back, nobody gets on.
async fn impatient(url: &str) -> Store {
    let settings = Settings { serve_url: url.to_owned(), unit_url: None, connections: 1 };
    Store::open_with_patience(&settings, Arc::new(TestSigner), Duration::from_secs(1)).await.expect("the store opens")
}

/// The answer, which comes in time whatever becomes of the database.
async fn pushed(phone: &mut Phone, store: &Store, ops: &[PushedOp]) -> store::Result<Pushed> {
    tokio::time::timeout(Duration::from_secs(20), phone.push(store, ops)).await.expect("an answer in time")
}

/// As a phone does that hears that nobody knows: it asks again.
async fn pushed_in_the_end(phone: &mut Phone, store: &Store, ops: &[PushedOp]) -> Vec<Verdict> {
    for _ in 0..60 {
        match pushed(phone, store, ops).await {
            Ok(pushed) => return pushed.results.iter().map(|result| standing(result).clone()).collect(),
            Err(Error::Unknown) => {}
            Err(error) => panic!("{error}"),
        }
    }
    panic!("nobody ever knows");
}

/// Somebody held a company's head, and everything that was to be written for it waited without an end.
#[tokio::test(flavor = "multi_thread")]
async fn a_lane_that_is_held_up_says_in_time_that_nobody_knows() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let task = world.task(&visitor).await;
    let mut phone = world.phone(&visitor).await;
    let accept = [phone.cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {}))];
    let store = impatient(&cluster().serve).await;
    let mut owner = PgConnection::connect(&cluster().owner).await.unwrap();
    let mut held = owner.begin().await.unwrap();
    let lock = sqlx::query("SELECT FROM app.tenant_head WHERE tenant_id = $1 FOR UPDATE");
    lock.bind(world.tenant.0).execute(&mut *held).await.unwrap();
    for _ in 0..2 {
        let answer = pushed(&mut phone, &store, &accept).await;
        assert!(matches!(answer, Err(Error::Unknown)), "{answer:?}");
    }
    held.rollback().await.unwrap();
    assert_eq!(pushed_in_the_end(&mut phone, &store, &accept).await, [Verdict::Applied]);
    assert_eq!(world.verify().await.differences, []);
}

/// A way to the database that can fall silent: what is said is swallowed, nothing is answered, and nobody hangs up.
struct Line {
    url: String,
    silent: Arc<AtomicBool>,
}

impl Line {
    fn to(url: &str) -> Self {
        let port: u16 = url.split([':', '/']).find_map(|part| part.parse().ok()).expect("a port");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let here = listener.local_addr().expect("an address").port();
        let silent = Arc::new(AtomicBool::new(false));
        let line = Self { url: url.replace(&format!(":{port}/"), &format!(":{here}/")), silent: Arc::clone(&silent) };
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.expect("a caller");
                let server = TcpStream::connect(("127.0.0.1", port)).expect("the database");
                let (back, forth) = (server.try_clone().expect("a copy"), client.try_clone().expect("a copy"));
                carry(client, server, Arc::clone(&silent));
                carry(back, forth, Arc::clone(&silent));
            }
        });
        line
    }
}

/// Carries what comes from one end to the other, until one of them hangs up.
fn carry(mut from: TcpStream, mut to: TcpStream, silent: Arc<AtomicBool>) {
    std::thread::spawn(move || {
        let mut bytes = [0; 65_536];
        while let Ok(n @ 1..) = from.read(&mut bytes) {
            if !silent.load(Ordering::SeqCst) && to.write_all(&bytes[..n]).is_err() {
                break;
            }
        }
        // Whichever is gone already needs no hanging up.
        drop((from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both)));
    });
}

/// The database took a statement and never answered: the lane waited without an end, and its connection with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_lane_whose_database_falls_silent_gives_its_connection_up() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let task = world.task(&visitor).await;
    let mut phone = world.phone(&visitor).await;
    let accept = [phone.cut(task, 0, Payload::AssignmentAccept(AssignmentAccept {}))];
    let line = Line::to(&cluster().serve);
    let store = impatient(&line.url).await;
    line.silent.store(true, Ordering::SeqCst);
    let answer = pushed(&mut phone, &store, &accept).await;
    assert!(matches!(answer, Err(Error::Unknown)), "{answer:?}");
    line.silent.store(false, Ordering::SeqCst);
    assert_eq!(pushed_in_the_end(&mut phone, &store, &accept).await, [Verdict::Applied]);
    assert_eq!(world.verify().await.differences, []);
}

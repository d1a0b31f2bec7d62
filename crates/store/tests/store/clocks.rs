//! A server's clock that goes back, or forward: nobody is kept out by it, and nobody gets in.

use domain::{
    evidence::Sha256,
    ids::{AccountId, OpId},
    op::{Op, Payload, payload::AccountCreate},
    role::{Role, RoleSet},
    time::{DAY_MS, HOUR_MS, MINUTE_MS, Moment},
};
use store::{Caller, Error, Front, Link, NewSession, Private, PrivateAccount, PrivateSupervisor, SignInCheck, WayIn};
use uuid::Uuid;

use crate::world::{NOW, Person, World, salt, uuid};

/// From where people sign in, but for the sessions that `world` opens.
const FROM: &str = "10.0.0.7";

/// What is left of a session of `world`.
const IDLE_MS: i64 = DAY_MS;

fn session(now: Moment) -> NewSession {
    NewSession {
        token: Sha256::of(uuid().as_bytes()),
        front: Front::Hq,
        idle_ms: IDLE_MS,
        ends_at: now.plus(IDLE_MS),
        device: String::new(),
        journal: None,
    }
}

async fn begin(world: &World, attempt: Uuid, who: &Person, now: Moment) -> SignInCheck {
    world.store.sign_in_begin(world.tenant, attempt, &who.login, FROM, now).await.unwrap()
}

async fn finish(world: &World, attempt: Uuid, right: bool, now: Moment) -> bool {
    world.store.sign_in_finish(world.tenant, attempt, right, &session(now), now).await.unwrap().is_some()
}

/// Tries once at `now`, with the wrong password: whether nobody looks at it.
async fn is_stopped(world: &World, who: &Person, now: Moment) -> bool {
    let attempt = uuid();
    let stopped = begin(world, attempt, who, now).await.throttled;
    assert!(stopped || !finish(world, attempt, false, now).await);
    stopped
}

async fn stop(world: &World, who: &Person, now: Moment) {
    for _ in 0..10 {
        assert!(!is_stopped(world, who, now).await);
    }
    assert!(is_stopped(world, who, now).await);
}

/// A clock that went back by an hour kept whoever had been stopped before it out for an hour and a quarter.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_stopped_is_let_in_again_though_the_clock_went_back() {
    let world = World::new().await;
    let person = world.person(&[Role::Office]).await;
    stop(&world, &person, NOW).await;
    // By how long ago they were stopped now, nobody can tell: not by a window.
    assert!(!is_stopped(&world, &person, NOW.plus(-HOUR_MS)).await);
    // A jump within the window: a quarter of an hour from the next try on, and no try is given away for it.
    let other = world.person(&[Role::Office]).await;
    stop(&world, &other, NOW).await;
    let back = NOW.plus(-10 * MINUTE_MS);
    assert!(is_stopped(&world, &other, back).await);
    assert!(is_stopped(&world, &other, back.plus(15 * MINUTE_MS - 1)).await);
    assert!(!is_stopped(&world, &other, back.plus(15 * MINUTE_MS)).await);
}

/// Nodes whose clocks are a little apart count together, whichever is asked.
#[tokio::test(flavor = "multi_thread")]
async fn two_clocks_that_are_apart_give_nobody_more_tries() {
    let world = World::new().await;
    let person = world.person(&[Role::Office]).await;
    let mut stopped = 0;
    for n in 0..12 {
        stopped += u32::from(is_stopped(&world, &person, NOW.plus((n % 2) * 300)).await);
    }
    assert_eq!(stopped, 2);
}

/// Whoever signed in while the clock went forward lost their try to the next who did, and heard that the password was wrong.
#[tokio::test(flavor = "multi_thread")]
async fn a_try_is_not_cleared_away_by_one_of_a_later_clock() {
    let world = World::new().await;
    let (one, two) = (world.person(&[Role::Office]).await, world.person(&[Role::Office]).await);
    let (first, second, later) = (uuid(), uuid(), NOW.plus(HOUR_MS));
    begin(&world, first, &one, NOW).await;
    begin(&world, second, &two, later).await;
    assert!(finish(&world, second, true, later).await);
    assert!(finish(&world, first, true, NOW).await);
}

/// Whether the session of `token` is good for anything.
async fn is_good(world: &World, token: Sha256, door: u8, now: Moment) -> bool {
    match door {
        0 => world.store.session(world.tenant, token, now).await.unwrap().is_some(),
        1 => world.store.whose(world.tenant, Caller::Token(token), now).await.unwrap().is_some(),
        _ => match world.store.pull(world.tenant, token, None, None, now).await {
            Ok(_) => true,
            Err(Error::Unauthorized) => false,
            Err(error) => panic!("{error}"),
        },
    }
}

/// A session that had been refused, for its time was over, was good again when the clock went back.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_over_stays_over_when_the_clock_goes_back() {
    let world = World::new().await;
    let person = world.person(&[Role::Visitor]).await;
    for told in 0..3 {
        let token = world.sign_in(&person.login, Front::Field, None).await.unwrap();
        let over = NOW.plus(IDLE_MS);
        assert!(!is_good(&world, token, told, over).await);
        for door in 0..3 {
            assert!(!is_good(&world, token, door, over.plus(-HOUR_MS)).await, "{told} {door}");
        }
    }
}

/// What a clock that stood months ahead refused is good again when it is right: every phone that spoke meanwhile would
/// have had to sign in.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_months_ahead_signs_nobody_out_for_good() {
    let world = World::new().await;
    let phone = world.phone(&world.person(&[Role::Visitor]).await).await;
    for door in 0..3 {
        assert!(!is_good(&world, phone.token, door, NOW.plus(90 * DAY_MS)).await);
    }
    for door in 0..3 {
        assert!(is_good(&world, phone.token, door, NOW.plus(HOUR_MS)).await);
    }
}

/// A one-time link that had been refused, for its time was over, led in when the clock went back.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_was_over_stays_over_when_the_clock_goes_back() {
    let world = World::new().await;
    let admin = world.person(&[Role::Admin]).await;
    let links = [Sha256::of(uuid().as_bytes()), Sha256::of(uuid().as_bytes())];
    for hash in links {
        let account = AccountId(uuid());
        let private = PrivateAccount {
            login: format!("s{}", account.0.simple()),
            name: "李明".into(),
            way_in: WayIn { password_hash: None, link: Some(Link { hash, expires_at: NOW.plus(DAY_MS) }) },
            supervisor: Some(PrivateSupervisor::default()),
        };
        let create = Payload::AccountCreate(AccountCreate {
            roles: RoleSet::of(&[Role::Visitor]),
            unit: None,
            commitment: private.commitment(&[7; 16]),
        });
        let op = Op::new(OpId(uuid()), admin.account.0, account.0, None, salt(), create).unwrap();
        world.store.act(world.tenant, admin.token, op, Private::Account(private), NOW).await.unwrap();
    }
    let leads_in = async |link, now: Moment| {
        world.store.redeem_link(world.tenant, link, &session(now), now).await.unwrap().is_some()
    };
    let over = NOW.plus(DAY_MS);
    assert!(!leads_in(links[0], over).await);
    assert!(!leads_in(links[0], over.plus(-HOUR_MS)).await);
    assert!(leads_in(links[1], over.plus(-HOUR_MS)).await);
}

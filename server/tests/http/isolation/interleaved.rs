//! Many companies on few connections, in any order: nobody's transaction sees another's company.

use std::sync::Arc;

use domain::{
    evidence::Sha256,
    ids::OpId,
    op::{Payload, payload::AssignmentAccept},
    role::Role,
};
use store::{Caller, Front, Pull, Secret, Settings, Signer, Source, Store, WriteRequest, hq};

use crate::{
    cluster::cluster,
    company::{Company, uuid},
    extent::{Dice, progress, report, seed, times},
    house::House,
    isolation::let_in,
    phone::{Phone, op_of, pushed_op},
};

const COMPANIES: usize = 6;
const TASKS: usize = 3;
const WORKERS: usize = 16;

struct Room {
    company: Company,
    phone: Phone,
    hq: Sha256,
    tasks: Vec<domain::ids::AssignmentId>,
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_of_many_companies_on_four_connections_never_mix() {
    let house = House::new().await;
    let settings = Settings { serve_url: cluster().serve.clone(), unit_url: None, connections: 4 };
    let signer: Arc<dyn Signer> = Arc::<server::keys::Keys>::clone(&house.server.keys);
    let store = Store::open(&settings, signer).await.expect("the store opens");
    let mut rooms = Vec::new();
    for _ in 0..COMPANIES {
        let company = Company::new(&house).await;
        let visitor = company.person(&house, &[Role::Visitor]).await;
        let reviewer = company.person(&house, &[Role::Reviewer]).await;
        let mut tasks = Vec::new();
        for _ in 0..TASKS {
            tasks.push(company.task(&house, &visitor).await);
        }
        let mut phone = Phone::bearer(&house, &company, &visitor).await;
        phone.visit(&house, tasks[0], company.document(&house, tasks[0])).await;
        let hq = Sha256::of(let_in(&house, &company, &reviewer, Front::Hq).await.as_bytes());
        rooms.push(Room { company, phone, hq, tasks });
    }
    let (rooms, house) = (Arc::new(rooms), Arc::new(house));
    let all = times(3_000, 100_000);
    let first = seed("interleaved");
    let workers = (0..WORKERS).map(|worker| {
        let (rooms, store, house) = (Arc::clone(&rooms), store.clone(), Arc::clone(&house));
        tokio::spawn(async move {
            let mut dice = Dice::new(first.wrapping_add(worker as u64));
            for n in 0..all / WORKERS {
                if worker == 0 {
                    progress("interleaved", n, all / WORKERS);
                }
                one(&mut dice, &rooms, &store, &house).await;
            }
        })
    });
    for worker in futures_util::future::join_all(workers).await {
        worker.expect("no transaction saw another company");
    }
    store.ping().await.expect("no connection kept a company");
    let figures = serde_json::json!({ "transactions": all / WORKERS * WORKERS, "companies": COMPANIES,
        "connections": 4, "at_once": WORKERS, "mixed": 0 });
    report("P15", &figures);
}

async fn one(dice: &mut Dice, rooms: &[Room], store: &Store, house: &House) {
    let room = dice.of(rooms);
    let stranger = dice.of(rooms);
    let (tenant, now) = (room.company.tenant, house.now());
    let Some(token) = room.phone.me.token.as_deref().and_then(Secret::parse) else { unreachable!("a client's token") };
    match dice.below(8) {
        0 => {
            let mut tx = store.read(tenant).await.expect("begun");
            let slice = hq::visits::read(&mut tx, &hq::visits::Filter::default(), hq::Stretch::Newest).await;
            let slice = slice.expect("read");
            assert_eq!(slice.rows.len(), 1);
            assert_eq!(slice.rows[0].venue, room.company.venues[0].id);
        }
        1 => {
            let mut tx = store.read(tenant).await.expect("begun");
            let units = hq::org::units(&mut tx).await.expect("read");
            assert!(units.len() == 2 && units.iter().any(|unit| unit.id == room.company.county));
        }
        2 => {
            let Pull::Changes(pulled) = store.pull(tenant, token.hash, None, None, now).await.expect("pulled") else {
                panic!("there are tasks");
            };
            assert_eq!(pulled.changes.len(), TASKS);
        }
        3 => {
            let mut tx = store.read(tenant).await.expect("begun");
            let theirs = domain::ids::VisitId::of(stranger.tasks[0]);
            let sheet = hq::visit::read(&mut tx, theirs).await.expect("read");
            assert_eq!(sheet.is_some(), stranger.company.tenant == tenant);
            // Given back in the middle: dropped, not committed.
            drop(tx);
        }
        4 => {
            let session = store.session(tenant, stranger.hq, now).await.expect("asked");
            assert_eq!(session.is_some(), stranger.company.tenant == tenant);
        }
        5 => {
            let accept = Payload::AssignmentAccept(AssignmentAccept {});
            let op = op_of(OpId(uuid()), *dice.of(&stranger.tasks), 0, accept);
            let op = pushed_op(&op, room.phone.me.journal, i64::MAX, now);
            let source = Source::Phone {
                caller: Caller::Token(token.hash),
                journal: room.phone.me.journal,
                newest: None,
                ops: vec![op],
            };
            let pushed = store.write(tenant, WriteRequest { source, received_at: now }).await.expect("asked");
            assert_eq!((pushed.results.len(), pushed.expect), (0, 5), "a gap of this journal, not of another");
        }
        6 => {
            // Outside of any transaction nobody is named.
            store.ping().await.expect("the connection names no company");
        }
        _ => {
            let found = store.tenant_by_code(&stranger.company.code).await.expect("asked");
            assert_eq!(found.map(|tenant| tenant.id), Some(stranger.company.tenant));
        }
    }
}

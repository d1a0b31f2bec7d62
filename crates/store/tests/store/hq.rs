//! Everything that HQ reads, read once with something in it.

use domain::{
    assignment::AssignmentState,
    finding::{FindingState, Severity},
    ids::{AssignmentId, OpId, VenueId, VisitId},
    op::{
        HeldCode, Op, Payload, Verdict,
        payload::{
            AssignmentAccept, AssignmentDecline, AssignmentRecall, HeldAdopt, VenueImport, VisitAccept, VisitArrive,
            VisitReturn,
        },
    },
    org::Venue,
    role::Role,
    text::Text,
    time::{DAY_MS, HOUR_MS, Moment},
    visit::{ReturnedItem, VisitState},
};
use protocol::pull::Change;
use store::{
    Caller, Private,
    hq::{self, Stretch},
};
use uuid::Uuid;

use crate::world::{NOW, Person, Phone, World, presence, salt, uuid, verdicts};

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_has_its_rows() {
    let world = World::new().await;
    let (visitor, reviewer) = (world.person(&[Role::Visitor]).await, world.person(&[Role::Reviewer]).await);
    let mut phone = world.phone(&visitor).await;
    let (waiting, accepted, open) =
        (world.task(&visitor).await, world.task(&visitor).await, world.task(&visitor).await);
    phone.visit(&world, waiting, &[1]).await;
    phone.visit(&world, accepted, &[]).await;
    world.hq(&reviewer, accepted, 3, Payload::VisitAccept(VisitAccept {})).await;
    let accept = phone.cut(open, 0, Payload::AssignmentAccept(AssignmentAccept {}));
    phone.push(&world.store, &[accept]).await.unwrap();
    // A second hall of that name: a search that finds several is another walk.
    let north =
        Venue {
            id: VenueId(uuid()), code: "H2".into(), name: Text::zh("清河北路营业厅"), ..world.venue.clone()
        };
    world.server(Payload::VenueImport(VenueImport { venues: vec![north] })).await;
    let mut tx = world.store.read_planned(world.tenant).await.unwrap();

    let limits = hq::board::Limits {
        arrived_since: NOW.plus(-DAY_MS),
        amber_before: NOW.plus(1),
        red_before: NOW.plus(-DAY_MS),
    };
    let board = hq::board::read(&mut tx, limits).await.unwrap();
    assert_eq!((board.waiting, board.amber, board.red, board.arrived, board.open_tasks), (1, 1, 0, 2, 1));
    assert_eq!((board.oldest_waiting.len(), board.oldest_returned.len(), board.held), (1, 0, 0));
    assert_eq!(board.proposed.iter().sum::<u32>(), 2);
    let ranking = hq::board::ranking(&mut tx, NOW.plus(-DAY_MS)).await.unwrap();
    assert_eq!(ranking.iter().map(|one| one.visits).collect::<Vec<_>>(), [1]);

    let all = hq::visits::Filter::default();
    let list = hq::visits::read(&mut tx, &all, Stretch::Newest).await.unwrap();
    assert_eq!((list.rows.len(), list.newer, list.older), (2, None, None));
    for (filter, expected) in [
        (hq::visits::Filter { state: Some(VisitState::Received), ..all.clone() }, 1),
        (hq::visits::Filter { incomplete: true, ..all.clone() }, 1),
        (hq::visits::Filter { red_line: true, ..all.clone() }, 2),
        (hq::visits::Filter { text: "清河".into(), ..all.clone() }, 2),
        (hq::visits::Filter { text: "清河路".into(), ..all.clone() }, 2),
        (hq::visits::Filter { text: "h1".into(), ..all.clone() }, 2),
        (hq::visits::Filter { text: "H2".into(), ..all.clone() }, 0),
        (hq::visits::Filter { text: "没有这个厅".into(), ..all.clone() }, 0),
        (hq::visits::Filter { topic: Some("hall".into()), county: Some(world.venue.county), ..all.clone() }, 2),
        (hq::visits::Filter { topic: Some("billing".into()), ..all }, 0),
    ] {
        assert_eq!(
            hq::visits::read(&mut tx, &filter, Stretch::Newest).await.unwrap().rows.len(),
            expected,
            "{filter:?}"
        );
    }

    let sheet = hq::visit::read(&mut tx, VisitId::of(waiting)).await.unwrap().unwrap();
    assert_eq!((sheet.submissions.len(), sheet.findings.len(), sheet.verified.len()), (1, 1, 0));
    let findings = hq::findings::Filter {
        state: Some(FindingState::Proposed),
        severity: Some(Severity::Critical),
        ..hq::findings::Filter::default()
    };
    assert_eq!(hq::findings::read(&mut tx, &findings, Stretch::Newest).await.unwrap().rows.len(), 2);
    let tasks = hq::tasks::Filter { state: Some(AssignmentState::Accepted), county: None };
    assert_eq!(hq::tasks::read(&mut tx, &tasks, Stretch::Newest).await.unwrap().rows.len(), 1);
    assert_eq!(hq::checklists::versions(&mut tx).await.unwrap().len(), 5);
    assert_eq!(hq::org::units(&mut tx).await.unwrap().len(), 1);
    assert_eq!(hq::org::venues(&mut tx, &hq::org::VenueFilter::default()).await.unwrap().0.len(), 2);
    let names = hq::people::colleagues(&mut tx, &reviewer.token.0, NOW).await.unwrap();
    assert_eq!(names.len(), 1, "HQ's own people, and nobody who visits");
    assert!(hq::people::colleagues(&mut tx, &visitor.token.0, NOW).await.unwrap().is_empty());
}

/// The reason of somebody who steps aside was kept and shown to nobody, though the phone says that whoever assigns sees it.
#[tokio::test(flavor = "multi_thread")]
async fn why_a_task_ended_is_read_with_it() {
    let world = World::new().await;
    let (visitor, office) = (world.person(&[Role::Visitor]).await, world.person(&[Role::Office, Role::Reviewer]).await);
    let mut phone = world.phone(&visitor).await;
    let (aside, back, late) = (world.task(&visitor).await, world.task(&visitor).await, world.task(&visitor).await);
    let open = world.task(&visitor).await;
    let decline = |tie, reason: &str| Payload::AssignmentDecline(AssignmentDecline { tie, reason: reason.into() });
    let op = phone.cut(aside, 0, decline(true, "亲属在店"));
    assert_eq!(verdicts(&phone.push(&world.store, &[op]).await.unwrap()), [Verdict::Applied]);
    for task in [back, late] {
        let recall = Payload::AssignmentRecall(AssignmentRecall { reason: "改期".into() });
        let op = Op::new(OpId(uuid()), office.account.0, task.0, None, salt(), recall).unwrap();
        let result = world.store.act(world.tenant, office.token, op, Private::None, NOW).await.unwrap();
        assert_eq!(result.verdict, Verdict::Applied);
    }
    // Too late to step aside from this one: HQ has called it back. That is held, and does not count.
    let op = phone.cut(late, 0, decline(false, "发烧"));
    let held = phone.push(&world.store, &[op]).await.unwrap();
    assert_eq!(verdicts(&held), [Verdict::held(HeldCode::Withdrawn)]);
    let mut tx = world.store.read_planned(world.tenant).await.unwrap();
    let all = hq::tasks::read(&mut tx, &hq::tasks::Filter::default(), Stretch::Newest).await.unwrap().rows;
    let told = [aside, back, late, open].map(|id| {
        let row = all.iter().find(|row| row.id == id).unwrap();
        (row.state, row.reason.clone())
    });
    let reason = |text: &str| Some(text.to_owned());
    assert_eq!(
        told,
        [
            (AssignmentState::Recused, reason("亲属在店")),
            (AssignmentState::Recalled, reason("改期")),
            (AssignmentState::Recalled, reason("改期")),
            (AssignmentState::Released, None),
        ]
    );
    // The phone reads why HQ called a task back; nobody else's words go to a phone.
    let pulled = world.store.pull(world.tenant, phone.token, None, None, NOW).await.unwrap();
    let store::Pull::Changes(pulled) = pulled else { panic!("{pulled:?}") };
    let mut told: Vec<_> = pulled
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::Withdraw { assignment, state, reason } => Some((*assignment, *state, reason.as_str())),
            Change::Task(_) => None,
        })
        .collect();
    told.sort_unstable_by_key(|(task, ..)| [aside, back, late].iter().position(|one| one == task));
    assert_eq!(
        told,
        [
            (aside, AssignmentState::Recused, ""),
            (back, AssignmentState::Recalled, "改期"),
            (late, AssignmentState::Recalled, "改期"),
        ]
    );
    let plan = store::reasons::plan_of_reasons(&mut tx).await.unwrap().join("\n");
    assert!(plan.contains("op_log_ends_tasks on op_log") && !plan.contains("Seq Scan"), "{plan}");
}

/// A visit that was given back, mended and handed in again looked as if HQ had let it lie since it first came, and what was
/// given back stood in the order in which it had come.
#[tokio::test(flavor = "multi_thread")]
async fn a_mended_visit_waits_since_it_came_again_and_a_returned_one_since_it_was_given_back() {
    let world = World::new().await;
    let (visitor, reviewer) = (world.person(&[Role::Visitor]).await, world.person(&[Role::Reviewer]).await);
    let mut phone = world.phone(&visitor).await;
    let (mended, fresh) = (world.task(&visitor).await, world.task(&visitor).await);
    let (early, late) = (world.task(&visitor).await, world.task(&visitor).await);
    let hours = |n: i64| NOW.plus(n * HOUR_MS);
    hand_in(&world, &mut phone, mended, 0, hours(0)).await;
    give_back(&world, &reviewer, mended, 1, hours(1)).await;
    // The first to come is the last to be given back.
    hand_in(&world, &mut phone, late, 0, hours(2)).await;
    hand_in(&world, &mut phone, early, 0, hours(3)).await;
    give_back(&world, &reviewer, early, 1, hours(4)).await;
    hand_in(&world, &mut phone, fresh, 0, hours(5)).await;
    give_back(&world, &reviewer, late, 1, hours(6)).await;
    hand_in(&world, &mut phone, mended, 2, hours(10)).await;

    let mut tx = world.store.read_planned(world.tenant).await.unwrap();
    let limits = hq::board::Limits { arrived_since: hours(6), amber_before: hours(6), red_before: hours(1) };
    let board = hq::board::read(&mut tx, limits).await.unwrap();
    assert_eq!((board.waiting, board.amber, board.red, board.arrived, board.returned), (2, 1, 0, 1, 2));
    let since = |list: &[hq::board::Waiting]| list.iter().map(|one| (one.id, one.since)).collect::<Vec<_>>();
    let of = |task: AssignmentId, n: i64| (VisitId::of(task), hours(n));
    assert_eq!(since(&board.oldest_waiting), [of(fresh, 5), of(mended, 10)]);
    assert_eq!(since(&board.oldest_returned), [of(early, 4), of(late, 6)]);
    let waiting = hq::visits::Filter { state: Some(VisitState::Received), ..hq::visits::Filter::default() };
    let rows = hq::visits::read(&mut tx, &waiting, Stretch::Newest).await.unwrap().rows;
    let listed: Vec<_> = rows.iter().map(|row| (row.id, row.received_at)).collect();
    assert_eq!(listed, [of(mended, 10), of(fresh, 5)].map(|(id, at)| (id, Some(at))));
    let plan = hq::board::plan_of_returned(&mut tx).await.unwrap().join("\n");
    assert!(plan.contains("visit_returned on visit") && !plan.contains("Seq Scan"), "{plan}");
    drop(tx);
    assert_eq!(world.verify().await.differences, []);
}

/// A visit whose task was called back in its middle stood as under way for good, in the list and on the board.
#[tokio::test(flavor = "multi_thread")]
async fn a_visit_whose_task_was_called_back_is_under_way_no_more() {
    let world = World::new().await;
    let (visitor, office) = (world.person(&[Role::Visitor]).await, world.person(&[Role::Office, Role::Reviewer]).await);
    let (back, going) = (world.task(&visitor).await, world.task(&visitor).await);
    let mut phone = world.phone(&visitor).await;
    let arrivals = [back, going]
        .map(|task| phone.cut(task, 0, Payload::VisitArrive(VisitArrive { assignment: task, presence: presence(1) })));
    assert_eq!(verdicts(&phone.push(&world.store, &arrivals).await.unwrap()), vec![Verdict::Applied; 2]);
    let act = async |subject: Uuid, payload: Payload| {
        let op = Op::new(OpId(uuid()), office.account.0, subject, None, salt(), payload).unwrap();
        let result = world.store.act(world.tenant, office.token, op, Private::None, NOW).await.unwrap();
        assert_eq!(result.verdict, Verdict::Applied);
    };
    act(back.0, Payload::AssignmentRecall(AssignmentRecall { reason: "改期".into() })).await;

    let limits = hq::board::Limits { arrived_since: NOW, amber_before: NOW, red_before: NOW };
    let of = |state| hq::visits::Filter { state, ..hq::visits::Filter::default() };
    let listed = |rows: Vec<hq::visits::VisitRow>| {
        let mut rows: Vec<_> = rows.iter().map(|row| (row.id, row.state, row.called_back)).collect();
        rows.sort_by_key(|(id, ..)| *id != VisitId::of(back));
        rows
    };
    let stands = |task, state, called_back| (VisitId::of(task), state, called_back);
    let mut tx = world.store.read_planned(world.tenant).await.unwrap();
    assert_eq!(hq::board::read(&mut tx, limits).await.unwrap().under_way, 1);
    let under_way = hq::visits::read(&mut tx, &of(Some(VisitState::UnderWay)), Stretch::Newest).await.unwrap();
    assert_eq!(listed(under_way.rows), [stands(going, VisitState::UnderWay, false)]);
    let all = hq::visits::read(&mut tx, &of(None), Stretch::Newest).await.unwrap();
    let (gone, stays) = (stands(back, VisitState::UnderWay, true), stands(going, VisitState::UnderWay, false));
    assert_eq!(listed(all.rows), [gone, stays]);
    assert!(hq::visit::read(&mut tx, VisitId::of(back)).await.unwrap().unwrap().called_back);
    assert!(!hq::visit::read(&mut tx, VisitId::of(going)).await.unwrap().unwrap().called_back);
    drop(tx);

    // What is handed in all the same is held, and a visit like any other once HQ has adopted it.
    let submit = phone.cut(back, 1, Payload::VisitSubmit(world.document(back, &[])));
    let held = submit.envelope.op_id;
    let pushed = phone.push(&world.store, &[submit]).await.unwrap();
    assert_eq!(verdicts(&pushed), [Verdict::held(HeldCode::Withdrawn)]);
    act(held.0, Payload::HeldAdopt(HeldAdopt { op: held })).await;
    let mut tx = world.store.read_planned(world.tenant).await.unwrap();
    let all = hq::visits::read(&mut tx, &of(None), Stretch::Newest).await.unwrap();
    assert_eq!(listed(all.rows), [stands(back, VisitState::Received, false), stays]);
    assert!(!hq::visit::read(&mut tx, VisitId::of(back)).await.unwrap().unwrap().called_back);
}

/// Without an arrival, as from a hotline.
async fn hand_in(world: &World, phone: &mut Phone, task: AssignmentId, base: u32, at: Moment) {
    let op = phone.cut(task, base, Payload::VisitSubmit(world.document(task, &[])));
    let pushed = phone.push_at(&world.store, Caller::Key(phone.key), &[op], at).await.unwrap();
    assert_eq!(verdicts(&pushed), [Verdict::Applied]);
}

async fn give_back(world: &World, who: &Person, task: AssignmentId, base: u32, at: Moment) {
    let items = vec![ReturnedItem { item: None, reason: "请补拍门头".into() }];
    let payload = Payload::VisitReturn(VisitReturn { items });
    let op = Op::new(OpId(uuid()), who.account.0, VisitId::of(task).0, Some(base), salt(), payload).unwrap();
    let result = world.store.act(world.tenant, who.token, op, Private::None, at).await.unwrap();
    assert_eq!(result.verdict, Verdict::Applied);
}

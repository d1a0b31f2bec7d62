//! A visit's whole way, as phone, server and HQ go it.

use domain::{
    assignment::AssignmentState,
    evidence::Sha256,
    ids::VisitId,
    op::{
        Conclusion, Payload, RefusedCode, Verdict,
        payload::{VisitAccept, VisitReturn},
    },
    role::Role,
    visit::{ReturnedItem, VisitState},
};
use store::{Caller, Private};

use crate::world::{NOW, World, state, task_of};

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_goes_its_way_and_the_log_bears_it_out() {
    let world = World::new().await;
    let (visitor, reviewer) = (world.person(&[Role::Visitor]).await, world.person(&[Role::Reviewer]).await);
    let task = world.task(&visitor).await;
    let mut phone = world.phone(&visitor).await;

    let pulled = phone.pull(&world.store, None).await.expect("the first pull");
    let granted = task_of(&pulled, task).expect("the task");
    assert_eq!((state(&granted.assignment), &granted.venue), (AssignmentState::Released, &world.venue));
    assert_eq!(pulled.checklists.values().collect::<Vec<_>>(), [world.hall()]);
    assert!(phone.pull(&world.store, Some(&pulled.cursor)).await.is_none(), "nothing since");

    phone.visit(&world, task, &[1, 2]).await;
    let changed = phone.pull(&world.store, Some(&pulled.cursor)).await.expect("it changed");
    let visit = task_of(&changed, task).and_then(|task| task.visit.clone()).expect("its visit");
    assert_eq!((visit.state, visit.revision, visit.submission, visit.elsewhere), (VisitState::Received, 3, 1, false));
    assert!(changed.checklists.is_empty(), "the list did not change");

    // Not before its evidence is here.
    let early = world.hq(&reviewer, task, 3, Payload::VisitAccept(VisitAccept {})).await;
    assert_eq!(early.verdict, Verdict::Refused { code: RefusedCode::Incomplete, detail: "evidence".into() });
    for n in [1_u8, 2] {
        arrive(&world, Caller::Token(phone.token), VisitId::of(task), Sha256::of(&[n])).await;
    }
    count_evidence(&world).await;
    count_evidence(&world).await;

    let give_back = VisitReturn { items: vec![ReturnedItem { item: None, reason: "请补拍门头".into() }] };
    assert_eq!(world.hq(&reviewer, task, 3, Payload::VisitReturn(give_back)).await.verdict, Verdict::Applied);
    let returned = phone.pull(&world.store, Some(&changed.cursor)).await.expect("it came back");
    let visit = task_of(&returned, task).and_then(|task| task.visit.clone()).expect("its visit");
    assert_eq!((visit.state, visit.returned.len(), visit.verified.len()), (VisitState::Returned, 1, 2));
    assert_eq!(visit.document, Some(world.document(task, &[1, 2])));

    // Mended with a third photo; what arrived before still counts.
    let again = phone.cut(task, visit.revision, Payload::VisitSubmit(world.document(task, &[1, 2, 3])));
    assert_eq!(phone.push(&world.store, &[again]).await.unwrap().results[0].verdict, Verdict::Applied);
    arrive(&world, Caller::Key(phone.key), VisitId::of(task), Sha256::of(&[3])).await;
    count_evidence(&world).await;
    let accepted = world.hq(&reviewer, task, 5, Payload::VisitAccept(VisitAccept {})).await;
    assert_eq!(accepted.verdict, Verdict::Applied);
    // Two reviewers, one decision.
    let second = world.hq(&reviewer, task, 5, Payload::VisitAccept(VisitAccept {})).await;
    assert!(matches!(second.verdict, Verdict::Refused { code: RefusedCode::AlreadyDecided, .. }), "{second:?}");

    let report = world.verify().await;
    assert_eq!(report.differences, []);
    assert_eq!(report.media.len(), 3);
}

/// Seeds 4202 and 5971 of the simulator: a task that changed after it was granted stood on a later page than its grant,
/// and came without its checklist (and what was handed in without its document).
#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_changed_before_the_first_pull_comes_with_its_checklist_though_pages_later() {
    let world = World::new().await;
    let visitor = world.person(&[Role::Visitor]).await;
    let first = world.task(&visitor).await;
    for _ in 0..100 {
        world.task(&visitor).await;
    }
    let mut old = world.phone(&visitor).await;
    old.visit(&world, first, &[1]).await;
    let phone = world.phone(&visitor).await;
    let page = phone.pull(&world.store, None).await.expect("the first page");
    assert!(page.more && task_of(&page, first).is_none() && page.checklists.len() == 1);
    let last = phone.pull(&world.store, Some(&page.cursor)).await.expect("the last page");
    assert!(!last.more);
    let task = task_of(&last, first).expect("the one that changed");
    assert_eq!(last.checklists.get(&task.assignment.checklist), Some(world.hall()));
    assert_eq!(task.visit.as_ref().and_then(|visit| visit.document.clone()), Some(world.document(first, &[1])));
    // Once all has been told, nothing comes twice.
    world.task(&visitor).await;
    let granted = phone.pull(&world.store, Some(&last.cursor)).await.expect("one more");
    assert_eq!((granted.changes.len(), granted.checklists.len()), (1, 1));
    assert!(phone.pull(&world.store, Some(&granted.cursor)).await.is_none(), "nothing since");
}

/// The bytes lie in the media store.
async fn arrive(world: &World, caller: Caller, visit: VisitId, sha256: Sha256) {
    let claim = world.store.evidence_claim(world.tenant, caller, visit, sha256, NOW).await.unwrap().expect("a claim");
    assert_eq!((claim.size, claim.stored), (1, false));
    assert!(world.store.evidence_stored(world.tenant, caller, visit, sha256, NOW).await.unwrap());
    assert!(world.store.evidence_stored(world.tenant, caller, visit, sha256, NOW).await.unwrap(), "told twice");
}

/// What the server's job does.
async fn count_evidence(world: &World) {
    for pending in world.store.pending_verifications(world.tenant, None, 100).await.unwrap() {
        let op = Conclusion::from(pending).op().unwrap();
        let result = world.store.act_as_server(world.tenant, op, Private::None, NOW).await.unwrap();
        assert_eq!(result.verdict, Verdict::Applied);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_are_shown_to_their_visitor_and_reviewers_only() {
    let world = World::new().await;
    let (visitor, other) = (world.person(&[Role::Visitor]).await, world.person(&[Role::Visitor]).await);
    let (reviewer, office) = (world.person(&[Role::Reviewer]).await, world.person(&[Role::Office]).await);
    let task = world.task(&visitor).await;
    let (visit, sha256) = (VisitId::of(task), Sha256::of(&[9]));
    let mut phone = world.phone(&visitor).await;
    phone.visit(&world, task, &[9]).await;
    let readable = async |token| world.store.evidence_readable(world.tenant, token, visit, sha256, NOW).await.unwrap();
    assert!(readable(reviewer.token).await.is_none(), "named, but not here");
    // Another phone cannot bring in what it did not name.
    let stranger = world.phone(&other).await;
    let claim = world.store.evidence_claim(world.tenant, Caller::Token(stranger.token), visit, sha256, NOW).await;
    assert_eq!(claim.unwrap(), None);
    assert!(
        !world.store.evidence_stored(world.tenant, Caller::Token(stranger.token), visit, sha256, NOW).await.unwrap()
    );
    arrive(&world, Caller::Token(phone.token), visit, sha256).await;
    assert!(readable(reviewer.token).await.is_some());
    assert!(readable(phone.token).await.is_some());
    for nobody in [stranger.token, other.token, office.token, Sha256::of(b"made up")] {
        assert!(readable(nobody).await.is_none());
    }
}

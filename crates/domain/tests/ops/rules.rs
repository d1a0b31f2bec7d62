//! What ops may do and what becomes of them when they may not.

use std::sync::Arc;

use domain::{
    assignment::AssignmentState,
    checklist::{Answer, Later, Value},
    evidence::Sha256,
    finding::{FindingState, Severity},
    ids::{AliasId, AssignmentId, OrgUnitId, VisitId},
    op::{
        Conclusion, Facts, HeldCode, Key, NoticeKind, Op, Payload, RefusedCode, Verdict, apply, decide, needs,
        payload::{
            AccountCreate, AssignmentDecline, AssignmentRecall, EvidenceVerified, FindingConfirm, FindingDismiss,
            HeldAdopt, OrgImport, VenueImport, VisitAccept, VisitLeave, VisitReturn, VisitSettle, VisitVoid,
        },
    },
    org::{OrgKind, OrgUnit, Venue},
    role::{Role, RoleSet},
    scoring::{SETTLE_GRACE_MS, settles_at},
    text::Text,
    time::{DAY_MS, Moment},
    visit::{ReturnedItem, VisitDocument, VisitState},
};
use uuid::Uuid;

use crate::world::{NOW, World, choose, facts, presence, reviewer, venue, visitor};

#[test]
fn a_visit_goes_its_way() {
    let mut world = World::new();
    world.arrive();
    assert_eq!((world.visit().state, world.visit().revision), (VisitState::UnderWay, 1));
    let leave = world.phone(1, Payload::VisitLeave(VisitLeave { assignment: world.task, presence: presence(2) }));
    assert_eq!(world.run(&leave, &visitor()), Verdict::Applied);
    assert_eq!(world.submit(2, &[("HALL-02", choose("none"))]), Verdict::Applied);
    let visit = world.visit();
    assert_eq!((visit.state, visit.revision, visit.submission), (VisitState::Received, 3, 1));
    assert_eq!((visit.evidence_expected, visit.evidence_verified), (2, 0), "the same picture twice is one upload");
    assert_eq!(visit.score.unwrap().red_lines, 1);
    assert_eq!(world.states.findings.len(), 1);
    assert_eq!(world.states.assignments[&world.task].state, AssignmentState::Submitted);

    let accept = world.hq(3, Payload::VisitAccept(VisitAccept {}));
    assert_eq!(
        world.run(&accept, &reviewer()),
        Verdict::Refused { code: RefusedCode::Incomplete, detail: "evidence".into() }
    );
    let visit = VisitId::of(world.task);
    let seen = world.op(visit.0, None, Uuid::nil(), |_| {
        Payload::EvidenceVerified(EvidenceVerified {
            sha256: vec![Sha256::of(&[1]), Sha256::of(&[2]), Sha256::of(&[9])],
        })
    });
    assert_eq!(
        world.run(&seen, &reviewer()),
        Verdict::refused(RefusedCode::NotAllowed),
        "nobody but the server verifies"
    );
    assert_eq!(world.run(&seen, &Facts::of_server(NOW)), Verdict::Applied);
    assert_eq!((world.visit().evidence_verified, world.visit().revision), (2, 3));

    let accept = world.hq(3, Payload::VisitAccept(VisitAccept {}));
    assert_eq!(world.run(&accept, &reviewer()), Verdict::Applied);
    let second = world.hq(3, Payload::VisitVoid(VisitVoid { reason: "重复".into() }));
    assert!(matches!(world.run(&second, &reviewer()), Verdict::Refused { code: RefusedCode::AlreadyDecided, .. }));
}

/// A leaving by mistake is undone on the phone; its op stands, and the one that is meant comes after it.
#[test]
fn whoever_leaves_again_left_then() {
    let mut world = World::new();
    world.arrive();
    for (base, at) in [(1, 2), (2, 9)] {
        let leave = VisitLeave { assignment: world.task, presence: presence(at) };
        let leave = world.phone(base, Payload::VisitLeave(leave));
        assert_eq!(world.run(&leave, &visitor()), Verdict::Applied);
        assert_eq!((&world.visit().left, world.visit().state), (&Some(presence(at)), VisitState::UnderWay));
    }
    assert_eq!(world.submit(3, &[]), Verdict::Applied);
}

#[test]
fn what_is_returned_is_mended_and_its_finding_withdrawn() {
    let mut world = World::new();
    world.arrive();
    assert_eq!(world.submit(1, &[("HALL-02", choose("none"))]), Verdict::Applied);
    let item = world.states.findings.values().next().unwrap().item;
    let give_back =
        world.hq(2, Payload::VisitReturn(VisitReturn { items: vec![ReturnedItem { item, reason: "请补拍".into() }] }));
    let effects_facts = reviewer();
    assert_eq!(decide(&give_back, &world.states, &effects_facts), Verdict::Applied);
    let effects = apply(&give_back, &mut world.states, &effects_facts);
    assert_eq!(effects.notices.len(), 1);
    assert_eq!(effects.notices[0].kind, NoticeKind::Change);
    assert_eq!(world.visit().returned.len(), 1);

    assert_eq!(
        world.submit(2, &[("HALL-02", choose("match"))]),
        Verdict::held(HeldCode::StaleBase),
        "made before the return was seen"
    );
    assert_eq!(world.submit(3, &[("HALL-02", choose("match"))]), Verdict::Applied);
    assert_eq!((world.visit().state, world.visit().submission), (VisitState::Received, 2));
    assert!(world.visit().returned.is_empty());
    assert_eq!(world.states.findings.values().next().unwrap().state, FindingState::Withdrawn);
}

#[test]
fn what_hq_decided_about_a_finding_stays_decided() {
    let mut world = World::new();
    world.arrive();
    world.submit(1, &[("HALL-02", choose("none")), ("HALL-09", choose("no"))]);
    let ids: Vec<_> = world.states.findings.values().map(|finding| (finding.id, finding.item_code.clone())).collect();
    let of = |code: &str| ids.iter().find(|(_, known)| known == code).unwrap().0;
    let confirm = world.op(of("HALL-02").0, Some(0), Uuid::from_u128(7), |_| {
        Payload::FindingConfirm(FindingConfirm { severity: Severity::Major, note: "属实".into() })
    });
    assert_eq!(world.run(&confirm, &reviewer()), Verdict::Applied);
    assert!(matches!(world.run(&confirm, &reviewer()), Verdict::Refused { code: RefusedCode::AlreadyDecided, .. }));
    let dismiss = world.op(of("HALL-09").0, Some(0), Uuid::from_u128(7), |_| {
        Payload::FindingDismiss(FindingDismiss { reason: String::new() })
    });
    assert_eq!(
        world.run(&dismiss, &reviewer()),
        Verdict::Refused { code: RefusedCode::BadValue, detail: "reason".into() }
    );
    let unknown = world.op(Uuid::from_u128(4), Some(0), Uuid::from_u128(7), |_| {
        Payload::FindingDismiss(FindingDismiss { reason: "误报".into() })
    });
    assert!(matches!(world.run(&unknown, &reviewer()), Verdict::Refused { code: RefusedCode::Unknown, .. }));
}

#[test]
fn work_in_good_faith_is_held_never_thrown_away() {
    let submit = |world: &mut World, facts: Facts| {
        let document = world.document(&[]);
        let op = world.phone(0, Payload::VisitSubmit(document));
        decide(&op, &world.states, &facts)
    };
    let mut world = World::new();
    assert_eq!(submit(&mut world, Facts { active: false, ..visitor() }), Verdict::held(HeldCode::Deactivated));
    assert_eq!(submit(&mut world, Facts { writes_visit: false, ..visitor() }), Verdict::held(HeldCode::OtherPhone));
    assert_eq!(submit(&mut world, Facts { holds_alias: false, ..visitor() }), Verdict::refused(RefusedCode::NotYours));
    assert_eq!(submit(&mut world, facts(&[Role::Office])), Verdict::refused(RefusedCode::NotAllowed));
    let mut lost = World::new();
    let document = lost.document(&[]);
    let op = lost.phone(0, Payload::VisitSubmit(document));
    lost.states.assignments.clear();
    assert_eq!(
        decide(&op, &lost.states, &visitor()),
        Verdict::held(HeldCode::UnknownSubject),
        "a restore lost the task"
    );
    let recall = world.op(world.task.0, Some(0), Uuid::nil(), |_| {
        Payload::AssignmentRecall(AssignmentRecall { reason: "改派".into() })
    });
    assert_eq!(world.run(&recall, &facts(&[Role::Office])), Verdict::Applied);
    assert_eq!(submit(&mut world, visitor()), Verdict::held(HeldCode::Withdrawn));
    assert!(matches!(
        world.run(&recall, &facts(&[Role::Office])),
        Verdict::Refused { code: RefusedCode::AlreadyDecided, .. }
    ));
}

#[test]
fn an_answer_outside_its_range_names_its_item() {
    let mut world = World::new();
    let refused = |code, detail: &str| Verdict::Refused { code, detail: detail.into() };
    assert_eq!(
        world.submit(0, &[("HALL-10", Answer::of(Value::Number(9)))]),
        refused(RefusedCode::AnswerOutOfRange, "HALL-10")
    );
    let mut document = world.document(&[]);
    document.evidence[0].bytes.as_mut().unwrap().mime = "text/html".into();
    let id = document.evidence[0].id.to_string();
    let op = world.phone(0, Payload::VisitSubmit(document));
    assert_eq!(decide(&op, &world.states, &visitor()), refused(RefusedCode::BadValue, &id));
    let mut document = world.document(&[]);
    document.evidence[0].bytes.as_mut().unwrap().size = 21 * 1024 * 1024;
    let op = world.phone(0, Payload::VisitSubmit(document));
    assert_eq!(decide(&op, &world.states, &visitor()), refused(RefusedCode::TooLarge, &id));
}

#[test]
fn who_chose_the_visitor_reviews_nothing_of_it() {
    let mut world = World::new();
    world.arrive();
    world.submit(1, &[]);
    let barred = Facts { chose_visitor: true, ..reviewer() };
    let give_back = world
        .hq(2, Payload::VisitReturn(VisitReturn { items: vec![ReturnedItem { item: None, reason: "补".into() }] }));
    assert_eq!(world.run(&give_back, &barred), Verdict::refused(RefusedCode::Barred));
    // Nor whoever went there, if they review besides.
    let went = facts(&[Role::Reviewer, Role::Visitor]);
    assert_eq!(world.run(&give_back, &went), Verdict::refused(RefusedCode::Barred));
    let empty = world.hq(2, Payload::VisitReturn(VisitReturn { items: Vec::new() }));
    assert!(matches!(world.run(&empty, &reviewer()), Verdict::Refused { code: RefusedCode::BadValue, .. }));
}

#[test]
fn held_work_can_be_adopted_once() {
    let mut world = World::new();
    world.arrive();
    world.submit(1, &[]);
    let document = world.document(&[("HALL-09", choose("no"))]);
    let side = world.phone(1, Payload::VisitSubmit(document));
    assert_eq!(decide(&side, &world.states, &visitor()), Verdict::held(HeldCode::StaleBase));
    let side = Arc::new(side);
    world.states.held.insert(side.id, Arc::clone(&side));
    let adopt = world.op(side.id.0, None, Uuid::from_u128(7), |_| Payload::HeldAdopt(HeldAdopt { op: side.id }));
    assert_eq!(needs(&adopt), [Key::Held(side.id)]);
    assert_eq!(world.run(&adopt, &visitor()), Verdict::refused(RefusedCode::NotAllowed));
    assert_eq!(world.run(&adopt, &reviewer()), Verdict::Applied);
    assert_eq!(world.visit().submission, 2);
    assert!(matches!(world.run(&adopt, &reviewer()), Verdict::Refused { code: RefusedCode::AlreadyDecided, .. }));
}

/// What is held is held before anybody looks into it: a document that could not be handed in could be adopted, and HQ's
/// page of the visit was gone.
#[test]
fn what_could_not_be_handed_in_cannot_be_adopted() {
    let mut world = World::new();
    let other = world.states.checklists.keys().find(|id| **id != world.document(&[]).checklist).copied().unwrap();
    let elsewhere = VisitDocument { checklist: other, ..world.document(&[]) };
    let out_of_range = world.document(&[("HALL-02", choose("nonsense"))]);
    world.states.assignments.get_mut(&world.task).unwrap().state = AssignmentState::Recalled;
    for document in [elsewhere, out_of_range] {
        let held = world.phone(0, Payload::VisitSubmit(document));
        assert_eq!(decide(&held, &world.states, &visitor()), Verdict::held(HeldCode::Withdrawn));
        world.states.held.insert(held.id, Arc::new(held.clone()));
        let adopt = world.op(held.id.0, None, Uuid::from_u128(7), |_| Payload::HeldAdopt(HeldAdopt { op: held.id }));
        assert!(matches!(world.run(&adopt, &reviewer()), Verdict::Refused { .. }));
    }
    let held = world.phone(0, Payload::VisitSubmit(world.document(&[("HALL-02", choose("match"))])));
    world.states.held.insert(held.id, Arc::new(held.clone()));
    let adopt = world.op(held.id.0, None, Uuid::from_u128(7), |_| Payload::HeldAdopt(HeldAdopt { op: held.id }));
    assert_eq!(world.run(&adopt, &reviewer()), Verdict::Applied);
}

/// The same piece twice made rows that the replay of the log did not make.
#[test]
fn a_piece_of_evidence_is_named_once() {
    let mut world = World::new();
    let mut document = world.document(&[]);
    document.evidence.push(document.evidence[0].clone());
    let id = document.evidence[0].id.to_string();
    let op = world.phone(0, Payload::VisitSubmit(document));
    assert_eq!(decide(&op, &world.states, &visitor()), Verdict::Refused { code: RefusedCode::BadValue, detail: id });
}

#[test]
fn a_visit_is_handed_in_so_often_and_no_more() {
    let mut world = World::new();
    world.arrive();
    assert_eq!(world.submit(1, &[]), Verdict::Applied);
    let id = world.visit().id;
    let visit = world.states.visits.get_mut(&id).unwrap();
    (visit.submission, visit.state) = (50, VisitState::Returned);
    let again = world.visit().revision;
    assert_eq!(world.submit(again, &[]), Verdict::held(HeldCode::WrongState));
}

#[test]
fn stepping_aside_needs_a_reason_and_an_open_task() {
    let mut world = World::new();
    let decline = |world: &mut World, reason: &str| {
        let (task, alias) = (world.task, AliasId::of(world.task));
        world.op(task.0, Some(0), alias.0, |_| {
            Payload::AssignmentDecline(AssignmentDecline { tie: true, reason: reason.into() })
        })
    };
    let empty = decline(&mut world, "  ");
    assert!(matches!(world.run(&empty, &visitor()), Verdict::Refused { code: RefusedCode::BadValue, .. }));
    let op = decline(&mut world, "亲属在该厅工作");
    assert_eq!(world.run(&op, &visitor()), Verdict::Applied);
    assert_eq!(world.states.assignments[&world.task].state, AssignmentState::Recused);
    assert_eq!(world.run(&op, &visitor()), Verdict::held(HeldCode::WrongState));
}

#[test]
fn lists_are_taken_whole_or_not_at_all() {
    let mut world = World::new();
    let admin = facts(&[Role::Admin]);
    let import = |world: &mut World, units: Vec<OrgUnit>| {
        let op = world.op(Uuid::nil(), None, Uuid::nil(), |_| Payload::OrgImport(OrgImport { units }));
        world.run(&op, &admin)
    };
    let unit = |n: u32, parent: Option<u32>| OrgUnit {
        id: OrgUnitId::derive(Uuid::nil(), n),
        parent: parent.map(|p| OrgUnitId::derive(Uuid::nil(), p)),
        kind: OrgKind::County,
        code: format!("U{n}"),
        name: Text::zh("县"),
    };
    let refused = |code, detail: &str| Verdict::Refused { code, detail: detail.into() };
    assert_eq!(import(&mut world, vec![unit(2, Some(1)), unit(3, Some(9))]), refused(RefusedCode::Unknown, "U3"));
    assert_eq!(import(&mut world, vec![unit(2, Some(3)), unit(3, Some(2))]), refused(RefusedCode::BadValue, "U2"));
    assert_eq!(
        import(&mut world, vec![unit(2, None)]),
        refused(RefusedCode::BadValue, "U2"),
        "only the city has none above"
    );
    assert_eq!(import(&mut world, vec![unit(2, Some(1)), unit(2, Some(1))]), refused(RefusedCode::Exists, "U2"));
    assert_eq!(world.states.units.len(), 1, "nothing of a refused list is there");
    assert_eq!(import(&mut world, vec![unit(2, Some(1)), unit(3, Some(2))]), Verdict::Applied);
    let orphan = Venue { unit: OrgUnitId::derive(Uuid::nil(), 50), ..venue(OrgUnitId::derive(Uuid::nil(), 1)) };
    let op = world.op(Uuid::nil(), None, Uuid::nil(), |_| Payload::VenueImport(VenueImport { venues: vec![orphan] }));
    assert_eq!(world.run(&op, &admin), refused(RefusedCode::Unknown, "H"));
    assert_eq!(world.run(&op, &reviewer()), Verdict::refused(RefusedCode::NotAllowed));
}

#[test]
fn a_body_survives_the_wire_and_its_digest_with_it() {
    let mut world = World::new();
    let document = world.document(&[("HALL-02", choose("stale"))]);
    let op = world.phone(0, Payload::VisitSubmit(document));
    let read = Op::decode(&op.canonical).unwrap();
    assert_eq!((read.digest, &read.payload), (op.digest, &op.payload));
    // A field that this build does not know is kept and hashed.
    let newer = op.canonical.replacen("{\"actor\"", "{\"a_new_field\":1,\"actor\"", 1);
    let newer = Op::decode(&newer).unwrap();
    assert_ne!(newer.digest, op.digest);
    assert!(newer.canonical.contains("a_new_field"));
    let unknown = op.canonical.replace("visit.submit@1", "visit.submit@9");
    assert!(matches!(Op::decode(&unknown), Err(domain::op::DecodeError::UnknownKind(_))));
}

#[test]
fn a_role_that_reads_visits_is_given_by_the_server_alone() {
    let mut world = World::new();
    let not_allowed = |detail: &str| Verdict::Refused { code: RefusedCode::NotAllowed, detail: detail.to_owned() };
    for role in Role::ALL {
        for roles in [vec![role], vec![Role::Office, role], vec![Role::Admin, role]] {
            let create = AccountCreate { roles: RoleSet::of(&roles), unit: None, commitment: Sha256::of(b"somebody") };
            let op = world.op(Uuid::from_u128(5), None, Uuid::from_u128(77), |_| Payload::AccountCreate(create));
            let by = |facts: &Facts| decide(&op, &world.states, facts);
            assert_eq!(by(&Facts::of_server(NOW)), Verdict::Applied);
            let expected = if role.is_guarded() { not_allowed("guarded") } else { Verdict::Applied };
            assert_eq!(by(&facts(&[Role::Admin])), expected, "{roles:?}");
            // Holding such a role makes no difference.
            assert_eq!(by(&facts(&[Role::Admin, Role::Custodian])), expected, "{roles:?}");
            assert_eq!(by(&facts(&[role, Role::Office])) == Verdict::Applied, role == Role::Admin, "{roles:?}");
        }
    }
}

/// A visit whose later answer never came stayed 初评 for good.
#[test]
fn a_score_becomes_final_when_nothing_is_left_to_wait_for() {
    let mut world = World::new();
    let assignment = world.states.assignments[&world.task].clone();
    let mut list = (*world.states.checklists[&assignment.checklist]).clone();
    let mut items = list.sections.iter_mut().flat_map(|section| &mut section.items);
    items.find(|item| item.code == "HALL-09").unwrap().later = Some(Later { hours: 48, rural_hours: None });
    drop(items);
    world.states.checklists.insert(list.id, Arc::new(list.clone()));
    let settle = VisitSettle { assignment: world.task, checklist: list.id };
    let settled = |world: &mut World, facts: &Facts| {
        let op = Conclusion::settled(settle.clone(), 1).op().unwrap();
        world.run(&op, facts)
    };
    let at = |days: i64| Facts::of_server(NOW.plus(days * DAY_MS));
    let refused = |code, detail: &str| Verdict::Refused { code, detail: detail.to_owned() };
    assert_eq!(settled(&mut world, &at(3)), refused(RefusedCode::Unknown, "visit"));
    world.arrive();
    assert_eq!(settled(&mut world, &at(3)), refused(RefusedCode::AlreadyDecided, "visit"), "it was not handed in");
    assert_eq!(world.submit(1, &[("HALL-02", choose("match"))]), Verdict::Applied);
    let before = world.visit().clone();
    assert!(before.score.unwrap().provisional);
    let due = settles_at(&list, &world.document(&[]), false).unwrap();
    assert_eq!(due, presence(2).at.plus(2 * DAY_MS));

    assert_eq!(settled(&mut world, &facts(&[Role::Admin])), Verdict::refused(RefusedCode::NotAllowed));
    assert_eq!(settled(&mut world, &at(1)), refused(RefusedCode::BadValue, "due"), "there is time left");
    let elsewhere = VisitSettle { assignment: AssignmentId::derive(Uuid::nil(), 9), ..settle.clone() };
    let op = world.op(before.id.0, None, Uuid::nil(), |_| Payload::VisitSettle(elsewhere));
    assert_eq!(world.run(&op, &at(3)), refused(RefusedCode::BadValue, "subject"));
    let accept = world.op(before.id.0, None, Uuid::nil(), |_| {
        Payload::EvidenceVerified(EvidenceVerified { sha256: vec![Sha256::of(&[1]), Sha256::of(&[2])] })
    });
    assert_eq!(world.run(&accept, &at(1)), Verdict::Applied);
    let accept = world.hq(2, Payload::VisitAccept(VisitAccept {}));
    assert_eq!(world.run(&accept, &reviewer()), Verdict::Applied);

    assert_eq!(settled(&mut world, &at(3)), Verdict::Applied);
    let after = world.visit().clone();
    let (was, is) = (before.score.unwrap(), after.score.unwrap());
    assert!(!is.provisional && is.score < was.score, "{was:?} {is:?}");
    assert_eq!((after.state, after.revision), (VisitState::Accepted, 3), "whoever decides on it is not too late");
    assert_eq!(settled(&mut world, &at(9)), refused(RefusedCode::AlreadyDecided, "visit"));
    // What was answered in time and comes within a day still counts; after that it waits for HQ, who may adopt it.
    let document = world.document(&[("HALL-02", choose("match")), ("HALL-09", choose("yes"))]);
    let late = world.phone(3, Payload::VisitSubmit(document));
    let on_phone = |at: Moment| Facts { received_at: at, ..visitor() };
    let over = due.plus(SETTLE_GRACE_MS);
    assert_eq!(decide(&late, &world.states, &on_phone(over.plus(1))), Verdict::held(HeldCode::WrongState));
    assert_eq!(world.run(&late, &on_phone(over)), Verdict::Applied);
    assert!(world.visit().score.unwrap().score > is.score, "it earns what it earns");
    // With that answer there nothing is late any more: the rest is not written anew.
    let again = world.document(&[("HALL-02", choose("none")), ("HALL-09", choose("yes"))]);
    let again = world.phone(world.visit().revision, Payload::VisitSubmit(again));
    assert_eq!(decide(&again, &world.states, &on_phone(over)), Verdict::held(HeldCode::WrongState));
}

/// What was given back to be mended is scored when it comes again.
#[test]
fn a_visit_that_was_given_back_is_not_settled() {
    let mut world = World::new();
    world.arrive();
    assert_eq!(world.submit(1, &[]), Verdict::Applied);
    let items = vec![ReturnedItem { item: None, reason: "补".into() }];
    let back = world.hq(2, Payload::VisitReturn(VisitReturn { items }));
    assert_eq!(world.run(&back, &reviewer()), Verdict::Applied);
    let checklist = world.states.assignments[&world.task].checklist;
    let settle = Conclusion::settled(VisitSettle { assignment: world.task, checklist }, 1).op().unwrap();
    let refused = Verdict::Refused { code: RefusedCode::AlreadyDecided, detail: "visit".into() };
    assert_eq!(world.run(&settle, &Facts::of_server(NOW.plus(9 * DAY_MS))), refused);
}

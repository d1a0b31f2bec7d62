//! Whoever asks for whatever in whatever order, the rows stay ones that everybody can stand by.

use domain::{
    assignment::AssignmentState,
    evidence::Sha256,
    finding::{FindingState, Severity},
    ids::VisitId,
    op::{
        Facts, Payload, Verdict,
        payload::{
            AssignmentAccept, AssignmentDecline, AssignmentRecall, EvidenceVerified, FindingConfirm, FindingDismiss,
            VisitAccept, VisitArrive, VisitLeave, VisitReturn, VisitTakeOver, VisitVoid,
        },
    },
    role::Role,
    visit::{ReturnedItem, Visit, VisitState},
};
use proptest::{collection::vec, prelude::*};
use uuid::Uuid;

use crate::world::{NOW, World, choose, facts, presence};

/// Something that somebody asks for.
#[derive(Clone, Copy, Debug)]
enum Ask {
    Take,
    Decline,
    Recall,
    Arrive,
    Leave,
    Submit { red: bool },
    TakeOver,
    Accept,
    Return { one: bool },
    Void,
    Verify(u8),
    Confirm,
    Dismiss,
}

/// The base that whoever asks has seen: mostly today's, sometimes another.
#[derive(Clone, Copy, Debug)]
struct Seen {
    ask: Ask,
    behind: u32,
    who: u8,
}

fn seen() -> impl Strategy<Value = Seen> {
    let ask = prop_oneof![
        Just(Ask::Take),
        Just(Ask::Decline),
        Just(Ask::Recall),
        Just(Ask::Arrive),
        Just(Ask::Leave),
        any::<bool>().prop_map(|red| Ask::Submit { red }),
        any::<bool>().prop_map(|red| Ask::Submit { red }),
        Just(Ask::TakeOver),
        Just(Ask::Accept),
        any::<bool>().prop_map(|one| Ask::Return { one }),
        Just(Ask::Void),
        (1_u8..4).prop_map(Ask::Verify),
        Just(Ask::Confirm),
        Just(Ask::Dismiss),
    ];
    let behind = prop_oneof![6 => Just(0_u32), 1 => 1_u32..4];
    (ask, behind, 0_u8..8).prop_map(|(ask, behind, who)| Seen { ask, behind, who })
}

/// Who asks: mostly the one who may, sometimes another.
fn asking(of_phone: bool, who: u8) -> Facts {
    match (who, of_phone) {
        (0, _) => facts(&[]),
        (1, _) => Facts { active: false, ..facts(&[Role::Visitor, Role::Reviewer]) },
        (2, true) => Facts { holds_alias: false, ..facts(&[Role::Visitor]) },
        (3, true) => Facts { writes_visit: false, ..facts(&[Role::Visitor]) },
        (2, false) => Facts { chose_visitor: true, ..facts(&[Role::Reviewer, Role::Office]) },
        (_, true) => facts(&[Role::Visitor]),
        (_, false) => facts(&[Role::Reviewer, Role::Office]),
    }
}

fn visit(world: &World) -> Option<Visit> {
    world.states.visits.get(&VisitId::of(world.task)).cloned()
}

fn ask(world: &mut World, seen: Seen) -> Option<(domain::op::Op, Facts)> {
    let revision = visit(world).map_or(0, |visit| visit.revision);
    let base = revision.saturating_sub(seen.behind);
    let assignment = world.task;
    let phone = |world: &mut World, payload| (world.phone(base, payload), asking(true, seen.who));
    let hq = |world: &mut World, payload| (world.hq(base, payload), asking(false, seen.who));
    let task = |world: &mut World, of_phone, payload| {
        let op = world.op(assignment.0, None, Uuid::from_u128(5), |_| payload);
        (op, asking(of_phone, seen.who))
    };
    Some(match seen.ask {
        Ask::Take => task(world, true, Payload::AssignmentAccept(AssignmentAccept {})),
        Ask::Decline => {
            task(world, true, Payload::AssignmentDecline(AssignmentDecline { tie: false, reason: "有事".into() }))
        }
        Ask::Recall => task(world, false, Payload::AssignmentRecall(AssignmentRecall { reason: "改期".into() })),
        Ask::Arrive => phone(world, Payload::VisitArrive(VisitArrive { assignment, presence: presence(1) })),
        Ask::Leave => phone(world, Payload::VisitLeave(VisitLeave { assignment, presence: presence(2) })),
        Ask::Submit { red } => {
            let document = world.document(&[("HALL-02", choose(if red { "none" } else { "match" }))]);
            phone(world, Payload::VisitSubmit(document))
        }
        Ask::TakeOver => phone(world, Payload::VisitTakeOver(VisitTakeOver { assignment })),
        Ask::Accept => hq(world, Payload::VisitAccept(VisitAccept {})),
        Ask::Return { one } => {
            let item = world.states.findings.values().next().and_then(|finding| finding.item);
            let items = if one { vec![ReturnedItem { item, reason: "请补拍".into() }] } else { Vec::new() };
            hq(world, Payload::VisitReturn(VisitReturn { items }))
        }
        Ask::Void => hq(world, Payload::VisitVoid(VisitVoid { reason: "重复".into() })),
        Ask::Verify(n) => {
            let subject = VisitId::of(assignment).0;
            let payload = Payload::EvidenceVerified(EvidenceVerified { sha256: vec![Sha256::of(&[n])] });
            (world.op(subject, None, Uuid::nil(), |_| payload), Facts::of_server(NOW))
        }
        Ask::Confirm | Ask::Dismiss => {
            let (id, revision) = world.states.findings.values().next().map(|finding| (finding.id, finding.revision))?;
            let payload = if matches!(seen.ask, Ask::Confirm) {
                Payload::FindingConfirm(FindingConfirm { severity: Severity::Major, note: String::new() })
            } else {
                Payload::FindingDismiss(FindingDismiss { reason: "不属实".into() })
            };
            let base = revision.saturating_sub(seen.behind);
            (world.op(id.0, Some(base), Uuid::from_u128(7), |_| payload), asking(false, seen.who))
        }
    })
}

/// What may become of a visit in one step.
fn may_follow(before: Option<VisitState>, after: Option<VisitState>) -> bool {
    use VisitState::{Accepted, Received, Returned, UnderWay, Voided};
    match (before, after) {
        (before, after) if before == after => true,
        // A visit that is handed in without having been announced begins by being handed in.
        (None, Some(UnderWay | Received)) => true,
        (Some(UnderWay), Some(Received | Voided)) => true,
        (Some(Received), Some(Accepted | Returned | Voided)) => true,
        (Some(Returned), Some(Received | Voided)) => true,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn rows_stay_sound(asks in vec(seen(), 0..40)) {
        let mut world = World::new();
        for seen in asks {
            let Some((op, facts)) = ask(&mut world, seen) else { continue };
            let old = visit(&world);
            let verdict = world.run(&op, &facts);
            let new = visit(&world);
            if verdict != Verdict::Applied {
                continue;
            }
            prop_assert!(facts.server || facts.active, "one who may not act did");
            let (was, is) = (old.as_ref().map(|v| v.state), new.as_ref().map(|v| v.state));
            prop_assert!(may_follow(was, is), "{:?} -> {:?} by {:?}", was, is, seen.ask);
            let touches_visit = !facts.server && op.subject == VisitId::of(world.task).0;
            let (r0, r1) = (old.as_ref().map_or(0, |v| v.revision), new.as_ref().map_or(0, |v| v.revision));
            prop_assert_eq!(r1, r0 + u32::from(touches_visit), "a revision counts the ops of people, each once");
            if let Some(new) = &new {
                prop_assert!(new.evidence_verified <= new.evidence_expected);
                prop_assert!(new.state != VisitState::Accepted || new.is_complete());
                prop_assert!(new.returned.is_empty() || new.state == VisitState::Returned);
                prop_assert_eq!(new.submission == 0, new.received_at.is_none());
                let task = &world.states.assignments[&world.task];
                prop_assert!(
                    new.submission == 0 || new.state == VisitState::Voided || task.state == AssignmentState::Submitted,
                    "{:?}", task.state
                );
                for finding in world.states.findings.values() {
                    let voided = new.state == VisitState::Voided;
                    prop_assert!(!voided || finding.state != FindingState::Proposed, "a voided visit proposes nothing");
                }
            }
            // Twice the same op: whatever it saw is no longer what is there, or it was about nothing that counts.
            if touches_visit && matches!(seen.ask, Ask::Submit { .. } | Ask::Accept | Ask::Return { .. } | Ask::Void) {
                let again = domain::op::decide(&op, &world.states, &facts);
                prop_assert_ne!(again, Verdict::Applied, "the same base counts once");
            }
        }
    }
}

//! The worked cases of the formula: the table that `docs/scoring.md` shows.
#![cfg(feature = "builtin")]

use std::collections::BTreeMap;

use domain::{
    assignment::Window,
    checklist::{
        Answer, AnswerKind, AnswerProblem, BillingCase, Call, ChecklistVersion, Value, builtin, missing,
        proposed_findings,
    },
    finding::Severity,
    ids::{AssignmentId, VenueId},
    op::payload::VisitSubmit,
    place::{NoFix, Whereabouts},
    scoring::{ScoreContext, Standing, VisitScore, score, share_of, show_score},
    time::{DAY_MS, HOUR_MS, MINUTE_MS, Moment},
    visit::{Impressions, Presence, VisitDocument},
};
use proptest::prelude::*;

fn list(topic: &str) -> ChecklistVersion {
    builtin().unwrap().into_iter().find(|list| list.topic == topic).unwrap()
}

fn choice(code: &str) -> Answer {
    Answer::of(Value::Choice(code.to_owned()))
}

fn number(value: i64) -> Answer {
    Answer::of(Value::Number(value))
}

/// The best answer to every item; items that are answered later are left open.
fn best(list: &ChecklistVersion) -> VisitDocument {
    let answers = list
        .items()
        .filter(|item| item.later.is_none())
        .map(|item| {
            let answer = match &item.answer {
                AnswerKind::Choice { options } => choice(&options[0].code),
                AnswerKind::Number { .. } => number(0),
                AnswerKind::Series { count, variants, unit, .. } => Answer::of(Value::Series {
                    variant: variants[0].code.clone(),
                    values: vec![unit.scale() * if variants[0].code.is_empty() { 0 } else { 99 }; *count as usize],
                }),
                AnswerKind::Count { of } => Answer::of(Value::Count(*of)),
                AnswerKind::Calls { count } => {
                    Answer::of(Value::Calls(vec![Call { ms: 3_000, ok: true }; *count as usize]))
                }
                AnswerKind::Faults { .. } => Answer::of(Value::Faults(Vec::new())),
                AnswerKind::Cases => Answer::of(Value::Cases(vec![case(100, 100), case(25, 25)])),
                AnswerKind::Rating => number(5),
                AnswerKind::Level { labels } => number(labels.len() as i64 - 1),
                AnswerKind::Text => Answer::of(Value::Text("好".to_owned())),
            };
            (item.id, answer)
        })
        .collect();
    VisitDocument {
        assignment: AssignmentId::derive(uuid::Uuid::nil(), 0),
        venue: VenueId::derive(uuid::Uuid::nil(), 0),
        checklist: list.id,
        window: Window { from: Moment(0), until: Moment(DAY_MS) },
        arrived: Some(at(0)),
        left: Some(at(20 * MINUTE_MS)),
        answers,
        answered_at: BTreeMap::new(),
        impressions: Impressions::default(),
        evidence: Vec::new(),
        no_microphone: false,
    }
}

fn at(ms: i64) -> Presence {
    Presence { at: Moment(ms), whereabouts: Whereabouts::None(NoFix::Refused) }
}

fn case(expected: i64, billed: i64) -> BillingCase {
    BillingCase { what: "3 分钟通话".to_owned(), expected, billed: Some(billed) }
}

const CONTEXT: ScoreContext = ScoreContext { rural: false, now: Moment(HOUR_MS) };

/// The score after changing some answers of the best document; `-` removes one.
fn after(topic: &str, changes: &[(&str, Option<Answer>)]) -> VisitScore {
    let list = list(topic);
    let mut document = best(&list);
    change(&list, &mut document, changes);
    score(&list, &document, CONTEXT)
}

fn change(list: &ChecklistVersion, document: &mut VisitSubmit, changes: &[(&str, Option<Answer>)]) {
    for (code, answer) in changes {
        let item = list.item_by_code(code).unwrap();
        match answer {
            Some(answer) => {
                item.check(answer).unwrap();
                document.answers.insert(item.id, answer.clone());
            }
            None => {
                document.answers.remove(&item.id);
            }
        }
    }
}

fn na() -> Option<Answer> {
    Some(Answer::not_applicable("本次没有办理"))
}

#[test]
fn the_worked_cases() {
    let ticked = |answer: Answer| Some(Answer { ticked: true, ..answer });
    let check = |topic: &str, changes: &[(&str, Option<Answer>)], score: &str, red: usize| {
        let result = after(topic, changes);
        assert_eq!(result.score.map_or("不计分".to_owned(), show_score), score, "{topic} {changes:?}");
        assert_eq!(result.red_lines.len(), red, "{topic} {changes:?}");
    };
    check("hall", &[], "100", 0);
    // 10 × 40 % instead of 10: 94 of 100.
    check("hall", &[("HALL-02", Some(choice("stale")))], "94", 0);
    // A red line caps, however good the rest is.
    check("hall", &[("HALL-02", Some(choice("none")))], "59", 1);
    check("hall", &[("HALL-01", ticked(choice("no")))], "59", 1);
    // Without the tick the same answer only costs its weight.
    check("hall", &[("HALL-01", Some(choice("no")))], "94", 0);
    // 不适用 leaves the denominator: 84 weight points remain, all earned.
    check("hall", &[("HALL-12", na()), ("HALL-13", na()), ("HALL-15", na())], "100", 0);
    // Half of HALL-07: 79 of 84, rounded half up: 94.05.
    check(
        "hall",
        &[("HALL-12", na()), ("HALL-13", na()), ("HALL-15", na()), ("HALL-07", Some(number(16 * MINUTE_MS)))],
        "94.05",
        0,
    );
    // No answer earns nothing and stays in the denominator.
    check("hall", &[("HALL-03", None)], "92", 0);
    // Rating 3 of 1–5 is half of 8.
    check("hall", &[("HALL-10", Some(number(3)))], "96", 0);
    check("hall", &[("HALL-10", Some(number(1)))], "59", 1);
    // The limit belongs to its band: 15 minutes is full, a millisecond more is half.
    check("hall", &[("HALL-07", Some(number(15 * MINUTE_MS)))], "100", 0);
    check("hall", &[("HALL-07", Some(number(15 * MINUTE_MS + 1)))], "95", 0);
    check("hall", &[("HALL-07", Some(number(31 * MINUTE_MS)))], "90", 0);
    // 7 of 10 calls: 8.4 of 12; 6 of 10 crosses the line.
    let calls = |ok: usize| Some(Answer::of(Value::Calls((0..10).map(|n| Call { ms: 1, ok: n < ok }).collect())));
    check("network", &[("NET-02", calls(7))], "96.13", 0);
    check("network", &[("NET-02", calls(6))], "59", 1);
    // An over-charge of 0.01 is a red line; an under-charge only a wrong case.
    check("billing", &[("BILL-01", Some(Answer::of(Value::Cases(vec![case(100, 101), case(5, 5)]))))], "59", 1);
    check("billing", &[("BILL-01", Some(Answer::of(Value::Cases(vec![case(100, 99), case(5, 5)]))))], "92.39", 0);
    // One of three right: a third, rounded half up once to 33.33 %.
    check("network", &[("NET-09", Some(Answer::of(Value::Count(1))))], "96.42", 0);
}

#[test]
fn too_little_applicable_is_not_scored() {
    let all: Vec<(&str, Option<Answer>)> = ["BILL-04", "BILL-06", "BILL-08", "BILL-11", "BILL-12", "BILL-13"]
        .into_iter()
        .map(|code| (code, na()))
        .collect();
    let result = after("billing", &all);
    assert_eq!((result.applicable, result.score), (54, None), "and BILL-10 waits");
}

#[test]
fn an_item_answered_later_waits_then_counts() {
    let list = list("hotline");
    let mut document = best(&list);
    let first = score(&list, &document, CONTEXT);
    assert!(first.provisional);
    assert_eq!((first.score, first.applicable), (Some(10_000), 93));
    let over = score(&list, &document, ScoreContext { now: Moment(16 * DAY_MS), ..CONTEXT });
    assert!(!over.provisional);
    assert_eq!(over.score, Some(9_300), "time is over: it earns nothing");
    assert!(over.items.iter().any(|item| item.standing == Standing::TimedOut));
    change(&list, &mut document, &[("HOT-12", Some(choice("late")))]);
    let last = score(&list, &document, CONTEXT);
    assert!(!last.provisional);
    assert_eq!(last.score, Some(9_650));
}

#[test]
fn the_country_has_72_hours() {
    let list = list("network");
    let item = list.item_by_code("NET-13").unwrap();
    let answer = number(60 * HOUR_MS);
    assert_eq!(share_of(item, &answer, false), Some(0));
    assert_eq!(share_of(item, &answer, true), Some(10_000));
    assert_eq!(item.later.unwrap().due_ms(true), 72 * HOUR_MS);
}

#[test]
fn failed_items_propose_findings_by_severity() {
    let list = list("hall");
    let mut document = best(&list);
    change(
        &list,
        &mut document,
        &[
            ("HALL-02", Some(choice("none"))),
            ("HALL-07", Some(number(40 * MINUTE_MS))),
            ("HALL-09", Some(choice("no"))),
            ("HALL-10", Some(number(4))),
            ("HALL-03", None),
        ],
    );
    let proposals = proposed_findings(&list, &document, &score(&list, &document, CONTEXT));
    let by_code: Vec<(String, Severity)> =
        proposals.iter().map(|p| (list.item(p.item).unwrap().code.clone(), p.severity)).collect();
    assert_eq!(
        by_code,
        [
            ("HALL-02".to_owned(), Severity::Critical),
            ("HALL-07".to_owned(), Severity::Major),
            ("HALL-09".to_owned(), Severity::Minor),
        ],
        "a rating of 4 is no finding, and neither is a question that nobody answered"
    );
}

#[test]
fn a_slow_set_up_is_severe() {
    let list = list("network");
    let mut document = best(&list);
    let slow = Answer::of(Value::Series { variant: String::new(), values: vec![21_000; 5] });
    change(&list, &mut document, &[("NET-05", Some(slow))]);
    let proposals = proposed_findings(&list, &document, &score(&list, &document, CONTEXT));
    assert_eq!(proposals[0].severity, Severity::Major);
}

#[test]
fn answers_outside_their_range_are_refused() {
    let hall = list("hall");
    let network = list("network");
    let check = |list: &ChecklistVersion, code: &str, answer: Answer| list.item_by_code(code).unwrap().check(&answer);
    assert_eq!(check(&hall, "HALL-10", number(6)), Err(AnswerProblem::Range));
    assert_eq!(check(&hall, "HALL-10", number(0)), Err(AnswerProblem::Range));
    assert_eq!(check(&hall, "HALL-01", choice("maybe")), Err(AnswerProblem::Choice));
    assert_eq!(check(&hall, "HALL-01", number(1)), Err(AnswerProblem::Kind));
    assert_eq!(check(&hall, "HALL-06", Answer::of(Value::Count(6))), Err(AnswerProblem::Range));
    assert_eq!(check(&hall, "HALL-07", number(-1)), Err(AnswerProblem::Range));
    assert_eq!(check(&hall, "HALL-01", Answer::not_applicable("因为")), Err(AnswerProblem::NotApplicable));
    assert_eq!(check(&hall, "HALL-12", Answer::not_applicable(" ")), Err(AnswerProblem::Reason));
    assert_eq!(check(&hall, "HALL-02", Answer { ticked: true, ..choice("none") }), Err(AnswerProblem::Ticked));
    assert_eq!(
        check(&network, "NET-02", Answer::of(Value::Calls(vec![Call { ms: 1, ok: true }; 11]))),
        Err(AnswerProblem::Length)
    );
    assert_eq!(
        check(&network, "NET-06", Answer::of(Value::Faults(vec!["echo".to_owned(), "echo".to_owned()]))),
        Err(AnswerProblem::Choice)
    );
}

#[test]
fn what_a_visit_lacks() {
    use domain::checklist::{MissingContext, MissingWhat};
    let list = list("hall");
    let mut document = best(&list);
    document.left = Some(at(10 * MINUTE_MS));
    change(&list, &mut document, &[("HALL-09", None), ("HALL-10", Some(number(2)))]);
    let context = MissingContext { agent: false, rural: false, has_place: true };
    let by_code = |document: &VisitDocument, context| -> Vec<(String, MissingWhat)> {
        missing(&list, document, context)
            .into_iter()
            .map(|m| (m.item.map_or("visit".to_owned(), |id| list.item(id).unwrap().code.clone()), m.what))
            .collect()
    };
    let lacking = by_code(&document, context);
    assert!(lacking.contains(&("HALL-09".to_owned(), MissingWhat::Answer)));
    assert!(lacking.contains(&("HALL-01".to_owned(), MissingWhat::Evidence(1))));
    assert!(lacking.contains(&("HALL-10".to_owned(), MissingWhat::Evidence(1))));
    assert!(lacking.contains(&("visit".to_owned(), MissingWhat::Dwell(15 * MINUTE_MS))));
    assert!(lacking.contains(&("visit".to_owned(), MissingWhat::Photos(4))));
    let agent = by_code(&document, MissingContext { agent: true, ..context });
    assert!(
        !agent.iter().any(|(_, what)| matches!(what, MissingWhat::Dwell(_))),
        "10 minutes are enough at an agent's"
    );
    // Where the microphone is refused, a note of 20 characters stands for the memo.
    document.no_microphone = true;
    let id = list.item_by_code("HALL-10").unwrap().id;
    document.answers.get_mut(&id).unwrap().note = "台".repeat(19);
    assert!(by_code(&document, context).iter().any(|(code, _)| code == "HALL-10"));
    document.answers.get_mut(&id).unwrap().note = "台".repeat(20);
    assert!(!by_code(&document, context).iter().any(|(code, _)| code == "HALL-10"));
}

#[test]
fn scores_are_written_without_floats() {
    for (score, text) in [(10_000, "100"), (8_250, "82.5"), (5_900, "59"), (9_405, "94.05"), (7, "0.07"), (0, "0")] {
        assert_eq!(show_score(score), text);
    }
}

proptest! {
    /// Whatever is answered, the score stays within its range, a red line holds it
    /// down, and what does not apply changes no other item's share.
    #[test]
    fn the_formula_holds(ratings in proptest::collection::vec(0_i64..7, 15), topic in 0_usize..5) {
        let list = builtin().unwrap().swap_remove(topic);
        let mut document = best(&list);
        for (item, pick) in list.items().zip(&ratings) {
            let answer = match (&item.answer, pick) {
                (_, 0) if item.na => Answer::not_applicable("无"),
                (_, 1) => { document.answers.remove(&item.id); continue; }
                (AnswerKind::Choice { options }, n) => choice(&options[*n as usize % options.len()].code),
                (AnswerKind::Rating, n) => number(n % 5 + 1),
                (AnswerKind::Count { of }, n) => Answer::of(Value::Count(*n as u32 % (of + 1))),
                (AnswerKind::Number { unit, .. }, n) => number(n * unit.scale() * 5),
                _ => continue,
            };
            document.answers.insert(item.id, answer);
        }
        let result = score(&list, &document, CONTEXT);
        if let Some(score) = result.score {
            prop_assert!((0..=10_000).contains(&score));
            prop_assert!(result.red_lines.is_empty() || score <= list.red_line_cap);
            prop_assert_eq!(result.score, result.uncapped.map(|u| if result.red_lines.is_empty() { u } else { u.min(5_900) }));
        }
        prop_assert_eq!(result.applicable, result.sections.iter().map(|s| s.applicable).sum::<u32>());
        for item in list.items().filter(|item| item.na) {
            let mut without = document.clone();
            without.answers.insert(item.id, Answer::not_applicable("无"));
            let other = score(&list, &without, CONTEXT);
            for (a, b) in result.items.iter().zip(&other.items).filter(|(a, _)| a.item != item.id) {
                prop_assert_eq!(a, b);
            }
        }
    }
}

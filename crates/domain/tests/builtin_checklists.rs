//! The five checklists that come with the product, against what their source asks for.
#![cfg(feature = "builtin")]

use std::collections::BTreeSet;

use domain::{
    checklist::{AnswerKind, ChecklistVersion, EvidenceWhen, Item, builtin},
    text::Text,
};

fn lists() -> Vec<ChecklistVersion> {
    builtin().unwrap()
}

fn codes(matching: impl Fn(&Item) -> bool) -> Vec<String> {
    lists()
        .iter()
        .flat_map(|list| list.items().filter(|item| matching(item)).map(|item| item.code.clone()).collect::<Vec<_>>())
        .collect()
}

#[test]
fn weights_sum_to_100_and_every_code_is_there_once() {
    let sizes = [
        ("network", "NET", 13),
        ("hotline", "HOT", 13),
        ("hall", "HALL", 15),
        ("online", "WEB", 13),
        ("billing", "BILL", 13),
    ];
    for (list, (topic, prefix, size)) in lists().iter().zip(sizes) {
        assert_eq!(list.topic, topic);
        assert_eq!(list.items().map(|item| item.weight).sum::<u32>(), 100, "{topic}");
        let codes: BTreeSet<String> = list.items().map(|item| item.code.clone()).collect();
        assert_eq!(codes, (1..=size).map(|n| format!("{prefix}-{n:02}")).collect(), "{topic}");
    }
    let ids: BTreeSet<_> =
        lists().iter().flat_map(|list| list.items().map(|item| item.id).collect::<Vec<_>>()).collect();
    assert_eq!(ids.len(), 67);
}

#[test]
fn red_lines_are_those_of_the_source() {
    assert_eq!(
        codes(|item| item.red_line.is_some()),
        [
            "NET-01", "NET-02", "NET-04", "NET-08", "NET-13", "HOT-03", "HOT-04", "HOT-06", "HOT-08", "HOT-10",
            "HOT-11", "HOT-12", "HALL-01", "HALL-02", "HALL-03", "HALL-10", "HALL-11", "HALL-12", "WEB-01", "WEB-03",
            "WEB-04", "WEB-07", "WEB-08", "WEB-09", "WEB-13", "BILL-01", "BILL-02", "BILL-07", "BILL-08", "BILL-10",
            "BILL-12", "BILL-13",
        ]
    );
}

#[test]
fn not_applicable_and_later_are_those_of_the_source() {
    assert_eq!(
        codes(|item| item.na),
        [
            "NET-10", "NET-11", "NET-12", "HOT-09", "HALL-12", "HALL-13", "HALL-15", "WEB-09", "WEB-10", "BILL-04",
            "BILL-06", "BILL-08", "BILL-11", "BILL-12", "BILL-13",
        ]
    );
    assert_eq!(codes(|item| item.later.is_some()), ["NET-13", "HOT-12", "BILL-10"]);
}

#[test]
fn the_photos_that_a_hall_must_have() {
    assert_eq!(
        codes(|item| item.code.starts_with("HALL") && item.evidence.when == EvidenceWhen::Always),
        ["HALL-01", "HALL-02", "HALL-03", "HALL-11", "HALL-12", "HALL-14", "HALL-15"]
    );
    assert_eq!(
        codes(|item| item.evidence.when == EvidenceWhen::RatingAtMost(2)),
        ["HOT-06", "HALL-10"],
        "1 or 2 needs a memo"
    );
}

#[test]
fn limits_without_a_public_basis_wait_for_hq() {
    for item in lists().iter().flat_map(ChecklistVersion::items) {
        let own = item.basis.iter().any(|basis| basis == "企业标准" || basis == "本地标准");
        assert_eq!(item.confirm, own, "{}", item.code);
        assert!(!item.basis.is_empty(), "{}", item.code);
    }
}

#[test]
fn every_text_is_there_in_both_languages() {
    fn both(text: &Text, at: &str) {
        assert!(!text.zh.is_empty() && !text.zh.is_ascii() || text.zh.starts_with(['4', '5']), "{at}: {text:?}");
        assert!(text.en.as_ref().is_some_and(|en| !en.is_empty()), "{at}: {text:?}");
    }
    for list in lists() {
        both(&list.title, &list.topic);
        both(&list.how, &list.topic);
        for section in &list.sections {
            both(&section.title, &list.topic);
            for item in &section.items {
                both(&item.criterion, &item.code);
                if let Some(gloss) = &item.gloss {
                    both(gloss, &item.code);
                }
                if let Some(line) = &item.red_line {
                    both(&line.label, &item.code);
                }
                if item.evidence.when != EvidenceWhen::Optional {
                    both(&item.evidence.hint, &item.code);
                    assert!(!item.evidence.kinds.is_empty() && item.evidence.min > 0, "{}", item.code);
                }
                if let AnswerKind::Choice { options } = &item.answer {
                    assert!(options.iter().all(|option| (0..=10_000).contains(&option.share)), "{}", item.code);
                    assert!(options.iter().any(|option| option.share == 10_000), "{}", item.code);
                    options.iter().for_each(|option| both(&option.label, &item.code));
                }
            }
        }
    }
}

#[test]
fn a_version_survives_the_wire() {
    for list in lists() {
        let json = serde_json::to_string(&list).unwrap();
        assert_eq!(serde_json::from_str::<ChecklistVersion>(&json).unwrap(), list);
        domain::op::canonical::canonicalise(&json).unwrap();
    }
}

//! Whatever answers a document holds, those that pass the check are scored between nothing and all.
#![no_main]

use std::sync::LazyLock;

use domain::{
    checklist::{ChecklistVersion, MissingContext, builtin, missing, proposed_findings},
    scoring::{ScoreContext, score},
    time::{Moment, ZoneOffset, show_date_time},
    visit::VisitDocument,
};
use libfuzzer_sys::fuzz_target;

static LISTS: LazyLock<Vec<ChecklistVersion>> = LazyLock::new(|| builtin().unwrap_or_default());

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = serde_json::from_slice::<VisitDocument>(bytes) else { return };
    for list in LISTS.iter() {
        let mut document = document.clone();
        // As the server does: what cannot be meant never gets as far as the formula.
        document.answers.retain(|item, answer| list.item(*item).is_some_and(|item| item.check(answer).is_ok()));
        for rural in [false, true] {
            let scored = score(list, &document, ScoreContext { rural, now: Moment(1_790_000_000_000) });
            assert!(scored.score.is_none_or(|score| (0..=10_000).contains(&score)));
            let _ = proposed_findings(list, &document, &scored);
            let _ = missing(list, &document, MissingContext { agent: rural, rural, has_place: true });
        }
    }
    for presence in [&document.arrived, &document.left].into_iter().flatten() {
        let _ = show_date_time(presence.at, ZoneOffset::default());
    }
});

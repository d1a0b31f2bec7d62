//! What a later handing-in changed.

use domain::{
    checklist::{Answer, Item},
    ids::{EvidenceId, ItemId},
    text::Lang,
    visit::{Impressions, VisitDocument},
};

use super::{answer_text::answer_text, shape::VisitSheet};
use crate::words::w;

/// What an item is, and what it was where that was something else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changed {
    /// What was answered before, in words.
    pub(super) said: Option<String>,
    /// The note of before; empty where there was none.
    pub(super) note: Option<String>,
    /// Whether the red line was ticked before.
    pub(super) ticked: Option<bool>,
    /// What became of its evidence.
    pub(super) pieces: Pieces,
}

/// Pieces of evidence, by their number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pieces {
    /// That came with the last handing-in, or from another item.
    pub(super) added: usize,
    /// That are gone, or lie at another item now.
    pub(super) gone: usize,
}

/// The last two handings-in; `None`: there is but one.
fn last_two(sheet: &VisitSheet) -> Option<[&VisitDocument; 2]> {
    let [.., before, last] = sheet.submissions.as_slice() else { return None };
    Some([&before.document, &last.document])
}

/// What changed about `item` between the last two handings-in; `None`: nothing.
pub(super) fn of_item(sheet: &VisitSheet, item: &Item, lang: Lang) -> Option<Changed> {
    let [before, last] = last_two(sheet)?;
    let changed = between(before, last, item, lang);
    (changed != Changed::default()).then_some(changed)
}

/// What was said about the visit as a whole before, and what became of the evidence that belongs to no item.
pub(super) fn of_whole(sheet: &VisitSheet) -> Option<(Impressions, Pieces)> {
    let [before, last] = last_two(sheet)?;
    Some((before.impressions.clone(), pieces(before, last, None)))
}

fn between(before: &VisitDocument, last: &VisitDocument, item: &Item, lang: Lang) -> Changed {
    let none = Answer::default();
    let [was, is] = [before, last].map(|document| document.answers.get(&item.id).unwrap_or(&none));
    let words =
        |answer| answer_text(item, answer, lang).unwrap_or_else(|| w("未作答", "Not answered").get(lang).to_owned());
    let said = words(was);
    Changed {
        said: (said != words(is)).then_some(said),
        note: (was.note != is.note).then(|| was.note.clone()),
        ticked: (was.ticked != is.ticked).then_some(was.ticked),
        pieces: pieces(before, last, Some(item.id)),
    }
}

fn pieces(before: &VisitDocument, last: &VisitDocument, item: Option<ItemId>) -> Pieces {
    let of = |document: &VisitDocument| -> Vec<EvidenceId> {
        document.evidence.iter().filter(|record| record.item == item).map(|record| record.id).collect()
    };
    let (before, last) = (of(before), of(last));
    Pieces {
        added: last.iter().filter(|id| !before.contains(id)).count(),
        gone: before.iter().filter(|id| !last.contains(id)).count(),
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        assignment::Window,
        checklist::{AnswerKind, Choice, Value},
        evidence::{CapturedKnown, EvidenceKind, EvidenceRecord, EvidenceSource},
        ids::{AssignmentId, ChecklistVersionId, VenueId},
        sorted::Map,
        text::Text,
        time::Moment,
    };
    use uuid::Uuid;

    use super::{super::answer_text, *};

    fn item(n: u128) -> Item {
        let choice = |code: &str, zh, en| Choice { code: code.to_owned(), label: Text::new(zh, en), share: 10_000 };
        let answer = AnswerKind::Choice { options: vec![choice("yes", "是", "Yes"), choice("no", "否", "No")] };
        Item { id: ItemId(Uuid::from_u128(n)), ..answer_text::tests::item(answer) }
    }

    fn document(answers: &[(u128, Answer)], evidence: &[(u128, Option<u128>)]) -> VisitDocument {
        let id = |n| ItemId(Uuid::from_u128(n));
        VisitDocument {
            assignment: AssignmentId(Uuid::nil()),
            venue: VenueId(Uuid::nil()),
            checklist: ChecklistVersionId(Uuid::nil()),
            window: Window { from: Moment(0), until: Moment(1) },
            arrived: None,
            left: None,
            answers: answers.iter().map(|(n, answer)| (id(*n), answer.clone())).collect(),
            answered_at: Map::new(),
            impressions: Impressions::default(),
            evidence: evidence
                .iter()
                .map(|(n, item)| EvidenceRecord {
                    id: EvidenceId(Uuid::from_u128(*n)),
                    item: item.map(id),
                    kind: EvidenceKind::Ticket,
                    source: EvidenceSource::Keyboard,
                    bytes: None,
                    text: "1".to_owned(),
                    captured_at: Moment(0),
                    captured_known: CapturedKnown::Added,
                    fix: None,
                    caption: String::new(),
                })
                .collect(),
            no_microphone: false,
        }
    }

    fn says(code: &str, note: &str, ticked: bool) -> Answer {
        Answer { note: note.to_owned(), ticked, ..Answer::of(Value::Choice(code.to_owned())) }
    }

    /// A mended note was shown as 是 struck out beside 是, and what the note had been was lost.
    #[test]
    fn each_part_of_an_answer_that_changed_is_told_apart() {
        let before = document(&[(1, says("yes", "一号台席", false))], &[]);
        let changed = |answer| between(&before, &document(&[(1, answer)], &[]), &item(1), Lang::Zh);
        assert_eq!(changed(says("yes", "一号台席", false)), Changed::default());
        let note = Changed { note: Some("一号台席".to_owned()), ..Changed::default() };
        assert_eq!(changed(says("yes", "二号台席", false)), note);
        let ticked = Changed { ticked: Some(false), ..Changed::default() };
        assert_eq!(changed(says("yes", "一号台席", true)), ticked);
        let said = Changed { said: Some("是".to_owned()), ..Changed::default() };
        assert_eq!(changed(says("no", "一号台席", false)), said);
        let all = between(&document(&[], &[]), &before, &item(1), Lang::En);
        assert_eq!((all.said.as_deref(), all.note.as_deref()), (Some("Not answered"), Some("")));
    }

    /// Only what had come was counted: a photo that was taken away, or put elsewhere, left no trace.
    #[test]
    fn evidence_that_came_went_or_was_put_elsewhere_is_counted_at_both_places() {
        let before = document(&[], &[(10, Some(1)), (11, Some(1)), (12, None)]);
        let last = document(&[], &[(10, Some(1)), (11, Some(2)), (13, Some(1))]);
        let at = |item| pieces(&before, &last, item);
        assert_eq!(at(Some(ItemId(Uuid::from_u128(1)))), Pieces { added: 1, gone: 1 });
        assert_eq!(at(Some(ItemId(Uuid::from_u128(2)))), Pieces { added: 1, gone: 0 });
        assert_eq!(at(None), Pieces { added: 0, gone: 1 });
    }
}

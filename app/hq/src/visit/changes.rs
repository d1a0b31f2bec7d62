//! What a later handing-in changed.

use domain::{checklist::Answer, ids::ItemId};

use super::shape::VisitSheet;

/// What an item said before, where that was something else.
pub(super) struct Before {
    pub(super) answer: Option<Answer>,
    /// Pieces of evidence that came with the last handing-in.
    pub(super) added: usize,
}

/// What changed about `item` between the last two handings-in; `None`: nothing, or there is but one.
pub(super) fn before(sheet: &VisitSheet, item: ItemId) -> Option<Before> {
    let [.., before, last] = sheet.submissions.as_slice() else { return None };
    let answer = before.document.answers.get(&item);
    let evidence = |one: &super::shape::HandedIn| {
        one.document
            .evidence
            .iter()
            .filter(|record| record.item == Some(item))
            .map(|record| record.id)
            .collect::<Vec<_>>()
    };
    let known = evidence(before);
    let added = evidence(last).iter().filter(|id| !known.contains(id)).count();
    let changed = answer != last.document.answers.get(&item);
    (changed || added > 0).then(|| Before { answer: answer.filter(|_| changed).cloned(), added })
}

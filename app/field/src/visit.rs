//! One visit as its screens see it.

use std::sync::Arc;

use domain::{
    checklist::{Answer, Bands, ChecklistVersion, Item, Missing, MissingContext, missing},
    evidence::EvidenceRecord,
    ids::{AssignmentId, ItemId},
    visit::{Draft, DraftState, Edit},
};
use leptos::prelude::*;

use crate::{
    phone::Phone,
    row::{Row, Stage},
};

/// A visit, by its task. Copy it into handlers.
#[derive(Clone, Copy)]
pub(crate) struct Visit {
    /// The phone that it lies on.
    pub phone: Phone,
    /// The task.
    pub id: AssignmentId,
}

impl Visit {
    /// Looks at the row; follows it.
    pub(crate) fn with<T>(self, look: impl FnOnce(&Row) -> T) -> Option<T> {
        self.phone.rows.with(|rows| rows.get(&self.id).map(look))
    }

    /// The checklist version of the task.
    #[must_use]
    pub(crate) fn checklist(self) -> Option<Arc<ChecklistVersion>> {
        self.with(|row| row.checklist.clone()).flatten()
    }

    /// The draft as it stands, or an untouched one.
    #[must_use]
    pub(crate) fn draft(self) -> Option<Draft> {
        self.with(|row| row.draft_or_new())
    }

    /// Where the visit stands.
    #[must_use]
    pub(crate) fn stage(self) -> Stage {
        self.with(Row::stage).unwrap_or(Stage::Closed)
    }

    /// Whether there is something to hand in once more.
    #[must_use]
    pub(crate) fn has_more(self) -> bool {
        self.with(|row| row.draft.as_ref().is_some_and(Draft::has_more)).unwrap_or_default()
    }

    /// Whether this phone holds what nobody else has, and can hand it in as it is.
    #[must_use]
    pub(crate) fn holds_work(self) -> bool {
        self.with(|row| row.holds_work()).unwrap_or_default()
    }

    /// The answer to an item.
    #[must_use]
    pub(crate) fn answer(self, item: ItemId) -> Option<Answer> {
        self.with(|row| row.draft.as_ref().and_then(|draft| draft.answers.get(&item).cloned())).flatten()
    }

    /// The evidence that proves an item (or, for `None`, the visit as a whole).
    #[must_use]
    pub(crate) fn evidence(self, item: Option<ItemId>) -> Vec<EvidenceRecord> {
        self.with(|row| {
            let all = row.draft.iter().flat_map(|draft| &draft.evidence);
            all.filter(|record| record.item == item).cloned().collect()
        })
        .unwrap_or_default()
    }

    /// Whether the item can be changed now.
    #[must_use]
    pub(crate) fn is_open(self, item: Option<ItemId>) -> bool {
        self.with(|row| row.stage().can_write() && row.draft.as_ref().is_none_or(|draft| draft.is_open(item)))
            .unwrap_or(false)
    }

    /// Whether somebody is at the venue now.
    #[must_use]
    pub(crate) fn is_on_site(self) -> bool {
        self.with(|row| row.draft.as_ref().is_some_and(|draft| draft.state == DraftState::OnSite)).unwrap_or(false)
    }

    /// Changes the draft; the screen sees it at once, and says 已存本机 when it is on the disk.
    pub(crate) fn edit(self, edit: Edit) {
        self.phone.edit(self.id, edit);
    }

    /// Changes the answer to one item.
    pub(crate) fn amend(self, item: ItemId, change: impl FnOnce(&mut Answer)) {
        let before = untrack(|| self.answer(item));
        let mut answer = before.clone().unwrap_or_default();
        change(&mut answer);
        let answer = (answer != Answer::default()).then_some(answer);
        if answer != before {
            self.edit(Edit::Answer { item, answer });
        }
    }

    /// What is still missing.
    #[must_use]
    pub(crate) fn missing(self) -> Vec<Missing> {
        self.with(|row| {
            let Some(checklist) = &row.checklist else { return Vec::new() };
            missing(checklist, &row.draft_or_new().document(), row.missing_context())
        })
        .unwrap_or_default()
    }

    /// What applies to the venue where missing things are counted.
    #[must_use]
    pub(crate) fn context(self) -> MissingContext {
        self.with(Row::missing_context).unwrap_or_default()
    }

    /// The limits that apply at this venue.
    #[must_use]
    pub(crate) fn bands(self, bands: Bands, rural: Option<Bands>) -> Bands {
        let is_rural = untrack(|| self.context().rural);
        rural.filter(|_| is_rural).unwrap_or(bands)
    }

    /// The name of a stopwatch: random ids and a place.
    #[must_use]
    pub(crate) fn watch_key(self, code: &str, place: usize) -> String {
        [&self.id.to_string(), "/", code, "/", &place.to_string()].concat()
    }

    /// Every item with its place and its section's place.
    #[must_use]
    pub(crate) fn items(self) -> Vec<(usize, Item)> {
        let Some(checklist) = untrack(|| self.checklist()) else { return Vec::new() };
        let sections = checklist.sections.iter().enumerate();
        sections.flat_map(|(place, section)| section.items.iter().map(move |item| (place, item.clone()))).collect()
    }

    /// The name of the venue, in the language of the screen.
    #[must_use]
    pub(crate) fn venue_name(self) -> String {
        self.with(|row| crate::words::say(&row.task.venue.name)).unwrap_or_default()
    }
}

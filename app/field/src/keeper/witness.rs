//! What is missing, and that it is said.
//!
//! A witness outside the database (localStorage) knows which drafts were open; the
//! server knows which visits are under way; a draft knows which photos it names.
//! Whatever one of them knows and the store has not, the person is told.

use domain::sorted::Set;

use device::mirror::{self, Witness};
use domain::{evidence::Sha256, visit::Draft};

use super::Keeper;
use crate::{phone::Phone, row::Row};

impl Keeper {
    /// Notes what is here now.
    pub(super) fn bear_witness(&self, phone: Phone) {
        let Some(store) = self.vault.id() else { return };
        let ids = |is: fn(&Row) -> bool| {
            phone
                .rows
                .with_untracked(|rows| rows.iter().filter(|(_, row)| is(row)).map(|(id, _)| id.to_string()).collect())
        };
        let (drafts, today) = (ids(|row| row.holds_work()), Some(ids(|row| row.stage().is_open())));
        let missing = phone.lost.with_untracked(|lost| lost.drafts.iter().cloned().collect());
        let last_seq = self.with_engine(sync::Engine::last_seq).unwrap_or_default();
        let now = Witness { store, last_seq, drafts, missing, today };
        let mut last = self.inner.witness.borrow_mut();
        if last.as_ref() != Some(&now) {
            mirror::set_witness(&now);
            *last = Some(now);
        }
    }

    /// Compares the store with what was known last.
    pub(super) fn hear_witness(&self, phone: Phone) {
        let Some(known) = mirror::witness() else { return };
        let has = |id: &String| {
            phone
                .rows
                .with_untracked(|rows| rows.iter().any(|(task, row)| row.draft.is_some() && task.to_string() == *id))
        };
        let gone: Set<String> = known.missing.into_iter().chain(known.drafts).filter(|id| !has(id)).collect();
        if !gone.is_empty() {
            phone.lost.update(|lost| lost.drafts.extend(gone));
        }
    }

    /// Looks for photos and memos whose bytes are not here any more.
    pub(super) async fn find_lost_files(&self, phone: Phone) {
        // What is on its way to the disk is not lost, nor is what is added while the disk is being read.
        let moving = self.inner.unsaved.files();
        let mut gone: Set<Sha256> = phone.rows.with_untracked(|rows| {
            let open = rows.values().filter(|row| row.stage().can_write());
            open.flat_map(|row| row.draft.iter().flat_map(|draft| named(row, draft))).collect()
        });
        let Ok(stored) = self.vault.files().await else { return };
        gone.retain(|sha256| {
            let hash = sha256.to_string();
            !stored.contains(&hash) && !moving.contains(&hash)
        });
        if phone.lost.with_untracked(|lost| lost.files != gone) {
            phone.lost.update(|lost| lost.files = gone);
        }
    }

    /// The person has seen what is missing.
    pub(crate) fn seen(&self, phone: Phone) {
        phone.lost.update(|lost| lost.drafts.clear());
        phone.lost.update(|lost| lost.recovered = false);
        self.bear_witness(phone);
    }
}

/// The bytes that a draft names and the server has not.
fn named(row: &Row, draft: &Draft) -> Vec<Sha256> {
    let there = |sha256: &Sha256| row.task.visit.as_ref().is_some_and(|visit| visit.verified.contains(sha256));
    let named = draft.evidence.iter().filter_map(|record| record.bytes.as_ref()).map(|bytes| bytes.sha256);
    named.filter(|sha256| !there(sha256)).collect()
}

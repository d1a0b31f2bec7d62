//! The second copy: kept up with every commit, and asked at the start.
//!
//! Commits of a store have an order of their own (a generation each, whichever tab
//! made them), so the copy says what the store lacks: all of it, what was written
//! last, or single records. A store that had to be mended begins a new journal, as
//! nobody can say what the old one has sent.

use device::{
    Failure,
    vault::Committed,
    worker::{Copy, CopyRow, Helper},
};
use domain::sorted::Map;
use js_sys::Uint8Array;

use super::{
    Keeper,
    records::{self, put_note},
};
use crate::phone::Phone;

impl Keeper {
    /// Adds a commit to the copy; nobody waits for it.
    pub(super) fn copy(&self, committed: Committed) {
        let Some(helper) = self.helper().filter(|_| self.inner.has_copy.get()) else { return };
        let whole = self.inner.copy_is_whole.replace(true);
        let (this, key) = (self.clone(), self.vault.key().unwrap_or_default());
        leptos::task::spawn_local(async move {
            let done = if whole { helper.copy_append(&committed).await } else { this.fill(&helper, &key).await };
            if done.is_err() {
                // The next one writes all of it.
                this.inner.copy_is_whole.set(false);
            }
        });
    }

    async fn fill(&self, helper: &Helper, key: &[u8]) -> Result<(), Failure> {
        let sealed = self.vault.sealed().await?;
        helper.copy_fill(key, &sealed).await
    }

    /// Whether there is a second copy, and it is not behind.
    pub(crate) fn has_copy(&self) -> bool {
        self.inner.has_copy.get() && self.inner.copy_is_whole.get()
    }

    /// Compares the store with its copy and mends it; whether there was something to mend. Whoever calls has the turn.
    pub(super) async fn mend(&self, phone: Phone, unreadable: Vec<String>) -> bool {
        let Some(helper) = self.helper() else { return false };
        let key = self.vault.key();
        let Ok(Some(copy)) = helper.copy_open(key.as_deref()).await else { return false };
        self.inner.has_copy.set(true);
        let Some((lacking, whole)) = self.lacking(&copy, unreadable).await else { return false };
        self.inner.copy_is_whole.set(whole);
        let mended = match &copy.key {
            Some(key) if !lacking.is_empty() => self.take_from(phone, key, copy.generation, lacking).await,
            _ => false,
        };
        if !self.inner.copy_is_whole.get()
            && let Some(key) = self.vault.key()
        {
            // Without it a later loss would find an older copy: it is tried again with the next commit.
            self.inner.copy_is_whole.set(self.fill(&helper, &key).await.is_ok());
        }
        mended
    }

    /// What the copy has and the store lacks, and whether the copy is as new as the store.
    async fn lacking(&self, copy: &Copy, unreadable: Vec<String>) -> Option<(Vec<CopyRow>, bool)> {
        let generation = self.vault.generation();
        if !self.vault.has_key() {
            // Nobody has signed in here, or the browser has emptied the store. A store that somebody signed out of
            // has emptied its copy too.
            let rows = if self.vault.is_written() { Vec::new() } else { copy.rows.clone() };
            return Some((rows, true));
        }
        let stored: Map<String, Option<Uint8Array>> = self.vault.sealed().await.ok()?.rows.into_iter().collect();
        let is_lacking = |row: &&CopyRow| {
            row.generation > generation
                || unreadable.contains(&row.key)
                // After a power cut a browser may go on with a store out of whose middle it has lost what came last.
                || (copy.generation >= generation && !holds(stored.get(&row.key), &row.value))
        };
        Some((copy.rows.iter().filter(is_lacking).cloned().collect(), copy.generation == generation))
    }

    async fn take_from(&self, phone: Phone, key: &[u8], generation: i64, rows: Vec<CopyRow>) -> bool {
        if self.vault.restore(key, generation, rows).await.is_err() {
            return false;
        }
        self.inner.copy_is_whole.set(false);
        let Ok(mut stored) = records::read(&self.vault).await else { return false };
        stored.recovered = true;
        self.show(phone, stored);
        // Were it not written, the next start would mend again and find nothing to mend: so it comes first.
        self.commit(phone, || Ok((vec![put_note("recovered", &true)], ()))).await.is_ok()
    }
}

/// Whether a sealed value is this one.
fn holds(value: Option<&Option<Uint8Array>>, copied: &Uint8Array) -> bool {
    value.and_then(Option::as_ref).is_some_and(|value| value.to_vec() == copied.to_vec())
}

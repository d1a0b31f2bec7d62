//! The one way onto the disk.
//!
//! A commit builds on what was read last. Where another tab has written since, what
//! lies there is read again, the edits that are not on the disk yet are done again
//! upon it, and the commit is made anew. After it the second copy and the witness
//! get to know of it, off the tap's way.

use device::{Failure, vault::Change};
use domain::visit::apply_edit;

use super::{
    Keeper,
    records::{self, Stored, of_engine, put_me, put_note},
};
use crate::phone::Phone;

/// How often another tab may come between before it is said that it was not saved.
const ROUNDS: usize = 20;

impl Keeper {
    /// Writes what `make` makes of the state as it stands, in one transaction; gives what it made besides.
    /// Whoever calls has the turn.
    ///
    /// # Errors
    /// Nothing of it is on the disk.
    pub(super) async fn commit<T>(
        &self,
        phone: Phone,
        mut make: impl FnMut() -> Result<(Vec<Change>, T), Failure>,
    ) -> Result<T, Failure> {
        let mut made = None;
        let mut changes = || {
            let (changes, besides) = make()?;
            made = Some(besides);
            Ok(changes)
        };
        self.commit_all(phone, &mut changes).await?;
        made.ok_or_else(never_made)
    }

    /// The same for all that is made: the bundle holds it once.
    async fn commit_all(
        &self,
        phone: Phone,
        make: &mut dyn FnMut() -> Result<Vec<Change>, Failure>,
    ) -> Result<(), Failure> {
        let mut failure = never_made();
        for _ in 0..ROUNDS {
            let mut changes = make()?;
            if changes.is_empty() {
                return Ok(());
            }
            let carried = self.inner.unsaved.carry(&mut changes);
            match self.vault.commit(changes).await {
                Ok(committed) => {
                    self.inner.unsaved.saved(&carried);
                    self.copy(committed);
                    self.bear_witness(phone);
                    return Ok(());
                }
                Err(stale) if stale.is_stale() => {
                    self.catch_up(phone).await?;
                    failure = stale;
                }
                Err(other) => {
                    self.inner.unsaved.refused(&carried);
                    return Err(other);
                }
            }
        }
        Err(failure)
    }

    /// Reads what lies on the disk again. Whoever calls has the turn.
    pub(super) async fn catch_up(&self, phone: Phone) -> Result<(), Failure> {
        let stored = records::read(&self.vault).await?;
        if self.take_in(phone, stored)? { Ok(()) } else { self.write_again(phone).await }
    }

    /// Shows what was read again; `false`: nothing, for the browser has emptied the store.
    ///
    /// # Errors
    /// `NoKey`: somebody has signed out in another tab, and here too from now on.
    pub(super) fn take_in(&self, phone: Phone, stored: Stored) -> Result<bool, Failure> {
        let is_written = self.vault.is_written();
        if is_written && !self.vault.has_key() {
            self.forget(phone);
            return Err(Failure::new("NoKey", "signed out in another tab"));
        }
        if is_written {
            self.show(phone, stored);
        }
        Ok(is_written)
    }

    /// The browser has emptied the store under the app: what is in memory is the last of it.
    pub(super) async fn write_again(&self, phone: Phone) -> Result<(), Failure> {
        self.vault.begin_again().await?;
        let mut changes = of_engine(self.with_engine(sync::Engine::records).unwrap_or_default());
        changes.extend(phone.me.with_untracked(|me| me.as_ref().map(put_me)));
        phone.rows.with_untracked(|rows| {
            changes.extend(of_engine(rows.values().flat_map(|row| row.kept.records_with_list()).collect()));
        });
        changes.push(phone.watches.with_untracked(|watches| put_note("watches", watches)));
        self.copy(self.vault.commit(changes).await?);
        self.find_lost_files(phone).await;
        Ok(())
    }

    /// Takes what lies on the disk into memory, with the edits that are not there yet on top.
    pub(super) fn show(&self, phone: Phone, stored: Stored) {
        let Stored { me, engine, mut rows, mut watches, recovered, intent: _, unreadable: _ } = stored;
        if let Some(me) = &me {
            crate::words::set_zone(me.zone);
        }
        for edit in self.inner.unsaved.all() {
            let Some(row) = rows.get_mut(&edit.task) else { continue };
            let mut next = row.draft_or_new();
            // What another tab did in the meantime may leave no room for it; then that stands.
            if apply_edit(&mut next, &edit.record).is_ok() {
                row.kept.draft = Some(next);
            }
        }
        if phone.me.with_untracked(|known| *known != me) {
            phone.me.set(me);
        }
        self.inner.pressed.press_again(&mut watches);
        phone.rows.set(rows);
        phone.watches.set(watches);
        self.inner.recovered.set(recovered);
        *self.inner.engine.borrow_mut() = engine;
        self.refresh(phone);
    }

    /// Shows what other tabs have written since.
    pub(crate) async fn look_again(&self, phone: Phone) {
        let _turn = self.inner.turns.take().await;
        if self.vault.is_behind().await.unwrap_or(false) {
            // What cannot be read now is read at the next commit.
            drop(self.catch_up(phone).await);
        }
    }
}

fn never_made() -> Failure {
    Failure::new(Failure::STALE, "other tabs write all the time")
}

//! The only one that writes: the phone's store, its outbox and its talk with the server.
//!
//! Every change waits for its turn, is committed in one transaction, and only
//! then becomes true in memory; the network is never waited for in a turn.

mod commit;
mod copy;
mod export;
mod net;
mod pass;
mod receive;
mod records;
mod send;
mod session;
mod status;
mod turn;
mod unsaved;
mod watches;
mod witness;
mod words;
mod write;

use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
};

use device::{Failure, vault::Vault, worker::Helper};
use domain::evidence::Sha256;
use js_sys::Uint8Array;
use leptos::prelude::*;
use sync::{Backoff, Engine};

use crate::{
    phone::{Intent, Phone},
    route::Route,
};
use records::Stored;
use turn::Turns;
use unsaved::Unsaved;
use watches::Pressed;

/// Whoever writes. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Keeper {
    vault: Vault,
    inner: Rc<Inner>,
}

/// When the second copy is asked at the start, ms after the list was shown: by then even a slow phone has painted it.
const COPY_AFTER_MS: i32 = 99;

/// When what could not be read is read again, ms.
const REST_AGAIN_MS: i32 = 1_000;

struct Inner {
    /// Started when it is first needed: a start has better things to do.
    helper: OnceCell<Option<Helper>>,
    turns: Turns,
    /// `None`: nobody has signed in.
    engine: RefCell<Option<Engine>>,
    backoff: RefCell<Backoff>,
    /// When the next pass is due, by the phone's clock.
    due: RefCell<domain::time::Moment>,
    /// When the server last saw which head this phone has, by the phone's clock.
    shown: RefCell<domain::time::Moment>,
    /// Something changed while a pass was under way.
    again: RefCell<bool>,
    /// Edits that are not on the disk yet.
    unsaved: Unsaved,
    /// Stopwatches that were pressed and are not on the disk yet.
    pressed: Pressed,
    /// This browser keeps a second copy.
    has_copy: Cell<bool>,
    /// The second copy has all that the store has.
    copy_is_whole: Cell<bool>,
    /// The store was mended: a new journal comes before anything is sent.
    recovered: Cell<bool>,
    /// The person signs out: the next pass empties the phone at its end.
    leaving: Cell<bool>,
    /// What was noted last.
    witness: RefCell<Option<device::mirror::Witness>>,
}

impl Keeper {
    /// Opens the store.
    ///
    /// # Errors
    /// Storage is switched off or broken.
    pub(crate) async fn open() -> Result<Self, Failure> {
        let vault = Vault::open().await?;
        let inner = Inner {
            helper: OnceCell::new(),
            turns: Turns::default(),
            engine: RefCell::new(None),
            backoff: RefCell::new(Backoff::default()),
            due: RefCell::new(domain::time::Moment::default()),
            shown: RefCell::new(domain::time::Moment::default()),
            again: RefCell::new(false),
            unsaved: Unsaved::default(),
            pressed: Pressed::default(),
            has_copy: Cell::new(false),
            copy_is_whole: Cell::new(false),
            recovered: Cell::new(false),
            leaving: Cell::new(false),
            witness: RefCell::new(None),
        };
        Ok(Self { vault, inner: Rc::new(inner) })
    }

    /// The worker that shrinks pictures; `None` where the browser has none.
    #[must_use]
    pub(crate) fn helper(&self) -> Option<Helper> {
        self.inner.helper.get_or_init(|| Helper::start(&crate::page_meta("mingcha:worker")).ok()).clone()
    }

    /// The bytes of a photo or memo, from the moment at which it was taken.
    pub(crate) async fn file(&self, sha256: Sha256) -> Option<Uint8Array> {
        let name = sha256.to_string();
        match self.inner.unsaved.file(&name) {
            Some(bytes) => Some(bytes),
            None => self.vault.file(&name).await.ok().flatten(),
        }
    }

    /// Waits until everything that was begun before is on the disk, or refused.
    pub(crate) async fn settled(&self) {
        drop(self.inner.turns.take().await);
    }

    /// Whether every edit is on the disk.
    #[must_use]
    pub(crate) fn all_saved(&self) -> bool {
        self.inner.unsaved.is_empty()
    }

    /// Whether the disk has refused an edit that is still in memory.
    #[must_use]
    pub(crate) fn has_refused(&self) -> bool {
        !self.inner.unsaved.failed().is_empty()
    }

    /// Brings what lies on the disk into memory. Whatever is written from then on waits until the store has been
    /// compared with its second copy.
    ///
    /// # Errors
    /// What is on the disk could not be read, and stays there.
    pub(crate) async fn load(&self, phone: Phone) -> Result<(), Failure> {
        let turn = self.inner.turns.take();
        let turn = turn.await;
        let first = self.first(phone).await?;
        let is_whole = first.is_none();
        let mut stored = match first {
            Some(stored) => stored,
            None => records::read(&self.vault).await?,
        };
        let mut unreadable = std::mem::take(&mut stored.unreadable);
        if self.vault.has_key() {
            let intent = stored.intent.take();
            self.show(phone, stored);
            go_back(phone, intent);
        }
        let this = self.clone();
        leptos::task::spawn_local(async move {
            let _turn = turn;
            device::clock::sleep(COPY_AFTER_MS).await;
            if !is_whole {
                unreadable = this.load_rest(phone).await;
            }
            if this.mend(phone, unreadable).await {
                phone.lost.update(|lost| lost.recovered = true);
                phone.mended.notify();
            } else if !is_whole && !this.vault.is_written() {
                // Emptied between the two readings, and there is no second copy: what is shown is the last of it.
                drop(this.write_again(phone).await);
            }
            this.hear_witness(phone);
            this.find_lost_files(phone).await;
            this.tidy(phone).await;
            this.bear_witness(phone);
        });
        Ok(())
    }

    /// What the first screen needs, if it was noted which tasks those are and they are there: a phone that was at work
    /// for a year shows its day as quickly as a new one.
    async fn first(&self, phone: Phone) -> Result<Option<Stored>, Failure> {
        let route = phone.router.now();
        let Some(today) = device::mirror::witness().and_then(|witness| witness.today) else { return Ok(None) };
        if route != Route::Today && route.visit().is_none() {
            return Ok(None);
        }
        let stored = records::read_tasks(&self.vault, &today).await?;
        let visit = stored.intent.as_ref().map(|intent| intent.visit).or(route.visit());
        let is_enough = self.vault.has_key()
            && stored.unreadable.is_empty()
            && stored.rows.len() == today.len()
            && visit.is_none_or(|id| stored.rows.contains_key(&id));
        Ok(is_enough.then_some(stored))
    }

    /// Brings the rest into memory, and with it whatever was written since. Nobody writes before: what is not in memory
    /// would be taken for something that is not there. Gives the keys that cannot be read. Whoever calls has the turn.
    async fn load_rest(&self, phone: Phone) -> Vec<String> {
        loop {
            match records::read(&self.vault).await {
                Ok(mut stored) => {
                    let unreadable = std::mem::take(&mut stored.unreadable);
                    // Where somebody has signed out there is nothing to show; an emptied store is looked after by whoever calls.
                    drop(self.take_in(phone, stored));
                    return unreadable;
                }
                Err(failure) => phone.heard(Err(failure)),
            }
            device::clock::sleep(REST_AGAIN_MS).await;
        }
    }
}

/// The camera may have killed the page: back to the question, once, and only where it can still be answered.
fn go_back(phone: Phone, intent: Option<Intent>) {
    let Some(Intent { visit, code }) = intent else { return };
    phone.set_intent(None);
    let can_write = phone.rows.with_untracked(|rows| rows.get(&visit).is_some_and(|row| row.stage().can_write()));
    if can_write && matches!(phone.router.now(), Route::Today) {
        phone.router.replace(Route::Item(visit, code));
    }
}

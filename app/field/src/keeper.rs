//! The only one that writes: the phone's store, its outbox and its talk with the server.
//!
//! Every change waits for its turn, is committed in one transaction, and only
//! then becomes true in memory; the network is never waited for in a turn.

mod export;
mod net;
mod pass;
mod receive;
mod records;
mod send;
mod session;
mod status;
mod turn;
mod words;
mod write;

use std::{cell::RefCell, rc::Rc};

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

/// Whoever writes. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Keeper {
    vault: Vault,
    helper: Option<Helper>,
    inner: Rc<Inner>,
}

struct Inner {
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
}

impl Keeper {
    /// Opens the store.
    ///
    /// # Errors
    /// Storage is switched off or broken.
    pub(crate) async fn open() -> Result<Self, Failure> {
        let vault = Vault::open().await?;
        let script = crate::page_meta("mingcha:worker");
        let inner = Inner {
            turns: Turns::default(),
            engine: RefCell::new(None),
            backoff: RefCell::new(Backoff::default()),
            due: RefCell::new(domain::time::Moment::default()),
            shown: RefCell::new(domain::time::Moment::default()),
            again: RefCell::new(false),
        };
        Ok(Self { vault, helper: Helper::start(&script).ok(), inner: Rc::new(inner) })
    }

    /// The worker that shrinks pictures; `None` where the browser has none.
    #[must_use]
    pub(crate) fn helper(&self) -> Option<Helper> {
        self.helper.clone()
    }

    /// The bytes of a photo or memo.
    pub(crate) async fn file(&self, sha256: Sha256) -> Option<Uint8Array> {
        self.vault.file(&sha256.to_string()).await.ok().flatten()
    }

    /// Brings what lies on the disk into memory.
    pub(crate) async fn load(&self, phone: Phone) {
        if !self.vault.has_key() {
            return;
        }
        match records::read(&self.vault).await {
            Ok(stored) => self.take(phone, stored).await,
            // What is on the disk stays there; the screen says that it could not be read.
            Err(failure) => phone.heard(Err(failure)),
        }
    }

    async fn take(&self, phone: Phone, stored: Stored) {
        let Stored { me, engine, rows, watches, intent } = stored;
        if let Some(me) = &me {
            crate::words::set_zone(me.zone);
        }
        phone.me.set(me);
        phone.rows.set(rows);
        phone.watches.set(watches);
        *self.inner.engine.borrow_mut() = engine;
        self.tidy(phone).await;
        self.refresh(phone);
        if let Some(Intent { visit, code }) = intent
            && matches!(phone.router.now(), Route::Today)
        {
            phone.router.replace(Route::Item(visit, code));
        }
    }
}

//! A pass: send what waits, fetch what is new, send the files. When one is due, and how often.

use domain::{text::Text, time::Moment};
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, closure::Closure};

use super::{Keeper, net::Caller, words};
use crate::{phone::Phone, status::SyncState};

/// How often a phone asks for news while it is looked at, ms.
const POLL_MS: i64 = 60_000;
/// How often the beat looks whether something is due, ms.
const BEAT_MS: i32 = 2_000;

/// Why a pass ended before its time.
pub(super) enum Stop {
    /// Wait and try again.
    Later {
        /// As the server asked, seconds.
        after_s: Option<u32>,
        /// In words, if there is more to say than that there is no network.
        why: Option<Text>,
    },
    /// Nobody is signed in.
    SignIn,
    /// The disk refused.
    Disk(device::Failure),
}

impl From<device::Failure> for Stop {
    fn from(failure: device::Failure) -> Self {
        Self::Disk(failure)
    }
}

impl Keeper {
    /// Sends and fetches, unless another pass is under way: then that one goes round again.
    pub(crate) async fn sync(&self, phone: Phone) {
        if phone.me.with_untracked(Option::is_none) {
            return;
        }
        let this = self.clone();
        let ran = device::lock::if_free("mingcha-sync", async move { this.passes(phone).await }).await;
        if !ran {
            *self.inner.again.borrow_mut() = true;
        }
    }

    async fn passes(&self, phone: Phone) {
        loop {
            *self.inner.again.borrow_mut() = false;
            phone.sync.update(|sync| sync.state = SyncState::Sending);
            let done = self.pass(phone).await;
            self.finish(phone, done);
            if !*self.inner.again.borrow() {
                return;
            }
        }
    }

    async fn pass(&self, phone: Phone) -> Result<(), Stop> {
        let caller = Caller::session(phone.me.get_untracked());
        let signed_out = match self.push_all(phone, &caller).await {
            // The session has ended: what is cut still gets through with the hand-in key, and nothing else does.
            Err(Stop::SignIn) => {
                let by_key = caller.by_key();
                self.push_all(phone, &by_key).await?;
                self.upload_all(phone, &by_key).await?;
                true
            }
            done => {
                done?;
                false
            }
        };
        if signed_out {
            return Err(Stop::SignIn);
        }
        self.pull_all(phone, &caller).await?;
        self.upload_all(phone, &caller).await?;
        // What the uploads have changed on the server comes back with the next poll.
        crate::ready::check(phone).await;
        Ok(())
    }

    fn finish(&self, phone: Phone, done: Result<(), Stop>) {
        let now = device::clock::now();
        let (state, cause, pause) = match done {
            Ok(()) => {
                self.inner.backoff.borrow_mut().reset();
                phone.sync.update(|sync| sync.last = Some(now));
                (SyncState::Idle, None, POLL_MS)
            }
            Err(Stop::Later { after_s, why }) => {
                let luck = device::random::bytes::<1>().map_or(128, |[byte]| byte);
                let pause = self.inner.backoff.borrow_mut().next(luck, after_s);
                (SyncState::Waiting, why, pause)
            }
            Err(Stop::SignIn) => (SyncState::SignedOut, None, POLL_MS),
            Err(Stop::Disk(failure)) => {
                let words = words::disk(&failure);
                phone.heard(Err(failure));
                (SyncState::Waiting, Some(words), POLL_MS)
            }
        };
        *self.inner.due.borrow_mut() = now.plus(pause);
        phone.sync.update(|sync| {
            sync.state = state;
            sync.cause = cause;
        });
        self.refresh(phone);
    }

    /// Goes on for as long as the page lives: at the start, when the network or the person comes back, when it is due.
    pub(crate) fn keep_going(&self, phone: Phone) {
        let this = self.clone();
        leptos::task::spawn_local(async move {
            this.sync(phone).await;
            loop {
                device::clock::sleep(BEAT_MS).await;
                phone.cut_arrivals();
                // The worker may still be filling its cache: 可离线 is said as soon as it is true, not before.
                if phone.ready.with_untracked(|ready| !ready.app) {
                    crate::ready::check(phone).await;
                }
                if device::clock::now() >= *this.inner.due.borrow() && is_visible() {
                    this.sync(phone).await;
                }
            }
        });
        for event in ["online", "focus"] {
            let this = self.clone();
            let wake = Closure::<dyn FnMut()>::new(move || {
                *this.inner.due.borrow_mut() = Moment::default();
                this.inner.backoff.borrow_mut().reset();
            });
            if let Some(window) = web_sys::window() {
                drop(window.add_event_listener_with_callback(event, wake.as_ref().unchecked_ref()));
            }
            // It listens for as long as the page lives.
            wake.forget();
        }
    }
}

fn is_visible() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Visible
}

//! Passes: when one is due, how often, and the requests that `sync` asks for.

use domain::{evidence::Sha256, text::Text, time::Moment};
use js_sys::Uint8Array;
use leptos::prelude::*;
use sync::{End, Outcome, Pass, Step};
use wasm_bindgen::{JsCast as _, closure::Closure};

use super::{
    Keeper,
    net::{Answer, Caller},
    words,
};
use crate::{me::Me, phone::Phone, status::SyncState};

/// How often a phone asks for news while it is looked at, ms.
const POLL_MS: i64 = 60_000;
/// How often the beat looks whether something is due, ms.
const BEAT_MS: i32 = 2_000;
/// How often a phone with nothing to send shows which head it has, ms.
const WITNESS_MS: i64 = 10 * 60_000;

/// Why a pass ended before its time.
pub(super) enum Stop {
    /// The pass says why.
    Pass(End),
    /// The disk refused.
    Disk(device::Failure),
}

impl From<device::Failure> for Stop {
    fn from(failure: device::Failure) -> Self {
        if failure.name == "NoKey" { Self::gone() } else { Self::Disk(failure) }
    }
}

impl Stop {
    /// Nobody is signed in any more.
    pub(super) const fn gone() -> Self {
        Self::Pass(End::SignIn)
    }
}

/// A pass with what its requests need.
pub(super) struct Run {
    pub(super) pass: Pass,
    me: Option<Me>,
    /// The answer that ended it.
    last: Option<Answer>,
    /// The bytes of the file at hand.
    pub(super) bytes: Option<(Sha256, Uint8Array)>,
}

impl Run {
    /// In whose name the next request goes.
    pub(super) fn caller(&self) -> Caller {
        let session = Caller::session(self.me.clone());
        if self.pass.by_key() { session.by_key() } else { session }
    }

    /// The phone writes another journal from now on.
    pub(super) fn is(&mut self, me: Me) {
        self.me = Some(me);
    }

    /// The answer was none of those hoped for.
    pub(super) fn failed(&mut self, outcome: Outcome, answer: Answer) {
        self.pass.failed(outcome);
        self.last = Some(answer);
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
            let now = device::clock::now();
            let since = now.since(*self.inner.shown.borrow());
            // A clock that was put back shows it too early rather than never.
            let witness = !(0..=WITNESS_MS).contains(&since);
            let mut run = Run { pass: Pass::new(witness), me: phone.me.get_untracked(), last: None, bytes: None };
            if self.inner.leaving.take() {
                run.pass.leave();
            }
            let end = self.pass(phone, &mut run).await;
            let stays = run.pass.leaves() && phone.me.with_untracked(Option::is_some);
            phone.sync.update(|sync| sync.stays = stays);
            if witness && matches!(end, Ok(End::Done)) {
                *self.inner.shown.borrow_mut() = now;
            }
            self.finish(phone, end, run.last.as_ref());
            if !*self.inner.again.borrow() {
                return;
            }
        }
    }

    async fn pass(&self, phone: Phone, run: &mut Run) -> Result<End, Stop> {
        self.look_again(phone).await;
        if self.inner.recovered.get() {
            run.pass.begin_anew();
        }
        loop {
            let Some(account) = phone.me.with_untracked(|me| me.as_ref().map(|me| me.account)) else {
                return Err(Stop::gone());
            };
            let drafts = phone.open_drafts() > 0;
            let step = self.with_engine(|engine| run.pass.next(engine, account, drafts)).ok_or_else(Stop::gone)?;
            match step {
                Step::Push(push) => self.push(phone, run, &push).await?,
                Step::Reopen(why) => self.reopen(phone, run, why).await?,
                Step::Pull(cursor) => self.pull(phone, run, cursor).await?,
                Step::File(file, step) => self.send_file(phone, run, &file, step).await?,
                Step::Wipe => {
                    if run.pass.leaves() {
                        run.caller().send("DELETE", "/api/v1/session", &[], None).await;
                    }
                    self.wipe(phone).await;
                    return Ok(End::Done);
                }
                Step::End(end) => {
                    // What the uploads have changed on the server comes back with the next poll.
                    crate::ready::check(phone).await;
                    return Ok(end);
                }
            }
        }
    }

    fn finish(&self, phone: Phone, end: Result<End, Stop>, last: Option<&Answer>) {
        let now = device::clock::now();
        let (state, cause, pause) = match end {
            Ok(End::Done) => {
                self.inner.backoff.borrow_mut().reset();
                phone.sync.update(|sync| sync.last = Some(now));
                (SyncState::Idle, None, POLL_MS)
            }
            Ok(End::SignIn) | Err(Stop::Pass(End::SignIn)) => (SyncState::SignedOut, None, POLL_MS),
            Ok(end) | Err(Stop::Pass(end)) => {
                let luck = device::random::bytes::<1>().map_or(128, |[byte]| byte);
                let asked = end.wait_s().or_else(|| last.and_then(Answer::retry_after));
                let pause = self.inner.backoff.borrow_mut().next(luck, asked);
                (SyncState::Waiting, why(end, last), pause)
            }
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
                this.save_again(phone).await;
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
                // A pass that is under way may be failing for want of what has just come back, and says when the next is due.
                *this.inner.again.borrow_mut() = true;
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

/// Why it does not go on, in words, if there is more to say than that there is no network.
fn why(end: End, last: Option<&Answer>) -> Option<Text> {
    match end {
        End::Update => Some(words::update()),
        End::TooLarge => Some(words::too_large()),
        End::Doubtful => Some(words::doubtful()),
        End::Deactivated => Some(words::deactivated()),
        End::Done | End::SignIn | End::Later => last.and_then(Answer::problem).map(|problem| problem.title),
    }
}

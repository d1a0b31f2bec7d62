//! Signing in and out on this phone.

use domain::text::Text;
use protocol::session::{Credentials, SignIn, SignedIn};
use sync::{Engine, Outcome};

use super::{
    Keeper,
    net::Caller,
    records::{of_engine, put_me},
    words,
};
use crate::{me::Me, phone::Phone, route::Route};

impl Keeper {
    /// Signs in. What lies here of the same person goes on; what lies here of another stays theirs.
    ///
    /// # Errors
    /// The words for the person.
    pub(crate) async fn sign_in(&self, phone: Phone, tenant: String, with: Credentials) -> Result<(), Text> {
        let known = phone.me.get_untracked();
        let resume = known.as_ref().map(|me| me.hand_in_key.clone());
        let by_link = matches!(with, Credentials::Link { .. });
        let request = SignIn { tenant, with, resume, bearer: false };
        let answer = Caller::session(None).post("/api/v1/session", &request).await;
        let signed: SignedIn = match answer.outcome {
            Outcome::Fine => answer.json().ok_or_else(words::update)?,
            Outcome::Later if answer.problem().is_none() => return Err(words::no_network()),
            Outcome::SignIn if by_link => return Err(words::used_link()),
            _ => return Err(answer.problem().map_or_else(words::no_network, |problem| problem.title)),
        };
        if known.is_some_and(|me| me.account != signed.account) {
            // The cookie of somebody else must not stay behind.
            Caller::session(None).send("DELETE", "/api/v1/session", &[], None).await;
            return Err(words::somebody_else());
        }
        self.begin(phone, &signed).await.map_err(|failure| words::disk(&failure))?;
        device::space::persist().await;
        self.refresh(phone);
        let this = self.clone();
        leptos::task::spawn_local(async move { this.sync(phone).await });
        Ok(())
    }

    async fn begin(&self, phone: Phone, signed: &SignedIn) -> Result<(), device::Failure> {
        let _turn = self.inner.turns.take().await;
        if let Err(failure) = self.vault.make_key().await {
            // Another tab was quicker: then its key serves.
            if !failure.is_stale() {
                return Err(failure);
            }
            self.catch_up(phone).await?;
        }
        let me = Me::from(signed);
        let engine = self
            .commit(phone, || {
                let known = self.with_engine(Engine::clone);
                let (engine, changes) = Engine::signed_in(known, signed.journal, signed.epoch);
                let mut changes = of_engine(changes);
                changes.push(put_me(&me));
                Ok((changes, engine))
            })
            .await?;
        crate::words::set_zone(me.zone);
        self.set_engine(engine);
        phone.me.set(Some(me));
        Ok(())
    }

    /// Signs out and empties this phone, at the end of a pass and not while something waits: a server that was restored
    /// says so to the pass's last word, and gets its work back before.
    pub(crate) async fn sign_out(&self, phone: Phone) {
        self.inner.leaving.set(true);
        *self.inner.due.borrow_mut() = domain::time::Moment::default();
        self.sync(phone).await;
    }

    /// Empties this phone.
    pub(super) async fn wipe(&self, phone: Phone) {
        let _turn = self.inner.turns.take().await;
        if let Err(failure) = self.vault.wipe().await {
            phone.heard(Err(failure));
            return;
        }
        if let Some(helper) = self.helper() {
            // It holds nothing that anybody could miss any more.
            drop(helper.copy_clear().await);
        }
        self.inner.copy_is_whole.set(false);
        device::mirror::set_witness(&device::mirror::Witness::default());
        self.forget(phone);
    }

    /// Nobody is signed in on this phone any more.
    pub(super) fn forget(&self, phone: Phone) {
        *self.inner.engine.borrow_mut() = None;
        *self.inner.witness.borrow_mut() = None;
        self.inner.pressed.forget();
        phone.me.set(None);
        phone.rows.update(domain::sorted::Map::clear);
        phone.watches.update(domain::sorted::Map::clear);
        phone.sync.set(crate::status::SyncStatus::default());
        phone.lost.set(crate::phone::Lost::default());
        phone.router.replace(Route::SignIn);
    }
}

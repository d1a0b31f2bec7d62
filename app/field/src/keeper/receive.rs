//! What the server has for this person comes down and is merged.

use leptos::prelude::*;
use protocol::{pull::Pulled, session::NewJournal};
use sync::{Engine, Outcome, Reopen, merge};

use super::{
    Keeper,
    pass::{Run, Stop},
    records::{of_engine, put_me},
    send::clock,
};
use crate::phone::Phone;

impl Keeper {
    /// Fetches once.
    pub(super) async fn pull(&self, phone: Phone, run: &mut Run, cursor: Option<String>) -> Result<(), Stop> {
        let path = match &cursor {
            Some(cursor) => ["/api/v1/sync/pull?cursor=", cursor].concat(),
            None => "/api/v1/sync/pull".to_owned(),
        };
        let answer = run.caller().get(&path).await;
        match answer.outcome {
            Outcome::Nothing => run.pass.pulled(None, Ok(())),
            Outcome::Fine => match answer.json::<Pulled>() {
                Some(pulled) => {
                    clock(phone, pulled.server_time);
                    let taken = self.take_pulled(phone, &pulled).await?;
                    run.pass.pulled(Some(&pulled), taken);
                }
                None => run.failed(Outcome::Later, answer),
            },
            outcome => run.failed(outcome, answer),
        }
        Ok(())
    }

    async fn take_pulled(&self, phone: Phone, pulled: &Pulled) -> Result<Result<(), Reopen>, Stop> {
        if pulled.deactivated {
            return Ok(Ok(()));
        }
        let now = device::clock::now();
        {
            let _turn = self.inner.turns.take().await;
            let Some(mut engine) = self.with_engine(Engine::clone) else { return Err(Stop::gone()) };
            let mut rows = phone.rows.get_untracked();
            let changes = match engine.take_pulled(&mut rows, pulled, now) {
                Ok(changes) => changes,
                Err(why) => return Ok(Err(why)),
            };
            self.vault.commit(of_engine(changes)).await?;
            // Taps since then are in the rows: merge into those.
            phone.rows.update(|rows| merge(rows, pulled, &engine, now));
            self.set_engine(engine);
        }
        phone.sync.update(|sync| sync.pulled = true);
        self.refresh(phone);
        Ok(Ok(()))
    }

    /// Opens a new journal and offers everything again.
    pub(super) async fn reopen(&self, phone: Phone, run: &mut Run, why: Reopen) -> Result<(), Stop> {
        let answer = run.caller().post("/api/v1/journal", &()).await;
        let Some(new) = answer.json::<NewJournal>().filter(|_| answer.outcome == Outcome::Fine) else {
            let outcome = answer.outcome;
            run.failed(if outcome == Outcome::Fine { Outcome::Later } else { outcome }, answer);
            return Ok(());
        };
        let Some(mut me) = phone.me.get_untracked() else { return Err(Stop::gone()) };
        me.journal = new.journal;
        me.hand_in_key = new.hand_in_key;
        let _turn = self.inner.turns.take().await;
        let Some(mut engine) = self.with_engine(Engine::clone) else { return Err(Stop::gone()) };
        let epoch = match why {
            Reopen::Epoch(epoch) => epoch,
            Reopen::Behind => engine.epoch(),
        };
        let mut changes = of_engine(engine.reopen(new.journal, epoch));
        changes.push(put_me(&me));
        self.vault.commit(changes).await?;
        run.is(me.clone());
        phone.me.set(Some(me));
        self.set_engine(engine);
        run.pass.reopened();
        Ok(())
    }
}

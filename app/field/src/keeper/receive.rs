//! What the server has for this person comes down and is merged.

use domain::sorted::{self, Map};

use domain::{
    ids::{AssignmentId, JournalId},
    visit::VisitState,
};
use protocol::{
    pull::Pulled,
    session::{NewJournal, OpenJournal},
};
use sync::{Engine, Outcome, Reopen, merge};

use super::{
    Keeper,
    pass::{Run, Stop},
    records::{of_engine, put_me, put_note},
    send::clock,
};
use crate::{phone::Phone, row::Row};

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
        let now = device::clock::now();
        {
            let _turn = self.inner.turns.take().await;
            let taken = self
                .commit(phone, || {
                    let mut engine = self.engine()?;
                    Ok(match engine.take_pulled(&mut phone.rows.get_untracked(), pulled, now) {
                        Ok(changes) => (of_engine(changes), Ok(engine)),
                        Err(why) => (Vec::new(), Err(why)),
                    })
                })
                .await?;
            let engine = match taken {
                Ok(engine) => engine,
                Err(why) => return Ok(Err(why)),
            };
            let begun = phone.rows.with_untracked(begun);
            // Taps since then are in the rows: merge into those. The screens get to know of it by the refresh below.
            phone.rows.update_untracked(|rows| merge(rows, pulled, &engine, now));
            phone.lost.update(|lost| {
                phone.rows.with_untracked(|rows| {
                    let anew = rows.iter().filter(|(id, row)| row.draft.is_some() && !begun.contains(id));
                    let gone = anew.filter(|(id, row)| is_lost(row, **id, &engine));
                    lost.drafts.extend(gone.map(|(id, _)| id.to_string()));
                });
            });
            self.set_engine(engine);
        }
        // Of many answers the first is shown and the last (every pass ends with a refresh): a list of thousands is not
        // built anew for each.
        if !(pulled.more && phone.sync.with_untracked(|sync| sync.pulled)) {
            phone.sync.update(|sync| sync.pulled = true);
            self.refresh(phone);
        }
        Ok(Ok(()))
    }

    /// Opens a new journal and offers everything again.
    pub(super) async fn reopen(&self, phone: Phone, run: &mut Run, why: Reopen) -> Result<(), Stop> {
        let fresh = JournalId(device::random::uuid(device::clock::now())?);
        let mut journal = fresh;
        self.change(phone, |engine| {
            let (next, changes) = engine.will_reopen(why, fresh);
            journal = next;
            changes
        })
        .await?;
        let answer = run.caller().post("/api/v1/journal", &OpenJournal { journal: Some(journal) }).await;
        let Some(new) = answer.json::<NewJournal>().filter(|_| answer.outcome == Outcome::Fine) else {
            let outcome = answer.outcome;
            run.failed(if outcome == Outcome::Fine { Outcome::Later } else { outcome }, answer);
            return Ok(());
        };
        let Some(mut me) = phone.me.get_untracked() else { return Err(Stop::gone()) };
        me.journal = new.journal;
        me.hand_in_key = new.hand_in_key;
        let _turn = self.inner.turns.take().await;
        let engine = self
            .commit(phone, || {
                let mut engine = self.engine()?;
                let epoch = match why {
                    Reopen::Epoch(epoch) => epoch,
                    Reopen::Behind => engine.epoch(),
                };
                let mut changes = of_engine(engine.reopen(new.journal, epoch));
                changes.push(put_me(&me));
                changes.push(put_note("recovered", &false));
                Ok((changes, engine))
            })
            .await?;
        self.inner.recovered.set(false);
        run.is(me.clone());
        phone.me.set(Some(me));
        self.set_engine(engine);
        run.pass.reopened();
        Ok(())
    }
}

fn begun(rows: &Map<AssignmentId, Row>) -> sorted::Set<AssignmentId> {
    rows.iter().filter(|(_, row)| row.draft.is_some()).map(|(id, _)| *id).collect()
}

/// Whether this journal has begun a visit whose answers are not here: nobody took it over, and the draft is empty.
fn is_lost(row: &Row, id: AssignmentId, engine: &Engine) -> bool {
    let under_way = row.task.visit.as_ref().is_some_and(|visit| visit.state == VisitState::UnderWay);
    under_way && !engine.has_cut(id, "visit.take_over@")
}

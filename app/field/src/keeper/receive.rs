//! What the server has for this person comes down and is merged.

use std::{collections::BTreeMap, sync::Arc};

use domain::{ids::AssignmentId, time::Moment};
use leptos::prelude::*;
use protocol::{
    pull::{Change, Pulled, Task},
    session::NewJournal,
};
use sync::{Engine, Outcome, Reopen, absorb};

use super::{
    Keeper,
    net::Caller,
    pass::Stop,
    records::{of_engine, put_draft, put_list, put_me, put_task},
    send::{clock, stop},
};
use crate::{phone::Phone, row::Row};

impl Keeper {
    /// Fetches until nothing is new.
    pub(super) async fn pull_all(&self, phone: Phone, caller: &Caller) -> Result<(), Stop> {
        loop {
            let cursor = self.with_engine(|engine| engine.cursor().map(str::to_owned)).flatten();
            let path = match &cursor {
                Some(cursor) => ["/api/v1/sync/pull?cursor=", cursor].concat(),
                None => "/api/v1/sync/pull".to_owned(),
            };
            let answer = caller.get(&path).await;
            match answer.outcome {
                Outcome::Nothing => break,
                Outcome::Fine => {}
                _ => return Err(stop(&answer)),
            }
            let Some(pulled) = answer.json::<Pulled>() else { return Err(stop(&answer)) };
            clock(phone, pulled.server_time);
            if pulled.deactivated {
                return self.deactivated(phone).await;
            }
            let known = self.with_engine(|engine| engine.clone().pulled(&pulled).err()).flatten();
            if let Some(why) = known {
                self.reopen(phone, caller, why).await?;
                self.push_all(phone, caller).await?;
                continue;
            }
            self.take_pulled(phone, &pulled).await?;
            if !pulled.more {
                break;
            }
        }
        phone.sync.update(|sync| sync.pulled = true);
        Ok(())
    }

    async fn take_pulled(&self, phone: Phone, pulled: &Pulled) -> Result<(), Stop> {
        let now = device::clock::now();
        {
            let _turn = self.inner.turns.take().await;
            let Some(mut engine) = self.with_engine(Engine::clone) else { return Err(Stop::SignIn) };
            let Ok(cursor) = engine.pulled(pulled) else { return Ok(()) };
            let mut changes = of_engine(cursor);
            changes.extend(pulled.checklists.values().map(put_list));
            let mut rows = phone.rows.get_untracked();
            merge(&mut rows, pulled, &engine, now);
            for id in touched(pulled) {
                let Some(row) = rows.get(&id) else { continue };
                changes.push(put_task(row));
                changes.extend(row.draft.as_ref().map(put_draft));
                if let Some(visit) = &row.task.visit {
                    changes.extend(of_engine(engine.verified(id, &visit.verified, now)));
                }
            }
            self.vault.commit(changes).await?;
            // Taps since then are in the rows: merge into those.
            phone.rows.update(|rows| merge(rows, pulled, &engine, now));
            self.set_engine(engine);
        }
        self.refresh(phone);
        Ok(())
    }

    /// Opens a new journal and offers everything again.
    pub(super) async fn reopen(&self, phone: Phone, caller: &Caller, why: Reopen) -> Result<(), Stop> {
        let answer = caller.post("/api/v1/journal", &()).await;
        let Some(new) = answer.json::<NewJournal>().filter(|_| answer.outcome == Outcome::Fine) else {
            return Err(stop(&answer));
        };
        let Some(mut me) = phone.me.get_untracked() else { return Err(Stop::SignIn) };
        me.journal = new.journal;
        me.hand_in_key = new.hand_in_key;
        let _turn = self.inner.turns.take().await;
        let Some(mut engine) = self.with_engine(Engine::clone) else { return Err(Stop::SignIn) };
        let epoch = match why {
            Reopen::Epoch(epoch) => epoch,
            Reopen::Behind => engine.epoch(),
        };
        let mut changes = of_engine(engine.reopen(new.journal, epoch));
        changes.push(put_me(&me));
        self.vault.commit(changes).await?;
        phone.me.set(Some(me));
        self.set_engine(engine);
        Ok(())
    }
}

fn touched(pulled: &Pulled) -> impl Iterator<Item = AssignmentId> {
    pulled.changes.iter().map(|change| match change {
        Change::Task(task) => task.assignment.id,
        Change::Withdraw { assignment, .. } => *assignment,
    })
}

/// Each subject replaces what the phone has of it; drafts are only opened, never overwritten.
fn merge(rows: &mut BTreeMap<AssignmentId, Row>, pulled: &Pulled, engine: &Engine, now: Moment) {
    for change in &pulled.changes {
        match change {
            Change::Withdraw { assignment, state } => {
                if let Some(row) = rows.get_mut(assignment) {
                    row.closed = Some(*state);
                }
            }
            Change::Task(task) => merge_task(rows, task, pulled, engine, now),
        }
    }
}

fn merge_task(rows: &mut BTreeMap<AssignmentId, Row>, task: &Task, pulled: &Pulled, engine: &Engine, now: Moment) {
    let (id, list) = (task.assignment.id, task.assignment.checklist);
    let waiting = engine.waits_for(id);
    let known = pulled.checklists.get(&list).map(|list| Arc::new(list.clone()));
    let known = known.or_else(|| rows.values().find_map(|row| row.checklist.clone().filter(|have| have.id == list)));
    let mut task = task.clone();
    let row = rows.entry(id).or_insert_with(|| Row {
        task: task.clone(),
        checklist: None,
        draft: None,
        closed: None,
        unsent: 0,
        files: BTreeMap::new(),
        trouble: None,
        receipt: None,
    });
    if waiting {
        // An answer that is still on its way is the newer word.
        task.assignment.state = row.task.assignment.state;
    }
    row.checklist = known;
    row.closed = None;
    row.task = task;
    if let Some(draft) = absorb(row.draft.as_ref(), &row.task, row.checklist.as_deref(), waiting, now) {
        row.draft = Some(draft);
    }
}

//! Ops and files go up.

use std::collections::BTreeSet;

use domain::{evidence::Sha256, op::Verdict, time::Moment, visit::DraftState};
use leptos::prelude::*;
use protocol::{
    evidence::{CHUNK_HEADER, CreateUpload, OFFSET_HEADER, UploadState, VISIT_HEADER},
    push::Pushed,
};
use sync::{Engine, FileNote, Freed, Outcome, UploadStep};

use super::{
    Keeper,
    net::{Answer, Caller},
    pass::Stop,
    records::{of_engine, put_draft, put_receipt, put_task},
    words,
};
use crate::{phone::Phone, row::Receipt};

impl Keeper {
    /// Sends ops until none waits.
    pub(super) async fn push_all(&self, phone: Phone, caller: &Caller) -> Result<(), Stop> {
        loop {
            let Some(account) = phone.me.with_untracked(|me| me.as_ref().map(|me| me.account)) else {
                return Err(Stop::SignIn);
            };
            let Some(push) = self.with_engine(|engine| engine.next_push(account)).flatten() else { return Ok(()) };
            let answer = caller.post("/api/v1/sync/push", &push).await;
            match answer.outcome {
                Outcome::Fine => match answer.json::<Pushed>() {
                    Some(pushed) => self.take_pushed(phone, caller, &pushed).await?,
                    None => return Err(later(&answer)),
                },
                Outcome::TooLarge => {
                    let smaller = self.with_engine_mut(|engine| engine.halve(push.ops.len()));
                    if smaller != Some(true) {
                        return Err(Stop::Later { after_s: Some(60), why: Some(words::too_large()) });
                    }
                }
                _ => return Err(stop(&answer)),
            }
        }
    }

    async fn take_pushed(&self, phone: Phone, caller: &Caller, pushed: &Pushed) -> Result<(), Stop> {
        clock(phone, pushed.server_time);
        let taken = {
            let _turn = self.inner.turns.take().await;
            let Some(mut engine) = self.with_engine(Engine::clone) else { return Err(Stop::SignIn) };
            let taken = engine.pushed(pushed);
            let mut changes = of_engine(taken.changes.clone());
            let mut rows = phone.rows.get_untracked();
            for freed in &taken.freed {
                let Some(row) = rows.get_mut(&freed.task) else { continue };
                settle(row, freed, &engine);
                changes.push(put_task(row));
                changes.extend(row.draft.as_ref().map(put_draft));
                changes.extend(row.receipt.as_ref().map(|receipt| put_receipt(freed.task, receipt)));
            }
            self.vault.commit(changes).await?;
            phone.rows.update(|rows| {
                for freed in &taken.freed {
                    if let Some(row) = rows.get_mut(&freed.task) {
                        settle(row, freed, &engine);
                    }
                }
            });
            self.set_engine(engine);
            taken
        };
        self.refresh(phone);
        if let Some(why) = taken.reopen {
            return self.reopen(phone, caller, why).await;
        }
        if taken.doubtful {
            return Err(Stop::Later { after_s: Some(60), why: Some(words::doubtful()) });
        }
        if taken.freed.is_empty() {
            // Neither a verdict nor a reason to begin anew: asking at once would go round in a circle.
            return Err(Stop::Later { after_s: Some(10), why: None });
        }
        Ok(())
    }

    /// Sends files until none can go on.
    pub(super) async fn upload_all(&self, phone: Phone, caller: &Caller) -> Result<(), Stop> {
        let mut later = BTreeSet::new();
        let mut why = None;
        while let Some(file) = self.with_engine(|engine| engine.next_file(&later).cloned()).flatten() {
            match self.upload(phone, caller, &file).await {
                Ok(true) => {}
                Ok(false) => {
                    later.insert(file.sha256);
                }
                Err(Stop::Later { after_s, why: words }) => {
                    why = Some(Stop::Later { after_s, why: words });
                    break;
                }
                Err(stop) => return Err(stop),
            }
        }
        why.map_or(Ok(()), Err)
    }

    /// One file. `false`: it must wait, others need not.
    async fn upload(&self, phone: Phone, caller: &Caller, file: &FileNote) -> Result<bool, Stop> {
        let sha256 = file.sha256;
        let Some(bytes) = self.file(sha256).await else {
            // The screen says so; HQ sees which piece is missing.
            self.change(phone, |engine| engine.bytes_are_lost(sha256)).await?;
            return Ok(true);
        };
        let (mut asked, mut rounds) = (false, 0);
        loop {
            let Some(note) = self.with_engine(|engine| engine.file(sha256).cloned()).flatten() else { return Ok(true) };
            let answer = match note.next(asked) {
                UploadStep::Done => return Ok(true),
                UploadStep::Create => {
                    let create = CreateUpload { visit: note.visit(), sha256, size: note.size };
                    caller.post("/api/v1/evidence", &create).await
                }
                UploadStep::Chunk { from, len } => {
                    let chunk = bytes.slice(from as u32, (from + len) as u32);
                    let hash = device::seal::sha256(&chunk).await?;
                    let headers = [
                        (VISIT_HEADER, note.visit().to_string()),
                        (OFFSET_HEADER, from.to_string()),
                        (CHUNK_HEADER, hash.to_string()),
                        ("content-type", "application/octet-stream".to_owned()),
                    ];
                    let path = ["/api/v1/evidence/", &sha256.to_string()].concat();
                    caller.send("PATCH", &path, &headers, Some(chunk)).await
                }
            };
            match answer.outcome {
                Outcome::Fine => {
                    let Some(state) = answer.json::<UploadState>() else { return Err(later(&answer)) };
                    asked = true;
                    let now = device::clock::now();
                    self.change(phone, |engine| engine.uploaded(sha256, state, now)).await?;
                }
                Outcome::SignIn => return Err(Stop::SignIn),
                Outcome::Later => return Err(later(&answer)),
                outcome => {
                    let again = self.failed(phone, sha256, outcome).await?;
                    rounds += 1;
                    if !again || rounds > 3 {
                        return Ok(false);
                    }
                    asked = false;
                }
            }
        }
    }

    async fn failed(&self, phone: Phone, sha256: Sha256, outcome: Outcome) -> Result<bool, Stop> {
        let mut again = false;
        self.change(phone, |engine| {
            let (once_more, changes) = engine.upload_failed(sha256, outcome);
            again = once_more;
            changes
        })
        .await?;
        Ok(again)
    }

    /// Changes the engine in a turn of its own: on the disk first.
    pub(super) async fn change(
        &self,
        phone: Phone,
        with: impl FnOnce(&mut Engine) -> Vec<sync::Change>,
    ) -> Result<(), Stop> {
        {
            let _turn = self.inner.turns.take().await;
            let Some(mut engine) = self.with_engine(Engine::clone) else { return Err(Stop::SignIn) };
            let changes = with(&mut engine);
            if !changes.is_empty() {
                self.vault.commit(of_engine(changes)).await?;
            }
            self.set_engine(engine);
        }
        self.refresh(phone);
        Ok(())
    }

    pub(super) fn with_engine<T>(&self, with: impl FnOnce(&Engine) -> T) -> Option<T> {
        self.inner.engine.borrow().as_ref().map(with)
    }

    fn with_engine_mut<T>(&self, with: impl FnOnce(&mut Engine) -> T) -> Option<T> {
        self.inner.engine.borrow_mut().as_mut().map(with)
    }

    pub(super) fn set_engine(&self, engine: Engine) {
        *self.inner.engine.borrow_mut() = Some(engine);
    }
}

/// What an answered op means for its task. Doing it twice is doing it once.
fn settle(row: &mut crate::row::Row, freed: &Freed, engine: &Engine) {
    let hands_in = freed.kind.starts_with("visit.submit@");
    match &freed.verdict {
        Verdict::Applied | Verdict::Held { .. } if hands_in => {
            row.receipt = Some(Receipt { digest: freed.digest, at: freed.at });
        }
        // It can never be meant as it is: open again, so that it can be mended.
        Verdict::Refused { .. } if hands_in => {
            if let Some(draft) = row.draft.as_mut().filter(|draft| draft.state == DraftState::Submitted) {
                draft.state = DraftState::Debrief;
                draft.submission = draft.submission.saturating_sub(1);
                draft.base = draft.base.saturating_sub(1);
            }
        }
        _ => {}
    }
    if let (Verdict::Applied, Some(visit), Some(draft)) = (&freed.verdict, &mut row.task.visit, &row.draft)
        && freed.kind.starts_with("visit.")
        && !engine.waits_for(freed.task)
    {
        visit.revision = visit.revision.max(draft.base);
    }
}

/// The phone's clock against the server's.
pub(super) fn clock(phone: Phone, server_time: Moment) {
    let off = device::clock::now().since(server_time);
    phone.sync.update(|sync| sync.clock_off_ms = Some(off));
}

/// What an answer that was none of those hoped for means for the pass.
pub(super) fn stop(answer: &Answer) -> Stop {
    match answer.outcome {
        Outcome::SignIn => Stop::SignIn,
        Outcome::Update => Stop::Later { after_s: Some(600), why: Some(words::update()) },
        _ => later(answer),
    }
}

pub(super) fn later(answer: &Answer) -> Stop {
    let why = answer.problem().map(|problem| problem.title);
    Stop::Later { after_s: answer.retry_after(), why }
}

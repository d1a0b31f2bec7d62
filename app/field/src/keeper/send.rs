//! Ops and files go up.

use domain::{evidence::Sha256, time::Moment};
use protocol::{
    evidence::{CHUNK_HEADER, CreateUpload, OFFSET_HEADER, UploadState, VISIT_HEADER},
    push::{Push, Pushed},
};
use sync::{Engine, FileNote, Outcome, PushTaken, UploadStep};

use super::{
    Keeper,
    pass::{Run, Stop},
    records::of_engine,
};
use crate::phone::Phone;

/// How long a push may take without an answer before the next is smaller, ms.
const SLOW_MS: i64 = 20_000;

impl Keeper {
    /// Sends ops once.
    pub(super) async fn push(&self, phone: Phone, run: &mut Run, push: &Push) -> Result<(), Stop> {
        let begun = device::clock::now();
        let answer = run.caller().post("/api/v1/sync/push", push).await;
        match answer.outcome {
            Outcome::Fine => match answer.json::<Pushed>() {
                Some(pushed) => {
                    let taken = self.take_pushed(phone, &pushed).await?;
                    run.pass.pushed(&taken);
                }
                None => run.failed(Outcome::Later, answer),
            },
            Outcome::TooLarge => {
                let smaller = self.with_engine_mut(|engine| engine.halve(push.ops.len()));
                run.pass.too_large(smaller == Some(true));
            }
            outcome => {
                // Not for want of a network, which is known at once: the line is too slow for so much.
                if outcome == Outcome::Later && device::clock::now().since(begun) > SLOW_MS {
                    self.with_engine_mut(|engine| engine.halve(push.ops.len()));
                }
                run.failed(outcome, answer);
            }
        }
        Ok(())
    }

    async fn take_pushed(&self, phone: Phone, pushed: &Pushed) -> Result<PushTaken, Stop> {
        clock(phone, pushed.server_time);
        let taken = {
            let _turn = self.inner.turns.take().await;
            let (engine, taken) = self
                .commit(phone, || {
                    let mut engine = self.engine()?;
                    let taken = engine.take_pushed(&mut phone.rows.get_untracked(), pushed);
                    Ok((of_engine(taken.changes.clone()), (engine, taken)))
                })
                .await?;
            // Taps since then are in the rows: do the same to what is there now.
            phone.rows.update(|rows| {
                for freed in &taken.freed {
                    if let Some(row) = rows.get_mut(&freed.task) {
                        row.kept.settle(freed, &engine);
                    }
                }
            });
            self.set_engine(engine);
            taken
        };
        self.refresh(phone);
        Ok(taken)
    }

    /// One step of one file.
    pub(super) async fn send_file(
        &self,
        phone: Phone,
        run: &mut Run,
        file: &FileNote,
        step: UploadStep,
    ) -> Result<(), Stop> {
        let sha256 = file.sha256;
        let answer = match step {
            UploadStep::Done => return Ok(()),
            UploadStep::Create => {
                let create = CreateUpload { visit: file.visit(), sha256, size: file.size };
                run.caller().post("/api/v1/evidence", &create).await
            }
            UploadStep::Chunk { from, len } => {
                let Some(bytes) = self.bytes_of(run, sha256).await? else {
                    // The screen says so; HQ sees which piece is missing.
                    return self.change(phone, |engine| engine.bytes_are_lost(sha256)).await;
                };
                let chunk = bytes.slice(from as u32, (from + len) as u32);
                let hash = device::seal::sha256(&chunk).await?;
                let headers = [
                    (VISIT_HEADER, file.visit().to_string()),
                    (OFFSET_HEADER, from.to_string()),
                    (CHUNK_HEADER, hash.to_string()),
                    ("content-type", "application/octet-stream".to_owned()),
                ];
                let path = ["/api/v1/evidence/", &sha256.to_string()].concat();
                run.caller().send("PATCH", &path, &headers, Some(chunk)).await
            }
        };
        match answer.outcome {
            Outcome::Fine => match answer.json::<UploadState>() {
                Some(state) => {
                    self.change(phone, |engine| engine.uploaded(sha256, state)).await?;
                    run.pass.sent(state.offset);
                }
                None => run.failed(Outcome::Later, answer),
            },
            outcome @ (Outcome::SignIn | Outcome::Later | Outcome::Update) => {
                if answer.is_none() && step != UploadStep::Create {
                    self.with_engine_mut(Engine::line_broke);
                }
                run.failed(outcome, answer);
            }
            outcome => {
                let mut again = false;
                self.change(phone, |engine| {
                    let (once_more, changes) = engine.upload_failed(sha256, outcome);
                    again = once_more;
                    changes
                })
                .await?;
                run.pass.complained(again);
            }
        }
        Ok(())
    }

    /// The bytes of the file at hand, read and hashed once a file and not once a chunk; `None`: they are gone, or are
    /// others than were named. A store that cannot be read just now says nothing about them.
    async fn bytes_of(&self, run: &mut Run, sha256: Sha256) -> Result<Option<js_sys::Uint8Array>, device::Failure> {
        if let Some((_, bytes)) = run.bytes.as_ref().filter(|(have, _)| *have == sha256) {
            return Ok(Some(bytes.clone()));
        }
        let bytes = match self.vault.file(&sha256.to_string()).await {
            Err(failure) if !failure.is_of_seal() => return Err(failure),
            Ok(Some(bytes)) if device::seal::sha256(&bytes).await? == sha256 => bytes,
            _ => return Ok(None),
        };
        run.bytes = Some((sha256, bytes.clone()));
        Ok(Some(bytes))
    }

    /// Changes the engine in a turn of its own: on the disk first.
    pub(super) async fn change(
        &self,
        phone: Phone,
        mut with: impl FnMut(&mut Engine) -> Vec<sync::Change>,
    ) -> Result<(), Stop> {
        {
            let _turn = self.inner.turns.take().await;
            let engine = self
                .commit(phone, || {
                    let mut engine = self.engine()?;
                    Ok((of_engine(with(&mut engine)), engine))
                })
                .await?;
            self.set_engine(engine);
        }
        self.refresh(phone);
        Ok(())
    }

    /// A copy of the engine, to be put in its place once it is on the disk.
    pub(super) fn engine(&self) -> Result<Engine, device::Failure> {
        self.with_engine(Engine::clone).ok_or_else(|| device::Failure::new("NoKey", "nobody has signed in"))
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

/// The phone's clock against the server's.
pub(super) fn clock(phone: Phone, server_time: Moment) {
    let off = device::clock::now().since(server_time);
    phone.sync.update(|sync| sync.clock_off_ms = Some(off));
}

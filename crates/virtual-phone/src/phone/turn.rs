//! A whole turn as the browser's phone takes it: [`sync::Pass`] says what to ask for and is told what came of it. After a
//! restore that is what brings everything back: with the hand-in key where the session has ended, in a new journal.

use protocol::pull::{Change, Pulled};
use sync::{End, FileNote, Outcome, Step, UploadStep};

use super::{Miss, Phone};
use crate::{Event, photo_bytes};

impl Phone {
    /// Sends ops, pulls, sends photos, in the order and by the rules of the browser's phone. `witness`: the server has not
    /// seen for a while which head this phone has. How it ended; [`End::SignIn`]: what the hand-in key opens has gone.
    ///
    /// # Errors
    /// [`Miss::Missing`]: nobody has signed in.
    pub async fn turn(&mut self, witness: bool) -> Result<End, Miss> {
        let mut pass = sync::Pass::new(witness);
        let ended = loop {
            let account = self.pass_or_missing()?.account;
            let step = pass.next(self.engine.as_ref().ok_or(Miss::Missing("session"))?, account, false);
            self.by_key = pass.by_key();
            match step {
                Step::Push(push) => self.push_in(&mut pass, &push).await?,
                Step::Reopen(why) => match self.reopen(why).await {
                    Ok(()) => pass.reopened(),
                    Err(miss) => pass.failed(miss.outcome()),
                },
                Step::Pull(_) => self.pull_in(&mut pass).await?,
                Step::File(file, step) => self.file_in(&mut pass, &file, step).await?,
                // What it had is looked at afterwards.
                Step::Wipe => break End::Done,
                Step::End(end) => break end,
            }
        };
        self.by_key = false;
        Ok(ended)
    }

    async fn push_in(&mut self, pass: &mut sync::Pass, push: &protocol::push::Push) -> Result<(), Miss> {
        let pushing = self.ready(push)?;
        match self.send(&pushing).await {
            Ok(answer) => match self.taken(&answer) {
                Ok(taken) => pass.pushed(&taken),
                Err(_) => pass.failed(Outcome::Later),
            },
            Err(miss) if miss.outcome() == Outcome::TooLarge => pass.too_large(pushing.ops() > 1),
            Err(miss) => pass.failed(miss.outcome()),
        }
        Ok(())
    }

    async fn pull_in(&mut self, pass: &mut sync::Pass) -> Result<(), Miss> {
        let pulled = match self.pull_once().await {
            Ok(Some(pulled)) => pulled,
            Ok(None) => {
                pass.pulled(None, Ok(()));
                return Ok(());
            }
            Err(miss) => {
                pass.failed(miss.outcome());
                return Ok(());
            }
        };
        let taken = self.engine_mut()?.pulled(&pulled).map(|changes| self.write(changes));
        pass.pulled(Some(&pulled), taken);
        if taken.is_ok() {
            self.compare_files(&pulled)?;
            self.absorb(pulled);
        }
        Ok(())
    }

    /// What the server counts has arrived; what it does not count any more goes up again.
    fn compare_files(&mut self, pulled: &Pulled) -> Result<(), Miss> {
        for change in &pulled.changes {
            let Change::Task(task) = change else { continue };
            let Some(visit) = &task.visit else { continue };
            let engine = self.engine_mut()?;
            let mut changes = engine.verified(task.assignment.id, &visit.verified);
            changes.extend(engine.doubted(task.assignment.id, &visit.verified));
            self.write(changes);
        }
        Ok(())
    }

    async fn file_in(&mut self, pass: &mut sync::Pass, file: &FileNote, step: UploadStep) -> Result<(), Miss> {
        let sha256 = file.sha256;
        let answer = match (step, self.photos.get(&sha256)) {
            (UploadStep::Done, _) => return Ok(()),
            (UploadStep::Create, _) => self.ask_about(file).await,
            (UploadStep::Chunk { from, len }, Some(seed)) => {
                let bytes = photo_bytes(*seed, file.size as usize);
                self.send_chunk(file, from, &bytes[from as usize..(from + len) as usize]).await
            }
            (UploadStep::Chunk { .. }, None) => {
                let changes = self.engine_mut()?.bytes_are_lost(sha256);
                self.write(changes);
                return Ok(());
            }
        };
        match answer {
            Ok(state) => {
                let changes = self.engine_mut()?.uploaded(sha256, state);
                self.write(changes);
                pass.sent(state.offset);
                if state.verified {
                    self.saw(&Event::Stored { visit: file.visit(), sha256, size: file.size });
                }
            }
            Err(miss) => match miss.outcome() {
                outcome @ (Outcome::SignIn | Outcome::Later | Outcome::Update) => {
                    if matches!((&miss, step), (Miss::Lost(_), UploadStep::Chunk { .. })) {
                        self.engine_mut()?.line_broke();
                    }
                    pass.failed(outcome);
                }
                outcome => {
                    let (again, changes) = self.engine_mut()?.upload_failed(sha256, outcome);
                    self.write(changes);
                    pass.complained(again);
                }
            },
        }
        Ok(())
    }
}

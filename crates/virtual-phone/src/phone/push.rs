//! Pushing: ops go up, and what the server has safe is freed.

use bytes::Bytes;
use protocol::push::{Push, Pushed};
use sync::{Outcome, PushTaken};

use super::{JSON, Miss, Phone, body, read};
use crate::{Answer, Event};

/// A push that is ready to be sent.
#[derive(Clone, Debug)]
pub struct Pushing {
    body: Bytes,
    ops: usize,
}

impl Pushing {
    /// How many ops it carries.
    #[must_use]
    pub const fn ops(&self) -> usize {
        self.ops
    }
}

impl Phone {
    /// The next push, ready to be sent; `None`: nothing waits.
    ///
    /// # Errors
    /// [`Miss::Missing`]: nobody is signed in.
    pub fn next_push(&mut self) -> Result<Option<Pushing>, Miss> {
        let account = self.pass_or_missing()?.account;
        let Some(push) = self.engine_mut()?.next_push(account) else { return Ok(None) };
        self.ready(&push).map(Some)
    }

    /// Makes `push` ready to be sent.
    pub(super) fn ready(&mut self, push: &Push) -> Result<Pushing, Miss> {
        self.saw(&Event::Pushing(push));
        let body = Bytes::from(body("push", push)?);
        if let Some(sent) = &mut self.sent {
            sent.push(body.clone());
        }
        Ok(Pushing { body, ops: push.ops.len() })
    }

    /// Sends it.
    ///
    /// # Errors
    /// [`Miss`]: nobody knows what became of it, and the same ops wait on.
    pub async fn send(&mut self, pushing: &Pushing) -> Result<Answer, Miss> {
        let answer = self.ask("POST", "/api/v1/sync/push", &[JSON], &pushing.body).await;
        match answer {
            Ok(answer) if answer.status == 200 => Ok(answer),
            Ok(answer) => {
                self.saw(&Event::PushLost(Some(answer.status)));
                if Outcome::of(Some(answer.status)) == Outcome::TooLarge {
                    self.engine_mut()?.halve(pushing.ops);
                }
                Err(super::status("push", &answer))
            }
            Err(miss) => {
                self.saw(&Event::PushLost(None));
                Err(miss)
            }
        }
    }

    /// Takes the answer to a push: checks the receipts, and frees what they cover. Returns how many ops were freed.
    ///
    /// # Errors
    /// [`Miss`].
    pub async fn take(&mut self, answer: &Answer) -> Result<usize, Miss> {
        let taken = self.taken(answer)?;
        if let Some(why) = taken.reopen {
            self.reopen(why).await?;
        }
        Ok(taken.freed.len())
    }

    /// As [`Phone::take`], and leaves it to the caller to begin a new journal where one is needed.
    pub(super) fn taken(&mut self, answer: &Answer) -> Result<PushTaken, Miss> {
        let pushed: Pushed = read("push", answer)?;
        self.saw(&Event::Pushed(&pushed));
        let mut taken = self.engine_mut()?.pushed(&pushed);
        self.write(std::mem::take(&mut taken.changes));
        if taken.doubtful {
            self.saw(&Event::Doubtful);
        }
        for freed in &taken.freed {
            self.saw(&Event::Freed(freed));
        }
        Ok(taken)
    }

    /// Pushes once. `None`: nothing waits; else how many ops were freed.
    ///
    /// # Errors
    /// [`Miss`].
    pub async fn push(&mut self) -> Result<Option<usize>, Miss> {
        let Some(pushing) = self.next_push()? else { return Ok(None) };
        let answer = self.send(&pushing).await?;
        self.take(&answer).await.map(Some)
    }

    /// Sends everything again that was ever pushed and kept. Returns the statuses and how many ops it was.
    ///
    /// # Errors
    /// [`Miss`].
    pub async fn replay(&self) -> Result<usize, Miss> {
        let mut results = 0;
        for body in self.sent.iter().flatten() {
            let answer = self.ask("POST", "/api/v1/sync/push", &[JSON], body).await?;
            let pushed: Pushed = read("replay", &answer)?;
            results += pushed.results.len();
        }
        Ok(results)
    }
}

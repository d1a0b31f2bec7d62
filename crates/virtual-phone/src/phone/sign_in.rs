//! Signing in, and the journals that follow from it.

use domain::ids::JournalId;
use protocol::session::{Credentials, NewJournal, OpenJournal, SignIn, SignedIn};
use sync::{Engine, Reopen};

use super::{JSON, Miss, Pass, Phone, body, read};
use crate::Event;

impl Phone {
    /// Signs in. A phone that has a journal goes on with it, if it is the same person's.
    ///
    /// # Errors
    /// [`Miss`].
    pub async fn sign_in(&mut self, tenant: &str, with: Credentials) -> Result<(), Miss> {
        let resume = self.pass.as_ref().map(|pass| pass.hand_in_key.clone());
        let asked = SignIn { tenant: tenant.to_owned(), with, resume, bearer: true };
        // A session that has ended must not stand in the way of the next.
        let asked = body("session", &asked)?;
        let known = self.pass.take();
        let answer = self.ask("POST", "/api/v1/session", &[JSON], &asked).await;
        self.pass = known;
        let signed: SignedIn = read("session", &answer?)?;
        let token = signed.token.ok_or(Miss::Missing("token"))?;
        self.pass =
            Some(Pass { account: signed.account, bearer: format!("Bearer {token}"), hand_in_key: signed.hand_in_key });
        if self.engine.as_ref().is_none_or(|engine| engine.journal() != signed.journal) {
            match &mut self.engine {
                Some(engine) => {
                    let changes = engine.reopen(signed.journal, signed.epoch);
                    self.write(changes);
                }
                None => {
                    let (engine, changes) = Engine::begin(signed.journal, signed.epoch);
                    self.engine = Some(engine);
                    self.write(changes);
                }
            }
        }
        Ok(())
    }

    /// Begins a new journal: the server was restored, or knows less than it has confirmed.
    pub(super) async fn reopen(&mut self, why: Reopen) -> Result<(), Miss> {
        let fresh = JournalId(self.dice.uuid());
        let (journal, changes) = self.engine_mut()?.will_reopen(why, fresh);
        self.write(changes);
        let asked = body("journal", &OpenJournal { journal: Some(journal) })?;
        let answer = self.ask("POST", "/api/v1/journal", &[JSON], &asked).await?;
        let opened: NewJournal = read("journal", &answer)?;
        if let Some(pass) = &mut self.pass {
            pass.hand_in_key = opened.hand_in_key;
        }
        let journal: JournalId = opened.journal;
        let epoch = match why {
            Reopen::Epoch(epoch) => epoch,
            Reopen::Behind => self.engine_mut()?.epoch(),
        };
        let changes = self.engine_mut()?.reopen(journal, epoch);
        self.write(changes);
        self.saw(&Event::Reopened(journal, why));
        Ok(())
    }
}

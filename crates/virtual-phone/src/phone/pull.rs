//! Pulling: tasks come down.

use std::sync::Arc;

use protocol::pull::{Change, Pulled};
use sync::Reopen;

use super::{Miss, Phone, read, status};
use crate::Event;

impl Phone {
    /// Pulls until nothing more waits. `false`: there was nothing new.
    ///
    /// # Errors
    /// [`Miss`]; what came before it is kept.
    pub async fn pull(&mut self) -> Result<bool, Miss> {
        let mut any = false;
        while let Some(pulled) = self.pull_once().await? {
            match self.engine_mut()?.pulled(&pulled) {
                Ok(changes) => self.write(changes),
                Err(why @ (Reopen::Epoch(_) | Reopen::Behind)) => {
                    self.reopen(why).await?;
                    continue;
                }
            }
            any = true;
            let more = pulled.more;
            self.absorb(pulled);
            if !more {
                break;
            }
        }
        Ok(any)
    }

    /// Asks once. `None`: nothing new.
    pub(super) async fn pull_once(&mut self) -> Result<Option<Pulled>, Miss> {
        let path = match self.engine_mut()?.cursor() {
            Some(cursor) => format!("/api/v1/sync/pull?cursor={cursor}"),
            None => "/api/v1/sync/pull".to_owned(),
        };
        let answer = self.ask("GET", &path, &[], b"").await?;
        if answer.status == 204 {
            self.saw(&Event::Pulled(None));
            return Ok(None);
        }
        if answer.status != 200 {
            return Err(status("pull", &answer));
        }
        let pulled: Pulled = read("pull", &answer)?;
        self.saw(&Event::Pulled(Some(&pulled)));
        Ok(Some(pulled))
    }

    pub(super) fn absorb(&mut self, pulled: Pulled) {
        self.checklists.extend(pulled.checklists.into_iter().map(|(id, list)| (id, Arc::new(list))));
        for change in pulled.changes {
            match change {
                Change::Task(task) => {
                    self.tasks.insert(task.assignment.id, *task);
                }
                Change::Withdraw { assignment, .. } => {
                    self.tasks.remove(&assignment);
                }
            }
        }
    }

    /// Hands checklists to a phone that has pulled none: ten thousand phones share one copy.
    pub fn share_checklists(&mut self, with: &Self) {
        self.checklists.clone_from(&with.checklists);
    }
}

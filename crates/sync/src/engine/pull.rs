//! What the pull's answer means for cursor and epoch. The tasks in it are merged by [`crate::absorb`].

use protocol::pull::Pulled;

use super::{Engine, Reopen};
use crate::record::Change;

impl Engine {
    /// Takes cursor and epoch of a pull.
    ///
    /// # Errors
    /// [`Reopen`]: the server's store was restored. Nothing was taken; the pull begins anew after it.
    pub fn pulled(&mut self, pulled: &Pulled) -> Result<Vec<Change>, Reopen> {
        self.pulled_as_far_as(pulled, true)
    }

    /// The same; not `whole`: it is to come again, so the cursor stays.
    pub(crate) fn pulled_as_far_as(&mut self, pulled: &Pulled, whole: bool) -> Result<Vec<Change>, Reopen> {
        if pulled.epoch != self.head.epoch {
            return Err(Reopen::Epoch(pulled.epoch));
        }
        self.head.heard = pulled.server_time;
        if !whole || self.head.cursor.as_deref() == Some(&pulled.cursor) {
            return Ok(Vec::new());
        }
        self.head.cursor = Some(pulled.cursor.clone());
        Ok(vec![self.put_head()])
    }
}

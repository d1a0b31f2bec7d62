//! What every read brings along.

use domain::{ids::OpId, time::Moment};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a screen shows, with the moment it was read and the ids of the forms on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loaded<T> {
    /// When it was read, by the server's clock: ages are counted from here.
    pub now: Moment,
    /// Made by the server for this showing (UUID version 7). The ids of its forms derive
    /// from it: sending a form twice asks for the same op twice, and showing the page
    /// again makes new ones.
    pub seed: Uuid,
    /// What is shown.
    pub data: T,
}

impl<T> Loaded<T> {
    /// The id of the `n`-th form of this showing.
    #[must_use]
    pub fn op(&self, n: u32) -> OpId {
        op_of(self.seed, n)
    }
}

/// The id of the `n`-th form of the showing with this seed.
#[must_use]
pub fn op_of(seed: Uuid, n: u32) -> OpId {
    OpId::derive(seed, n)
}

/// The id under which a form asks once more after `op` was refused: under the same one it would hear the same again,
/// whatever was mended in it.
#[must_use]
pub(crate) fn op_after(op: OpId) -> OpId {
    OpId::derive(op.0, 0)
}

//! 出发前检查.

use device::space::Space;

use crate::phone::Phone;

/// Below this much room 可离线 is not said. Bytes: a visit with twenty photos.
const ROOM: i64 = 50_000_000;

/// What must be true before one goes where there is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Ready {
    /// The worker is active and every file of the app lies in its cache.
    pub app: bool,
    /// Tasks, venues and checklist versions are stored.
    pub tasks: bool,
    /// The room that the browser states, if it does.
    pub space: Option<Space>,
    /// There is a second copy of the journal.
    pub copy: bool,
    /// The browser has promised not to clear the store by itself.
    pub kept: bool,
}

impl Ready {
    /// Whether there is room for a visit.
    #[must_use]
    pub(crate) fn has_room(&self) -> bool {
        self.space.is_none_or(|space| space.free > ROOM)
    }

    /// 可离线.
    #[must_use]
    pub(crate) fn is_ready(&self) -> bool {
        self.app && self.tasks && self.has_room()
    }
}

/// Looks again at everything that can be looked at.
pub(crate) async fn check(phone: Phone) {
    let app = device::space::offline_ready(&crate::app_files()).await;
    let space = device::space::estimate().await;
    let kept = device::space::persisted().await;
    let copy = phone.keeper().has_copy();
    let known = phone.sync.with_untracked(|sync| sync.pulled);
    let whole = phone.rows.with_untracked(|rows| rows.values().all(|row| row.checklist.is_some()));
    let _ = phone.ready.try_set(Ready { app, tasks: known && whole, space, copy, kept });
}

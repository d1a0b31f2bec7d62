//! Doing something a moment later, once.

use leptos::prelude::*;

/// The longest that a keystroke stays unsaved, ms.
const SOON_MS: i32 = 350;

/// Waits for the last of several calls that follow one another closely.
#[derive(Clone, Copy)]
pub(crate) struct Debounce {
    turn: StoredValue<u32>,
    waiting: StoredValue<Option<Box<dyn FnOnce()>>, LocalStorage>,
}

impl Debounce {
    /// Nothing waits yet. What still waits when the view goes is done at once.
    #[must_use]
    pub(crate) fn new() -> Self {
        let this = Self { turn: StoredValue::new(0), waiting: StoredValue::new_local(None) };
        on_cleanup(move || this.flush());
        this
    }

    /// Does `work` soon, unless it is called again before.
    pub(crate) fn run(self, work: impl FnOnce() + 'static) {
        let Some(turn) = self.turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        }) else {
            work();
            return;
        };
        self.waiting.set_value(Some(Box::new(work)));
        leptos::task::spawn_local(async move {
            device::clock::sleep(SOON_MS).await;
            if self.turn.try_get_value() == Some(turn) {
                self.flush();
            }
        });
    }

    /// Does now what waits.
    pub(crate) fn flush(self) {
        if let Some(Some(work)) = self.waiting.try_update_value(Option::take) {
            work();
        }
    }
}

impl Default for Debounce {
    fn default() -> Self {
        Self::new()
    }
}

//! Doing something a moment later, once.

use leptos::prelude::*;

use crate::phone::Phone;

/// The longest that a keystroke waits, ms; who types without a pause is saved in between.
const SOON_MS: i32 = 350;

/// Gathers calls that follow one another closely: the last of them is done, soon after the first.
/// Until then the screen does not say that anything is saved.
#[derive(Clone, Copy)]
pub(crate) struct Debounce {
    phone: Phone,
    waiting: StoredValue<Option<Box<dyn FnOnce()>>, LocalStorage>,
}

impl Debounce {
    /// Nothing waits yet. What still waits when the view goes is done at once.
    #[must_use]
    pub(crate) fn new(phone: Phone) -> Self {
        let this = Self { phone, waiting: StoredValue::new_local(None) };
        on_cleanup(move || this.flush());
        this
    }

    /// Does `work` soon, unless it is called again before: then that.
    pub(crate) fn run(self, work: impl FnOnce() + 'static) {
        match self.waiting.try_with_value(Option::is_some) {
            // The view is gone: nobody would come back for it.
            None => work(),
            Some(begun) => {
                self.waiting.set_value(Some(Box::new(work)));
                if !begun {
                    self.phone.wait_for_key(true);
                    leptos::task::spawn_local(async move {
                        device::clock::sleep(SOON_MS).await;
                        self.flush();
                    });
                }
            }
        }
    }

    /// Does now what waits.
    pub(crate) fn flush(self) {
        if let Some(Some(work)) = self.waiting.try_update_value(Option::take) {
            work();
            self.phone.wait_for_key(false);
        }
    }
}

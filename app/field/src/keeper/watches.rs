//! Stopwatches that run: only their start is kept. What was pressed counts before it is on the disk, and stays pressed
//! whatever is read from there meanwhile.

use std::cell::{Cell, RefCell};

use domain::{sorted::Map, time::Moment};

use super::{Keeper, records::put_note};
use crate::phone::Phone;

/// What was pressed and is not on the disk yet, in its order.
#[derive(Default)]
pub(super) struct Pressed {
    presses: RefCell<Vec<Press>>,
    last: Cell<u32>,
}

struct Press {
    n: u32,
    key: String,
    /// `None`: it was stopped.
    since: Option<Moment>,
}

impl Pressed {
    /// Does the same to the stopwatches of the disk.
    pub(super) fn press_again(&self, watches: &mut Map<String, Moment>) {
        for press in self.presses.borrow().iter() {
            watches.remove(&press.key);
            if let Some(since) = press.since {
                watches.insert(press.key.clone(), since);
            }
        }
    }

    /// Somebody has signed out.
    pub(super) fn forget(&self) {
        self.presses.borrow_mut().clear();
    }
}

impl Keeper {
    /// Starts a stopwatch, or stops it.
    pub(crate) fn keep_watch(&self, phone: Phone, key: String, since: Option<Moment>) {
        let pressed = &self.inner.pressed;
        let n = pressed.last.get() + 1;
        pressed.last.set(n);
        pressed.presses.borrow_mut().push(Press { n, key, since });
        phone.watches.update(|watches| pressed.press_again(watches));
        let this = self.clone();
        self.keep(
            phone,
            move || phone.watches.with_untracked(|watches| put_note("watches", watches)),
            // What was pressed before went with it, what was pressed since has a turn of its own.
            move || this.inner.pressed.presses.borrow_mut().retain(|press| press.n > n),
        );
    }
}

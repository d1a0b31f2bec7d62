//! One after another: whoever asks for a turn gets it when those before have finished.

use std::cell::RefCell;

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// Hands out turns.
#[derive(Default)]
pub(super) struct Turns {
    last: RefCell<Option<Promise>>,
}

/// A turn. It ends when it is dropped.
pub(super) struct Turn {
    end: Option<Function>,
}

impl Turns {
    /// Waits for a turn. The order is that of asking, not of waiting.
    pub(super) fn take(&self) -> impl Future<Output = Turn> + use<> {
        let mut end = None;
        let mine = Promise::new(&mut |resolve, _| end = Some(resolve));
        let before = self.last.replace(Some(mine));
        async move {
            if let Some(before) = before {
                // It is only ever resolved.
                drop(JsFuture::from(before).await);
            }
            Turn { end }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(end) = &self.end {
            drop(end.call0(&JsValue::UNDEFINED));
        }
    }
}

//! Keeps the screen on while something is timed or recorded.

use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{WakeLockSentinel, WakeLockType};

/// Keeps the screen on until it is dropped.
#[derive(Debug)]
pub struct Awake {
    sentinel: WakeLockSentinel,
}

/// Asks for the screen to stay on; `None` where the browser cannot or will not.
pub async fn keep_awake() -> Option<Awake> {
    let wake = web_sys::window()?.navigator().wake_lock();
    if !wake.is_object() {
        return None;
    }
    let sentinel: JsValue = JsFuture::from(wake.request(WakeLockType::Screen)).await.ok()?.into();
    Some(Awake { sentinel: sentinel.unchecked_into() })
}

impl Drop for Awake {
    fn drop(&mut self) {
        drop(self.sentinel.release());
    }
}

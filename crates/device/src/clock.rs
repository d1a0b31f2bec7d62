//! The phone's clock and timers.

use domain::time::Moment;
use js_sys::Promise;
use wasm_bindgen_futures::JsFuture;

/// What the phone's clock says. Evidence only: nothing is ordered by it.
#[must_use]
pub fn now() -> Moment {
    Moment(js_sys::Date::now() as i64)
}

/// Ends after `ms` milliseconds.
pub async fn sleep(ms: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            drop(window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms));
        }
    });
    drop(JsFuture::from(promise).await);
}

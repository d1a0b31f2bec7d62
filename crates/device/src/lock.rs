//! Web Locks: one sync pass at a time over all tabs of this origin.

use std::future::Future;

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::LockOptions;

/// Runs `work` while holding the lock `name`, unless somebody else holds it.
///
/// `false`: somebody else holds it, and `work` did not run. Where the browser
/// has no locks `work` runs: the server takes ops once whoever sends them.
pub async fn if_free<F>(name: &str, work: F) -> bool
where
    F: Future<Output = ()> + 'static,
{
    let Some(locks) = web_sys::window().map(|window| window.navigator().locks()).filter(|locks| locks.is_object())
    else {
        work.await;
        return true;
    };
    let options = LockOptions::new();
    options.set_if_available(true);
    let callback = Closure::once_into_js(move |lock: JsValue| -> Promise {
        if lock.is_null() {
            return Promise::resolve(&JsValue::FALSE);
        }
        future_to_promise(async move {
            work.await;
            Ok(JsValue::TRUE)
        })
    });
    let request = locks.request_with_options(name, &options, callback.unchecked_ref());
    JsFuture::from(request).await.is_ok_and(|ran| ran.is_truthy())
}

/// Shares the lock `name` until the guard is dropped: says to a waiting update that a form is open.
#[must_use]
pub fn share(name: &str) -> Shared {
    let Some(locks) = web_sys::window().map(|window| window.navigator().locks()).filter(|locks| locks.is_object())
    else {
        return Shared { release: None };
    };
    let options = LockOptions::new();
    options.set_mode(web_sys::LockMode::Shared);
    let mut release = None;
    let held = Promise::new(&mut |resolve, _| release = Some(resolve));
    let callback = Closure::once_into_js(move |_lock: JsValue| held);
    let request = locks.request_with_options(name, &options, callback.unchecked_ref());
    drop(request);
    Shared { release }
}

/// Holds a share of a lock.
#[derive(Debug)]
pub struct Shared {
    release: Option<Function>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            drop(release.call0(&JsValue::UNDEFINED));
        }
    }
}

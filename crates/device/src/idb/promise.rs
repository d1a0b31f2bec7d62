//! IndexedDB's events as promises. Each ends in time: an engine may never answer.

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{IdbDatabase, IdbOpenDbRequest, IdbTransaction};

/// Resolves when the transaction is on the disk, rejects with its error. After `limit_ms` it is given up, so that it
/// does not stand in the way of the next; where it was done after all, the next writes the same.
pub(super) fn completed(transaction: &IdbTransaction, limit_ms: i32) -> Promise {
    Promise::new(&mut |resolve, reject| {
        let (source, refuse) = (transaction.clone(), reject.clone());
        let failed = Closure::once_into_js(move || {
            let error = source.error().map_or_else(|| named("AbortError"), JsValue::from);
            drop(refuse.call1(&JsValue::UNDEFINED, &error));
        });
        transaction.set_oncomplete(Some(&resolve));
        // `error` bubbles to `abort`, which knows the reason.
        transaction.set_onabort(Some(failed.unchecked_ref()));
        let source = transaction.clone();
        after(limit_ms, reject, move || drop(source.abort()));
    })
}

/// Resolves with the result of an opening. What it brings later than `limit_ms` is closed.
pub(super) fn answered(request: &IdbOpenDbRequest, limit_ms: i32) -> Promise {
    Promise::new(&mut |resolve, reject| {
        let source = request.clone();
        let opened = Closure::once_into_js(move || {
            drop(resolve.call1(&JsValue::UNDEFINED, &source.result().unwrap_or_default()));
        });
        let (source, refuse) = (request.clone(), reject.clone());
        let failed = Closure::once_into_js(move || {
            let error = source.error().ok().flatten().map_or_else(|| named("AbortError"), JsValue::from);
            drop(refuse.call1(&JsValue::UNDEFINED, &error));
        });
        request.set_onsuccess(Some(opened.unchecked_ref()));
        request.set_onerror(Some(failed.unchecked_ref()));
        let source = request.clone();
        after(limit_ms, reject, move || {
            let late = source.clone();
            let close = Closure::once_into_js(move || {
                if let Ok(database) = late.result() {
                    database.unchecked_into::<IdbDatabase>().close();
                }
            });
            source.set_onsuccess(Some(close.unchecked_ref()));
        });
    })
}

/// Rejects and gives up after `ms` milliseconds. A promise that has an end by then, and what it was about, do not mind.
fn after(ms: i32, reject: Function, give_up: impl FnOnce() + 'static) {
    let expired = Closure::once_into_js(move || {
        drop(reject.call1(&JsValue::UNDEFINED, &named("TimeoutError")));
        give_up();
    });
    if let Some(window) = web_sys::window() {
        drop(window.set_timeout_with_callback_and_timeout_and_arguments_0(expired.unchecked_ref(), ms));
    }
}

fn named(name: &str) -> JsValue {
    let error = js_sys::Error::new("the store did not end it");
    error.set_name(name);
    error.into()
}

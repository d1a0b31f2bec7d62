//! IndexedDB's events as promises.

use js_sys::Promise;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{IdbOpenDbRequest, IdbTransaction};

/// Resolves when the transaction is on the disk, rejects with its error.
pub(super) fn completed(transaction: &IdbTransaction) -> Promise {
    Promise::new(&mut |resolve, reject| {
        let source = transaction.clone();
        let failed = Closure::once_into_js(move || {
            let error = source.error().map_or_else(aborted, JsValue::from);
            drop(reject.call1(&JsValue::UNDEFINED, &error));
        });
        transaction.set_oncomplete(Some(&resolve));
        // `error` bubbles to `abort`, which knows the reason.
        transaction.set_onabort(Some(failed.unchecked_ref()));
    })
}

/// Resolves with the result of an opening.
pub(super) fn answered(request: &IdbOpenDbRequest) -> Promise {
    Promise::new(&mut |resolve, reject| {
        let source = request.clone();
        let opened = Closure::once_into_js(move || {
            drop(resolve.call1(&JsValue::UNDEFINED, &source.result().unwrap_or_default()));
        });
        let source = request.clone();
        let failed = Closure::once_into_js(move || {
            let error = source.error().ok().flatten().map_or_else(aborted, JsValue::from);
            drop(reject.call1(&JsValue::UNDEFINED, &error));
        });
        request.set_onsuccess(Some(opened.unchecked_ref()));
        request.set_onerror(Some(failed.unchecked_ref()));
    })
}

fn aborted() -> JsValue {
    let error = js_sys::Error::new("the transaction was aborted");
    error.set_name("AbortError");
    error.into()
}

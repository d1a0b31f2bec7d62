//! How much room there is, and whether the app works without a network.

use js_sys::Array;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, StorageEstimate};

/// What the browser says about its storage for this origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes in use.
    pub used: i64,
    /// Bytes that could still be stored.
    pub free: i64,
}

/// How much room there is; `None` where the browser does not say.
pub async fn estimate() -> Option<Space> {
    let storage = storage()?;
    let estimate: JsValue = JsFuture::from(storage.estimate().ok()?).await.ok()?;
    let estimate: StorageEstimate = estimate.unchecked_into();
    let used = estimate.get_usage()? as i64;
    Some(Space { used, free: (estimate.get_quota()? as i64 - used).max(0) })
}

/// Asks that the browser should not clear this store by itself; whether it agreed.
pub async fn persist() -> bool {
    let Some(asked) = storage().and_then(|storage| storage.persist().ok()) else {
        return false;
    };
    JsFuture::from(asked).await.is_ok_and(|agreed| agreed.is_truthy())
}

/// Whether the browser has promised not to clear this store by itself.
pub async fn persisted() -> bool {
    let Some(asked) = storage().and_then(|storage| storage.persisted().ok()) else {
        return false;
    };
    JsFuture::from(asked).await.is_ok_and(|agreed| agreed.is_truthy())
}

/// Whether a service worker is active and every one of `files` lies in a cache.
pub async fn offline_ready(files: &[String]) -> bool {
    check(files).await.unwrap_or(false)
}

async fn check(files: &[String]) -> Option<bool> {
    let window = web_sys::window()?;
    let workers = window.navigator().service_worker();
    if !workers.is_object() {
        return Some(false);
    }
    let registration: JsValue = JsFuture::from(workers.get_registration_with_document_url("/field")).await.ok()?;
    if registration.is_undefined() {
        return Some(false);
    }
    let registration: web_sys::ServiceWorkerRegistration = registration.unchecked_into();
    if registration.active().is_none() {
        return Some(false);
    }
    let caches = window.caches().ok()?;
    let names: JsValue = JsFuture::from(caches.keys()).await.ok()?;
    for name in names.unchecked_into::<Array>().iter() {
        let cache: JsValue = JsFuture::from(caches.open(&name.as_string()?)).await.ok()?;
        if holds(cache.unchecked_ref(), files).await {
            return Some(true);
        }
    }
    Some(false)
}

async fn holds(cache: &Cache, files: &[String]) -> bool {
    for file in files {
        let found = JsFuture::from(cache.match_with_str(file)).await;
        if !found.is_ok_and(|found| found.is_object()) {
            return false;
        }
    }
    !files.is_empty()
}

fn storage() -> Option<web_sys::StorageManager> {
    let storage = web_sys::window()?.navigator().storage();
    storage.is_object().then_some(storage)
}

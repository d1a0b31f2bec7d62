//! What the browser at hand can do, asked before anything else starts.

use js_sys::Reflect;
use wasm_bindgen::{JsCast as _, JsValue};

/// Why the app does not start here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut {
    /// WeChat's own browser: storage and camera cannot be relied on.
    WeChat,
    /// Plain http to another machine: no worker, no crypto, no camera, no store.
    Insecure,
    /// The browser is too old: no strict transactions or no WebCrypto.
    TooOld,
}

/// Whether the app can start in this browser.
#[must_use]
pub fn shut() -> Option<Shut> {
    let window = web_sys::window()?;
    let agent = user_agent();
    if agent.contains("MicroMessenger") {
        return Some(Shut::WeChat);
    }
    if !window.is_secure_context() {
        return Some(Shut::Insecure);
    }
    let has = |name: &str| Reflect::has(&window, &JsValue::from_str(name)).unwrap_or(false);
    if has("indexedDB") && has("crypto") && has("Worker") && has("OffscreenCanvas") { None } else { Some(Shut::TooOld) }
}

/// What the browser calls itself.
#[must_use]
pub fn user_agent() -> String {
    web_sys::window().and_then(|window| window.navigator().user_agent().ok()).unwrap_or_default()
}

/// Whether this is an iPhone or iPad.
#[must_use]
pub fn is_ios() -> bool {
    let agent = user_agent();
    agent.contains("iPhone") || agent.contains("iPad") || (agent.contains("Macintosh") && touch())
}

/// Whether the app was started from the home screen.
#[must_use]
pub fn is_installed() -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    let standalone = Reflect::get(&window.navigator(), &JsValue::from_str("standalone"));
    standalone.is_ok_and(|value| value.is_truthy())
        || window.match_media("(display-mode: standalone)").ok().flatten().is_some_and(|query| query.matches())
}

/// Whether this is a tab of iOS: its store is not that of the app on the home screen, and iOS may clear it.
#[must_use]
pub fn is_ios_tab() -> bool {
    is_ios() && !is_installed()
}

fn touch() -> bool {
    web_sys::window().is_some_and(|window| window.navigator().max_touch_points() > 1)
}

/// The language that the browser asks for.
#[must_use]
pub fn language() -> String {
    web_sys::window().and_then(|window| window.navigator().language()).unwrap_or_default()
}

/// Moves the focus to the element with this id, without scrolling.
pub fn focus(id: &str) {
    let element = web_sys::window().and_then(|window| window.document()?.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        drop(element.focus());
    }
}

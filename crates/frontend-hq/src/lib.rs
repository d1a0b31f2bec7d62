//! HQ's WASM: a door for `public/hq/boot.js` and nothing else.

use wasm_bindgen::prelude::wasm_bindgen;

/// Makes the page that the server rendered come alive.
#[wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_body(hq::App);
}

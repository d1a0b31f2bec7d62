//! The phone's WASM: a door for `public/field/boot.js` and nothing else.

use wasm_bindgen::prelude::wasm_bindgen;

/// Runs when the module is loaded: mounts the app in place of the skeleton.
#[wasm_bindgen(start)]
pub fn start() {
    field::mount();
}

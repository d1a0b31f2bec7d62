//! Files that come in and go out, and the clipboard.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, HtmlAnchorElement, Url};

use crate::Failure;

/// The bytes of a file that was chosen.
///
/// # Errors
/// The file cannot be read any more.
pub async fn bytes(file: &File) -> Result<Uint8Array, Failure> {
    let buffer: JsValue = JsFuture::from(file.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer))
}

/// An address under which this page can show or play `bytes`. Revoke it with [`revoke`].
///
/// # Errors
/// What the browser says.
pub fn object_url(bytes: &Uint8Array, mime: &str) -> Result<String, Failure> {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    let blob = Blob::new_with_u8_array_sequence_and_options(&Array::of1(bytes), &options)?;
    Ok(Url::create_object_url_with_blob(&blob)?)
}

/// Gives an address of [`object_url`] back.
pub fn revoke(url: &str) {
    drop(Url::revoke_object_url(url));
}

/// Offers `bytes` as a download called `name`.
///
/// # Errors
/// What the browser says.
pub fn download(name: &str, bytes: &Uint8Array, mime: &str) -> Result<(), Failure> {
    let url = object_url(bytes, mime)?;
    let document = crate::window()?.document().ok_or_else(|| Failure::new("NoWindow", ""))?;
    let anchor: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    // The download has its own reference by the time the next minute begins.
    let revoke = wasm_bindgen::closure::Closure::once_into_js(move || revoke(&url));
    if let Some(window) = web_sys::window() {
        window.set_timeout_with_callback_and_timeout_and_arguments_0(revoke.unchecked_ref(), 60_000)?;
    }
    Ok(())
}

/// Puts `text` on the clipboard; whether that was possible.
pub async fn copy(text: &str) -> bool {
    let Some(clipboard) = web_sys::window().map(|window| window.navigator().clipboard()).filter(|c| c.is_object())
    else {
        return false;
    };
    JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

//! Stored bytes on screen.

use domain::evidence::StoredBytes;
use leptos::prelude::*;

use crate::phone::Phone;

/// An address for stored bytes, for as long as the view lives; `None` until they are unsealed.
#[must_use]
pub(crate) fn picture(phone: Phone, bytes: Option<StoredBytes>) -> Signal<Option<String>> {
    let url = RwSignal::new(None::<String>);
    let Some(bytes) = bytes else { return url.into() };
    leptos::task::spawn_local(async move {
        let Some(stored) = phone.bytes_of(bytes.sha256).await else { return };
        let Ok(made) = device::files::object_url(&stored, &bytes.mime) else { return };
        // The view may be gone by now.
        if url.try_set(Some(made.clone())).is_some() {
            device::files::revoke(&made);
        }
    });
    on_cleanup(move || {
        if let Some(Some(url)) = url.try_get_untracked() {
            device::files::revoke(&url);
        }
    });
    url.into()
}

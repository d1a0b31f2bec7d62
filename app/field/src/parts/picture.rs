//! Stored bytes on screen.

use domain::evidence::{Sha256, StoredBytes};
use leptos::prelude::*;

use crate::phone::Phone;

/// Bytes, and the address that was made for them.
type Made = (Sha256, Signal<Option<String>>);

/// The pictures of a strip: one that is shown is not read from the disk again when another comes. They live as long as
/// the strip, and not as its tiles, which are made anew with each piece.
#[derive(Clone, Copy)]
pub(crate) struct Pictures(StoredValue<(Owner, Vec<Made>)>);

impl Pictures {
    /// None yet, of the view that is being made.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self(StoredValue::new((Owner::current().unwrap_or_default(), Vec::new())))
    }

    /// The address of these bytes.
    #[must_use]
    pub(crate) fn of(self, phone: Phone, bytes: Option<StoredBytes>) -> Signal<Option<String>> {
        let Some(bytes) = bytes else { return Signal::stored(None) };
        let sha256 = bytes.sha256;
        let found = self.0.try_update_value(|(owner, known)| {
            if let Some(known) = known.iter().find(|one| one.0 == sha256) {
                return known.1;
            }
            let made = owner.with(|| picture(phone, Some(bytes)));
            known.push((sha256, made));
            made
        });
        found.unwrap_or_else(|| Signal::stored(None))
    }
}

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

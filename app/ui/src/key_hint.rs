//! A key of the keyboard.

use leptos::prelude::*;

/// The key that does the same. Said to nobody who cannot see: `aria-keyshortcuts` is for them.
#[component]
pub fn KeyHint(
    /// The key as printed on it: `a`, `?`, `Esc`.
    key: &'static str,
) -> impl IntoView {
    view! {
        <kbd class="key" aria-hidden="true">
            {key}
        </kbd>
    }
}

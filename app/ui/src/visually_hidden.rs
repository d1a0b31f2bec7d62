//! Words for who cannot see.

use leptos::prelude::*;

/// Words that are read out and not shown.
#[component]
pub fn VisuallyHidden(
    /// The words.
    children: Children,
) -> impl IntoView {
    view! { <span class="vh">{children()}</span> }
}

//! What is said aloud.

use leptos::prelude::*;

/// The page's one polite voice: it speaks changes of state, never a timer.
#[component]
pub fn LiveRegion(
    /// What to say; a change is spoken.
    #[prop(into)]
    text: Signal<String>,
) -> impl IntoView {
    view! {
        <p class="vh" role="status" aria-live="polite" aria-atomic="true">
            {move || text.get()}
        </p>
    }
    .into_any()
}

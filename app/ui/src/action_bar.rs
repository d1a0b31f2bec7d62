//! What the thumb is for.

use leptos::prelude::*;

/// The actions of a page, above the safe area. Stands inside `<footer class="foot">`,
/// with the tab bar below it where there is one.
#[component]
pub fn ActionBar(
    /// A line above the buttons: 已存本机 10:41.
    #[prop(optional, into)]
    note: Option<ViewFn>,
    /// The buttons; the primary one takes the most room.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="actionbar">
            {note.map(|note| view! { <div class="actionbar__note small">{note.run()}</div> })}
            <div class="actionbar__row">{children()}</div>
        </div>
    }
    .into_any()
}

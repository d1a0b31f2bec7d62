//! The head of a screen and its room.

use leptos::prelude::*;
use leptos_meta::Title;

use super::FormFailure;

/// A screen: its title (which takes the focus after a change of route), what went
/// wrong with the form that was just sent, and the rest.
#[component]
pub(crate) fn Screen(
    /// The title, in the head and in the window.
    #[prop(into)]
    title: String,
    /// What stands at the right of the title.
    #[prop(optional, into)]
    aside: ViewFn,
    children: Children,
) -> impl IntoView {
    view! {
        <Title text=title.clone() />
        <header class="head">
            <h1 tabindex="-1">{title}</h1>
            <div class="head__aside">{aside.run()}</div>
        </header>
        <FormFailure />
        {children()}
    }
}

//! A term and its value.

use leptos::prelude::*;

use crate::Label;

/// One fact about a thing; stands inside `<dl class="facts">`.
#[component]
pub fn Fact(
    /// The term.
    #[prop(into)]
    term: Label,
    /// The value.
    children: Children,
) -> impl IntoView {
    view! {
        <div>
            <dt>{term}</dt>
            <dd>{children()}</dd>
        </div>
    }
    .into_any()
}

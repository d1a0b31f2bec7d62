//! Small things to pick from a row.

use leptos::prelude::*;

use crate::{
    Label,
    icon::{Glyph, Icon, IconSize},
};

/// A chip that is pressed or not, here and now.
#[component]
pub fn Chip(
    /// The word.
    #[prop(into)]
    label: Label,
    /// It is on.
    #[prop(into)]
    pressed: Signal<bool>,
    /// Called at each press.
    #[prop(into)]
    on_click: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="chip"
            aria-pressed=move || if pressed.get() { "true" } else { "false" }
            on:click=move |_| on_click.run(())
        >
            {label}
        </button>
    }
    .into_any()
}

/// A filter of a list: a link to the same list with this filter on, or, while it is on, without it.
#[component]
pub fn FilterChip(
    /// The list with this filter turned over.
    #[prop(into)]
    href: Label,
    /// The word.
    #[prop(into)]
    label: Label,
    /// It is on.
    #[prop(optional, into)]
    active: Signal<bool>,
    /// A press takes it away (a cross says so).
    #[prop(optional)]
    removable: bool,
    /// How many rows it leaves.
    #[prop(optional)]
    count: Option<u32>,
) -> impl IntoView {
    view! {
        <a class="chip" href=href aria-current=move || active.get().then_some("true")>
            <span>{label}</span>
            {count.map(|count| view! { <span class="chip__count">{count}</span> })}
            {removable
                .then(|| view! { <Icon glyph=Glyph::CLOSE size=IconSize::Small /> })}
        </a>
    }
    .into_any()
}

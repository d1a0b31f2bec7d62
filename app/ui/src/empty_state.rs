//! Nothing here yet, and what to do next.

use leptos::prelude::*;

use crate::{
    Label,
    icon::{Glyph, Icon},
};

/// A page or list without content. It teaches the next step.
#[component]
pub fn EmptyState(
    /// An icon of what would be here.
    glyph: Glyph,
    /// What is not here.
    #[prop(into)]
    title: Label,
    /// Why, and what comes next.
    #[prop(into)]
    text: Label,
    /// A button or link for the next step.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty" data-state="empty">
            <Icon glyph />
            <p class="strong">{title}</p>
            <p class="empty__text">{text}</p>
            {children.map(|children| children())}
        </div>
    }
    .into_any()
}

//! A word with a meaning.

use leptos::prelude::*;

use crate::{
    icon::{Glyph, Icon, IconSize},
    tone::Tone,
};

/// A small word, tinted by what it means.
#[component]
pub fn Badge(
    /// What it means.
    #[prop(optional)]
    tone: Tone,
    /// An icon before the word; a badge with a meaning has one.
    #[prop(optional, into)]
    icon: Option<Glyph>,
    /// Filled instead of tinted: for the one thing that must be seen first.
    #[prop(optional)]
    solid: bool,
    /// Without a ground of its own: within a dense row.
    #[prop(optional)]
    bare: bool,
    /// The word.
    children: Children,
) -> impl IntoView {
    view! {
        <span class="badge" class:badge--solid=solid class:badge--bare=bare data-tone=tone.name()>
            {icon.map(|glyph| view! { <Icon glyph size=IconSize::Small /> })}
            {children()}
        </span>
    }
    .into_any()
}

//! A button that leads somewhere.

use leptos::prelude::*;

use crate::{
    Label,
    button::ButtonKind,
    icon::{Glyph, Icon},
};

/// A link that looks like a button.
#[component]
pub fn ButtonLink(
    /// Where it leads.
    #[prop(into)]
    href: Label,
    /// Its weight.
    #[prop(optional)]
    kind: ButtonKind,
    /// An icon before the word.
    #[prop(optional, into)]
    icon: Option<Glyph>,
    /// As wide as its container.
    #[prop(optional)]
    wide: bool,
    /// Leaves this front, so the router must let it through.
    #[prop(optional)]
    external: bool,
    /// Saves what is behind it under this name.
    #[prop(optional, into)]
    download: Option<Label>,
    /// The word.
    children: Children,
) -> impl IntoView {
    view! {
        <a
            class=kind.class()
            class:button--wide=wide
            href=href
            rel=external.then_some("external")
            download=download
        >
            {icon.map(|glyph| view! { <Icon glyph /> })}
            {children()}
        </a>
    }
    .into_any()
}

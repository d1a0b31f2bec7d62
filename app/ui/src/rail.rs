//! HQ's places.

use leptos::prelude::*;

use crate::{
    Label,
    icon::{Glyph, Icon},
};

/// The rail at the left. Its children are [`RailLink`]s.
#[component]
pub fn Rail(
    /// Names the navigation.
    #[prop(into)]
    label: Label,
    /// The product's name, leading home.
    #[prop(into)]
    brand: Label,
    /// Where home is.
    #[prop(into)]
    home: Label,
    /// Below: who is signed in, language, sign out.
    #[prop(optional, into)]
    foot: Option<ViewFn>,
    /// The links.
    children: Children,
) -> impl IntoView {
    view! {
        <nav class="rail" aria-label=label>
            <a class="rail__brand" href=home>
                <Icon glyph=Glyph::MARK />
                <span>{brand}</span>
            </a>
            <div class="rail__links">{children()}</div>
            {foot.map(|foot| view! { <div class="rail__foot">{foot.run()}</div> })}
        </nav>
    }
    .into_any()
}

/// One place of the rail.
#[component]
pub fn RailLink(
    /// Where it leads.
    #[prop(into)]
    href: Label,
    /// Its icon.
    glyph: Glyph,
    /// Its word.
    #[prop(into)]
    label: Label,
    /// One is here.
    #[prop(into)]
    current: Signal<bool>,
    /// How many things wait there; nothing is shown for none.
    #[prop(optional, into)]
    count: Signal<u32>,
) -> impl IntoView {
    view! {
        <a class="rail__link" href=href aria-current=move || current.get().then_some("page")>
            <Icon glyph />
            <span>{label}</span>
            {move || {
                let count = count.get();
                (count > 0).then(|| view! { <span class="rail__count">{count}</span> }.into_any())
            }}
        </a>
    }
    .into_any()
}

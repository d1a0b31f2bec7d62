//! The phone's four places.

use leptos::prelude::*;

use crate::{
    Label,
    icon::{Glyph, Icon},
};

/// The bar of tabs at the bottom. Its children are [`Tab`]s.
#[component]
pub fn TabBar(
    /// Names the navigation.
    #[prop(into)]
    label: Label,
    /// The tabs.
    children: Children,
) -> impl IntoView {
    view! {
        <nav class="tabbar" aria-label=label>
            <div class="tabbar__set">{children()}</div>
        </nav>
    }
    .into_any()
}

/// One tab.
#[component]
pub fn Tab(
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
    /// What the count counts, for who cannot see: 条待传.
    #[prop(optional, into)]
    count_label: Option<Label>,
) -> impl IntoView {
    view! {
        <a class="tabbar__tab" href=href aria-current=move || current.get().then_some("page")>
            <Icon glyph />
            <span>{label}</span>
            {move || {
                let count = count.get();
                (count > 0)
                    .then(|| {
                        view! {
                            <span class="tabbar__count">
                                {count.min(99)}
                                <span class="vh">{count_label.clone()}</span>
                            </span>
                        }.into_any()
                    })
            }}
        </a>
    }
    .into_any()
}

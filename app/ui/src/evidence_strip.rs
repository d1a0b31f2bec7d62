//! The proof of one item.

use leptos::prelude::*;

use crate::{
    Label,
    icon::{Glyph, Icon},
};

/// Tiles of evidence in a row, then those that add more.
#[component]
pub fn EvidenceStrip(
    /// What the row is: 号票照 的证据.
    #[prop(into)]
    label: Label,
    /// [`PhotoTile`](crate::PhotoTile)s and [`AddTile`]s.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="strip" role="group" aria-label=label>
            {children()}
        </div>
    }
    .into_any()
}

/// A tile that takes or chooses a new piece. `data-state` is `required` while the
/// item lacks it, else `optional`.
#[component]
pub fn AddTile(
    /// What it adds: 拍号票.
    #[prop(into)]
    label: Label,
    /// Its icon.
    glyph: Glyph,
    /// The word for a piece that must be there: 必; shown while it is missing.
    #[prop(optional, into)]
    required: Signal<Option<&'static str>>,
    /// Called at each press.
    #[prop(into)]
    on_click: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="tile tile--add"
            data-state=move || if required.get().is_some() { "required" } else { "optional" }
            on:click=move |_| on_click.run(())
        >
            <span class="tile__blank">
                <Icon glyph />
                <span>
                    {label}
                    {move || required.get().map(|word| view! { <span class="tile__must">" "{word}</span> }.into_any())}
                </span>
            </span>
        </button>
    }
    .into_any()
}

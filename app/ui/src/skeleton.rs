//! The shape of what is coming.

use leptos::prelude::*;

use crate::Label;

/// Grey cards in the place of those that are being read.
#[component]
pub fn Skeleton(
    /// Said to who cannot see: 正在读取.
    #[prop(into)]
    label: Label,
    /// How many cards.
    #[prop(default = 3)]
    cards: usize,
) -> impl IntoView {
    let cards = (0..cards)
        .map(|_| {
            view! {
                <div class="skeleton__card">
                    <div class="skeleton__line"></div>
                    <div class="skeleton__line"></div>
                    <div class="skeleton__line"></div>
                </div>
            }
        })
        .collect_view();
    view! {
        <div class="skeleton" role="status" aria-busy="true" data-state="loading">
            <span class="vh">{label}</span>
            {cards}
        </div>
    }
    .into_any()
}

//! Things that belong together.

use leptos::prelude::*;

use crate::{Label, tone::Tone};

/// A card, perhaps with a heading.
#[component]
pub fn Card(
    /// A heading (`h2`).
    #[prop(optional, into)]
    title: Option<Label>,
    /// A coloured edge at its beginning.
    #[prop(optional, into)]
    tone: Option<Tone>,
    /// Without inner space: for a list that has its own.
    #[prop(optional)]
    flush: bool,
    /// What it holds.
    children: Children,
) -> impl IntoView {
    view! {
        <section
            class="card"
            class:card--toned=tone.is_some()
            class:card--flush=flush
            data-tone=tone.map(Tone::name)
        >
            {title
                .map(|title| {
                    view! {
                        <div class="card__head">
                            <h2>{title}</h2>
                        </div>
                    }
                })}
            {children()}
        </section>
    }
    .into_any()
}

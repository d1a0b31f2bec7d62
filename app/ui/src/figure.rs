//! One number of the board.

use leptos::prelude::*;

use crate::{Label, tone::Tone};

/// A large number with its name and what moved. A link to the records behind it.
#[component]
pub fn Figure(
    /// Where the records are.
    #[prop(into)]
    href: Label,
    /// What is counted.
    #[prop(into)]
    label: Label,
    /// The number as shown.
    #[prop(into)]
    value: Label,
    /// What changed, or of how many.
    #[prop(optional, into)]
    note: Option<Label>,
    /// What it means if it is not nothing.
    #[prop(optional)]
    tone: Tone,
) -> impl IntoView {
    view! {
        <a class="figure" href=href data-tone=tone.name()>
            <span class="figure__label">{label}</span>
            <span class="figure__value">{value}</span>
            {note.map(|note| view! { <span class="figure__note">{note}</span> })}
        </a>
    }
    .into_any()
}

//! One number of the board.

use leptos::prelude::*;

use crate::{Label, tone::Tone};

/// A large number with its name and what moved. With `href` it is a link to the records behind it.
#[component]
pub fn Figure(
    /// Where the records are, for who may open them.
    #[prop(optional, into)]
    href: Option<Label>,
    /// What is counted.
    #[prop(into)]
    label: Label,
    /// The number as shown.
    #[prop(into)]
    value: Label,
    /// What changed, or of how many; an empty one is none.
    #[prop(optional, into)]
    note: Option<Label>,
    /// What it means if it is not nothing.
    #[prop(optional)]
    tone: Tone,
) -> impl IntoView {
    let inside = view! {
        <span class="figure__label">{label}</span>
        <span class="figure__value">{value}</span>
        {note.filter(|note| !note.is_empty()).map(|note| view! { <span class="figure__note">{note}</span> })}
    };
    match href {
        Some(href) => view! {
            <a class="figure" href=href data-tone=tone.name()>
                {inside}
            </a>
        }
        .into_any(),
        None => view! {
            <div class="figure" data-tone=tone.name()>
                {inside}
            </div>
        }
        .into_any(),
    }
}

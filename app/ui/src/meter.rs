//! How much of a whole.

use leptos::prelude::*;

use crate::{Label, tone::Tone};

/// A bar alone: decoration beside a number that says the same.
#[component]
pub fn Bar(
    /// The filled share in 1/10,000.
    #[prop(into)]
    share: Signal<u32>,
    /// What it means.
    #[prop(default = Tone::Ink)]
    tone: Tone,
) -> impl IntoView {
    view! {
        <svg class="bar" viewBox="0 0 10000 10" preserveAspectRatio="none" aria-hidden="true" data-tone=tone.name()>
            <rect class="bar__track" width="10000" height="10" />
            <rect class="bar__fill" width=move || share.get().min(10_000) height="10" />
        </svg>
    }
    .into_any()
}

/// A bar with its words: 照片 3/5, 1.2 MB.
#[component]
pub fn Meter(
    /// What is measured.
    #[prop(into)]
    label: Label,
    /// The value in words.
    #[prop(into)]
    text: Signal<String>,
    /// The filled share in 1/10,000.
    #[prop(into)]
    share: Signal<u32>,
    /// What it means.
    #[prop(default = Tone::Ink)]
    tone: Tone,
) -> impl IntoView {
    let name = label.clone();
    view! {
        <div
            class="meter"
            role="progressbar"
            aria-label=name
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || share.get().min(10_000) / 100
            aria-valuetext=move || text.get()
        >
            <div class="meter__words">
                <span>{label}</span>
                <span class="muted">{move || text.get()}</span>
            </div>
            <Bar share tone />
        </div>
    }
    .into_any()
}

//! How far one is.

use leptos::prelude::*;

use crate::Label;

/// The state of one section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Everything in it is answered.
    Done,
    /// One is in it.
    Now,
    /// Something is missing.
    Open,
}

/// One short line a section. The words beside it say the same.
#[component]
pub fn Steps(
    /// In words: 3/5 段.
    #[prop(into)]
    label: Label,
    /// The sections in order.
    #[prop(into)]
    steps: Signal<Vec<StepState>>,
) -> impl IntoView {
    view! {
        <div class="steps" role="img" aria-label=label>
            {move || {
                steps
                    .get()
                    .into_iter()
                    .map(|step| {
                        let state = match step {
                            StepState::Done => "done",
                            StepState::Now => "now",
                            StepState::Open => "open",
                        };
                        view! { <span data-state=state></span> }.into_any()
                    })
                    .collect_view()
            }}
        </div>
    }
    .into_any()
}

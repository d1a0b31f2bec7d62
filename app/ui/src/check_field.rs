//! Yes or no, as one box.

use leptos::prelude::*;

use crate::Label;

/// A checkbox with its words: 不适用, 我已看过.
#[component]
pub fn CheckField(
    /// The name under which a form sends it (`on`).
    #[prop(into)]
    name: Label,
    /// The words.
    #[prop(into)]
    label: Label,
    /// It is checked; without `on_change` at first only: what somebody ticks before the page is alive stays.
    #[prop(optional, into)]
    checked: Signal<bool>,
    /// Called with the new state.
    #[prop(optional, into)]
    on_change: Option<Callback<bool>>,
    /// What a form sends when it is checked.
    #[prop(optional, into)]
    value: Option<Label>,
) -> impl IntoView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                name=name
                value=value
                checked=checked.get_untracked()
                prop:checked=move || on_change.is_some().then(|| checked.get())
                on:change=move |event| {
                    if let Some(on_change) = on_change {
                        on_change.run(event_target_checked(&event));
                    }
                }
            />
            <span>{label}</span>
        </label>
    }
    .into_any()
}

//! A number with its unit.

use leptos::prelude::*;

use crate::{Label, field::FieldContext};

/// A number typed on the pad, with its unit. The text is the person's; who
/// holds it reads it and says what is wrong through the field around it.
#[component]
pub fn NumberField(
    /// The name under which a form sends it.
    #[prop(into)]
    name: Label,
    /// The text as typed.
    #[prop(optional, into)]
    value: Signal<String>,
    /// The unit: 分, 秒, Mbps.
    #[prop(into)]
    unit: Label,
    /// Parts of a unit can be typed.
    #[prop(optional)]
    decimal: bool,
    /// Called with the text at each change.
    #[prop(optional, into)]
    on_input: Option<Callback<String>>,
    /// The id, where no field gives one.
    #[prop(optional, into)]
    id: Option<Label>,
    /// A name for who cannot see, where there is no label.
    #[prop(optional, into)]
    label: Option<Label>,
) -> impl IntoView {
    let (id, described_by, invalid) = FieldContext::attributes(id);
    view! {
        <span class="number">
            <input
                class="input"
                type="text"
                inputmode=if decimal { "decimal" } else { "numeric" }
                autocomplete="off"
                id=id
                name=name
                value=value.get_untracked()
                prop:value=move || value.get()
                maxlength="12"
                aria-label=label
                aria-describedby=move || described_by.get()
                aria-invalid=move || invalid.get()
                on:input=move |event| {
                    if let Some(on_input) = on_input {
                        on_input.run(event_target_value(&event));
                    }
                }
            />
            <span class="number__unit">{unit}</span>
        </span>
    }
    .into_any()
}

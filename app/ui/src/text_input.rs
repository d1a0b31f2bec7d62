//! One line of text.

use leptos::prelude::*;

use crate::{Label, field::FieldContext};

/// A line of text. Inside a [`Field`](crate::Field) it needs no id.
#[component]
pub fn TextInput(
    /// The name under which a form sends it.
    #[prop(into)]
    name: Label,
    /// The text; without `on_input` at first only: a plain string for a form that the server reads.
    #[prop(optional, into)]
    value: Signal<String>,
    /// Called with the text at each change.
    #[prop(optional, into)]
    on_input: Option<Callback<String>>,
    /// The id, where no field gives one.
    #[prop(optional, into)]
    id: Option<Label>,
    /// `text`, `password`, `search`, `tel`, `date` …
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in.
    #[prop(optional, into)]
    autocomplete: Option<&'static str>,
    /// Which keyboard comes up.
    #[prop(optional, into)]
    inputmode: Option<&'static str>,
    /// A form without it is not sent.
    #[prop(optional)]
    required: bool,
    /// The most characters.
    #[prop(optional)]
    maxlength: Option<u32>,
    /// Shown while empty; never instead of a label.
    #[prop(optional, into)]
    placeholder: Option<Label>,
    /// A name for who cannot see, where there is no label.
    #[prop(optional, into)]
    label: Option<Label>,
) -> impl IntoView {
    let (id, described_by, invalid) = FieldContext::attributes(id);
    view! {
        <input
            class="input"
            type=kind
            id=id
            name=name
            value=value.get_untracked()
            prop:value=move || on_input.is_some().then(|| value.get())
            autocomplete=autocomplete
            inputmode=inputmode
            required=required
            maxlength=maxlength
            placeholder=placeholder
            aria-label=label
            aria-describedby=move || described_by.get()
            aria-invalid=move || invalid.get()
            on:input=move |event| {
                if let Some(on_input) = on_input {
                    on_input.run(event_target_value(&event));
                }
            }
        />
    }
    .into_any()
}

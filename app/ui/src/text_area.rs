//! Several lines of text.

use leptos::prelude::*;

use crate::{Label, field::FieldContext};

/// Several lines of text; grows with them where the browser can.
#[component]
pub fn TextArea(
    /// The name under which a form sends it.
    #[prop(into)]
    name: Label,
    /// The text; without `on_input` at first only.
    #[prop(optional, into)]
    value: Signal<String>,
    /// Called with the text at each change.
    #[prop(optional, into)]
    on_input: Option<Callback<String>>,
    /// Called when the person leaves it.
    #[prop(optional, into)]
    on_blur: Option<Callback<()>>,
    /// The id, where no field gives one.
    #[prop(optional, into)]
    id: Option<Label>,
    /// Lines shown while it is empty.
    #[prop(default = 3)]
    rows: u32,
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
        <textarea
            class="input"
            id=id
            name=name
            rows=rows
            required=required
            maxlength=maxlength
            placeholder=placeholder
            aria-label=label
            aria-describedby=move || described_by.get()
            aria-invalid=move || invalid.get()
            prop:value=move || on_input.is_some().then(|| value.get())
            on:input=move |event| {
                if let Some(on_input) = on_input {
                    on_input.run(event_target_value(&event));
                }
            }
            on:blur=move |_| {
                if let Some(on_blur) = on_blur {
                    on_blur.run(());
                }
            }
        >
            {value.get_untracked()}
        </textarea>
    }
    .into_any()
}

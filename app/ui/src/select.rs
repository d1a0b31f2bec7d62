//! A list that opens.

use leptos::prelude::*;

use crate::{
    Label,
    choice::Choice,
    field::FieldContext,
    icon::{Glyph, Icon, IconSize},
};

/// A list that opens: for HQ's forms and filters. On the phone few choices lie open instead.
#[component]
pub fn Select(
    /// The name under which a form sends it.
    #[prop(into)]
    name: Label,
    /// What can be chosen.
    options: Vec<Choice>,
    /// The chosen value; empty chooses `none`. Without `on_change` at first only.
    #[prop(optional, into)]
    value: Signal<String>,
    /// A first entry with an empty value: 全部.
    #[prop(optional, into)]
    none: Option<Label>,
    /// Called with the value at each change.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
    /// The id, where no field gives one.
    #[prop(optional, into)]
    id: Option<Label>,
    /// A form without it is not sent.
    #[prop(optional)]
    required: bool,
    /// A name for who cannot see, where there is no label.
    #[prop(optional, into)]
    label: Option<Label>,
) -> impl IntoView {
    let (id, described_by, invalid) = FieldContext::attributes(id);
    let first = value.get_untracked();
    let entries = options
        .into_iter()
        .map(|choice| {
            let selected = choice.value == first;
            view! {
                <option value=choice.value selected=selected>
                    {choice.word}
                </option>
            }
        })
        .collect_view();
    view! {
        <span class="select">
            <select
                class="input"
                id=id
                name=name
                required=required
                aria-label=label
                aria-describedby=move || described_by.get()
                aria-invalid=move || invalid.get()
                prop:value=move || on_change.is_some().then(|| value.get())
                on:change=move |event| {
                    if let Some(on_change) = on_change {
                        on_change.run(event_target_value(&event));
                    }
                }
            >
                {none.map(|none| view! { <option value="">{none}</option> })}
                {entries}
            </select>
            <Icon glyph=Glyph::CHEVRON_DOWN size=IconSize::Small />
        </span>
    }
    .into_any()
}

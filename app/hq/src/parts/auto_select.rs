//! A select of a filter form.

use leptos::prelude::*;
use ui::{Glyph, Icon, IconSize};

/// A select whose form is sent as soon as something is chosen; the button beside it does the same without script.
#[component]
pub(crate) fn AutoSelect(
    /// The name of the parameter.
    name: &'static str,
    /// What is chosen, for who cannot see.
    label: &'static str,
    /// The first entry, which does not filter.
    all: &'static str,
    /// Value and word of the others.
    options: Vec<(String, String)>,
    /// The value now; empty for all.
    value: String,
) -> impl IntoView {
    let options = options
        .into_iter()
        .map(|(code, word)| {
            let selected = code == value;
            view! {
                <option value=code selected=selected>
                    {word}
                </option>
            }
        })
        .collect_view();
    view! {
        <span class="select">
            <select
                class="input"
                name=name
                aria-label=label
                on:change=move |event| {
                    let select: leptos::web_sys::HtmlSelectElement = event_target(&event);
                    if let Some(form) = select.form() {
                        // Refused only for a form that is not in the document any more.
                        drop(form.request_submit());
                    }
                }
            >
                <option value="">{all}</option>
                {options}
            </select>
            <Icon glyph=Glyph::CHEVRON_DOWN size=IconSize::Small />
        </span>
    }
}

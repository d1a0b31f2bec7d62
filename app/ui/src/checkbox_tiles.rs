//! Any of several.

use leptos::prelude::*;

use crate::{
    Label,
    choice::Choice,
    icon::{Glyph, Icon, IconSize},
};

/// Any of several: native checkboxes in a fieldset, as tiles.
#[component]
pub fn CheckboxTiles(
    /// The name under which a form sends each chosen value.
    #[prop(into)]
    name: Label,
    /// What is asked.
    #[prop(into)]
    legend: Label,
    /// The legend is read out but not shown.
    #[prop(optional)]
    quiet_legend: bool,
    /// What can be chosen.
    choices: Vec<Choice>,
    /// The chosen values.
    #[prop(optional, into)]
    values: Signal<Vec<String>>,
    /// Called with a value and whether it is chosen now.
    #[prop(optional, into)]
    on_toggle: Option<Callback<(String, bool)>>,
) -> impl IntoView {
    let options = choices
        .into_iter()
        .map(|choice| {
            let Choice { value: key, word, hint, red_line } = choice;
            let (own, sent) = (key.clone(), key.clone());
            let checked = values.get_untracked().contains(&key);
            let tone = red_line.is_some().then_some("cinnabar");
            view! {
                <label class="choice__option" data-tone=tone>
                    <input
                        type="checkbox"
                        name=name.clone()
                        value=key
                        checked=checked
                        prop:checked=move || values.with(|values| values.contains(&own))
                        on:change=move |event| {
                            if let Some(on_toggle) = on_toggle {
                                on_toggle.run((sent.clone(), event_target_checked(&event)));
                            }
                        }
                    />
                    <span class="choice__face">
                        <span class="choice__box">
                            <Icon glyph=Glyph::CHECK size=IconSize::Small />
                        </span>
                        <span>
                            <span class="choice__word">{word}</span>
                            {hint.map(|hint| view! { <span class="choice__hint">{hint}</span> })}
                        </span>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="choice choice--tiles">
            <legend class=if quiet_legend { "vh" } else { "choice__legend" }>{legend}</legend>
            <div class="choice__set">{options}</div>
        </fieldset>
    }
    .into_any()
}

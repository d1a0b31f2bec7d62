//! One of a few, side by side.

use leptos::prelude::*;

use crate::{
    Label,
    choice::Choice,
    icon::{Glyph, Icon, IconSize},
};

/// One of a few: native radios in a fieldset, each as large as a thumb.
/// `data-state` is `answered` or `open`.
#[component]
pub fn RadioSegment(
    /// The name that ties the radios together, and under which a form sends them.
    #[prop(into)]
    name: Label,
    /// What is asked.
    #[prop(into)]
    legend: Label,
    /// The legend is read out but not shown, where a heading above says the same.
    #[prop(optional)]
    quiet_legend: bool,
    /// What can be chosen.
    choices: Vec<Choice>,
    /// The chosen value.
    #[prop(optional, into)]
    value: Signal<Option<String>>,
    /// Called with the value when one is chosen.
    #[prop(optional, into)]
    on_change: Option<Callback<String>>,
    /// Cannot be changed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let count = match choices.len() {
        0..=2 => "2",
        3 => "3",
        4 => "4",
        _ => "many",
    };
    let options = choices
        .into_iter()
        .map(|choice| {
            let Choice { value: key, word, hint, red_line } = choice;
            let (own, sent) = (key.clone(), key.clone());
            let checked = value.get_untracked().as_ref() == Some(&key);
            let tone = red_line.is_some().then_some("cinnabar");
            view! {
                <label class="choice__option" data-tone=tone>
                    <input
                        type="radio"
                        name=name.clone()
                        value=key
                        checked=checked
                        prop:checked=move || value.with(|value| value.as_ref() == Some(&own))
                        disabled=move || disabled.get()
                        on:change=move |_| {
                            if let Some(on_change) = on_change {
                                on_change.run(sent.clone());
                            }
                        }
                    />
                    <span class="choice__face">
                        <span class="choice__word">{word}</span>
                        {hint.map(|hint| view! { <span class="choice__hint">{hint}</span> })}
                        {red_line
                            .map(|word| {
                                view! {
                                    <span class="choice__flag">
                                        <Icon glyph=Glyph::FLAG size=IconSize::Small />
                                        {word}
                                    </span>
                                }
                            })}
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset
            class="choice choice--segment"
            data-count=count
            data-state=move || if value.with(Option::is_some) { "answered" } else { "open" }
        >
            <legend class=if quiet_legend { "vh" } else { "choice__legend" }>{legend}</legend>
            <div class="choice__set">{options}</div>
        </fieldset>
    }
    .into_any()
}

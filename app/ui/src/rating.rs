//! One to five.

use leptos::prelude::*;

use crate::{
    Label,
    icon::{Glyph, Icon, IconSize},
};

/// 1 to 5, each with its word.
#[component]
pub fn Rating(
    /// The name that ties the radios together.
    #[prop(into)]
    name: Label,
    /// What is rated.
    #[prop(into)]
    legend: Label,
    /// The words for 1 to 5.
    words: [Label; 5],
    /// Rating 1 crosses a red line, which this word says.
    #[prop(optional, into)]
    red_line: Option<Label>,
    /// The rating, 1 to 5.
    #[prop(optional, into)]
    value: Signal<Option<u8>>,
    /// Called with the rating.
    #[prop(optional, into)]
    on_change: Option<Callback<u8>>,
) -> impl IntoView {
    let options = (1_u8..=5)
        .zip(words)
        .map(|(rating, word)| {
            let flag = red_line.clone().filter(|_| rating == 1);
            let tone = flag.is_some().then_some("cinnabar");
            view! {
                <label class="choice__option" data-tone=tone>
                    <input
                        type="radio"
                        name=name.clone()
                        value=rating
                        checked=value.get_untracked() == Some(rating)
                        prop:checked=move || value.get() == Some(rating)
                        on:change=move |_| {
                            if let Some(on_change) = on_change {
                                on_change.run(rating);
                            }
                        }
                    />
                    <span class="choice__face">
                        <span class="choice__figure">{rating}</span>
                        <span class="choice__hint">{word}</span>
                        {flag
                            .map(|flag| {
                                view! {
                                    <span class="choice__flag">
                                        <Icon glyph=Glyph::FLAG size=IconSize::Small />
                                        <span class="vh">{flag}</span>
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
            class="choice choice--rating"
            data-state=move || if value.get().is_some() { "answered" } else { "open" }
        >
            <legend class="vh">{legend}</legend>
            <div class="choice__set">{options}</div>
        </fieldset>
    }
    .into_any()
}

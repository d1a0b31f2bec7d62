//! Nought to three.

use leptos::prelude::*;

use crate::Label;

/// 0 to 3, drawn as bars of a signal.
#[component]
pub fn Level(
    /// The name that ties the radios together.
    #[prop(into)]
    name: Label,
    /// What is judged.
    #[prop(into)]
    legend: Label,
    /// The words for 0 to 3.
    words: [Label; 4],
    /// The level, 0 to 3.
    #[prop(optional, into)]
    value: Signal<Option<u8>>,
    /// Called with the level.
    #[prop(optional, into)]
    on_change: Option<Callback<u8>>,
) -> impl IntoView {
    let options = (0_u8..=3)
        .zip(words)
        .map(|(level, word)| {
            view! {
                <label class="choice__option">
                    <input
                        type="radio"
                        name=name.clone()
                        value=level
                        checked=value.get_untracked() == Some(level)
                        prop:checked=move || value.get() == Some(level)
                        on:change=move |_| {
                            if let Some(on_change) = on_change {
                                on_change.run(level);
                            }
                        }
                    />
                    <span class="choice__face">
                        <svg class="choice__bars" viewBox="0 0 32 24" aria-hidden="true">
                            <rect class:on=(level >= 1) x="3" y="15" width="7" height="7" rx="1.5" />
                            <rect class:on=(level >= 2) x="12.5" y="9" width="7" height="13" rx="1.5" />
                            <rect class:on=(level >= 3) x="22" y="2" width="7" height="20" rx="1.5" />
                        </svg>
                        <span>
                            <span class="strong">{level}</span>
                            " "
                            <span class="choice__hint">{word}</span>
                        </span>
                    </span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset
            class="choice choice--level"
            data-state=move || if value.get().is_some() { "answered" } else { "open" }
        >
            <legend class="vh">{legend}</legend>
            <div class="choice__set">{options}</div>
        </fieldset>
    }
    .into_any()
}

//! Counting by tapping.

use leptos::prelude::*;

use crate::{
    Label,
    icon::{Glyph, Icon},
};

/// The names of a counter's buttons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CounterWords {
    /// 加一
    pub more: &'static str,
    /// 减一
    pub less: &'static str,
    /// 撤销
    pub undo: &'static str,
}

/// A number that is tapped up and down, with the last tap undone by one more.
/// The holder of the value decides what undoing means.
#[component]
pub fn Counter(
    /// What is counted; names the group.
    #[prop(into)]
    label: Label,
    /// The count; `None` while nobody counted.
    #[prop(into)]
    value: Signal<Option<u32>>,
    /// Of how many, where that is known: 10.
    #[prop(optional)]
    of: Option<u32>,
    /// The unit after the figure: 次.
    #[prop(optional, into)]
    unit: Option<Label>,
    /// Called with the new count.
    #[prop(into)]
    on_change: Callback<u32>,
    /// Called to undo the last tap; without it there is no such button.
    #[prop(optional, into)]
    on_undo: Option<Callback<()>>,
    /// The names of the buttons.
    words: CounterWords,
) -> impl IntoView {
    let count = move || value.get().unwrap_or_default();
    let full = move || of.is_some_and(|of| count() >= of);
    view! {
        <div
            class="counter"
            role="group"
            aria-label=label
            data-state=move || if value.get().is_some() { "answered" } else { "open" }
        >
            <div class="counter__row">
                <button
                    type="button"
                    class="button button--quiet counter__step"
                    aria-label=words.less
                    disabled=move || value.get() == Some(0)
                    on:click=move |_| on_change.run(value.get_untracked().unwrap_or_default().saturating_sub(1))
                >
                    <Icon glyph=Glyph::MINUS />
                </button>
                <output class="counter__figure" aria-live="polite">
                    {move || value.get().map_or_else(|| "–".to_owned(), |value| value.to_string())}
                    {of.map(|of| view! { <span class="counter__of">" / "{of}</span> })}
                    {unit.map(|unit| view! { <span class="counter__of">" "{unit}</span> })}
                </output>
                <button
                    type="button"
                    class="button button--primary counter__step"
                    aria-label=words.more
                    disabled=full
                    on:click=move |_| on_change.run(value.get_untracked().map_or(1, |value| value + 1))
                >
                    <Icon glyph=Glyph::PLUS />
                </button>
            </div>
            {on_undo
                .map(|on_undo| {
                    view! {
                        <button
                            type="button"
                            class="button button--plain"
                            disabled=move || value.get().is_none()
                            on:click=move |_| on_undo.run(())
                        >
                            <Icon glyph=Glyph::UNDO />
                            {words.undo}
                        </button>
                    }
                })}
        </div>
    }
    .into_any()
}

//! 中文 or English.

use domain::text::Lang;
use leptos::prelude::*;

use crate::Label;

/// Each language by its own name. Buttons with a `name`, so that a form around
/// them works before any script: `lang=zh-CN` or `lang=en`.
#[component]
pub fn LanguageSwitch(
    /// What is switched, for who cannot see.
    #[prop(into)]
    label: Label,
    /// The language now.
    #[prop(into)]
    lang: Signal<Lang>,
    /// Called with the language that is wanted; without it the form is sent.
    #[prop(optional, into)]
    on_change: Option<Callback<Lang>>,
) -> impl IntoView {
    let kind = if on_change.is_some() { "button" } else { "submit" };
    let button = move |own: Lang, word: &'static str| {
        view! {
            <button
                type=kind
                name="lang"
                value=own.tag()
                lang=own.tag()
                aria-pressed=move || if lang.get() == own { "true" } else { "false" }
                on:click=move |_| {
                    if let Some(on_change) = on_change {
                        on_change.run(own);
                    }
                }
            >
                {word}
            </button>
        }
    };
    view! {
        <div class="switch" role="group" aria-label=label>
            {button(Lang::Zh, "中文")}
            {button(Lang::En, "English")}
        </div>
    }
    .into_any()
}

//! Something about the whole page.

use leptos::prelude::*;

use crate::{
    Label,
    icon::{Glyph, Icon},
    tone::Tone,
};

/// What happened, that nothing is lost when that is true, and what to do.
#[component]
pub fn Banner(
    /// What it means.
    tone: Tone,
    /// Its icon.
    glyph: Glyph,
    /// What happened, in a few words.
    #[prop(into)]
    title: Label,
    /// Buttons or links.
    #[prop(optional, into)]
    actions: Option<ViewFn>,
    /// It came up while the page was open, so it is read out at once.
    #[prop(optional)]
    alert: bool,
    /// The rest of the sentence.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="banner" data-tone=tone.name() role=if alert { "alert" } else { "note" }>
            <Icon glyph />
            <div class="banner__body">
                <p class="banner__title">{title}</p>
                {children.map(|children| children())}
                {actions.map(|actions| view! { <div class="banner__actions">{actions.run()}</div> })}
            </div>
        </div>
    }
    .into_any()
}

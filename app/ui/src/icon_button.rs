//! A button without room for its word.

use leptos::prelude::*;

use crate::{
    Label,
    button::ButtonKind,
    icon::{Glyph, Icon},
};

/// A square button with an icon; its word is its accessible name and its tooltip.
/// With `href` it is a link.
#[component]
pub fn IconButton(
    /// The icon.
    glyph: Glyph,
    /// What it does.
    #[prop(into)]
    label: Label,
    /// Its weight; quiet ones read best as [`ButtonKind::Link`].
    #[prop(default = ButtonKind::Link)]
    kind: ButtonKind,
    /// Leads here instead of acting.
    #[prop(optional, into)]
    href: Option<Label>,
    /// Cannot be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Called at each press.
    #[prop(optional, into)]
    on_click: Option<Callback<()>>,
) -> impl IntoView {
    let title = label.clone();
    match href {
        Some(href) => view! {
            <a class=kind.class() class:button--icon=true href=href aria-label=label title=title>
                <Icon glyph />
            </a>
        }
        .into_any(),
        None => view! {
            <button
                type="button"
                class=kind.class()
                class:button--icon=true
                aria-label=label
                title=title
                disabled=move || disabled.get()
                on:click=move |_| {
                    if let Some(on_click) = on_click {
                        on_click.run(());
                    }
                }
            >
                <Icon glyph />
            </button>
        }
        .into_any(),
    }
}

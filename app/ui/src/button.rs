//! A button that does something here.

use leptos::prelude::*;

use crate::icon::{Glyph, Icon};

/// How much a button weighs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing that this screen is for.
    #[default]
    Primary,
    /// Everything else.
    Quiet,
    /// Destroys or ends something that its word names.
    Danger,
    /// Reads like a link, acts like a button.
    Link,
}

impl ButtonKind {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button button--primary",
            Self::Quiet => "button button--quiet",
            Self::Danger => "button button--danger",
            Self::Link => "button button--plain",
        }
    }
}

/// A button with a word and perhaps an icon. `data-state` is `busy` while `busy` holds, else `ready`.
#[component]
pub fn Button(
    /// Its weight.
    #[prop(optional)]
    kind: ButtonKind,
    /// An icon before the word.
    #[prop(optional, into)]
    icon: Option<Glyph>,
    /// As wide as its container.
    #[prop(optional)]
    wide: bool,
    /// Submits the form around it.
    #[prop(optional)]
    submit: bool,
    /// Cannot be used now.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    /// Its work is under way; a press meanwhile is ignored.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// The name under which a submit button's value travels.
    #[prop(optional, into)]
    name: Option<&'static str>,
    /// The value that travels if this button submits.
    #[prop(optional, into)]
    value: Option<String>,
    /// Called at each press.
    #[prop(optional, into)]
    on_click: Option<Callback<()>>,
    /// The word.
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=kind.class()
            class:button--wide=wide
            name=name
            value=value
            disabled=move || disabled.get()
            data-state=move || if busy.get() { "busy" } else { "ready" }
            on:click=move |_| {
                if let Some(on_click) = on_click
                    && !busy.get_untracked()
                {
                    on_click.run(());
                }
            }
        >
            {icon.map(|glyph| view! { <Icon glyph /> })}
            {children()}
        </button>
    }
    .into_any()
}

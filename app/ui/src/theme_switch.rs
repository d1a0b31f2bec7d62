//! Light, dark, or sun.

use leptos::prelude::*;

use crate::{
    Label,
    icon::{Glyph, Icon, IconSize},
};

/// How bright the screen is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system asks.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
    /// Most contrast, for outdoors.
    Sun,
}

impl Theme {
    /// The value of `data-theme` on the root, absent for [`Theme::Auto`].
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Auto => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
            Self::Sun => Some("sun"),
        }
    }

    /// The theme of that name; [`Theme::Auto`] for any other.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "light" => Self::Light,
            "dark" => Self::Dark,
            "sun" => Self::Sun,
            _ => Self::Auto,
        }
    }

    const fn glyph(self) -> Glyph {
        match self {
            Self::Auto => Glyph::THEME,
            Self::Light => Glyph::CIRCLE,
            Self::Dark => Glyph::MOON,
            Self::Sun => Glyph::SUN,
        }
    }
}

/// The themes side by side. Buttons with a `name`, so that a form around them
/// works before any script: `theme=auto|light|dark|sun`.
#[component]
pub fn ThemeSwitch(
    /// What is switched, for who cannot see.
    #[prop(into)]
    label: Label,
    /// The themes on offer with their words.
    choices: Vec<(Theme, &'static str)>,
    /// The theme now.
    #[prop(into)]
    theme: Signal<Theme>,
    /// Called with the theme that is wanted; without it the form is sent.
    #[prop(optional, into)]
    on_change: Option<Callback<Theme>>,
) -> impl IntoView {
    let kind = if on_change.is_some() { "button" } else { "submit" };
    let buttons = choices
        .into_iter()
        .map(|(own, word)| {
            view! {
                <button
                    type=kind
                    name="theme"
                    value=own.name().unwrap_or("auto")
                    aria-pressed=move || if theme.get() == own { "true" } else { "false" }
                    on:click=move |_| {
                        if let Some(on_change) = on_change {
                            on_change.run(own);
                        }
                    }
                >
                    <Icon glyph=own.glyph() size=IconSize::Small />
                    {word}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="switch" role="group" aria-label=label>
            {buttons}
        </div>
    }
    .into_any()
}

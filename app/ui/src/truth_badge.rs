//! 已存本机, 传输中, 服务器已收: three words that are never mixed.

use leptos::prelude::*;

use crate::{
    icon::{Glyph, Icon, IconSize},
    tone::Tone,
};

/// What is true of a record or a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Truth {
    /// Committed on this phone and nowhere else.
    #[default]
    Saved,
    /// On its way.
    Sending,
    /// The server gave its receipt.
    Received,
}

impl Truth {
    /// The value of `data-state`: `saved`, `sending` or `received`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Sending => "sending",
            Self::Received => "received",
        }
    }

    pub(crate) const fn glyph(self) -> Glyph {
        match self {
            Self::Saved => Glyph::SAVED,
            Self::Sending => Glyph::CLOUD_UP,
            Self::Received => Glyph::CLOUD_DONE,
        }
    }

    pub(crate) const fn tone(self) -> Tone {
        match self {
            Self::Saved => Tone::Neutral,
            Self::Sending => Tone::Ink,
            Self::Received => Tone::Jade,
        }
    }
}

/// The three words in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TruthWords {
    /// 已存本机
    pub saved: &'static str,
    /// 传输中
    pub sending: &'static str,
    /// 服务器已收
    pub received: &'static str,
}

impl TruthWords {
    /// The word for `truth`.
    #[must_use]
    pub const fn get(self, truth: Truth) -> &'static str {
        match truth {
            Truth::Saved => self.saved,
            Truth::Sending => self.sending,
            Truth::Received => self.received,
        }
    }
}

/// One of the three words, with its icon. `data-state` is `saved`, `sending` or `received`.
/// It is silent: one [`LiveRegion`](crate::LiveRegion) a page speaks changes.
#[component]
pub fn TruthBadge(
    /// What is true.
    #[prop(into)]
    truth: Signal<Truth>,
    /// The three words.
    words: TruthWords,
    /// What follows the word: a time, `3/5`.
    #[prop(optional, into)]
    detail: Signal<String>,
) -> impl IntoView {
    view! {
        <span
            class="truth"
            data-state=move || truth.get().name()
            data-tone=move || truth.get().tone().name()
        >
            {move || view! { <Icon glyph=truth.get().glyph() size=IconSize::Small /> }.into_any()}
            <span>{move || words.get(truth.get())}</span>
            <span>{move || detail.get()}</span>
        </span>
    }
    .into_any()
}

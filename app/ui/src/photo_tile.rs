//! One piece of evidence, small.

use leptos::prelude::*;

use crate::{
    Label,
    icon::{Glyph, Icon, IconSize},
    meter::Bar,
    tone::Tone,
};

/// What is true of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TileState {
    /// On this phone.
    #[default]
    Saved,
    /// On its way.
    Sending,
    /// The server has it.
    Received,
    /// HQ: named by the visit, not here yet.
    Awaited,
    /// Could not be sent; the sync page says why.
    Failed,
}

impl TileState {
    const fn face(self) -> (&'static str, Tone, Glyph) {
        match self {
            Self::Saved => ("saved", Tone::Neutral, Glyph::SAVED),
            Self::Sending => ("sending", Tone::Ink, Glyph::CLOUD_UP),
            Self::Received => ("received", Tone::Jade, Glyph::CHECK),
            Self::Awaited => ("awaited", Tone::Neutral, Glyph::CLOCK),
            Self::Failed => ("failed", Tone::Cinnabar, Glyph::WARNING),
        }
    }
}

/// A photo, screenshot, memo or ticket as a square that opens it. `data-state` is
/// `saved`, `sending`, `received`, `awaited` or `failed`. A link with `href`, else a button.
#[component]
pub fn PhotoTile(
    /// What it is and what is true of it, in words: 号票照 2,已存本机.
    #[prop(into)]
    label: Signal<String>,
    /// Where the picture is; an icon stands in while there is none.
    #[prop(optional, into)]
    src: Signal<Option<String>>,
    /// The icon of a thing without a picture.
    #[prop(default = Glyph::PHOTO)]
    glyph: Glyph,
    /// Below that icon: 0:42, a ticket number.
    #[prop(optional, into)]
    text: Signal<String>,
    /// What is true of the file.
    #[prop(optional, into)]
    state: Signal<TileState>,
    /// Hides the corner mark, where the state goes without saying.
    #[prop(optional)]
    unmarked: bool,
    /// Share sent while it is sending, in 1/10,000.
    #[prop(optional, into)]
    sent: Signal<Option<u32>>,
    /// Leads here.
    #[prop(optional, into)]
    href: Option<Label>,
    /// Called at each press.
    #[prop(optional, into)]
    on_open: Option<Callback<()>>,
) -> impl IntoView {
    let face = move || match src.get() {
        Some(src) => view! { <img class="tile__image" src=src alt="" loading="lazy" /> }.into_any(),
        None => view! {
            <span class="tile__blank">
                <Icon glyph />
                <span>{move || text.get()}</span>
            </span>
        }
        .into_any(),
    };
    let mark = move || {
        let (_, tone, glyph) = state.get().face();
        (!unmarked).then(|| {
            view! {
                <span class="tile__state" data-tone=tone.name()>
                    <Icon glyph size=IconSize::Small />
                </span>
            }
        })
    };
    let progress = move || {
        sent.get().map(|sent| {
            view! {
                <span class="tile__progress">
                    <Bar share=sent tone=Tone::Ink />
                </span>
            }
        })
    };
    let inside = view! {
        {face}
        {mark}
        {progress}
    };
    let name = move || state.get().face().0;
    match href {
        Some(href) => view! {
            <a class="tile" href=href aria-label=move || label.get() data-state=name>
                {inside}
            </a>
        }
        .into_any(),
        None => view! {
            <button
                type="button"
                class="tile"
                aria-label=move || label.get()
                data-state=name
                on:click=move |_| {
                    if let Some(on_open) = on_open {
                        on_open.run(());
                    }
                }
            >
                {inside}
            </button>
        }
        .into_any(),
    }
}

//! A row that leads to one item.

use leptos::prelude::*;

use crate::{
    Label,
    icon::{Glyph, Icon, IconSize},
    status_badge::Status,
};

/// A row of a list (`<ul class="jump">`): its state, its words, and where it leads.
#[component]
pub fn JumpRow(
    /// Where it leads.
    #[prop(into)]
    href: Label,
    /// Where the item stands; its icon comes first.
    status: Status,
    /// The state in a word, for who cannot see the icon.
    #[prop(into)]
    status_label: Label,
    /// The words.
    #[prop(into)]
    title: Label,
    /// A lighter line below.
    #[prop(optional, into)]
    sub: Option<Label>,
    /// A short value at the end.
    #[prop(optional, into)]
    end: Option<Label>,
) -> impl IntoView {
    view! {
        <li data-tone=status.tone().name()>
            <a class="jump__row" href=href>
                <Icon glyph=status.glyph() size=IconSize::Small />
                <span>
                    <span class="vh">{status_label}" "</span>
                    <span class="jump__title">{title}</span>
                    {sub.map(|sub| view! { <span class="jump__sub">{sub}</span> })}
                </span>
                <span class="jump__end row">
                    {end} <Icon glyph=Glyph::CHEVRON_RIGHT size=IconSize::Small />
                </span>
            </a>
        </li>
    }
    .into_any()
}

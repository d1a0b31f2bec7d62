//! A task on 今日.

use leptos::prelude::*;

use crate::{
    Label,
    badge::Badge,
    icon::{Glyph, Icon, IconSize},
    status_badge::{Status, StatusBadge},
};

/// A task as a card that opens it: whose hall, where, by when, how far, what next.
#[component]
pub fn TaskCard(
    /// Where it leads.
    #[prop(into)]
    href: Label,
    /// The venue's name.
    #[prop(into)]
    name: Label,
    /// The kind of venue.
    #[prop(into)]
    kind: Label,
    /// The icon of that kind.
    kind_glyph: Glyph,
    /// Address and distance, or 无坐标.
    #[prop(optional, into)]
    place: Option<Label>,
    /// 今天 18:00 前 · 暗访
    #[prop(into)]
    due: Label,
    /// Where it stands.
    status: Status,
    /// The word for where it stands.
    #[prop(into)]
    status_label: Label,
    /// The verb for the next step: 开始, 续.
    #[prop(into)]
    next: Label,
) -> impl IntoView {
    view! {
        <a class="card" href=href>
            <div class="task__body">
                <div class="task__head">
                    <h2 class="task__name">{name}</h2>
                    <Badge icon=kind_glyph>{kind}</Badge>
                </div>
                {place.map(|place| view! { <p class="task__place">{place}</p> })}
                <p>{due}</p>
            </div>
            <div class="task__foot">
                <StatusBadge status label=status_label />
                <span class="task__next">
                    {next} <Icon glyph=Glyph::CHEVRON_RIGHT size=IconSize::Small />
                </span>
            </div>
        </a>
    }
    .into_any()
}

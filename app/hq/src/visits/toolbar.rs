//! The filters of the list: chips and a search box, all in the address.

use domain::{ids::OrgUnitId, text::Text, visit::VisitState};
use leptos::prelude::*;
use ui::{Banner, FilterChip, Glyph, Icon, Tone};

use super::filter::VisitFilter;
use crate::{
    context::page,
    error::HqError,
    labels,
    parts::AutoSelect,
    paths,
    words::{Word, t, w},
};

/// Chips for states, selects for county and topic, switches, search; and below them that a search was `cut_short`.
#[component]
pub(crate) fn VisitToolbar(filter: VisitFilter, counties: Vec<(OrgUnitId, Text)>, cut_short: bool) -> impl IntoView {
    let lang = page().lang;
    let states =
        [VisitState::Received, VisitState::Returned, VisitState::UnderWay, VisitState::Accepted, VisitState::Voided]
            .map(|state| {
                let href = VisitFilter { state: Some(state), ..filter.clone() }.list();
                let (_, word) = labels::visit_state(state);
                view! { <FilterChip href label=t(word) active=filter.state == Some(state) /> }
            })
            .collect_view();
    let all = VisitFilter { state: None, ..filter.clone() }.list();
    let counties = counties.into_iter().map(|(id, name)| (id.to_string(), name.get(lang).to_owned())).collect();
    let topics = labels::TOPICS
        .into_iter()
        .filter_map(|code| Some((code.to_owned(), t(labels::topic(code)?).to_owned())))
        .collect();
    view! {
        <div class="toolbar">
            <nav class="chips chips--line" aria-label=t(w("状态", "State"))>
                {states} <FilterChip href=all label=t(w("全部", "All")) active=filter.state.is_none() />
            </nav>
            <span class="toolbar__rule" aria-hidden="true"></span>
            {switch(&filter, w("触红线", "Red line"), filter.red_line, |filter| filter.red_line = !filter.red_line)}
            {switch(&filter, w("附件未齐", "Evidence missing"), filter.incomplete, |filter| {
                filter.incomplete = !filter.incomplete;
            })}
            <form method="get" action=paths::VISITS class="toolbar" role="search">
                {hidden(&filter)}
                <AutoSelect
                    name="county"
                    label=t(w("县分", "County"))
                    all=t(w("全部县分", "All counties"))
                    options=counties
                    value=filter.county.map(|id| id.to_string()).unwrap_or_default()
                />
                <AutoSelect
                    name="topic"
                    label=t(w("专项", "Topic"))
                    all=t(w("全部专项", "All topics"))
                    options=topics
                    value=filter.topic.clone().unwrap_or_default()
                />
                <span class="search">
                    <Icon glyph=Glyph::SEARCH />
                    <input
                        class="input"
                        type="search"
                        name="q"
                        value=filter.text.clone()
                        placeholder=t(w("对象名称或代码", "Venue name or code"))
                        aria-label=t(w("搜索对象", "Search venues"))
                        data-key="/"
                        aria-keyshortcuts="/"
                    />
                </span>
                <button type="submit" class="button button--quiet">
                    {t(w("筛选", "Filter"))}
                </button>
            </form>
        </div>
        {cut_short
            .then(|| {
                view! {
                    <div data-cut-short="">
                        <Banner tone=Tone::Amber glyph=Glyph::WARNING title=t(HqError::TooWide.word())>
                            <p>{t(w("下面只有其中前 100 个对象的走访。", "Below are visits of the first 100 of them alone."))}</p>
                        </Banner>
                    </div>
                }
            })}
    }
}

/// A chip that turns one switch over.
fn switch(filter: &VisitFilter, word: Word, on: bool, turn: fn(&mut VisitFilter)) -> impl IntoView + use<> {
    let mut turned = filter.clone();
    turn(&mut turned);
    view! { <FilterChip href=turned.list() label=t(word) active=on removable=on /> }
}

/// What the form keeps of the filter while it sets the rest.
fn hidden(filter: &VisitFilter) -> impl IntoView + use<> {
    let keep = [
        ("state", filter.state.map(VisitState::code)),
        ("red", filter.red_line.then_some("1")),
        ("incomplete", filter.incomplete.then_some("1")),
    ];
    keep.into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view()
}

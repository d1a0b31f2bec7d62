//! 走访: the list of visits.

pub(crate) mod api;
pub(crate) mod filter;
mod row;
pub(crate) mod shape;
mod toolbar;

use domain::role::Action;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use ui::{ButtonKind, ButtonLink, Column, DataTable, EmptyState, Glyph};

use crate::{
    context::page,
    parts::{EmptyStretch, Screen, SlicePager, loading},
    words::{t, w},
};
use api::read_visits;
use filter::VisitFilter;
pub(crate) use row::Evidence;
use row::VisitLine;
use shape::VisitList;
use toolbar::VisitToolbar;

/// The page.
#[component]
pub(crate) fn VisitsPage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(|query| VisitFilter::read(|name| query.get(name))));
    let list = Resource::new(move || filter.get(), read_visits);
    let aside = move || {
        page().may(Action::Export).then(|| {
            view! {
                <ButtonLink href=filter.get().csv() kind=ButtonKind::Quiet icon=Glyph::DOWNLOAD external=true>
                    "CSV"
                </ButtonLink>
                <ButtonLink href=filter.get().answers_csv() kind=ButtonKind::Quiet icon=Glyph::DOWNLOAD external=true>
                    {t(w("下载答案", "Answers"))}
                </ButtonLink>
            }
        })
    };
    view! {
        <Screen title=t(w("走访", "Visits")) aside>
            {loading(list, move |loaded| view! { <List list=loaded.data now=loaded.now filter=filter.get_untracked() /> })}
        </Screen>
    }
}

#[component]
fn List(list: VisitList, now: domain::time::Moment, filter: VisitFilter) -> impl IntoView {
    let VisitList { slice, counties, cut_short } = list;
    let empty = slice.rows.is_empty();
    let midway = filter.older.is_some() || filter.newer.is_some();
    let newer = slice.newer.map(|place| filter.stretch(None, Some(place)));
    let older = slice.older.map(|place| filter.stretch(Some(place), None));
    let rows = slice.rows.into_iter().map(|row| view! { <VisitLine row now /> }).collect_view();
    let columns = vec![
        Column::text(t(w("状态", "State"))),
        Column::text(t(w("对象", "Venue"))),
        Column::text(t(w("化名", "Alias"))),
        Column::text(t(w("县分", "County"))),
        Column::number(t(w("得分", "Score"))),
        Column::text(t(w("证据", "Evidence"))),
        Column::text(t(w("收到", "Received"))),
        Column::text(t(w("已等", "Waiting"))),
    ];
    view! {
        <VisitToolbar filter=filter.clone() counties cut_short />
        {if empty && midway {
            view! { <EmptyStretch newest=filter.list() /> }.into_any()
        } else if empty {
            view! {
                <EmptyState
                    glyph=Glyph::VISITS
                    title=t(w("没有符合的走访", "No such visits"))
                    text=t(w("去掉一些筛选,或等监督员提交。", "Take a filter away, or wait for supervisors to hand in."))
                />
            }
                .into_any()
        } else {
            view! {
                <DataTable caption=t(w("走访", "Visits")) columns>
                    {rows}
                </DataTable>
            }
                .into_any()
        }}
        <SlicePager newer older />
    }
}

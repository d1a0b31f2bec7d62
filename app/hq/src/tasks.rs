//! 派访: what is assigned. Who holds a task is known to nobody here.

pub(crate) mod api;
mod assign;
pub(crate) mod shape;

pub(crate) use assign::AssignPage;

use domain::assignment::AssignmentState;
use leptos::{prelude::*, server_fn::ServerFn as _};
use leptos_router::hooks::use_query_map;
use ui::{
    Button, ButtonKind, ButtonLink, Column, DataTable, EmptyState, FilterChip, Glyph, Icon, IconSize, StatusBadge,
    TextInput,
};

use crate::{
    context::page,
    labels,
    loaded::Loaded,
    parts::{ActForm, EmptyStretch, Screen, SlicePager, When, loading},
    paths,
    words::{t, w},
};
use api::{RecallTask, read_tasks};
use shape::{TaskFilter, TaskList, TaskRow};

/// The page.
#[component]
pub(crate) fn TasksPage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| {
        query.with(|query| {
            let some = |name: &str| query.get(name).filter(|value| !value.is_empty());
            let state = some("state")
                .and_then(|code| labels::TASK_STATES.into_iter().find(|(_, known)| *known == code))
                .map(|(state, _)| state);
            TaskFilter { state, older: some("older"), newer: some("newer") }
        })
    });
    let list = Resource::new(move || filter.get(), read_tasks);
    let aside = || {
        view! { <ButtonLink href=paths::ASSIGN icon=Glyph::PLAN>{t(w("派新任务", "New tasks"))}</ButtonLink> }
    };
    view! {
        <Screen title=t(w("派访", "Tasks")) aside>
            {loading(list, move |loaded| shown(&loaded, &filter.get_untracked()))}
        </Screen>
    }
}

fn address(filter: &TaskFilter) -> String {
    let mut query = leptos_router::params::ParamsMap::new();
    if let Some((_, code)) =
        filter.state.and_then(|state| labels::TASK_STATES.into_iter().find(|(known, _)| *known == state))
    {
        query.insert("state", code.to_owned());
    }
    if let Some(older) = filter.older.clone() {
        query.insert("older", older);
    }
    if let Some(newer) = filter.newer.clone() {
        query.insert("newer", newer);
    }
    [paths::TASKS, &query.to_query_string()].concat()
}

fn shown(loaded: &Loaded<TaskList>, filter: &TaskFilter) -> impl IntoView + use<> {
    let slice = &loaded.data.slice;
    let stretch = |older, newer| address(&TaskFilter { older, newer, ..filter.clone() });
    let newer = slice.newer.clone().map(|place| stretch(None, Some(place)));
    let older = slice.older.clone().map(|place| stretch(Some(place), None));
    let chips = labels::TASK_STATES
        .map(|(state, _)| {
            let href = address(&TaskFilter { state: Some(state), ..TaskFilter::default() });
            view! { <FilterChip href label=t(labels::task_state(state).1) active=filter.state == Some(state) /> }
        })
        .collect_view();
    let back = address(filter);
    let midway = filter.older.is_some() || filter.newer.is_some();
    let rows = slice.rows.iter().enumerate().map(|(n, row)| line(n as u32, row, loaded, &back)).collect_view();
    let columns = vec![
        Column::text(t(w("状态", "State"))),
        Column::text(t(w("对象", "Venue"))),
        Column::text(t(w("县分", "County"))).wide_only(),
        Column::text(t(w("专项", "Topic"))).wide_only(),
        Column::text(t(w("方式", "Mode"))).wide_only(),
        Column::text(t(w("截止", "Until"))),
        Column::text(t(w("操作", "Actions"))),
    ];
    view! {
        <div class="toolbar">
            <nav class="chips chips--line" aria-label=t(w("状态", "State"))>
                {chips} <FilterChip href=paths::TASKS label=t(w("全部", "All")) active=filter.state.is_none() />
            </nav>
        </div>
        {if slice.rows.is_empty() && midway {
            view! { <EmptyStretch newest=stretch(None, None) /> }.into_any()
        } else if slice.rows.is_empty() {
            view! {
                <EmptyState
                    glyph=Glyph::PLAN
                    title=t(w("没有符合的任务", "No such tasks"))
                    text=t(w("去掉一些筛选试试。", "Take a filter away."))
                />
            }
                .into_any()
        } else {
            view! { <DataTable caption=t(w("任务", "Tasks")) columns>{rows}</DataTable> }.into_any()
        }}
        <SlicePager newer older />
    }
}

fn line(n: u32, row: &TaskRow, loaded: &Loaded<TaskList>, back: &str) -> impl IntoView + use<> {
    let lang = page().lang;
    let (status, word) = labels::task_state(row.state);
    let (glyph, kind) = labels::venue_kind(row.venue_kind);
    let topic = labels::topic(&row.topic).map_or_else(|| row.topic.clone(), |word| t(word).to_owned());
    let (at, now, id) = (row.window.until, loaded.now, row.id.to_string());
    let open = matches!(row.state, AssignmentState::Released | AssignmentState::Accepted | AssignmentState::InProgress);
    let (recall, back) = (loaded.op(n + 1), back.to_owned());
    view! {
        <tr id=row.id.to_string()>
            <td><StatusBadge status label=t(word) bare=true /></td>
            <td class="name">
                <span class="row">
                    <span class="muted"><Icon glyph size=IconSize::Small /><span class="vh">{t(kind)}</span></span>
                    {row.venue_name.get(lang).to_owned()}
                </span>
                {row.reason.clone().map(|reason| view! { <p class="small muted">{t(w("原因:", "Reason: "))}{reason}</p> })}
            </td>
            <td class="wide-only">{row.county_name.get(lang).to_owned()}</td>
            <td class="wide-only">{topic}</td>
            <td class="wide-only">{t(labels::mode(row.mode))}</td>
            <td class="nowrap" data-word=t(w("截止", "Until"))><When at now /></td>
            <td>
                {open
                    .then(|| {
                        view! {
                            <details>
                                <summary class="small">{t(w("收回", "Recall"))}</summary>
                                <ActForm action=RecallTask::url() op=recall base=None class="toolbar">
                                    <input type="hidden" name="task" value=id />
                                    <input type="hidden" name="back" value=back />
                                    <TextInput name="reason" label=t(w("原因", "Reason")) placeholder=t(w("原因", "Reason")) required=true />
                                    <Button submit=true kind=ButtonKind::Danger>{t(w("收回", "Recall"))}</Button>
                                </ActForm>
                                <p class="small muted">{t(w("监督员会在手机上看到原因", "The supervisor reads the reason on the phone"))}</p>
                            </details>
                        }
                    })}
            </td>
        </tr>
    }
}

//! 问题: the list of findings, each decided where it stands.

pub(crate) mod api;
pub(crate) mod filter;
pub(crate) mod shape;

pub(crate) use filter::severity_code;

use domain::{
    finding::{FindingState, Severity},
    ids::OrgUnitId,
    role::Action,
    text::Text,
    time::Moment,
};
use leptos::{prelude::*, server_fn::ServerFn as _};
use leptos_router::hooks::use_query_map;
use mutants::{Mutant, planted};
use ui::{
    Badge, Button, ButtonKind, ButtonLink, Choice, Column, DataTable, EmptyState, FilterChip, Glyph, Select,
    StatusBadge, TextInput,
};

use crate::{
    context::page,
    labels,
    loaded::Loaded,
    parts::{ActForm, AutoSelect, EmptyStretch, Screen, SlicePager, When, loading},
    paths,
    words::{t, w},
};
use api::{ConfirmFinding, DismissFinding, read_findings};
use filter::{FindingFilter, state_code};
use shape::{FindingList, FindingRow};

/// The page.
#[component]
pub(crate) fn FindingsPage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(|query| FindingFilter::read(|name| query.get(name))));
    let list = Resource::new(move || filter.get(), read_findings);
    let aside = move || {
        page().may(Action::Export).then(|| {
            view! {
                <ButtonLink href=filter.get().csv() kind=ButtonKind::Quiet icon=Glyph::DOWNLOAD external=true>
                    "CSV"
                </ButtonLink>
            }
        })
    };
    view! {
        <Screen title=t(w("问题", "Findings")) aside>
            {loading(list, move |loaded| shown(&loaded, &filter.get_untracked()))}
        </Screen>
    }
}

fn shown(loaded: &Loaded<FindingList>, filter: &FindingFilter) -> impl IntoView + use<> {
    let slice = &loaded.data.slice;
    let empty = slice.rows.is_empty();
    let newer = slice.newer.clone().map(|place| filter.stretch(None, Some(place)));
    let older = slice.older.clone().map(|place| filter.stretch(Some(place), None));
    // The very stretch: whoever decides its fifth row wants to see the sixth.
    let back = filter.stretch(filter.older.clone(), filter.newer.clone());
    let midway = filter.older.is_some() || filter.newer.is_some();
    let rows = slice.rows.iter().enumerate().map(|(n, row)| line(n as u32, row, loaded, &back)).collect_view();
    let columns = vec![
        Column::text(t(w("程度", "Severity"))),
        Column::text(t(w("题目", "Item"))),
        Column::text(t(w("对象", "Venue"))),
        Column::text(t(w("县分", "County"))).wide_only(),
        Column::text(t(w("发现", "Found"))),
        Column::text(t(w("状态", "State"))),
    ];
    view! {
        {toolbar(filter, &loaded.data)}
        {if empty && midway {
            view! { <EmptyStretch newest=filter.list() /> }.into_any()
        } else if empty {
            view! {
                <EmptyState
                    glyph=Glyph::ISSUE
                    title=t(w("没有符合的问题", "No such findings"))
                    text=t(w("去掉一些筛选试试。", "Take a filter away."))
                />
            }
                .into_any()
        } else {
            view! { <DataTable caption=t(w("问题", "Findings")) columns>{rows}</DataTable> }.into_any()
        }}
        <SlicePager newer older />
    }
}

fn line(n: u32, row: &FindingRow, loaded: &Loaded<FindingList>, back: &str) -> impl IntoView + use<> {
    let lang = page().lang;
    let finding = &row.finding;
    let (tone, glyph, word) = labels::severity(finding.severity);
    let (status, state) = labels::finding_state(finding.state);
    let (at, now): (Moment, Moment) = (finding.found_at, loaded.now);
    let href = finding.visit.map(|visit| [paths::visit(visit).as_str(), "#", &finding.item_code].concat());
    let open = finding.state == FindingState::Proposed && page().may(Action::DecideFindings);
    let note = finding.note.clone();
    let reason = finding.reason.clone();
    view! {
        <tr data-finding=finding.id.to_string() data-state=t(state)>
            <td><Badge tone icon=glyph>{t(word)}</Badge></td>
            <td class="name">
                <a href=href data-row="">{finding.item_code.clone()}</a>" "{finding.title.get(lang).to_owned()}
                {planted(Mutant::PrintsNotesRaw).then(|| view! { <p inner_html=note.clone()></p> })}
                {(!note.is_empty()).then(|| view! { <p class="small muted">{note}</p> })}
                {(!reason.is_empty())
                    .then(|| view! { <p class="small muted">{t(w("不成立的原因:", "Dismissed because: "))}{reason}</p> })}
                {open.then(|| forms(n, row, loaded, back))}
            </td>
            <td>
                {row.venue_name.get(lang).to_owned()}
                {(row.unit_name != row.venue_name && row.unit_name != row.county_name)
                    .then(|| view! { <div class="small muted">{row.unit_name.get(lang).to_owned()}</div> })}
            </td>
            <td class="wide-only">{row.county_name.get(lang).to_owned()}</td>
            <td class="nowrap" data-word=t(w("发现", "Found"))><When at now /></td>
            <td><StatusBadge status label=t(state) bare=true /></td>
        </tr>
    }
}

/// Standing by a finding, or not: two plain forms behind one word.
fn forms(n: u32, row: &FindingRow, loaded: &Loaded<FindingList>, back: &str) -> impl IntoView + use<> {
    let finding = &row.finding;
    let id = finding.id.to_string();
    let (again, base) = (id.clone(), Some(finding.revision));
    let severities = [Severity::Minor, Severity::Major, Severity::Critical]
        .map(|one| Choice::new(severity_code(one), t(labels::severity(one).2)))
        .to_vec();
    let severity = severity_code(finding.severity).to_owned();
    let (confirm, dismiss) = (loaded.op(n * 2 + 1), loaded.op(n * 2 + 2));
    let (back, also) = (back.to_owned(), back.to_owned());
    view! {
        <details>
            <summary class="small">{t(w("处理", "Decide"))}</summary>
            <ActForm action=ConfirmFinding::url() op=confirm base class="toolbar">
                <input type="hidden" name="finding" value=id />
                <input type="hidden" name="back" value=back />
                <Select name="severity" label=t(w("程度", "Severity")) options=severities value=Signal::stored(severity) />
                <Button submit=true>{t(w("确认", "Confirm"))}</Button>
            </ActForm>
            <ActForm action=DismissFinding::url() op=dismiss base class="toolbar">
                <input type="hidden" name="finding" value=again />
                <input type="hidden" name="back" value=also />
                <TextInput name="reason" label=t(w("原因", "Reason")) placeholder=t(w("为什么不成立", "Why not")) required=true />
                <Button submit=true kind=ButtonKind::Quiet>{t(w("不成立", "Dismiss"))}</Button>
            </ActForm>
        </details>
    }
}

fn toolbar(filter: &FindingFilter, list: &FindingList) -> impl IntoView + use<> {
    let lang = page().lang;
    let named = |units: &[(OrgUnitId, Text)]| {
        units.iter().map(|(id, name)| (id.to_string(), name.get(lang).to_owned())).collect::<Vec<_>>()
    };
    let states = labels::FINDING_STATES
        .map(|(state, _)| {
            let href = FindingFilter { state: Some(state), ..filter.clone() }.list();
            view! { <FilterChip href label=t(labels::finding_state(state).1) active=filter.state == Some(state) /> }
        })
        .collect_view();
    let severities = labels::SEVERITIES
        .map(|(severity, _)| {
            let on = filter.severity == Some(severity);
            let href = FindingFilter { severity: (!on).then_some(severity), ..filter.clone() }.list();
            view! { <FilterChip href label=t(labels::severity(severity).2) active=on removable=on /> }
        })
        .collect_view();
    let all = FindingFilter { state: None, ..filter.clone() }.list();
    let (counties, units) = (named(&list.counties), named(&list.units));
    let topics = labels::TOPICS
        .into_iter()
        .filter_map(|code| Some((code.to_owned(), t(labels::topic(code)?).to_owned())))
        .collect();
    let state = filter.state.and_then(|state| labels::FINDING_STATES.into_iter().find(|(known, _)| *known == state));
    let severity = filter.severity.map(severity_code);
    view! {
        <div class="toolbar">
            <nav class="chips chips--line" aria-label=t(w("状态", "State"))>
                {states} <FilterChip href=all label=t(w("全部", "All")) active=filter.state.is_none() />
            </nav>
            <span class="toolbar__rule" aria-hidden="true"></span>
            {severities}
            <form method="get" action=paths::FINDINGS class="toolbar">
                {state.map(|(_, code)| view! { <input type="hidden" name="state" value=code /> })}
                {severity.map(|code| view! { <input type="hidden" name="severity" value=code /> })}
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
                <button type="submit" class="button button--quiet">{t(w("筛选", "Filter"))}</button>
            </form>
            {(units.len() > 1).then(|| unit_form(filter, units))}
        </div>
    }
}

/// Which unit of the county. A form of its own: whoever changes the county takes no unit along.
fn unit_form(filter: &FindingFilter, units: Vec<(String, String)>) -> impl IntoView + use<> {
    let kept = [
        ("county", filter.county.map(|county| county.to_string())),
        ("topic", filter.topic.clone()),
        ("state", filter.state.map(|state| state_code(state).to_owned())),
        ("severity", filter.severity.map(|severity| severity_code(severity).to_owned())),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(view! { <input type="hidden" name=name value=value? /> }))
    .collect_view();
    view! {
        <form method="get" action=paths::FINDINGS class="toolbar">
            {kept}
            <AutoSelect
                name="unit"
                label=t(w("单位", "Unit"))
                all=t(w("全部单位", "All units"))
                options=units
                value=filter.unit.map(|id| id.to_string()).unwrap_or_default()
            />
            <button type="submit" class="button button--quiet">{t(w("筛选", "Filter"))}</button>
        </form>
    }
}

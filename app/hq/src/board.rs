//! 总览: what waits, what arrived, who stands where.

pub(crate) mod api;
pub(crate) mod shape;

use domain::{role::Action, time::Moment, visit::VisitState};
use leptos::prelude::*;
use ui::{BarChart, BarRow, Figure, Label, Tone, show_score};

use crate::{
    context::page,
    findings::filter::FindingFilter,
    labels,
    loaded::Loaded,
    parts::{Age, Screen, loading},
    paths,
    visits::filter::VisitFilter,
    words::{Word, fill, t, w},
};
use api::read_board;
use shape::{Board, Waiting};

/// Counts end here; more is shown as `999+`.
const MOST: u32 = 1_000;

/// The page.
#[component]
pub(crate) fn BoardPage() -> impl IntoView {
    let board = Resource::new(|| (), |()| read_board());
    view! { <Screen title=t(w("总览", "Overview"))>{loading(board, |loaded| shown(&loaded))}</Screen> }
}

fn shown(loaded: &Loaded<Board>) -> impl IntoView + use<> {
    let board = &loaded.data;
    // Who may not read visits is told of none: an empty list would say that none waits.
    let reads = page().may(Action::ReadRawVisit);
    let waiting = |word, list: &[Waiting]| reads.then(|| waiting(word, list, loaded.now));
    view! {
        {figures(board)}
        // Each column is filled by itself: panels of different heights side by side would leave holes.
        <div class="columns">
            <div class="stack">
                {waiting(w("等得最久", "Waiting longest"), &board.oldest_waiting)} {findings(board)}
            </div>
            <div class="stack">
                {waiting(w("退回未补", "Returned, not mended"), &board.oldest_returned)} {ranking(board)}
            </div>
        </div>
    }
}

fn figures(board: &Board) -> impl IntoView + use<> {
    let of = |state| VisitFilter { state: Some(state), ..VisitFilter::default() }.list();
    let late = (board.red > 0).then(|| fill(w("{} 件超过 3 天", "{} for more than 3 days"), &[&board.red.to_string()]));
    let tone = if board.red > 0 { Tone::Cinnabar } else { Tone::Violet };
    let note = Label::from(late.unwrap_or_default());
    let (reads, none) = (Action::ReadRawVisit, Label::from(""));
    let held = (board.held > 0).then(|| {
        let word = w("收件待处理", "Held");
        figure(Action::DecideHeld, paths::HELD.to_owned(), word, board.held, none.clone(), Tone::Violet)
    });
    let plain = |needs, href, word, number| figure(needs, href, word, number, none.clone(), Tone::Neutral);
    view! {
        <div class="figures">
            {figure(reads, of(VisitState::Received), w("待审", "To review"), board.waiting, note, tone)}
            {plain(reads, of(VisitState::UnderWay), w("进行中", "Under way"), board.under_way)}
            {plain(reads, of(VisitState::Returned), w("已退回", "Returned"), board.returned)}
            {plain(reads, paths::VISITS.to_owned(), w("24 小时内收到", "Arrived in 24 h"), board.arrived)}
            {plain(Action::Assign, paths::TASKS.to_owned(), w("未开始的任务", "Tasks not begun"), board.open_tasks)}
            {held}
        </div>
    }
}

/// A number, which leads to what it counts if whoever reads may open that.
fn figure(needs: Action, href: String, word: Word, number: u32, note: Label, tone: Tone) -> AnyView {
    let (label, value) = (t(word), count(number));
    if page().may(needs) {
        view! { <Figure href label value note tone /> }.into_any()
    } else {
        view! { <Figure label value note tone /> }.into_any()
    }
}

fn waiting(word: Word, list: &[Waiting], now: Moment) -> impl IntoView + use<> {
    let lang = page().lang;
    let none = list.is_empty();
    let rows = list
        .iter()
        .map(|one| {
            let (href, name, since) = (paths::visit(one.id), one.venue_name.get(lang).to_owned(), one.since);
            view! { <li><span class="lines__name"><a href=href>{name}</a></span><Age since now /></li> }
        })
        .collect_view();
    view! {
        <section class="panel">
            <header class="panel__head"><h2>{t(word)}</h2></header>
            <ul class="lines panel__body">{rows}</ul>
            {none.then(|| view! { <p class="panel__body muted">{t(w("没有", "None"))}</p> })}
        </section>
    }
}

fn findings(board: &Board) -> impl IntoView + use<> {
    let reads = page().may(Action::ReadFindings);
    let rows = labels::SEVERITIES
        .into_iter()
        .zip([2, 1, 0])
        .map(|((severity, _), place)| {
            let (tone, glyph, word) = labels::severity(severity);
            let state = Some(domain::finding::FindingState::Proposed);
            let href = FindingFilter { state, severity: Some(severity), ..FindingFilter::default() }.list();
            let (proposed, confirmed) = (count(board.proposed[place]), count(board.confirmed[place]));
            let to_decide = fill(w("待定 {}", "{} to decide"), &[&proposed]);
            let to_decide = if reads {
                view! { <a href=href>{to_decide}</a> }.into_any()
            } else {
                view! { <span>{to_decide}</span> }.into_any()
            };
            view! {
                <li>
                    <span class="lines__name"><ui::Badge tone icon=glyph>{t(word)}</ui::Badge></span>
                    {to_decide}
                    <span class="muted">{fill(w("已确认 {}", "{} confirmed"), &[&confirmed])}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="panel">
            <header class="panel__head"><h2>{t(w("问题", "Findings"))}</h2></header>
            <ul class="lines panel__body">{rows}</ul>
        </section>
    }
}

fn ranking(board: &Board) -> impl IntoView + use<> {
    let lang = page().lang;
    let rows: Vec<BarRow> = board
        .ranking
        .iter()
        .map(|one| BarRow {
            label: Label::from(one.name.get(lang).to_owned()),
            value: i64::from(one.mean),
            shown: Label::from(fill(
                w("{} · {} 次", "{} · {} visits"),
                &[&show_score(one.mean), &one.visits.to_string()],
            )),
            tone: if one.mean < 6_000 { Tone::Cinnabar } else { Tone::Ink },
        })
        .collect();
    view! {
        <section class="panel">
            <header class="panel__head">
                <h2>{t(w("县分平均得分", "Mean score by county"))}</h2>
                <p class="small muted">{t(w("已通过的走访,30 天", "Accepted visits, 30 days"))}</p>
            </header>
            <div class="panel__body">
                <BarChart caption=t(w("县分平均得分和走访数", "Mean score and number of visits by county")) rows max=10_000 />
            </div>
        </section>
    }
}

fn count(number: u32) -> String {
    if number >= MOST { "999+".to_owned() } else { number.to_string() }
}

//! One line of the list.

use domain::{time::Moment, visit::VisitState};
use leptos::prelude::*;
use ui::{Badge, Icon, IconSize, ScoreBadge, StatusBadge, Tone};

use super::shape::VisitRow;
use crate::{
    context::page,
    labels,
    parts::{Age, When},
    paths,
    words::{t, w},
};

/// One line of the list. Its link is what `j` and `k` move between.
#[component]
pub(crate) fn VisitLine(row: VisitRow, now: Moment) -> impl IntoView {
    let lang = page().lang;
    let (status, word) = labels::visit(row.state, row.called_back);
    let (glyph, kind) = labels::venue_kind(row.venue_kind);
    let waits = row.state == VisitState::Received;
    let since = if waits { row.received_at.unwrap_or(row.listed_at) } else { row.decided_at.unwrap_or(row.listed_at) };
    let ages = waits || row.state == VisitState::Returned;
    view! {
        <tr>
            <td>
                <StatusBadge status label=t(word) bare=true />
            </td>
            <td class="name">
                <span class="row">
                    <span class="muted" title=t(kind)>
                        <Icon glyph size=IconSize::Small />
                        <span class="vh">{t(kind)}</span>
                    </span>
                    <a href=paths::visit(row.id) data-row="">
                        {row.venue_name.get(lang).to_owned()}
                    </a>
                </span>
            </td>
            <td class="nowrap">{row.alias.code()}</td>
            <td>{row.county_name.get(lang).to_owned()}</td>
            <td class="num">
                <Score score=row.score />
            </td>
            <td>
                <Evidence expected=row.evidence_expected verified=row.evidence_verified />
            </td>
            <td data-word=t(w("收到", "Received"))>
                {row.received_at.map(|at| view! { <When at now /> })}
                {(row.submission > 1)
                    .then(|| view! { <span class="small muted">" ×"{row.submission}</span> })}
            </td>
            <td>{ages.then(|| view! { <Age since now /> })}</td>
        </tr>
    }
}

#[component]
fn Score(score: Option<domain::visit::ScoreSummary>) -> impl IntoView {
    score.map(|score| {
        let red_line = (score.red_lines > 0).then(|| ui::Label::from(t(w("触红线", "Red line crossed"))));
        let word = if score.provisional { t(w("初评", "Provisional")) } else { "" };
        view! { <ScoreBadge score=score.score none=t(w("不计分", "Not scored")) red_line word=word /> }
    })
}

/// 照 3/5: how many pieces of evidence have arrived.
#[component]
pub(crate) fn Evidence(expected: u32, verified: u32) -> impl IntoView {
    (expected > 0).then(|| {
        let complete = verified >= expected;
        let (tone, status) = if complete { (Tone::Jade, ui::Status::Done) } else { (Tone::Ink, ui::Status::Partial) };
        let word = if complete { t(w("收齐", "All here")) } else { t(w("未收齐", "Some missing")) };
        view! {
            <Badge tone icon=status.glyph() bare=true>
                {format!("{verified}/{expected}")}
                <span class="vh">{word}</span>
            </Badge>
        }
    })
}

//! The head of a visit: what, where, when, and how far from the door.

use domain::{
    org::Venue,
    place::{Fix, Whereabouts},
    time::Moment,
    visit::{Presence, Visit},
};
use leptos::prelude::*;
use ui::{Badge, Banner, Glyph, ScoreBadge, StatusBadge, Tone};

use super::{shape::VisitSheet, task_card::doubts};
use crate::{
    context::page,
    labels,
    parts::{
        When, age_of,
        number::{degrees, metres},
    },
    visits::Evidence,
    words::{fill, t, w},
};

/// The head.
pub(super) fn facts(sheet: &VisitSheet, now: Moment) -> impl IntoView + use<> {
    let lang = page().lang;
    let visit = &sheet.visit;
    let (status, word) = labels::visit(visit.state, sheet.called_back);
    let (glyph, kind) = labels::venue_kind(sheet.venue.kind);
    let name = sheet.venue.name.get(lang).to_owned();
    let county = sheet.county_name.get(lang).to_owned();
    let title = sheet.checklist.title.get(lang).to_owned();
    let alias = visit.alias.code();
    let mode = t(labels::mode(visit.mode));
    let (expected, verified) = (visit.evidence_expected, visit.evidence_verified);
    let places = [(w("到场", "Arrived"), &visit.arrived), (w("离场", "Left"), &visit.left)]
        .into_iter()
        .filter_map(|(word, presence)| Some(place(t(word), presence.as_ref()?, &sheet.venue, now)))
        .collect_view();
    let stay = visit
        .arrived
        .as_ref()
        .zip(visit.left.as_ref())
        .map(|(arrived, left)| fill(w("停留 {}", "Stayed {}"), &[&age_of(left.at.since(arrived.at))]));
    view! {
        <header class="review-head">
            <h1 tabindex="-1">{name}</h1>
            <span class="review-head__facts">
                <StatusBadge status label=t(word) />
                {score(visit)}
                <Badge icon=glyph>{t(kind)}</Badge>
                <Evidence expected verified />
                <span>{fill(w("化名 {}", "Alias {}"), &[&alias])}</span>
                <span>{county}" · "{mode}</span>
                <span class="muted">{title}</span>
            </span>
            <span class="review-head__facts">
                {places} {stay.map(|stay| view! { <span>{stay}</span> })} {doubts(sheet)}
            </span>
        </header>
        {decided(sheet, now)}
    }
}

fn score(visit: &Visit) -> Option<impl IntoView + use<>> {
    visit.score.map(|score| {
        let red_line = (score.red_lines > 0).then(|| ui::Label::from(t(w("触红线", "Red line crossed"))));
        let word = if score.provisional { t(w("初评", "Provisional")) } else { t(w("终评", "Final")) };
        view! { <ScoreBadge score=score.score none=t(w("不计分", "Not scored")) red_line word=word /> }
    })
}

fn place(word: &'static str, presence: &Presence, venue: &Venue, now: Moment) -> impl IntoView + use<> {
    let at = presence.at;
    let whereabouts = match &presence.whereabouts {
        Whereabouts::Fix(fix) => [&distance(fix, venue), " · ", &degrees(fix.position())].concat(),
        Whereabouts::None(reason) => t(labels::no_fix(*reason)).to_owned(),
    };
    view! { <span>{word}" " <When at now /> " · "{whereabouts}</span> }
}

/// How far a position is from the venue, as far as that is known.
pub(super) fn distance(fix: &Fix, venue: &Venue) -> String {
    match venue.position {
        Some(position) => fill(
            w("距门店 {}(精度 {})", "{} from the door (±{})"),
            &[&metres(fix.position().distance_m(position)), &metres(fix.accuracy_m)],
        ),
        None => t(w("无坐标", "The venue has no position")).to_owned(),
    }
}

fn decided(sheet: &VisitSheet, now: Moment) -> Option<impl IntoView + use<>> {
    let decision = sheet.visit.decision.clone()?;
    let by = sheet.decided_by.clone().unwrap_or_else(|| t(w("总部", "HQ")).to_owned());
    let (_, word) = labels::visit_state(sheet.visit.state);
    let at = decision.at;
    let returned: Vec<String> = sheet.visit.returned.iter().map(|one| one.reason.clone()).collect();
    Some(view! {
        <Banner tone=Tone::Neutral glyph=Glyph::INFO title=fill(w("{} · 由 {} 处理", "{} · by {}"), &[t(word), &by])>
            <p class="small muted"><When at now /></p>
            {(!decision.reason.is_empty()).then(|| view! { <p>{decision.reason.clone()}</p> })}
            {(!returned.is_empty())
                .then(|| view! { <ul>{returned.into_iter().map(|reason| view! { <li>{reason}</li> }).collect_view()}</ul> })}
        </Banner>
    })
}

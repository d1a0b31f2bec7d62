//! One visit, as a reviewer judges it: the claim on the left, the proof on the right.

pub(crate) mod answer_text;
pub(crate) mod api;
mod changes;
mod claim;
mod decide;
mod decision;
mod facts;
mod found;
mod proof;
pub(crate) mod shape;
mod task_card;
mod viewer;
mod watch;

pub(crate) use decision::{AcceptPage, ReturnPage, VoidPage};

use core::str::FromStr as _;

use domain::{ids::VisitId, scoring};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::{
    context::page,
    decisions::Decisions,
    loaded::Loaded,
    parts::{FormFailure, loading},
};
use api::read_visit;
use claim::claim;
use decide::decide;
use facts::facts;
use found::found;
use proof::proof;
use shape::VisitSheet;
use task_card::task_card;
use viewer::Viewer;
use watch::Watch;

/// The visit that the address names.
fn id_of_address() -> Memo<VisitId> {
    let params = use_params_map();
    Memo::new(move |_| {
        let text = params.with(|params| params.get("id")).unwrap_or_default();
        VisitId::from_str(&text).unwrap_or(VisitId(uuid::Uuid::nil()))
    })
}

/// How the visit is called where others may stand beside it: those of one venue differ by their alias.
fn called(sheet: &VisitSheet) -> String {
    [sheet.venue.name.get(page().lang), " · ", &sheet.visit.alias.code()].concat()
}

/// The score of what was handed in last, worked out by the same function as on the phone.
fn score_of(sheet: &VisitSheet) -> Option<scoring::VisitScore> {
    let last = sheet.submissions.last()?;
    // The stored score is final: nothing is waited for any more, whether it was answered or timed out.
    let is_final = sheet.visit.score.is_some_and(|score| !score.provisional);
    let now = if is_final { domain::time::Moment(i64::MAX) } else { last.received_at };
    let context = scoring::ScoreContext { rural: sheet.venue.rural, now };
    Some(scoring::score(&sheet.checklist, &last.document, context))
}

/// The page.
#[component]
pub(crate) fn VisitPage() -> impl IntoView {
    let (id, decisions) = (id_of_address(), expect_context::<Decisions>());
    // Read anew with each answer to a decision of this tab.
    let sheet = Resource::new(move || (id.get(), decisions.answered(id.get())), |(id, _)| read_visit(id));
    view! {
        <FormFailure />
        {loading(sheet, move |loaded| {
            let accept = loaded.op(1);
            let Loaded { data, now, .. } = loaded;
            let shown = RwSignal::new(None);
            let title = data.venue.name.get(page().lang).to_owned();
            let score = score_of(&data);
            let (id, state) = (data.visit.id.to_string(), data.visit.state.code());
            let (head, claim) = (facts(&data, now).into_any(), claim(&data, score.as_ref(), shown).into_any());
            let (proof, found, decide) = (proof(&data, shown).into_any(), found(&data).into_any(), decide(&data, accept).into_any());
            let card = task_card(&data).into_any();
            view! {
                <Title text=title />
                <div class="review-page" data-visit=id data-state=state>
                    {head}
                    <Watch
                        id=data.visit.id
                        others=data.others.clone()
                        revision=data.visit.revision
                        verified=data.visit.evidence_verified
                        on_news=move |()| sheet.refetch()
                        show=move |()| sheet.refetch()
                    />
                    <div class="review">
                        {claim}
                        <aside class="review__proof">{proof} {found} {card}</aside>
                    </div>
                    {decide}
                    <Viewer sheet=data shown />
                </div>
            }
        })}
    }
}

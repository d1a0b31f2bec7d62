//! The foot of a visit: what can be decided, or why it cannot.

use domain::{ids::OpId, role::Action, visit::VisitState};
use leptos::{ev::MouseEvent, prelude::*};
use ui::{Glyph, Icon, KeyHint};

use super::{api::AcceptVisit, called, shape::VisitSheet};
use crate::{
    context::page,
    decisions::{Decision, Decisions},
    paths,
    words::{fill, t, w},
};

/// The foot. With script 通过 asks nothing, as it can be taken back; without, its page asks once more.
pub(super) fn decide(sheet: &VisitSheet, accept: OpId) -> Option<impl IntoView + use<>> {
    let visit = &sheet.visit;
    if visit.state != VisitState::Received || !page().may(Action::Review) {
        return None;
    }
    let decisions = expect_context::<Decisions>();
    let missing = visit.evidence_expected.saturating_sub(visit.evidence_verified);
    let to = |decision| paths::visit_decision(visit.id, decision);
    let (accept_page, give_back, void) = (to("accept"), to("return"), to("void"));
    let about = called(sheet);
    let (id, base) = (visit.id, visit.revision);
    let press = move |event: MouseEvent| {
        if event.ctrl_key() || event.meta_key() || event.shift_key() {
            return;
        }
        event.prevent_default();
        let asked = AcceptVisit { op_id: accept, base, visit: id, stay: true };
        decisions.make(Decision::Accept(asked), about.clone());
    };
    Some(view! {
        <footer class="decide" data-decide="" inert=move || decisions.waits_for(id)>
            {if missing == 0 {
                view! {
                    <a class="button button--primary" href=accept_page data-key="a" aria-keyshortcuts="a" on:click=press>
                        <Icon glyph=Glyph::CHECK />
                        {t(w("通过", "Accept"))}
                        <KeyHint key="a" />
                    </a>
                }
                    .into_any()
            } else {
                let why = fill(
                    w("凭证还差 {} 件,收齐后才能通过。", "{} pieces of evidence are missing: accept when they are here."),
                    &[&missing.to_string()],
                );
                view! { <span class="decide__why">{why}</span> }.into_any()
            }}
            <a class="button button--quiet" href=give_back data-key="r" aria-keyshortcuts="r">
                <Icon glyph=Glyph::RETURN />
                {t(w("退回补正", "Return"))}
                <KeyHint key="r" />
            </a>
            <a class="button button--danger" href=void>
                <Icon glyph=Glyph::VOID />
                {t(w("作废", "Void"))}
            </a>
        </footer>
    })
}

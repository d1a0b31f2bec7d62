//! The foot of a visit: what can be decided, or why it cannot.

use domain::{role::Action, visit::VisitState};
use leptos::prelude::*;
use ui::{ButtonKind, ButtonLink, Glyph};

use super::api::VisitSheet;
use crate::{
    context::page,
    paths,
    words::{fill, t, w},
};

/// The foot.
pub(super) fn decide(sheet: &VisitSheet) -> Option<impl IntoView + use<>> {
    let visit = &sheet.visit;
    if visit.state != VisitState::Received || !page().may(Action::Review) {
        return None;
    }
    let missing = visit.evidence_expected.saturating_sub(visit.evidence_verified);
    let to = |decision| paths::visit_decision(visit.id, decision);
    let (accept, give_back, void) = (to("accept"), to("return"), to("void"));
    Some(view! {
        <footer class="decide" data-decide="">
            {if missing == 0 {
                view! { <ButtonLink href=accept icon=Glyph::CHECK>{t(w("通过", "Accept"))}</ButtonLink> }.into_any()
            } else {
                let why = fill(
                    w("凭证还差 {} 件,收齐后才能通过。", "{} pieces of evidence are missing: accept when they are here."),
                    &[&missing.to_string()],
                );
                view! { <span class="decide__why">{why}</span> }.into_any()
            }}
            <ButtonLink href=give_back kind=ButtonKind::Quiet icon=Glyph::RETURN>
                {t(w("退回补正", "Return"))}
            </ButtonLink>
            <ButtonLink href=void kind=ButtonKind::Danger icon=Glyph::VOID>
                {t(w("作废", "Void"))}
            </ButtonLink>
        </footer>
    })
}

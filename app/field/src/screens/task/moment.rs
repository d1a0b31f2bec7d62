//! Arriving and leaving, each with its way back.

use domain::visit::{ARRIVAL_UNDO_MS, Edit};
use leptos::prelude::*;
use ui::{Banner, Button, ButtonKind, Glyph, Tone};

use super::actions::another_on_site;
use crate::{
    parts::whereabouts,
    route::Route,
    row::Stage,
    visit::Visit,
    words::{clock_time, t, tf},
};

/// Says when one arrived or left. A slip can be taken back: an arrival for a minute, a leaving until the visit is handed
/// in, unless one is on site elsewhere by now.
pub(crate) fn moment(visit: Visit, stage: Stage) -> Option<AnyView> {
    let is_left = stage == Stage::Debrief;
    if !is_left && stage != Stage::OnSite {
        return None;
    }
    let draft = visit.draft()?;
    let presence = if is_left { draft.left } else { draft.arrived }?;
    let may = if is_left { !another_on_site(visit) } else { !draft.arrival_cut };
    let at = presence.at;
    let time = clock_time(at);
    let (glyph, title, line) = if is_left {
        let line = t("趁记得,把还空着的补上。", "Fill in what is open while it is fresh.");
        (Glyph::CLOCK, tf("{} 离场", "Left at {}", &[&time]), line.to_owned())
    } else {
        (Glyph::PIN, tf("{} 到场", "Arrived at {}", &[&time]), whereabouts(&presence.whereabouts))
    };
    let beat = visit.phone.beat;
    let seconds = Memo::new(move |_| {
        beat.track();
        (ARRIVAL_UNDO_MS - device::clock::now().since(at)) / 1_000
    });
    let undo = move |()| {
        visit.edit(if is_left { Edit::UndoLeave } else { Edit::UndoArrive });
        // The debrief says it too, and there is none of a visit that goes on.
        visit.phone.router.replace(Route::Visit(visit.id));
    };
    let view = view! {
        <Banner tone=Tone::Ink glyph title>
            <p class="muted">{line}</p>
            {move || {
                (may && (is_left || seconds.get() > 0))
                    .then(|| {
                        view! {
                            <Button kind=ButtonKind::Link icon=Glyph::UNDO on_click=undo>
                                {if is_left {
                                    t("点错了,撤销离场", "A slip: undo leaving")
                                } else {
                                    t("点错了,撤销到场", "A slip: undo the arrival")
                                }}
                                {(!is_left)
                                    .then(|| view! { <span class="muted" aria-hidden="true">{move || seconds.get()}</span> }.into_any())}
                            </Button>
                        }.into_any()
                    })
            }}
        </Banner>
    };
    Some(view.into_any())
}

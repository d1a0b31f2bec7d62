//! The minute after arriving, in which it can be undone.

use domain::visit::{ARRIVAL_UNDO_MS, Edit};
use leptos::prelude::*;
use ui::{Banner, Button, ButtonKind, Glyph, Tone};

use crate::{
    row::Stage,
    visit::Visit,
    words::{clock_time, t, tf},
};

/// Says when one arrived and where; with a way back for a minute.
pub(super) fn just_arrived(visit: Visit, stage: Stage) -> Option<impl IntoView + use<>> {
    if stage != Stage::OnSite {
        return None;
    }
    let draft = visit.draft()?;
    let arrived = draft.arrived.clone()?;
    let cut = draft.arrival_cut;
    let at = arrived.at;
    let beat = visit.phone.beat;
    let left = Memo::new(move |_| {
        beat.track();
        (ARRIVAL_UNDO_MS - device::clock::now().since(at)) / 1_000
    });
    let place = crate::parts::whereabouts(&arrived.whereabouts);
    Some(view! {
        <Banner tone=Tone::Ink glyph=Glyph::PIN title=tf("{} 到场", "Arrived at {}", &[&clock_time(at)])>
            <p class="muted">{place}</p>
            {move || {
                (!cut && left.get() > 0)
                    .then(|| {
                        view! {
                            <Button kind=ButtonKind::Link icon=Glyph::UNDO on_click=move |()| visit.edit(Edit::UndoArrive)>
                                {t("点错了,撤销到场", "A slip: undo the arrival")}
                                <span class="muted" aria-hidden="true">{move || left.get()}</span>
                            </Button>
                        }.into_any()
                    })
            }}
        </Banner>
    })
}

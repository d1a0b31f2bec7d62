//! Two who look at the same visit see each other, and whoever is second learns that it was decided; whoever waits for
//! photos sees that they have come.

use core::time::Duration;

use domain::ids::VisitId;
use leptos::prelude::*;
use ui::{Badge, Button, ButtonKind, Glyph, Tone};

use super::api::watch_visit;
use crate::words::{fill, t, w};

/// How often one asks, seconds.
const ASK_S: u64 = 10;

/// Who else has the visit open. Asks again for as long as it is on screen; `on_news` once the visit has changed. Where only
/// more of its evidence has come, whoever looks decides when to see it: they may be writing a reason. Where nothing can be
/// shown without losing one, it is only said.
#[component]
pub(super) fn Watch(
    id: VisitId,
    others: Vec<String>,
    revision: u32,
    verified: u32,
    #[prop(into)] on_news: Callback<()>,
    /// Shows what has come.
    #[prop(optional, into)]
    show: Option<Callback<()>>,
) -> impl IntoView {
    let others = RwSignal::new(others);
    let come = RwSignal::new(0_u32);
    // Only in a browser does an effect run.
    Effect::new(move |_| {
        let ask = move || {
            if document().hidden() {
                return;
            }
            leptos::task::spawn_local(async move {
                // That they see each other is a help: one that fails is asked again.
                let Ok(found) = watch_visit(id).await else { return };
                let is_new = found.revision != revision;
                others.try_set(found.others);
                come.try_set(found.evidence_verified.saturating_sub(verified));
                if is_new {
                    // The page may have gone meanwhile.
                    let _ = on_news.try_run(());
                }
            });
        };
        if let Ok(asking) = set_interval_with_handle(ask, Duration::from_secs(ASK_S)) {
            on_cleanup(move || asking.clear());
        }
    });
    view! {
        <p class="watch" role="status" data-others=move || others.with(Vec::len).to_string()>
            {move || {
                let names = others.get().join(t(w("、", ", ")));
                (!names.is_empty())
                    .then(|| {
                        let words = fill(w("{} 也在看这次走访", "{} has this visit open, too"), &[&names]);
                        view! { <Badge tone=Tone::Violet icon=Glyph::EYE>{words}</Badge> }
                    })
            }}
        </p>
        {move || {
            let count = come.get();
            (count > 0)
                .then(|| {
                    let count = count.to_string();
                    let said = match show {
                        Some(show) => {
                            let words = fill(w("又到了 {} 份凭证,重新读取", "New evidence is here ({}): show it"), &[&count]);
                            view! {
                                <Button kind=ButtonKind::Quiet icon=Glyph::SYNC on_click=move |()| show.run(())>{words}</Button>
                            }
                                .into_any()
                        }
                        None => {
                            let words = fill(w("又到了 {} 份凭证", "New evidence is here ({})"), &[&count]);
                            view! { <Badge tone=Tone::Violet icon=Glyph::PHOTO>{words}</Badge> }.into_any()
                        }
                    };
                    view! { <p class="watch" role="status" data-come=count>{said}</p> }
                })
        }}
    }
}

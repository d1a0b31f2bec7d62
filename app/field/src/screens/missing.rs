//! 缺什么, and handing in.

use domain::ids::AssignmentId;
use leptos::prelude::*;
use ui::{ActionBar, Banner, Button, Glyph, Tone};

use crate::{
    parts::{Page, page, saved},
    phone::Phone,
    route::Route,
    row::Stage,
    visit::Visit,
    words::{t, tf},
};

/// The screen.
pub(crate) fn missing(phone: Phone, id: AssignmentId) -> impl IntoView {
    let visit = Visit { phone, id };
    let missing = Memo::new(move |_| visit.missing());
    let hard = Memo::new(move |_| missing.with(|all| all.iter().filter(|one| !one.what.is_warning()).count()));
    let stage = Memo::new(move |_| visit.stage());
    let can = Signal::derive(move || {
        let ready = match stage.get() {
            Stage::Debrief | Stage::Returned => true,
            // Once more with what there is to say since, and not without.
            Stage::Later => visit.has_more(),
            // Called back or taken over in the middle: as it is, and HQ decides on it.
            Stage::Closed | Stage::Elsewhere => return visit.holds_work(),
            _ => false,
        };
        ready && hard.get() == 0
    });
    let busy = RwSignal::new(false);
    let submit = move |()| {
        busy.set(true);
        leptos::task::spawn_local(async move {
            let done = phone.submit(id).await;
            busy.try_set(false);
            if done {
                phone.router.replace(Route::Visit(id));
            }
        });
    };
    let body = view! {
        {move || match stage.get() {
            Stage::OnSite => {
                view! {
                    <Banner tone=Tone::Ink glyph=Glyph::PIN title=t("还没有离场", "Not left yet")>
                        <p>{t("离场后才能提交。离开后补记更从容。", "Handing in comes after leaving.")}</p>
                    </Banner>
                }
                    .into_any()
            }
            // What was asked for is read once more before it is said to be done.
            Stage::Returned => super::task::returned(visit),
            _ => ().into_any(),
        }}
        {move || {
            let count = hard.get();
            let words = if count > 0 {
                tf("还缺 {} 条", "{} missing", &[&count.to_string()])
            } else if stage.get() == Stage::Later && !visit.has_more() {
                // Nothing that was due is missing, and there is nothing to hand in.
                t("后补题还没有答", "What is due later is not answered yet").to_owned()
            } else {
                t("都齐了", "Nothing is missing").to_owned()
            };
            view! { <h2 data-missing=count>{words}</h2> }.into_any()
        }}
        {move || {
            let all = missing.get();
            (!all.is_empty()).then(|| super::item::missing_rows(visit, &all))
        }}
        <p class="muted small">
            {t("提交后只能看,退回时才能再改。照片在有网络时自己传。", "After handing in it is read only until HQ gives it back. Photos go by themselves once there is a network.")}
        </p>
    };
    let actions = view! {
        <ActionBar note=ViewFn::from(move || saved(phone))>
            <div class="grow" data-submit=move || if can.get() { "yes" } else { "no" }>
                <Button wide=true icon=Glyph::CHECK busy disabled=Signal::derive(move || !can.get()) on_click=submit>
                    {move || if stage.get() == Stage::Returned { t("重新提交", "Hand in again") } else { t("提交", "Hand in") }}
                </Button>
            </div>
        </ActionBar>
    };
    page(
        phone,
        Page {
            sub: Signal::derive(move || visit.venue_name()),
            back: Some(Route::Visit(id)),
            private: true,
            actions: Some(actions.into_any()),
            ..Page::new(Signal::stored(t("缺什么", "What is missing").to_owned()), body)
        },
    )
}

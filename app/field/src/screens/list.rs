//! All items of a visit below one another, for those who prefer to scroll.

use domain::ids::AssignmentId;
use leptos::prelude::*;
use ui::ButtonLink;

use crate::{
    parts::{Page, page, saved},
    phone::Phone,
    route::Route,
    visit::Visit,
    words::{say, t},
};

/// The screen.
pub(crate) fn list(phone: Phone, id: AssignmentId) -> impl IntoView {
    let visit = Visit { phone, id };
    let Some(checklist) = untrack(|| visit.checklist()) else { return super::task(phone, id).into_any() };
    let sections = checklist
        .sections
        .iter()
        .map(|section| {
            let items = section
                .items
                .iter()
                .map(|item| view! { <div class="card">{super::item::body(visit, item)}</div> })
                .collect_view();
            view! {
                <section class="stack">
                    <h2>{say(&section.title)}</h2>
                    {items}
                </section>
            }
        })
        .collect_view();
    let actions = view! {
        <ui::ActionBar note=ViewFn::from(move || saved(phone))>
            <ButtonLink href=Route::Missing(id).path()>{t("缺什么", "What is missing")}</ButtonLink>
        </ui::ActionBar>
    };
    page(
        phone,
        Page {
            sub: Signal::stored(say(&checklist.title)),
            back: Some(Route::Visit(id)),
            private: true,
            actions: Some(actions.into_any()),
            ..Page::new(Signal::stored(visit.venue_name()), sections)
        },
    )
    .into_any()
}

//! 离场后: what is said about the visit as a whole.

use domain::{
    ids::AssignmentId,
    visit::{Edit, Impressions},
};
use leptos::prelude::*;
use ui::{ActionBar, ButtonLink, Field, TextArea};

use crate::{
    later::Debounce,
    parts::{Page, page, saved},
    phone::Phone,
    route::Route,
    visit::Visit,
    words::{t, tf},
};

/// The screen.
pub(crate) fn debrief(phone: Phone, id: AssignmentId) -> impl IntoView {
    let visit = Visit { phone, id };
    let left = untrack(|| super::task::moment(visit, visit.stage()));
    let least = untrack(|| visit.checklist()).map_or(0, |checklist| checklist.minimums.impression_chars);
    let typed = RwSignal::new(untrack(|| visit.draft()).map(|draft| draft.impressions).unwrap_or_default());
    let later = Debounce::new(phone);
    let write = move |change: fn(&mut Impressions, String), text: String| {
        typed.update(|typed| change(typed, text));
        later.run(move || visit.edit(Edit::Impressions(typed.get_untracked())));
    };
    let count = move || typed.with(|typed| typed.overall.chars().count());
    let overall = Signal::derive(move || typed.with(|typed| typed.overall.clone()));
    let good = Signal::derive(move || typed.with(|typed| typed.good.clone()));
    let suggestion = Signal::derive(move || typed.with(|typed| typed.suggestion.clone()));
    let open = Signal::derive(move || visit.is_open(None));
    let body = view! {
        {left}
        {super::item::returned(visit, None)}
        <fieldset class="stack" disabled=move || !open.get()>
            <Field id="overall" label=t("总体印象", "Overall impression")>
                <TextArea name="overall" value=overall rows=4 maxlength=4000_u32 on_input=move |text| write(|to, text| to.overall = text, text) on_blur=move |()| later.flush() />
            </Field>
            {(least > 0)
                .then(|| {
                    view! {
                        <p class="muted small">{move || tf("{} / {} 字", "{} / {} characters", &[&count().to_string(), &least.to_string()])}</p>
                    }
                })}
            <Field id="good" label=t("亮点", "What was good") aside=t("可不填", "optional")>
                <TextArea name="good" value=good rows=2 maxlength=4000_u32 on_input=move |text| write(|to, text| to.good = text, text) on_blur=move |()| later.flush() />
            </Field>
            <Field id="suggestion" label=t("建议", "Suggestion") aside=t("可不填", "optional")>
                <TextArea name="suggestion" value=suggestion rows=2 maxlength=4000_u32 on_input=move |text| write(|to, text| to.suggestion = text, text) on_blur=move |()| later.flush() />
            </Field>
        </fieldset>
    };
    let actions = view! {
        <ActionBar note=ViewFn::from(move || saved(phone))>
            <ButtonLink href=Route::Missing(id).path()>{t("看还缺什么", "See what is missing")}</ButtonLink>
        </ActionBar>
    };
    page(
        phone,
        Page {
            sub: Signal::derive(move || visit.venue_name()),
            back: Some(Route::Visit(id)),
            private: true,
            actions: Some(actions.into_any()),
            ..Page::new(Signal::stored(t("离场补记", "Debrief").to_owned()), body)
        },
    )
}

//! One tap away: a page of somebody's own notes.

use leptos::prelude::*;

use crate::{phone::Phone, words::t};

const KEY: &str = "mc.notes";
/// The id of what one writes into.
pub(crate) const NOTES: &str = "notes";

/// The page. A press in its corner leads back.
pub(crate) fn cover(phone: Phone) -> impl IntoView {
    let text = device::mirror::preference(KEY).unwrap_or_default();
    view! {
        <div class="plain-notes" data-state="hidden">
            <p class="plain-notes__title">{t("随记", "Notes")}</p>
            <textarea
                class="plain-notes__text"
                id=NOTES
                aria-label=t("随记", "Notes")
                prop:value=text
                on:input=move |event| device::mirror::set_preference(KEY, &event_target_value(&event))
            ></textarea>
            <button
                type="button"
                class="plain-notes__back"
                aria-label=t("返回", "Back")
                on:click=move |_| phone.hidden.set(false)
            >
                "…"
            </button>
        </div>
    }
}

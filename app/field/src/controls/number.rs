//! One number: timed, counted or typed.

use domain::checklist::{Bands, Unit, Value};
use leptos::prelude::*;
use ui::Counter;

use super::{Slot, timer, typed};
use crate::words::{self, lang, t};

pub(super) fn timed(slot: Slot, unit: Unit, bands: Bands) -> impl IntoView {
    let stored = Signal::derive(move || slot.number());
    let save = move |value: Option<i64>| slot.set(value.map(Value::Number));
    let key = slot.visit.watch_key(&slot.name(), 0);
    view! {
        {timer::view(slot.visit, key, slot.legend(), stored, move |ms| save(Some(ms)))}
        <details class="field">
            <summary class="button button--plain">{t("改成手填", "Type it instead")}</summary>
            {typed::pad(slot.visit.phone, slot.name(), slot.legend(), unit, stored, save)}
        </details>
        {worth(slot, unit, bands)}
    }
}

pub(super) fn counted(slot: Slot, unit: Unit, bands: Bands) -> impl IntoView {
    let value = Signal::derive(move || slot.number().map(|number| number as u32));
    let before = StoredValue::new(None::<Option<u32>>);
    let set = move |next: Option<u32>| {
        before.set_value(Some(value.get_untracked()));
        slot.set(next.map(|next| Value::Number(i64::from(next))));
    };
    view! {
        <Counter
            label=slot.legend()
            value
            unit=unit.label(lang())
            on_change=move |next| set(Some(next))
            on_undo=move |()| {
                if let Some(before) = before.get_value() {
                    set(before);
                }
            }
            words=words::counter()
        />
        {none_button(slot, value)}
        {worth(slot, unit, bands)}
    }
}

pub(super) fn padded(slot: Slot, unit: Unit, bands: Bands) -> impl IntoView {
    let stored = Signal::derive(move || slot.number());
    view! {
        {typed::pad(slot.visit.phone, slot.name(), slot.legend(), unit, stored, move |value| slot.set(value.map(Value::Number)))}
        {worth(slot, unit, bands)}
    }
}

/// Nought is an answer too, and one tap.
fn none_button(slot: Slot, value: Signal<Option<u32>>) -> impl IntoView {
    move || {
        value.get().is_none().then(|| {
            view! {
                <ui::Button kind=ui::ButtonKind::Quiet wide=true on_click=move |()| slot.set(Some(Value::Number(0)))>
                    {t("0 次", "None")}
                </ui::Button>
            }
        })
    }
}

/// What the number is worth, and the band that it fell into.
pub(super) fn worth(slot: Slot, unit: Unit, bands: Bands) -> impl IntoView {
    view! {
        <p class="muted small">
            {typed::bands_line(&bands, unit)}
            {move || {
                slot.number()
                    .map(|number| {
                        let (share, _) = bands.share(number);
                        words::tf(" → 得 {}%", " → earns {}%", &[&(share / 100).to_string()])
                    })
            }}
        </p>
    }
}

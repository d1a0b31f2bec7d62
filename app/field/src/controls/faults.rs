//! Which faults were seen; none is an answer.

use domain::checklist::{Fault, Value};
use leptos::prelude::*;
use ui::{Button, ButtonKind, CheckboxTiles, Glyph};

use super::Slot;
use crate::words::{say, t};

pub(super) fn view(slot: Slot, options: Vec<Fault>) -> impl IntoView {
    let choices: Vec<ui::Choice> =
        options.iter().map(|fault| ui::Choice::new(fault.code.clone(), say(&fault.label))).collect();
    let order: StoredValue<Vec<String>> = StoredValue::new(options.into_iter().map(|fault| fault.code).collect());
    let values = Signal::derive(move || match slot.value.get() {
        Some(Value::Faults(codes)) => codes,
        _ => Vec::new(),
    });
    let none = Signal::derive(move || matches!(slot.value.get(), Some(Value::Faults(codes)) if codes.is_empty()));
    let toggle = move |(code, on): (String, bool)| {
        let mut codes = values.get_untracked();
        codes.retain(|known| *known != code);
        if on {
            codes.push(code);
        }
        // In the order of the list, whatever the order of the taps.
        codes.sort_by_key(|code| order.with_value(|order| order.iter().position(|known| known == code)));
        slot.set(Some(Value::Faults(codes)));
    };
    view! {
        <CheckboxTiles
            name=slot.name()
            legend=slot.legend()
            quiet_legend=true
            choices
            values
            on_toggle=toggle
        />
        {move || {
            let kind = if none.get() { ButtonKind::Primary } else { ButtonKind::Quiet };
            view! {
                <Button wide=true kind icon=Glyph::CHECK on_click=move |()| slot.set(Some(Value::Faults(Vec::new())))>
                    {t("以上都没有", "None of these")}
                </Button>
            }.into_any()
        }}
    }
}

//! One of several.

use domain::checklist::{Choice, Value};
use leptos::prelude::*;
use ui::RadioSegment;

use super::Slot;
use crate::words::say;

pub(super) fn view(slot: Slot, options: Vec<Choice>) -> impl IntoView {
    let choices = options
        .into_iter()
        .map(|option| {
            let choice = ui::Choice::new(option.code.clone(), say(&option.label));
            match slot.red_line_of(&option.code) {
                Some(line) => choice.red_line(line),
                None => choice,
            }
        })
        .collect::<Vec<_>>();
    let value = Signal::derive(move || match slot.value.get() {
        Some(Value::Choice(code)) => Some(code),
        _ => None,
    });
    view! {
        <RadioSegment
            name=slot.name()
            legend=slot.legend()
            quiet_legend=true
            choices
            value
            on_change=move |code| slot.set(Some(Value::Choice(code)))
        />
    }
}

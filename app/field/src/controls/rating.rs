//! Ratings and levels.

use domain::{
    checklist::{RedLineWhen, Value},
    text::Text,
};
use leptos::prelude::*;
use ui::{Label, Level, RadioSegment, Rating};

use super::Slot;
use crate::words::{say, t};

pub(super) fn stars(slot: Slot) -> impl IntoView {
    let words: [Label; 5] =
        [t("很差", "Very poor"), t("差", "Poor"), t("一般", "Fair"), t("好", "Good"), t("很好", "Very good")]
            .map(Into::into);
    let red_line = slot.item.with_value(|item| {
        item.red_line.as_ref().filter(|line| line.when == RedLineWhen::AtMost(1)).map(|line| say(&line.label))
    });
    let value = Signal::derive(move || slot.number().map(|number| number as u8));
    let on_change = move |stars: u8| slot.set(Some(Value::Number(i64::from(stars))));
    match red_line {
        Some(line) => {
            view! { <Rating name=slot.name() legend=slot.legend() words red_line=line value on_change /> }.into_any()
        }
        None => view! { <Rating name=slot.name() legend=slot.legend() words value on_change /> }.into_any(),
    }
}

pub(super) fn level(slot: Slot, labels: Vec<Text>) -> impl IntoView {
    let words: Vec<Label> = labels.iter().map(|label| say(label).into()).collect();
    match <[Label; 4]>::try_from(words) {
        Ok(words) => view! {
            <Level
                name=slot.name()
                legend=slot.legend()
                words
                value=Signal::derive(move || slot.number().map(|number| number as u8))
                on_change=move |level: u8| slot.set(Some(Value::Number(i64::from(level))))
            />
        }
        .into_any(),
        // Another number of levels is a plain choice between their words.
        Err(words) => {
            let choices: Vec<ui::Choice> =
                words.into_iter().enumerate().map(|(level, word)| ui::Choice::new(level.to_string(), word)).collect();
            view! {
                <RadioSegment
                    name=slot.name()
                    legend=slot.legend()
                    quiet_legend=true
                    choices
                    value=Signal::derive(move || slot.number().map(|number| number.to_string()))
                    on_change=move |level: String| slot.set(level.parse().ok().map(Value::Number))
                />
            }
            .into_any()
        }
    }
}

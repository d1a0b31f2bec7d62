//! One control for each kind of answer.

mod calls;
mod cases;
mod choice;
mod count;
mod faults;
mod number;
mod rating;
mod series;
mod timer;
mod typed;
mod words;

use domain::checklist::{AnswerKind, Control, Item, RedLineWhen, Value};
use leptos::prelude::*;

use crate::visit::Visit;

/// What a control needs: the item, the value now, and a way to set it.
#[derive(Clone, Copy)]
pub(crate) struct Slot {
    /// The visit.
    pub visit: Visit,
    /// The item.
    pub item: StoredValue<Item>,
    /// The value that is stored.
    pub value: Memo<Option<Value>>,
}

impl Slot {
    /// Sets the value (and takes back 不适用), as one tap.
    pub(crate) fn set(self, value: Option<Value>) {
        let id = self.item.with_value(|item| item.id);
        self.visit.amend(id, move |answer| {
            answer.na = None;
            answer.value = value;
        });
    }

    /// The question, for who cannot see.
    #[must_use]
    pub(crate) fn legend(self) -> String {
        self.item.with_value(|item| crate::words::say(&item.criterion))
    }

    /// The name that ties radios together.
    #[must_use]
    pub(crate) fn name(self) -> String {
        self.item.with_value(|item| item.code.clone())
    }

    /// The number that is stored, if it is one.
    #[must_use]
    pub(crate) fn number(self) -> Option<i64> {
        match self.value.get()? {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The words of the red line, if choosing `code` crosses it.
    #[must_use]
    pub(crate) fn red_line_of(self, code: &str) -> Option<String> {
        self.item.with_value(|item| match &item.red_line {
            Some(line) => match &line.when {
                RedLineWhen::Chosen(codes) if codes.iter().any(|known| known == code) => {
                    Some(crate::words::say(&line.label))
                }
                _ => None,
            },
            None => None,
        })
    }
}

/// The control that fits the item.
pub(crate) fn control(slot: Slot) -> AnyView {
    let kind = slot.item.with_value(|item| item.answer.clone());
    match kind {
        AnswerKind::Choice { options } => choice::view(slot, options).into_any(),
        AnswerKind::Number { unit, control: Control::Stopwatch, bands, rural } => {
            number::timed(slot, unit, slot.visit.bands(bands, rural)).into_any()
        }
        AnswerKind::Number { unit, control: Control::Counter | Control::Steps, bands, rural } => {
            number::counted(slot, unit, slot.visit.bands(bands, rural)).into_any()
        }
        AnswerKind::Number { unit, control: Control::Pad, bands, rural } => {
            number::padded(slot, unit, slot.visit.bands(bands, rural)).into_any()
        }
        AnswerKind::Series { unit, control, count, variants } => {
            series::view(slot, unit, control, count as usize, variants).into_any()
        }
        AnswerKind::Count { of } => count::view(slot, of).into_any(),
        AnswerKind::Calls { count } => calls::view(slot, count as usize).into_any(),
        AnswerKind::Faults { options, .. } => faults::view(slot, options).into_any(),
        AnswerKind::Cases => cases::view(slot).into_any(),
        AnswerKind::Rating => rating::stars(slot).into_any(),
        AnswerKind::Level { labels } => rating::level(slot, labels).into_any(),
        AnswerKind::Text => words::view(slot).into_any(),
    }
}

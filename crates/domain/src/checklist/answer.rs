//! Answers: what the phone stores for an item, and whether it can be meant.

use serde::{Deserialize, Serialize};

use super::{AnswerKind, Item, RedLineWhen};
use crate::text::Text;

/// The most characters of a note.
const NOTE_MAX: usize = 4_000;
/// The most rows of a series or case table.
const ROWS_MAX: usize = 200;

/// An answer to an item.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Answer {
    /// What was answered; `None` with `na`, or while only a note stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// 不适用, with the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub na: Option<String>,
    /// The visitor ticked that the red line was crossed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ticked: bool,
    /// In the visitor's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(value: &bool) -> bool {
    !*value
}

/// What was answered, by [`AnswerKind`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// The code of the choice.
    Choice(String),
    /// A number in the item's unit; also a rating (1 to 5) or level.
    Number(i64),
    /// Measurements in the item's unit.
    Series {
        /// Which variant; empty where the item has none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        variant: String,
        /// The measurements.
        values: Vec<i64>,
    },
    /// How many were right.
    Count(u32),
    /// Timed tries.
    Calls(Vec<Call>),
    /// The codes of the faults that were seen; none is an answer.
    Faults(Vec<String>),
    /// Billing cases.
    Cases(Vec<BillingCase>),
    /// Words.
    Text(String),
}

/// One timed try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// How long it took, ms; 0 where it was not timed.
    pub ms: i64,
    /// Whether it went right.
    pub ok: bool,
}

/// One billing case.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BillingCase {
    /// What was used: time, length, other party, volume.
    pub what: String,
    /// What was due, 分.
    pub expected: i64,
    /// What the bill says, 分; `None` until the bill is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed: Option<i64>,
}

impl BillingCase {
    /// Whether the bill is right; not before it is there.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.billed == Some(self.expected)
    }

    /// Whether more was charged than was due, if only by 0.01.
    #[must_use]
    pub fn is_overcharged(&self) -> bool {
        self.billed.is_some_and(|billed| billed > self.expected)
    }
}

/// Why an answer cannot be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AnswerProblem {
    /// The answer is of another kind than the item.
    #[error("the answer is of another kind")]
    Kind,
    /// The choice, fault or variant is none of the item's.
    #[error("no such choice")]
    Choice,
    /// The number is outside its range.
    #[error("outside the range")]
    Range,
    /// Too many or too few rows, or a text too long.
    #[error("too long")]
    Length,
    /// The item has no 不适用.
    #[error("not-applicable is no answer here")]
    NotApplicable,
    /// 不适用 needs a reason, and no value beside it.
    #[error("not-applicable needs a reason")]
    Reason,
    /// The item has no red line to tick.
    #[error("there is no red line to tick")]
    Ticked,
}

impl AnswerProblem {
    /// The words for people.
    #[must_use]
    pub fn text(self) -> Text {
        match self {
            Self::Kind => Text::new("答案类型与题目不符。", "The answer is of another kind than the question."),
            Self::Choice => Text::new("没有这个选项。", "There is no such choice."),
            Self::Range => Text::new("数值超出范围。", "The number is outside its range."),
            Self::Length => Text::new("内容太长或条数不对。", "Too long, or the wrong number of rows."),
            Self::NotApplicable => Text::new("这一题不能选不适用。", "This question has no “not applicable”."),
            Self::Reason => Text::new("请写明不适用的原因。", "Please say why it does not apply."),
            Self::Ticked => Text::new("这一题没有需要勾选的红线。", "This question has no red line to tick."),
        }
    }
}

impl Answer {
    /// An answer of this value alone.
    #[must_use]
    pub fn of(value: Value) -> Self {
        Self { value: Some(value), ..Self::default() }
    }

    /// 不适用 for this reason.
    #[must_use]
    pub fn not_applicable(reason: &str) -> Self {
        Self { na: Some(reason.to_owned()), ..Self::default() }
    }

    /// Whether it answers anything: a note alone does not.
    #[must_use]
    pub const fn is_answered(&self) -> bool {
        self.value.is_some() || self.na.is_some()
    }
}

impl Item {
    /// Whether `answer` can be meant as an answer to this item. An unfinished one can.
    ///
    /// # Errors
    /// The first [`AnswerProblem`].
    pub fn check(&self, answer: &Answer) -> Result<(), AnswerProblem> {
        if answer.note.chars().count() > NOTE_MAX {
            return Err(AnswerProblem::Length);
        }
        if answer.ticked && !matches!(&self.red_line, Some(line) if line.when == RedLineWhen::Ticked) {
            return Err(AnswerProblem::Ticked);
        }
        if let Some(reason) = &answer.na {
            if !self.na {
                return Err(AnswerProblem::NotApplicable);
            }
            if reason.trim().is_empty() || answer.value.is_some() {
                return Err(AnswerProblem::Reason);
            }
            return length(reason.chars().count(), NOTE_MAX);
        }
        match &answer.value {
            None => Ok(()),
            Some(value) => self.check_value(value),
        }
    }

    fn check_value(&self, value: &Value) -> Result<(), AnswerProblem> {
        match (&self.answer, value) {
            (AnswerKind::Choice { options }, Value::Choice(code)) => {
                known(options.iter().any(|option| option.code == *code))
            }
            (AnswerKind::Number { unit, .. }, Value::Number(number)) => measured(*number, unit.scale()),
            (AnswerKind::Series { unit, count, variants, .. }, Value::Series { variant, values }) => {
                known(variants.iter().any(|known| known.code == *variant))?;
                length(values.len(), *count as usize)?;
                values.iter().try_for_each(|number| measured(*number, unit.scale()))
            }
            (AnswerKind::Count { of }, Value::Count(right)) => within(i64::from(*right), 0, i64::from(*of)),
            (AnswerKind::Calls { count }, Value::Calls(calls)) => {
                length(calls.len(), *count as usize)?;
                calls.iter().try_for_each(|call| measured(call.ms, 1_000))
            }
            (AnswerKind::Faults { options, .. }, Value::Faults(codes)) => {
                length(codes.len(), options.len())?;
                codes.iter().enumerate().try_for_each(|(at, code)| {
                    known(options.iter().any(|fault| fault.code == *code) && !codes[..at].contains(code))
                })
            }
            (AnswerKind::Cases, Value::Cases(cases)) => {
                length(cases.len(), ROWS_MAX)?;
                cases.iter().try_for_each(|case| {
                    length(case.what.chars().count(), 200)?;
                    within(case.expected, 0, 100_000_000)?;
                    within(case.billed.unwrap_or(0), 0, 100_000_000)
                })
            }
            (AnswerKind::Rating, Value::Number(stars)) => within(*stars, 1, 5),
            (AnswerKind::Level { labels }, Value::Number(level)) => within(*level, 0, labels.len() as i64 - 1),
            (AnswerKind::Text, Value::Text(text)) => length(text.chars().count(), NOTE_MAX),
            _ => Err(AnswerProblem::Kind),
        }
    }
}

const fn known(is: bool) -> Result<(), AnswerProblem> {
    if is { Ok(()) } else { Err(AnswerProblem::Choice) }
}

const fn length(is: usize, max: usize) -> Result<(), AnswerProblem> {
    if is <= max { Ok(()) } else { Err(AnswerProblem::Length) }
}

const fn within(number: i64, min: i64, max: i64) -> Result<(), AnswerProblem> {
    if number >= min && number <= max { Ok(()) } else { Err(AnswerProblem::Range) }
}

/// A measured number is not negative and not absurd: at most 100,000 shown units.
const fn measured(number: i64, scale: i64) -> Result<(), AnswerProblem> {
    within(number, 0, 100_000 * scale)
}

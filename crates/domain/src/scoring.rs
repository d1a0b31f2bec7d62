//! The score of a visit: one published formula, the same code on phone and server.
//!
//! ```text
//! item   = weight × share                      share in 1/10,000, rounded half up once
//! visit  = Σ item / Σ applicable weight        in 1/10,000, rounded half up once
//! ```
//!
//! * 不适用 leaves the denominator. A question without an answer stays in it and earns nothing.
//! * An item that is answered later leaves the denominator while it waits: the
//!   score is 初评 until the item is answered or its time is over, then it counts.
//! * Less than 60 of 100 weight points applicable: 不计分, the record is kept.
//! * A crossed red line caps the visit at 59.00 (5900).
//!
//! A formula never changes under a number: another formula has another number,
//! and scores are stored with theirs.

use serde::{Deserialize, Serialize};

use crate::{
    checklist::{Answer, AnswerKind, ChecklistVersion, FULL, Item, RedLineWhen, Share, Value},
    ids::{ItemId, SectionId},
    time::{DAY_MS, Moment},
    visit::VisitDocument,
};

/// How long the server waits, past the last moment, for an answer that was given in time and comes late. ms.
pub const SETTLE_GRACE_MS: i64 = DAY_MS;

/// The number of the formula above.
pub const FORMULA: u32 = 1;

/// What the document alone does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreContext {
    /// The venue is in the country: other limits apply.
    pub rural: bool,
    /// The moment of scoring: an item that is answered later may have run out of time.
    pub now: Moment,
}

/// A score with its whole arithmetic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitScore {
    /// 0 to 10000; `None` for 不计分.
    pub score: Option<i32>,
    /// The score before a red line capped it.
    pub uncapped: Option<i32>,
    /// 初评.
    pub provisional: bool,
    /// The items whose red line was crossed.
    pub red_lines: Vec<ItemId>,
    /// See [`FORMULA`].
    pub formula: u32,
    /// Σ weight of the items that count.
    pub applicable: u32,
    /// Σ weight × share, in 1/10,000 weight points.
    pub earned: i64,
    /// Each item, in order.
    pub items: Vec<ItemScore>,
    /// Each section, in order.
    pub sections: Vec<SectionScore>,
}

/// What one item contributes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemScore {
    /// Which item.
    pub item: ItemId,
    /// Its weight.
    pub weight: u32,
    /// The share that it earned; `None` where it does not count.
    pub share: Option<Share>,
    /// How it stands.
    pub standing: Standing,
}

/// How an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Answered.
    Answered,
    /// 不适用: leaves the denominator.
    NotApplicable,
    /// Without an answer: earns nothing.
    Unanswered,
    /// 后补: its time has not come, it leaves the denominator for now.
    Waiting,
    /// Its time is over: earns nothing.
    TimedOut,
}

/// What a section contributes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionScore {
    /// Which section.
    pub section: SectionId,
    /// Σ weight of its items that count.
    pub applicable: u32,
    /// Σ weight × share, in 1/10,000 weight points.
    pub earned: i64,
}

/// The score of `document`.
#[must_use]
pub fn score(checklist: &ChecklistVersion, document: &VisitDocument, context: ScoreContext) -> VisitScore {
    let mut items = Vec::new();
    let mut sections = Vec::new();
    let mut red_lines = Vec::new();
    let (mut applicable, mut earned) = (0, 0);
    for section in &checklist.sections {
        let mut sum = SectionScore { section: section.id, applicable: 0, earned: 0 };
        for item in &section.items {
            let answer = document.answers.get(&item.id);
            let standing = standing(item, answer, document, context);
            let share = match standing {
                Standing::Answered => answer.and_then(|answer| share_of(item, answer, context.rural)).or(Some(0)),
                Standing::Unanswered | Standing::TimedOut => Some(0),
                Standing::NotApplicable | Standing::Waiting => None,
            };
            if answer.is_some_and(|answer| crosses_red_line(item, answer)) {
                red_lines.push(item.id);
            }
            if let Some(share) = share {
                sum.applicable += item.weight;
                sum.earned += i64::from(item.weight) * i64::from(share);
            }
            items.push(ItemScore { item: item.id, weight: item.weight, share, standing });
        }
        applicable += sum.applicable;
        earned += sum.earned;
        sections.push(sum);
    }
    let uncapped =
        (applicable >= checklist.applicable_min.max(1)).then(|| half_up(earned, i64::from(applicable)) as i32);
    let score = match uncapped {
        Some(score) if !red_lines.is_empty() => Some(score.min(checklist.red_line_cap)),
        other => other,
    };
    let provisional = items.iter().any(|item| item.standing == Standing::Waiting);
    VisitScore { score, uncapped, provisional, red_lines, formula: FORMULA, applicable, earned, items, sections }
}

/// When an item that is answered later falls due: counted from leaving, or arriving, where they are known.
#[must_use]
pub fn due(item: &Item, document: &VisitDocument, rural: bool) -> Option<Moment> {
    item.later?.due(document.arrived.as_ref(), document.left.as_ref(), rural)
}

/// When nothing is left to wait for: when the last item falls due that is answered later and is not yet. `None`: none is
/// left, or one has nothing to be counted from.
#[must_use]
pub fn settles_at(checklist: &ChecklistVersion, document: &VisitDocument, rural: bool) -> Option<Moment> {
    let dues: Option<Vec<Moment>> =
        checklist.awaited(&document.answers).map(|item| due(item, document, rural)).collect();
    dues?.into_iter().max()
}

fn standing(item: &Item, answer: Option<&Answer>, document: &VisitDocument, context: ScoreContext) -> Standing {
    match answer {
        Some(answer) if answer.na.is_some() => Standing::NotApplicable,
        Some(answer) if answer.value.is_some() => Standing::Answered,
        _ if item.later.is_none() => Standing::Unanswered,
        _ => match due(item, document, context.rural) {
            Some(due) if context.now > due => Standing::TimedOut,
            _ => Standing::Waiting,
        },
    }
}

/// The share that `answer` earns: 0 to 10000, rounded half up once. `None` where there is no value.
#[must_use]
pub fn share_of(item: &Item, answer: &Answer, rural: bool) -> Option<Share> {
    Some(match (&item.answer, answer.value.as_ref()?) {
        (AnswerKind::Choice { options }, Value::Choice(code)) => {
            options.iter().find(|option| option.code == *code).map_or(0, |option| option.share)
        }
        (AnswerKind::Number { bands, rural: country, .. }, Value::Number(number)) => {
            country.as_ref().filter(|_| rural).unwrap_or(bands).share(*number).0
        }
        (AnswerKind::Series { variants, .. }, Value::Series { variant, values }) => {
            let variant = variants.iter().find(|known| known.code == *variant);
            match (variant, mean(values)) {
                (Some(variant), Some(mean)) => variant.bands.share(mean).0,
                _ => 0,
            }
        }
        (AnswerKind::Count { of }, Value::Count(right)) => proportion(i64::from(*right), i64::from(*of)),
        (AnswerKind::Calls { count }, Value::Calls(calls)) => {
            proportion(calls.iter().filter(|call| call.ok).count() as i64, i64::from(*count))
        }
        (AnswerKind::Faults { bands, .. }, Value::Faults(codes)) => bands.share(codes.len() as i64).0,
        (AnswerKind::Cases, Value::Cases(cases)) => {
            proportion(cases.iter().filter(|case| case.is_right()).count() as i64, cases.len() as i64)
        }
        (AnswerKind::Rating, Value::Number(stars)) => proportion(stars - 1, 4),
        (AnswerKind::Level { labels }, Value::Number(level)) => proportion(*level, labels.len() as i64 - 1),
        (AnswerKind::Text, Value::Text(_)) => FULL,
        _ => 0,
    })
}

/// Whether `answer` crosses the red line of `item`.
#[must_use]
pub fn crosses_red_line(item: &Item, answer: &Answer) -> bool {
    let Some(line) = &item.red_line else { return false };
    let number = match &answer.value {
        Some(Value::Number(number)) => Some(*number),
        Some(Value::Count(right)) => Some(i64::from(*right)),
        Some(Value::Series { values, .. }) => mean(values),
        // Tries that were not made yet do not cross a line.
        Some(Value::Calls(calls)) if matches!(&item.answer, AnswerKind::Calls { count } if calls.len() == *count as usize) => {
            Some(calls.iter().filter(|call| call.ok).count() as i64)
        }
        _ => None,
    };
    match &line.when {
        RedLineWhen::Chosen(codes) => matches!(&answer.value, Some(Value::Choice(code)) if codes.contains(code)),
        RedLineWhen::AtMost(limit) => number.is_some_and(|number| number <= *limit),
        RedLineWhen::AtLeast(limit) => number.is_some_and(|number| number >= *limit),
        RedLineWhen::Over(limit) => number.is_some_and(|number| number > *limit),
        RedLineWhen::Ticked => answer.ticked,
        RedLineWhen::Overcharged => {
            matches!(&answer.value, Some(Value::Cases(cases)) if cases.iter().any(super::checklist::BillingCase::is_overcharged))
        }
    }
}

/// The mean, rounded half up; `None` of nothing.
#[must_use]
pub fn mean(values: &[i64]) -> Option<i64> {
    (!values.is_empty()).then(|| half_up(values.iter().sum(), values.len() as i64))
}

fn proportion(part: i64, of: i64) -> Share {
    if of <= 0 { 0 } else { half_up(part.clamp(0, of) * i64::from(FULL), of) as Share }
}

/// `part / of`, rounded half up; both not negative.
const fn half_up(part: i64, of: i64) -> i64 {
    (part * 2 + of) / (of * 2)
}

/// A mean that can be added to: kept as sum and number, never as a rounded mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mean {
    /// Σ of the scores, 1/10,000.
    pub sum: i64,
    /// How many.
    pub n: i64,
}

impl Mean {
    /// With one score more.
    #[must_use]
    pub const fn plus(self, score: i32) -> Self {
        Self { sum: self.sum + score as i64, n: self.n + 1 }
    }

    /// The mean, 1/10,000, rounded half up; `None` of nothing.
    #[must_use]
    pub const fn value(self) -> Option<i32> {
        if self.n == 0 { None } else { Some(half_up(self.sum, self.n) as i32) }
    }
}

/// A score as it is written: `82.5`, `59`, `100`.
#[must_use]
pub fn show_score(score: i32) -> String {
    let mut out = (score / 100).to_string();
    let rest = score % 100;
    if rest != 0 {
        out.push('.');
        out.push(char::from(b'0' + (rest / 10) as u8));
        if rest % 10 != 0 {
            out.push(char::from(b'0' + (rest % 10) as u8));
        }
    }
    out
}

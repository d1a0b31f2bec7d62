//! Checklists: immutable versions of questions, with what each weighs and proves.
//!
//! Everything that a checklist says is data: texts, weights, bands, limits, red
//! lines, evidence rules. A version never changes once it is published; a draft
//! stays on the version that it was begun with.

mod answer;
#[cfg(feature = "builtin")]
mod builtin;
mod missing;
mod proposal;

pub use answer::{Answer, AnswerProblem, BillingCase, Call, Value};
#[cfg(feature = "builtin")]
pub use builtin::builtin;
pub use missing::{Missing, MissingContext, MissingWhat, missing};
pub use proposal::{ProposedFinding, proposed_findings};

use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChecklistId, ChecklistVersionId, ItemId, SectionId},
    org::VenueKind,
    sorted::Map,
    text::Text,
    time::{HOUR_MS, Moment},
    visit::Presence,
};

/// A share of an item's weight: 0 to 10000.
pub type Share = i32;

/// The whole weight of an item.
pub const FULL: Share = 10_000;

/// One version of a checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistVersion {
    /// Its id.
    pub id: ChecklistVersionId,
    /// The checklist across its versions.
    pub checklist: ChecklistId,
    /// 1, 2, 3 …
    pub number: u32,
    /// The topic (专项): `network`, `hotline`, `hall`, `online`, `billing`, or one of the tenant's own.
    pub topic: String,
    /// Its title.
    pub title: Text,
    /// How the visit is made.
    pub how: Text,
    /// What can be visited with it.
    pub venue_kinds: Vec<VenueKind>,
    /// Its questions, in order.
    pub sections: Vec<Section>,
    /// What a visit should at least consist of; unmet ones warn the reviewer.
    #[serde(default)]
    pub minimums: Minimums,
    /// The score that a crossed red line leaves at most, 1/10,000.
    pub red_line_cap: i32,
    /// The weight that must apply for a visit to be scored at all.
    pub applicable_min: u32,
}

/// A group of questions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its id.
    pub id: SectionId,
    /// Its title.
    pub title: Text,
    /// Its questions, in order.
    pub items: Vec<Item>,
}

/// What a visit should at least consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Minimums {
    /// Between arriving and leaving, ms.
    #[serde(default)]
    pub dwell_ms: i64,
    /// The same at an agent's, ms.
    #[serde(default)]
    pub dwell_agent_ms: i64,
    /// Photos and screenshots.
    #[serde(default)]
    pub photos: u32,
    /// Questions asked.
    #[serde(default)]
    pub questions: u32,
    /// Characters of 总体印象.
    #[serde(default)]
    pub impression_chars: u32,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its id: stays while the question means the same.
    pub id: ItemId,
    /// How people cite it: `HALL-02`.
    pub code: String,
    /// What is asked.
    pub criterion: Text,
    /// How to look, measure or count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gloss: Option<Text>,
    /// Its weight.
    pub weight: u32,
    /// How it is answered, and what an answer is worth.
    pub answer: AnswerKind,
    /// What must not happen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub red_line: Option<RedLine>,
    /// A value beyond which a finding is 较重 at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severe_over: Option<i64>,
    /// What proves the answer.
    #[serde(default)]
    pub evidence: EvidenceRule,
    /// 不适用 is an answer; it leaves the denominator.
    #[serde(default)]
    pub na: bool,
    /// 后补题: answered when the time has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<Later>,
    /// On what the item rests.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub basis: Vec<String>,
    /// The limits have no public basis: HQ confirms them at first use.
    #[serde(default)]
    pub confirm: bool,
}

/// How an item is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// One of several, each worth its share; yes and no are two of them.
    Choice {
        /// What can be chosen.
        options: Vec<Choice>,
    },
    /// One number.
    Number {
        /// What is counted or measured.
        unit: Unit,
        /// The control that fits.
        control: Control,
        /// What the number is worth.
        bands: Bands,
        /// What it is worth in the country, where that differs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rural: Option<Bands>,
    },
    /// Several measurements; their mean counts.
    Series {
        /// What is measured.
        unit: Unit,
        /// The control that fits.
        control: Control,
        /// How many.
        count: u32,
        /// The cases between which one chooses first (4G, 5G); one with an empty code where there is none.
        variants: Vec<Variant>,
    },
    /// How many of `of` were right; the share is proportional.
    Count {
        /// Out of how many.
        of: u32,
    },
    /// Timed tries, each right or not; the share is proportional.
    Calls {
        /// How many.
        count: u32,
    },
    /// Which faults were seen; their number counts.
    Faults {
        /// What can be wrong.
        options: Vec<Fault>,
        /// What the number of faults is worth.
        bands: Bands,
    },
    /// Billing cases: expected against billed; the share is right of all.
    Cases,
    /// 1 to 5: 1 is worth nothing, 5 everything.
    Rating,
    /// 0 to n: the share is proportional.
    Level {
        /// What each level means, from 0.
        labels: Vec<Text>,
    },
    /// Words; worth nothing.
    Text,
}

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What is stored.
    pub code: String,
    /// What is shown.
    pub label: Text,
    /// What it is worth.
    pub share: Share,
}

/// Something that can be wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What is stored.
    pub code: String,
    /// What is shown.
    pub label: Text,
}

/// A case of a measurement with limits of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// What is stored.
    pub code: String,
    /// What is shown.
    pub label: Text,
    /// What the mean is worth.
    pub bands: Bands,
}

/// What a number is worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bands {
    /// Whether less or more is better.
    pub better: Better,
    /// Limits from the best on; a limit belongs to its band.
    pub steps: Vec<Step>,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// Less.
    Less,
    /// More.
    More,
}

/// A limit and what it earns. What passes no limit earns nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// In the unit of the item.
    pub limit: i64,
    /// What it earns.
    pub share: Share,
}

impl Bands {
    /// The share that `value` earns, and the place of its band (`steps.len()` for none).
    #[must_use]
    pub fn share(&self, value: i64) -> (Share, usize) {
        let within = |step: &Step| match self.better {
            Better::Less => value <= step.limit,
            Better::More => value >= step.limit,
        };
        match self.steps.iter().position(within) {
            Some(place) => (self.steps[place].share, place),
            None => (0, self.steps.len()),
        }
    }
}

/// What a number counts or measures. All are whole numbers in storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Times something happened.
    Times,
    /// ms, shown in seconds.
    Seconds,
    /// ms, shown in minutes.
    Minutes,
    /// ms, shown in hours.
    Hours,
    /// ms, shown in days.
    Days,
    /// 1/1000 Mbit/s.
    Mbps,
    /// Menu layers or steps.
    Layers,
}

impl Unit {
    /// How many stored units one shown unit has.
    #[must_use]
    pub const fn scale(self) -> i64 {
        match self {
            Self::Times | Self::Layers => 1,
            Self::Seconds | Self::Mbps => 1_000,
            Self::Minutes => 60_000,
            Self::Hours => 3_600_000,
            Self::Days => 86_400_000,
        }
    }

    /// How the unit is written after a number.
    #[must_use]
    pub const fn label(self, lang: crate::text::Lang) -> &'static str {
        use crate::text::Lang::{En, Zh};
        match (self, lang) {
            (Self::Times, Zh) => "次",
            (Self::Times, En) => "times",
            (Self::Seconds, Zh) => "秒",
            (Self::Seconds, En) => "s",
            (Self::Minutes, Zh) => "分",
            (Self::Minutes, En) => "min",
            (Self::Hours, Zh) => "小时",
            (Self::Hours, En) => "h",
            (Self::Days, Zh) => "天",
            (Self::Days, En) => "days",
            (Self::Mbps, _) => "Mbps",
            (Self::Layers, Zh) => "层",
            (Self::Layers, En) => "layers",
        }
    }
}

/// The control that fits a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// A number pad.
    Pad,
    /// A stopwatch; the number can be mended, which leaves a trace in the times of the answer.
    Stopwatch,
    /// Taps.
    Counter,
    /// Steps, one after the other.
    Steps,
}

/// What must not happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedLine {
    /// When it is crossed.
    pub when: RedLineWhen,
    /// What it is called; the question of the tick box where the visitor decides.
    pub label: Text,
}

/// When a red line is crossed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedLineWhen {
    /// One of these was chosen.
    Chosen(Vec<String>),
    /// The number (count, rating) is this or less.
    AtMost(i64),
    /// The number is this or more.
    AtLeast(i64),
    /// The number is more than this.
    Over(i64),
    /// The visitor ticked it.
    Ticked,
    /// A billing case charged more than was due.
    Overcharged,
}

/// What proves an answer.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct EvidenceRule {
    /// When it is needed.
    pub when: EvidenceWhen,
    /// What serves; any one of them does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<EvidenceNeed>,
    /// How many pieces.
    #[serde(default = "one")]
    pub min: u32,
    /// What it should show.
    #[serde(default)]
    pub hint: Text,
}

const fn one() -> u32 {
    1
}

/// When evidence is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceWhen {
    /// It may be added.
    #[default]
    Optional,
    /// Always (but not for 不适用).
    Always,
    /// When the item did not earn its whole weight.
    OnFail,
    /// When the rating is this or less.
    RatingAtMost(u8),
}

/// What serves as evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceNeed {
    /// A photo.
    Photo,
    /// A screenshot.
    Screenshot,
    /// A spoken note, or a written one of [`MEMO_NOTE_CHARS`] where the microphone is refused.
    Memo,
    /// A ticket or work-order number.
    Ticket,
    /// A note.
    Note,
}

/// A note of this many characters stands for a memo where the microphone is refused.
pub const MEMO_NOTE_CHARS: usize = 20;

/// When an item is answered later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    /// Hours after leaving (or hanging up) within which the answer falls due.
    pub hours: u32,
    /// The same in the country, where that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rural_hours: Option<u32>,
}

impl Later {
    /// How long after leaving the item falls due, ms.
    #[must_use]
    pub fn due_ms(self, rural: bool) -> i64 {
        let hours = if rural { self.rural_hours.unwrap_or(self.hours) } else { self.hours };
        i64::from(hours) * HOUR_MS
    }

    /// When the item falls due: counted from leaving, or from arriving where nobody left.
    #[must_use]
    pub fn due(self, arrived: Option<&Presence>, left: Option<&Presence>, rural: bool) -> Option<Moment> {
        Some(left.or(arrived)?.at.plus(self.due_ms(rural)))
    }
}

impl ChecklistVersion {
    /// Its questions, in order.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.sections.iter().flat_map(|section| &section.items)
    }

    /// The items that are answered later and are not yet.
    pub fn awaited(&self, answers: &Map<ItemId, Answer>) -> impl Iterator<Item = &Item> {
        self.items().filter(|item| item.later.is_some() && !answers.get(&item.id).is_some_and(Answer::is_answered))
    }

    /// The question with this id.
    #[must_use]
    pub fn item(&self, id: ItemId) -> Option<&Item> {
        self.items().find(|item| item.id == id)
    }

    /// The question that is cited as `code`.
    #[must_use]
    pub fn item_by_code(&self, code: &str) -> Option<&Item> {
        self.items().find(|item| item.code == code)
    }
}

//! What a virtual supervisor writes down: answers, notes and photos, from their dice alone.

use std::collections::BTreeMap;

use domain::{
    checklist::{Answer, AnswerKind, BillingCase, Call, ChecklistVersion, Item, Value},
    evidence::{CapturedKnown, EvidenceKind, EvidenceRecord, EvidenceSource, Sha256, StoredBytes},
    ids::{AssignmentId, EvidenceId, ItemId},
    op::Payload,
    place::{Fix, Whereabouts},
    time::{MINUTE_MS, Moment},
    visit::{Impressions, Presence, VisitDocument},
};
use protocol::pull::Task;

use crate::Dice;

/// Which words the notes are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese: three bytes a character.
    Chinese,
}

/// How many photos, and how large.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Photos {
    /// How many.
    pub count: u32,
    /// Bytes of each; incompressible.
    pub size: usize,
}

/// A standard visit: every item answered with a note of about 65 bytes, so many of them badly, so many photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standard {
    /// Answers that propose a finding.
    pub findings: usize,
    /// Photos.
    pub photos: Photos,
    /// How many pictures there are, so that equal ones are common; `None`: each is another.
    pub pictures: Option<u64>,
    /// The language of the notes.
    pub language: Language,
}

impl Standard {
    /// Three findings, and these photos.
    #[must_use]
    pub const fn with(photos: Photos) -> Self {
        Self { findings: 3, photos, pictures: None, language: Language::English }
    }

    /// The document of a visit, and the seed of each photo by its hash.
    pub(crate) fn document(
        &self,
        task: &Task,
        list: &ChecklistVersion,
        now: Moment,
        dice: &mut Dice,
    ) -> (VisitDocument, Vec<(Sha256, u64)>) {
        let items: Vec<&Item> = list.items().collect();
        let bad: Vec<usize> = (0..self.findings).map(|_| dice.below(items.len() as u64) as usize).collect();
        let mut answers = BTreeMap::new();
        for (n, item) in items.iter().enumerate() {
            let given = answer(item, !bad.contains(&n), dice);
            answers.insert(item.id, Answer { note: note(self.language, dice), ..given });
        }
        let answered_at: BTreeMap<ItemId, Moment> = answers
            .keys()
            .enumerate()
            .map(|(n, item)| (*item, now.plus(-20 * MINUTE_MS + n as i64 * 15_000)))
            .collect();
        let mut seeds = Vec::new();
        let mut evidence = Vec::new();
        for n in 0..self.photos.count as usize {
            let seed = match self.pictures {
                Some(pictures) => dice.below(pictures),
                None => dice.roll(),
            };
            let sha256 = Sha256::of(&photo_bytes(seed, self.photos.size));
            seeds.push((sha256, seed));
            evidence.push(EvidenceRecord {
                id: EvidenceId(dice.uuid()),
                item: items.get(n * 7 % items.len().max(1)).map(|item| item.id),
                kind: EvidenceKind::Photo,
                source: EvidenceSource::InPageCamera,
                bytes: Some(StoredBytes { sha256, size: self.photos.size as u64, mime: "image/jpeg".to_owned() }),
                text: String::new(),
                captured_at: now.plus(-15 * MINUTE_MS + n as i64 * 40_000),
                captured_known: CapturedKnown::Shutter,
                fix: Some(fix(dice)),
                caption: String::new(),
            });
        }
        let document = VisitDocument {
            assignment: task.assignment.id,
            venue: task.venue.id,
            checklist: list.id,
            window: task.assignment.window,
            arrived: Some(presence(now.plus(-30 * MINUTE_MS), dice)),
            left: Some(presence(now.plus(-5 * MINUTE_MS), dice)),
            answers,
            answered_at,
            impressions: Impressions { overall: note(self.language, dice), ..Impressions::default() },
            evidence,
            no_microphone: false,
        };
        (document, seeds)
    }
}

/// The bytes of a photo: begin like a JPEG, and compress to nothing less.
#[must_use]
pub fn photo_bytes(seed: u64, size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    Dice::new(seed).fill(&mut bytes);
    for (byte, magic) in bytes.iter_mut().zip([0xff, 0xd8, 0xff, 0xe0]) {
        *byte = magic;
    }
    bytes
}

/// Being somewhere at `at`.
pub(crate) fn presence(at: Moment, dice: &mut Dice) -> Presence {
    Presence { at, whereabouts: Whereabouts::Fix(fix(dice)) }
}

fn fix(dice: &mut Dice) -> Fix {
    Fix {
        lat: 300_000_000 + dice.below(9_000) as i32,
        lon: 1_200_000_000 + dice.below(9_000) as i32,
        accuracy_m: 8 + dice.below(30) as u32,
        age_ms: dice.below(4_000) as i64,
    }
}

/// An answer of the item's kind that earns everything, or nothing.
pub fn answer(item: &Item, well: bool, dice: &mut Dice) -> Answer {
    let value = match &item.answer {
        AnswerKind::Choice { options } => {
            let by_share = |option: &&domain::checklist::Choice| option.share;
            let chosen = if well { options.iter().max_by_key(by_share) } else { options.iter().min_by_key(by_share) };
            Value::Choice(chosen.map(|option| option.code.clone()).unwrap_or_default())
        }
        AnswerKind::Number { unit, bands, .. } => {
            let limit = bands.steps.first().map_or(1, |step| step.limit);
            let low = (bands.share(0).0 > 0) == well;
            Value::Number(if low { limit / 2 } else { limit + unit.scale() * (1 + dice.below(9) as i64) })
        }
        AnswerKind::Series { count, variants, .. } => Value::Series {
            variant: variants.first().map(|variant| variant.code.clone()).unwrap_or_default(),
            values: (0..*count).map(|_| 1_000 + dice.below(9_000) as i64).collect(),
        },
        AnswerKind::Count { of } => Value::Count(if well { *of } else { 0 }),
        AnswerKind::Calls { count } => {
            Value::Calls((0..*count).map(|_| Call { ms: 3_000 + dice.below(6_000) as i64, ok: well }).collect())
        }
        AnswerKind::Faults { options, .. } => {
            let seen = if well { 0 } else { options.len() };
            Value::Faults(options.iter().take(seen).map(|fault| fault.code.clone()).collect())
        }
        AnswerKind::Cases => Value::Cases(vec![BillingCase {
            what: "03:10".to_owned(),
            expected: 60,
            billed: Some(if well { 60 } else { 70 }),
        }]),
        AnswerKind::Rating => Value::Number(if well { 5 } else { 1 }),
        AnswerKind::Level { labels } => Value::Number(if well { labels.len() as i64 - 1 } else { 0 }),
        AnswerKind::Text => Value::Text(note(Language::English, dice)),
    };
    Answer::of(value)
}

/// About 65 bytes of words.
fn note(language: Language, dice: &mut Dice) -> String {
    let mut text = String::with_capacity(80);
    let words: &[&str] = match language {
        Language::English => &ENGLISH,
        Language::Chinese => &CHINESE,
    };
    while text.len() < 62 {
        if language == Language::English && !text.is_empty() {
            text.push(' ');
        }
        text.push_str(words[dice.below(words.len() as u64) as usize]);
    }
    text
}

/// The ops of handing in: arrive, leave, submit, each with its base.
pub(crate) fn first_time(task: AssignmentId, document: VisitDocument) -> Vec<(u32, Payload)> {
    use domain::op::payload::{VisitArrive, VisitLeave};
    let mut ops = Vec::new();
    if let Some(presence) = document.arrived.clone() {
        ops.push((0, Payload::VisitArrive(VisitArrive { assignment: task, presence })));
    }
    if let Some(presence) = document.left.clone() {
        ops.push((1, Payload::VisitLeave(VisitLeave { assignment: task, presence })));
    }
    ops.push((2, Payload::VisitSubmit(document)));
    ops
}

const ENGLISH: [&str; 48] = [
    "queue",
    "counter",
    "staff",
    "helpful",
    "waiting",
    "ticket",
    "minutes",
    "display",
    "outdated",
    "version",
    "date",
    "brochure",
    "tariff",
    "screen",
    "machine",
    "broken",
    "explained",
    "contract",
    "period",
    "penalty",
    "clearly",
    "not",
    "the",
    "and",
    "was",
    "with",
    "only",
    "two",
    "three",
    "open",
    "closed",
    "asked",
    "answered",
    "politely",
    "noticed",
    "entrance",
    "sign",
    "seat",
    "clean",
    "water",
    "elderly",
    "guide",
    "repeated",
    "number",
    "photo",
    "taken",
    "again",
    "before",
];

const CHINESE: [&str; 40] = [
    "现场",
    "看到",
    "版本",
    "日期",
    "过期",
    "工作人员",
    "新版",
    "没到",
    "排队",
    "台席",
    "开放",
    "手机",
    "第一次",
    "说不清",
    "资料",
    "答上来",
    "自助机",
    "黑屏",
    "旁边",
    "没有",
    "提示",
    "路径",
    "找了",
    "三步",
    "语气",
    "平淡",
    "主动",
    "说明",
    "合约期",
    "违约金",
    "等候",
    "引导",
    "叫号屏",
    "语音",
    "同步",
    "解释",
    "公示",
    "一致",
    "已拍照",
    "很好",
];

#[cfg(test)]
mod tests {
    use super::*;
    use domain::checklist::builtin;

    #[test]
    fn every_answer_can_be_meant() {
        let mut dice = Dice::new(1);
        for list in builtin().unwrap() {
            for item in list.items() {
                for well in [true, false] {
                    let given = answer(item, well, &mut dice);
                    assert_eq!(item.check(&given), Ok(()), "{} {given:?}", item.code);
                }
            }
        }
    }

    #[test]
    fn a_note_is_about_65_bytes_and_a_photo_is_its_seed() {
        let mut dice = Dice::new(2);
        for language in [Language::English, Language::Chinese] {
            let bytes: usize = (0..100).map(|_| note(language, &mut dice).len()).sum();
            assert!((6_300..7_200).contains(&bytes), "{bytes}");
        }
        assert_eq!(photo_bytes(3, 20_480), photo_bytes(3, 20_480));
        assert_ne!(photo_bytes(3, 64), photo_bytes(4, 64));
    }
}

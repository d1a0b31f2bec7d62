//! What a visit still lacks. The phone shows it before 提交, the reviewer beside the visit.

use super::{ChecklistVersion, EvidenceNeed, EvidenceWhen, FULL, Item, MEMO_NOTE_CHARS, Value};
use crate::{evidence::EvidenceKind, ids::ItemId, scoring::share_of, text::Text, visit::VisitDocument};

/// Something that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The item; `None` for the visit as a whole.
    pub item: Option<ItemId>,
    /// What.
    pub what: MissingWhat,
}

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingWhat {
    /// The answer.
    Answer,
    /// A series or table is not full.
    Rows,
    /// So many pieces of evidence.
    Evidence(u32),
    /// The stay was shorter than this, ms. A warning.
    Dwell(i64),
    /// There are fewer pictures than this. A warning.
    Photos(u32),
    /// The impression has fewer characters than this. A warning.
    Impression(u32),
    /// The visitor has not left yet.
    Leaving,
}

impl MissingWhat {
    /// Whether the visit can be handed in all the same: the reviewer sees it.
    #[must_use]
    pub const fn is_warning(self) -> bool {
        matches!(self, Self::Dwell(_) | Self::Photos(_) | Self::Impression(_))
    }

    /// The words for people.
    #[must_use]
    pub fn text(self) -> Text {
        match self {
            Self::Answer => Text::new("未作答", "No answer yet"),
            Self::Rows => Text::new("还没填满", "Not filled in yet"),
            Self::Evidence(count) => {
                Text { zh: format!("缺证据 {count} 件"), en: Some(format!("Evidence missing: {count}")) }
            }
            Self::Dwell(ms) => Text {
                zh: format!("在场不足 {} 分钟", ms / 60_000),
                en: Some(format!("Stayed less than {} minutes", ms / 60_000)),
            },
            Self::Photos(count) => {
                Text { zh: format!("照片不足 {count} 张"), en: Some(format!("Fewer than {count} photos")) }
            }
            Self::Impression(count) => Text {
                zh: format!("总体印象不足 {count} 字"),
                en: Some(format!("Impression shorter than {count} characters")),
            },
            Self::Leaving => Text::new("还没有离场", "Not left yet"),
        }
    }
}

/// What the list of answers alone does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct MissingContext {
    /// The venue is an agent's: other minimums apply.
    pub agent: bool,
    /// The venue is in the country: other limits apply.
    pub rural: bool,
    /// The venue has a place: one arrives and leaves.
    pub has_place: bool,
}

/// What `document` still lacks, in the order of the checklist; the visit as a whole last.
///
/// Items that are answered later are missing nothing here: they have a date of their own.
#[must_use]
pub fn missing(checklist: &ChecklistVersion, document: &VisitDocument, context: MissingContext) -> Vec<Missing> {
    let mut out = Vec::new();
    for item in checklist.items() {
        let answer = document.answers.get(&item.id);
        if !answer.is_some_and(super::Answer::is_answered) {
            if item.later.is_none() {
                out.push(Missing { item: Some(item.id), what: MissingWhat::Answer });
            }
            continue;
        }
        let rows = match (&item.answer, answer.and_then(|answer| answer.value.as_ref())) {
            (super::AnswerKind::Series { count, .. }, Some(Value::Series { values, .. })) => {
                values.len() < *count as usize
            }
            (super::AnswerKind::Calls { count }, Some(Value::Calls(calls))) => calls.len() < *count as usize,
            (super::AnswerKind::Cases, Some(Value::Cases(cases))) => {
                cases.is_empty() || cases.iter().any(|case| case.billed.is_none())
            }
            _ => false,
        };
        if rows {
            out.push(Missing { item: Some(item.id), what: MissingWhat::Rows });
        }
        let lacking = evidence_lacking(item, document, context.rural);
        if lacking > 0 {
            out.push(Missing { item: Some(item.id), what: MissingWhat::Evidence(lacking) });
        }
    }
    whole(checklist, document, context, &mut out);
    out
}

fn whole(checklist: &ChecklistVersion, document: &VisitDocument, context: MissingContext, out: &mut Vec<Missing>) {
    let minimums = checklist.minimums;
    let mut push = |what| out.push(Missing { item: None, what });
    if context.has_place {
        let dwell = if context.agent { minimums.dwell_agent_ms } else { minimums.dwell_ms };
        match (&document.arrived, &document.left) {
            (Some(arrived), Some(left)) if left.at.since(arrived.at) < dwell => push(MissingWhat::Dwell(dwell)),
            (Some(_), None) => push(MissingWhat::Leaving),
            _ => {}
        }
    }
    let pictures = document
        .evidence
        .iter()
        .filter(|record| matches!(record.kind, EvidenceKind::Photo | EvidenceKind::Screenshot))
        .count();
    if pictures < minimums.photos as usize {
        push(MissingWhat::Photos(minimums.photos));
    }
    if document.impressions.overall.chars().count() < minimums.impression_chars as usize {
        push(MissingWhat::Impression(minimums.impression_chars));
    }
}

/// How many pieces of evidence `item` still needs.
fn evidence_lacking(item: &Item, document: &VisitDocument, rural: bool) -> u32 {
    let Some(answer) = document.answers.get(&item.id) else { return 0 };
    let Some(value) = &answer.value else { return 0 };
    let needed = match item.evidence.when {
        EvidenceWhen::Optional => false,
        EvidenceWhen::Always => true,
        EvidenceWhen::OnFail => answer.ticked || share_of(item, answer, rural).is_some_and(|share| share < FULL),
        EvidenceWhen::RatingAtMost(limit) => matches!(value, Value::Number(stars) if *stars <= i64::from(limit)),
    };
    if !needed {
        return 0;
    }
    let note = answer.note.trim().chars().count();
    let written = item.evidence.kinds.iter().any(|need| match need {
        EvidenceNeed::Note => note > 0,
        EvidenceNeed::Memo => document.no_microphone && note >= MEMO_NOTE_CHARS,
        _ => false,
    });
    let pieces = document
        .evidence
        .iter()
        .filter(|record| record.item == Some(item.id) && item.evidence.kinds.contains(&need_of(record.kind)))
        .count() as u32;
    item.evidence.min.saturating_sub(pieces + u32::from(written))
}

const fn need_of(kind: EvidenceKind) -> EvidenceNeed {
    match kind {
        EvidenceKind::Photo => EvidenceNeed::Photo,
        EvidenceKind::Screenshot => EvidenceNeed::Screenshot,
        EvidenceKind::Memo => EvidenceNeed::Memo,
        EvidenceKind::Ticket => EvidenceNeed::Ticket,
    }
}

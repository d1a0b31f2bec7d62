//! Which findings a visit proposes.

use super::{ChecklistVersion, FULL, Share, Value};
use crate::{finding::Severity, ids::ItemId, scoring::VisitScore, visit::VisitDocument};

/// A finding that a failed item proposes. HQ decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProposedFinding {
    /// The item.
    pub item: ItemId,
    /// How bad, by default.
    pub severity: Severity,
    /// The share that was lost.
    pub lost: Share,
}

/// An item of this weight that earned nothing is 较重.
const HEAVY: u32 = 8;

/// The findings that a visit proposes: every red line, and every item that earned half of its weight or less.
///
/// Red line → 严重. All of a weight of 8 or more lost, or a value beyond the
/// item's own `severe_over` → 较重. Else 一般.
#[must_use]
pub fn proposed_findings(
    checklist: &ChecklistVersion,
    document: &VisitDocument,
    score: &VisitScore,
) -> Vec<ProposedFinding> {
    score
        .items
        .iter()
        .filter_map(|scored| {
            let item = checklist.item(scored.item)?;
            let answer = document.answers.get(&item.id).filter(|answer| answer.is_answered() || answer.ticked)?;
            let red = score.red_lines.contains(&item.id);
            let lost = FULL - scored.share.unwrap_or(FULL);
            if !red && lost < FULL / 2 {
                return None;
            }
            let severe = match (item.severe_over, &answer.value) {
                (Some(limit), Some(Value::Series { values, .. })) => {
                    crate::scoring::mean(values).is_some_and(|mean| mean > limit)
                }
                (Some(limit), Some(Value::Number(number))) => *number > limit,
                _ => false,
            };
            let severity = if red {
                Severity::Critical
            } else if severe || (lost == FULL && item.weight >= HEAVY) {
                Severity::Major
            } else {
                Severity::Minor
            };
            Some(ProposedFinding { item: item.id, severity, lost })
        })
        .collect()
}

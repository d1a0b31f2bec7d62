//! Edits: what one tap saves. They change the draft only and are never sent alone.

use serde::{Deserialize, Serialize};

use super::{Draft, DraftState, Impressions, Presence, ReturnedItem};
use crate::{
    checklist::Answer,
    evidence::EvidenceRecord,
    ids::{EvidenceId, ItemId},
    time::{MINUTE_MS, Moment},
};

/// How long an arrival can be undone, ms.
pub const ARRIVAL_UNDO_MS: i64 = MINUTE_MS;

/// One change of a draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edit {
    /// 到场.
    Arrive(Presence),
    /// Not there after all.
    UndoArrive,
    /// The position came in after the tap.
    LocateArrival(Presence),
    /// 离场.
    Leave(Presence),
    /// Still there after all.
    UndoLeave,
    /// An answer; `None` clears it.
    Answer {
        /// Which item.
        item: ItemId,
        /// What was answered.
        answer: Option<Answer>,
    },
    /// What is said about the visit as a whole.
    Impressions(Impressions),
    /// A photo, screenshot, memo or ticket was added; its bytes are stored in the same transaction.
    AddEvidence(EvidenceRecord),
    /// It was deleted.
    RemoveEvidence(EvidenceId),
    /// It proves another item.
    MoveEvidence {
        /// Which piece.
        id: EvidenceId,
        /// What it proves now.
        item: Option<ItemId>,
    },
    /// What one sees on it.
    Caption {
        /// Which piece.
        id: EvidenceId,
        /// The visitor's words.
        caption: String,
    },
    /// The microphone was refused (or is there again).
    NoMicrophone(bool),
    /// HQ gave the visit back: the draft opens again with the items to mend.
    GivenBack {
        /// The visit's revision on the server.
        revision: u32,
        /// What is to be mended.
        items: Vec<ReturnedItem>,
    },
}

/// An edit with its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditRecord {
    /// By the phone's clock.
    pub at: Moment,
    /// What changed.
    pub edit: Edit,
}

/// Why an edit changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditRefused {
    /// The visit was handed in and is read only.
    #[error("the visit was handed in")]
    ReadOnly,
    /// The arrival can no longer be undone.
    #[error("the arrival can no longer be undone")]
    TooLate,
    /// The draft is not where the edit belongs.
    #[error("not possible in this state")]
    WrongState,
    /// There is no such evidence.
    #[error("no such evidence")]
    NoSuchEvidence,
}

/// Applies one edit to a draft. The screen and the fold of the journal use this same function.
///
/// # Errors
/// [`EditRefused`] leaves the draft unchanged.
pub fn apply_edit(draft: &mut Draft, record: &EditRecord) -> Result<(), EditRefused> {
    let at = record.at;
    if let Edit::GivenBack { revision, items } = &record.edit {
        draft.state = DraftState::Debrief;
        draft.base = *revision;
        draft.returned.clone_from(items);
        return Ok(());
    }
    if !draft.is_open(item_of(draft, &record.edit)) {
        return Err(EditRefused::ReadOnly);
    }
    match &record.edit {
        Edit::GivenBack { .. } => {}
        Edit::Arrive(presence) => {
            if draft.state != DraftState::Draft {
                return Err(EditRefused::WrongState);
            }
            draft.arrived = Some(presence.clone());
            draft.state = DraftState::OnSite;
        }
        Edit::UndoArrive => {
            let Some(arrived) = &draft.arrived else { return Err(EditRefused::WrongState) };
            if draft.arrival_cut || at.since(arrived.at) > ARRIVAL_UNDO_MS {
                return Err(EditRefused::TooLate);
            }
            if draft.state != DraftState::OnSite {
                return Err(EditRefused::WrongState);
            }
            draft.arrived = None;
            draft.state = DraftState::Draft;
        }
        Edit::LocateArrival(presence) => {
            let Some(arrived) = &mut draft.arrived else { return Err(EditRefused::WrongState) };
            arrived.whereabouts = presence.whereabouts.clone();
        }
        Edit::Leave(presence) => {
            if draft.state != DraftState::OnSite {
                return Err(EditRefused::WrongState);
            }
            draft.left = Some(presence.clone());
            draft.state = DraftState::Debrief;
        }
        Edit::UndoLeave => {
            // A visit that HQ gave back was left elsewhere and long ago: there is nothing to undo.
            if draft.state != DraftState::Debrief || draft.submission > 0 || draft.left.is_none() {
                return Err(EditRefused::WrongState);
            }
            draft.left = None;
            draft.state = DraftState::OnSite;
        }
        Edit::Answer { item, answer } => {
            draft.answered_at.insert(*item, at);
            match answer {
                Some(answer) => draft.answers.insert(*item, answer.clone()),
                None => draft.answers.remove(item),
            };
        }
        Edit::Impressions(impressions) => draft.impressions = impressions.clone(),
        Edit::AddEvidence(evidence) => {
            // The same record twice (a replayed journal) is one piece.
            if draft.evidence.iter().all(|known| known.id != evidence.id) {
                draft.evidence.push(evidence.clone());
            }
        }
        Edit::RemoveEvidence(id) => {
            find(draft, *id)?;
            draft.evidence.retain(|known| known.id != *id);
        }
        // What it proves now is open; so must be what it is to prove.
        Edit::MoveEvidence { item, .. } if !draft.is_open(*item) => return Err(EditRefused::ReadOnly),
        Edit::MoveEvidence { id, item } => find(draft, *id)?.item = *item,
        Edit::Caption { id, caption } => find(draft, *id)?.caption.clone_from(caption),
        Edit::NoMicrophone(refused) => draft.no_microphone = *refused,
    }
    draft.amended |= draft.state == DraftState::Submitted;
    draft.pulled = false;
    Ok(())
}

/// The item that an edit touches, if it touches one alone.
fn item_of(draft: &Draft, edit: &Edit) -> Option<ItemId> {
    let proves = |id: &EvidenceId| draft.evidence.iter().find(|known| known.id == *id).and_then(|known| known.item);
    match edit {
        Edit::Answer { item, .. } => Some(*item),
        Edit::AddEvidence(evidence) => evidence.item,
        Edit::RemoveEvidence(id) | Edit::MoveEvidence { id, .. } | Edit::Caption { id, .. } => proves(id),
        _ => None,
    }
}

fn find(draft: &mut Draft, id: EvidenceId) -> Result<&mut EvidenceRecord, EditRefused> {
    draft.evidence.iter_mut().find(|known| known.id == id).ok_or(EditRefused::NoSuchEvidence)
}

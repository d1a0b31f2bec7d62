//! What the server says about a task, and the draft on this phone.

use domain::sorted::Set;

use domain::{
    checklist::ChecklistVersion,
    time::Moment,
    visit::{Draft, DraftState, Edit, EditRecord, VisitDocument, VisitState, apply_edit},
};
use protocol::pull::Task;

/// The draft after what the server said; `None`: as it is.
///
/// `waiting`: ops of this task are not answered yet. Then the draft is ahead of
/// what the server tells, and is left alone: what it tells comes again after them.
#[must_use]
pub fn absorb(
    draft: Option<&Draft>,
    task: &Task,
    checklist: Option<&ChecklistVersion>,
    waiting: bool,
    now: Moment,
) -> Option<Draft> {
    let visit = task.visit.as_ref()?;
    if waiting {
        return None;
    }
    // Of another phone's visit its newest document is shown, and never in place of what was done here.
    let shown = draft.is_none_or(|draft| draft.pulled);
    if visit.elsewhere && !(shown && visit.document.is_some()) {
        return None;
    }
    let (known, draft) = (draft, draft.filter(|_| !visit.elsewhere));
    let mut next = match (draft, &visit.document) {
        (Some(draft), _) => draft.clone(),
        (None, Some(document)) => draft_of(document, visit.submission, visit.revision, checklist),
        // Under way on a phone that is lost, and taken over here: its answers were never sent.
        (None, None) if visit.state == VisitState::UnderWay => {
            let task = &task.assignment;
            let mut draft = Draft::new(task.id, task.venue, task.checklist, task.window);
            draft.state = DraftState::Debrief;
            draft.arrival_cut = true;
            draft
        }
        (None, None) => return None,
    };
    match visit.state {
        VisitState::Returned => {
            let told = next.state != DraftState::Submitted && next.base == visit.revision;
            if !told {
                let edit = Edit::GivenBack { revision: visit.revision, items: visit.returned.clone() };
                let given_back = apply_edit(&mut next, &EditRecord { at: now, edit });
                debug_assert!(given_back.is_ok(), "giving back is possible in every state");
            }
        }
        VisitState::UnderWay | VisitState::Received | VisitState::Accepted | VisitState::Voided => {
            next.base = visit.revision;
            // Final without them: nobody waits for the later answers any more. What was answered, noted or photographed here
            // and not handed in yet still is: HQ decides on it.
            let is_final = visit.score.is_some_and(|score| !score.provisional);
            if is_final && next.state == DraftState::Submitted && !next.has_more() {
                next.open_later = Set::new();
            }
        }
    }
    next.submission = next.submission.max(visit.submission);
    (known != Some(&next)).then_some(next)
}

/// The draft of what was handed in, on a phone that does not have it.
#[must_use]
pub fn draft_of(
    document: &VisitDocument,
    submission: u32,
    revision: u32,
    checklist: Option<&ChecklistVersion>,
) -> Draft {
    let mut draft = Draft::new(document.assignment, document.venue, document.checklist, document.window);
    draft.arrived.clone_from(&document.arrived);
    draft.left.clone_from(&document.left);
    draft.answers.clone_from(&document.answers);
    draft.answered_at.clone_from(&document.answered_at);
    draft.impressions.clone_from(&document.impressions);
    draft.evidence.clone_from(&document.evidence);
    draft.no_microphone = document.no_microphone;
    draft.arrival_cut = true;
    draft.state = DraftState::Submitted;
    draft.pulled = true;
    draft.submission = submission;
    draft.base = revision;
    draft.open_later = checklist.map(|checklist| draft.awaits(checklist)).unwrap_or_default();
    draft
}

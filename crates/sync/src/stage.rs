//! Where a task stands, seen from a phone: the server's word, the draft, and what is still on its way.

use domain::{
    assignment::AssignmentState,
    visit::{DraftState, VisitState},
};

use crate::TaskAtHand;

/// Where a task stands, seen from this phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Given, not accepted yet.
    Offered,
    /// Accepted, not begun.
    Ready,
    /// 在场.
    OnSite,
    /// 已离场补记.
    Debrief,
    /// Handed in on this phone, not received yet.
    HandedIn,
    /// Received, waiting for review.
    Received,
    /// Received, with items that are answered later.
    Later,
    /// Given back.
    Returned,
    /// HQ stands by it.
    Accepted,
    /// HQ declared it void.
    Voided,
    /// Under way on another phone of the same person.
    Elsewhere,
    /// Stepped aside.
    Declined,
    /// Called back or gone.
    Closed,
}

impl Stage {
    /// Whether this phone may change the draft.
    #[must_use]
    pub const fn can_write(self) -> bool {
        matches!(self, Self::Ready | Self::Offered | Self::OnSite | Self::Debrief | Self::Returned | Self::Later)
    }

    /// Whether the task waits for its supervisor.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Offered | Self::Ready | Self::OnSite | Self::Debrief | Self::Returned | Self::Later | Self::Elsewhere
        )
    }

    /// Whether the visit has begun and was not handed in.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::OnSite | Self::Debrief | Self::Returned)
    }

    /// Its name in the page, for tests.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Ready => "ready",
            Self::OnSite => "on-site",
            Self::Debrief => "debrief",
            Self::HandedIn => "handed-in",
            Self::Received => "received",
            Self::Later => "later",
            Self::Returned => "returned",
            Self::Accepted => "accepted",
            Self::Voided => "voided",
            Self::Elsewhere => "elsewhere",
            Self::Declined => "declined",
            Self::Closed => "closed",
        }
    }
}

impl TaskAtHand {
    /// Where the task stands. `unsent`: ops of it are not safe on the server yet.
    #[must_use]
    pub fn stage(&self, unsent: bool) -> Stage {
        let task = self.task.assignment.state;
        let visit = self.task.visit.as_ref();
        // What this person did themselves is told back as the end of the task.
        if self.is_declined() {
            // Declined on another phone in the middle of it: what is here is handed in as where HQ calls a visit back.
            return if self.holds_work() { Stage::Closed } else { Stage::Declined };
        }
        if self.closed.is_some() || task == AssignmentState::Recalled {
            return Stage::Closed;
        }
        match visit.map(|visit| visit.state) {
            Some(VisitState::Accepted) => return self.later_or(Stage::Accepted),
            Some(VisitState::Voided) => return Stage::Voided,
            _ => {}
        }
        match visit.filter(|visit| visit.elsewhere).map(|visit| visit.state) {
            Some(VisitState::UnderWay | VisitState::Returned) => return Stage::Elsewhere,
            Some(_) => return self.later_or(Stage::Received),
            None => {}
        }
        match self.draft.as_ref().map(|draft| draft.state) {
            Some(DraftState::OnSite) => Stage::OnSite,
            Some(DraftState::Debrief) if self.draft.as_ref().is_some_and(|draft| draft.submission > 0) => {
                Stage::Returned
            }
            Some(DraftState::Debrief) => Stage::Debrief,
            Some(DraftState::Submitted) if unsent => self.later_or(Stage::HandedIn),
            Some(DraftState::Submitted) => self.later_or(Stage::Received),
            Some(DraftState::Draft) | None => match (visit.map(|visit| visit.state), task) {
                (Some(VisitState::Received), _) => Stage::Received,
                (Some(VisitState::Returned), _) => Stage::Returned,
                (_, AssignmentState::Released) => Stage::Offered,
                _ => Stage::Ready,
            },
        }
    }

    /// Whether this phone holds what nobody else has and what can still be handed in: a visit that was begun, wherever its
    /// task stands by now, or what was added to items that are answered later. It is not emptied before.
    #[must_use]
    pub fn holds_work(&self) -> bool {
        let Some(draft) = &self.draft else { return false };
        let visit = self.task.visit.as_ref();
        // What was handed in from another phone, or decided, is not written on here any more.
        let over = visit.is_some_and(|visit| match visit.state {
            VisitState::Voided => true,
            VisitState::Accepted => visit.elsewhere || draft.state != DraftState::Submitted,
            VisitState::Received | VisitState::Returned => visit.elsewhere,
            VisitState::UnderWay => false,
        });
        let more = match draft.state {
            DraftState::Draft => !(self.is_declined() || draft.answers.is_empty() && draft.evidence.is_empty()),
            DraftState::OnSite | DraftState::Debrief => true,
            DraftState::Submitted => draft.has_more(),
        };
        more && !over
    }

    fn is_declined(&self) -> bool {
        matches!(
            self.closed.unwrap_or(self.task.assignment.state),
            AssignmentState::Declined | AssignmentState::Recused
        )
    }

    fn later_or(&self, stage: Stage) -> Stage {
        match &self.draft {
            Some(draft) if draft.open_later.is_empty() => stage,
            // Whoever wants to answer here takes the visit over first.
            Some(_) if self.task.visit.as_ref().is_some_and(|visit| visit.elsewhere) => Stage::Elsewhere,
            Some(_) => Stage::Later,
            None => stage,
        }
    }
}

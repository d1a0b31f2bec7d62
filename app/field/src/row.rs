//! A task with all that this phone knows of it.

use domain::sorted::Map;
use std::{
    borrow::{Borrow, BorrowMut},
    ops::Deref,
};

use domain::{
    checklist::MissingContext,
    evidence::Sha256,
    ids::ItemId,
    scoring::{ScoreContext, score},
    time::Moment,
    visit::{DraftState, ScoreSummary},
};
pub(crate) use sync::Stage;
use sync::TaskAtHand;
use ui::{Status, TileState, Truth};

use crate::words::t;

/// A task as the outbox keeps it, and beside it what only the screens show.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// What lies on the disk of it.
    pub kept: TaskAtHand,
    /// Ops of it that are not safe on the server yet.
    pub unsent: u32,
    /// Files of it that the server does not have yet: bytes sent of bytes in all.
    pub files: Map<Sha256, FileState>,
    /// An op of it that the server refused or holds back.
    pub trouble: Option<String>,
}

impl From<TaskAtHand> for Row {
    fn from(kept: TaskAtHand) -> Self {
        Self { kept, unsent: 0, files: Map::new(), trouble: None }
    }
}

impl Deref for Row {
    type Target = TaskAtHand;
    fn deref(&self) -> &TaskAtHand {
        &self.kept
    }
}

impl Borrow<TaskAtHand> for Row {
    fn borrow(&self) -> &TaskAtHand {
        &self.kept
    }
}

impl BorrowMut<TaskAtHand> for Row {
    fn borrow_mut(&mut self) -> &mut TaskAtHand {
        &mut self.kept
    }
}

/// One file on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileState {
    /// Bytes that the server has.
    pub sent: u64,
    /// Bytes in all.
    pub size: u64,
    /// What is true of it.
    pub state: TileState,
    /// Why it does not go on, if it does not.
    pub cause: Option<String>,
}

/// How a stage looks and what it is called.
pub(crate) trait Look {
    /// The colour and icon.
    fn status(self) -> Status;

    /// The word.
    fn word(self) -> &'static str;
}

impl Look for Stage {
    fn status(self) -> Status {
        match self {
            Self::Offered => Status::NeedsYou,
            Self::Ready => Status::Open,
            Self::OnSite | Self::Elsewhere => Status::UnderWay,
            Self::Debrief => Status::Draft,
            Self::HandedIn => Status::Partial,
            Self::Received | Self::Accepted => Status::Done,
            Self::Later => Status::Due,
            Self::Returned => Status::Returned,
            Self::Voided | Self::Declined | Self::Closed => Status::Void,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Offered => t("待接受", "To accept"),
            Self::Ready => t("未开始", "Not begun"),
            Self::OnSite => t("在场", "On site"),
            Self::Debrief => t("离场补记", "Debrief"),
            Self::HandedIn => t("已提交,待传", "Handed in, to be sent"),
            Self::Received => t("服务器已收", "Received"),
            Self::Later => t("初评 · 有后补题", "Provisional · items due"),
            Self::Returned => t("退回补正", "Returned"),
            Self::Accepted => t("已通过", "Accepted"),
            Self::Voided => t("已作废", "Void"),
            Self::Elsewhere => t("另一台手机进行中", "Under way on another phone"),
            Self::Declined => t("已婉拒", "Stepped aside"),
            Self::Closed => t("已收回", "Called back"),
        }
    }
}

impl Row {
    /// Where the task stands.
    #[must_use]
    pub(crate) fn stage(&self) -> Stage {
        self.kept.stage(self.unsent > 0)
    }

    /// The score: the server's where it has one, else what this phone works out.
    #[must_use]
    pub(crate) fn score(&self) -> Option<ScoreSummary> {
        let draft = self.draft.as_ref();
        let server = self
            .task
            .visit
            .as_ref()
            .filter(|visit| self.unsent == 0 && draft.is_none_or(|draft| draft.submission <= visit.submission));
        if let Some(score) = server.and_then(|visit| visit.score) {
            return Some(score);
        }
        let checklist = self.checklist.as_ref()?;
        let context = ScoreContext { rural: self.task.venue.rural, now: device::clock::now() };
        let full = score(checklist, &draft?.document(), context);
        Some(ScoreSummary {
            score: full.score,
            provisional: full.provisional,
            red_lines: full.red_lines.len() as u32,
            formula: full.formula,
        })
    }

    /// The one truth word of the visit as a whole.
    #[must_use]
    pub(crate) fn truth(&self) -> Truth {
        let handed_in =
            self.draft.as_ref().is_some_and(|draft| draft.state == DraftState::Submitted && !draft.has_more());
        let moving = self.files.values().any(|file| file.state == TileState::Sending);
        if moving {
            Truth::Sending
        } else if handed_in && self.unsent == 0 && self.files.is_empty() {
            Truth::Received
        } else {
            Truth::Saved
        }
    }

    /// What applies to the venue where missing things are counted.
    #[must_use]
    pub(crate) fn missing_context(&self) -> MissingContext {
        let venue = &self.task.venue;
        MissingContext { agent: venue.agent, rural: venue.rural, has_place: venue.kind.has_place() }
    }

    /// When an item that is answered later falls due.
    #[must_use]
    pub(crate) fn due(&self, item: ItemId) -> Option<Moment> {
        let later = self.checklist.as_ref()?.item(item)?.later?;
        let draft = self.draft.as_ref()?;
        later.due(draft.arrived.as_ref(), draft.left.as_ref(), self.task.venue.rural)
    }

    /// The soonest due date of an item that is answered later.
    #[must_use]
    pub(crate) fn next_due(&self) -> Option<Moment> {
        let draft = self.draft.as_ref()?;
        draft.open_later.iter().filter_map(|item| self.due(*item)).min()
    }

    /// How many items are answered, of how many that are due now.
    #[must_use]
    pub(crate) fn progress(&self) -> (usize, usize) {
        let Some(checklist) = &self.checklist else { return (0, 0) };
        let answered = |item: &domain::checklist::Item| {
            self.draft
                .as_ref()
                .is_some_and(|draft| draft.answers.get(&item.id).is_some_and(domain::checklist::Answer::is_answered))
        };
        let asked = checklist.items().filter(|item| item.later.is_none() || answered(item)).count();
        (checklist.items().filter(|item| answered(item)).count(), asked)
    }
}

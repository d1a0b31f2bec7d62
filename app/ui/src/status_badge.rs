//! Where something stands.

use leptos::prelude::*;

use crate::{Label, badge::Badge, icon::Glyph, tone::Tone};

/// Where something stands. Each has its one colour and its one icon, on the phone as at HQ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not begun, nobody waits.
    Open,
    /// Somebody is at it.
    UnderWay,
    /// Begun here and not handed in.
    Draft,
    /// Waits for something to arrive.
    Partial,
    /// Waits for your decision or answer.
    NeedsYou,
    /// Was sent back.
    Returned,
    /// The time is near.
    Due,
    /// The time is over.
    Overdue,
    /// A red line was crossed.
    RedLine,
    /// Accepted, closed, received.
    Done,
    /// Does not count any more.
    Void,
    /// Kept, but not applied: somebody must look.
    Held,
    /// Went wrong.
    Failed,
}

impl Status {
    /// The colour of this status.
    #[must_use]
    pub const fn tone(self) -> Tone {
        match self {
            Self::Open | Self::Void => Tone::Neutral,
            Self::UnderWay | Self::Draft | Self::Partial => Tone::Ink,
            Self::NeedsYou | Self::Returned | Self::Held => Tone::Violet,
            Self::Due => Tone::Amber,
            Self::Overdue | Self::RedLine | Self::Failed => Tone::Cinnabar,
            Self::Done => Tone::Jade,
        }
    }

    /// The icon of this status.
    #[must_use]
    pub const fn glyph(self) -> Glyph {
        match self {
            Self::Open => Glyph::CIRCLE,
            Self::UnderWay => Glyph::HALF,
            Self::Draft => Glyph::EDIT,
            Self::Partial => Glyph::CLOUD_UP,
            Self::NeedsYou => Glyph::DOT,
            Self::Returned => Glyph::RETURN,
            Self::Due | Self::Overdue => Glyph::CLOCK,
            Self::RedLine => Glyph::FLAG,
            Self::Done => Glyph::CHECK,
            Self::Void => Glyph::VOID,
            Self::Held => Glyph::LOCK,
            Self::Failed => Glyph::WARNING,
        }
    }
}

/// A badge for a [`Status`].
#[component]
pub fn StatusBadge(
    /// Where it stands.
    status: Status,
    /// The word for it.
    #[prop(into)]
    label: Label,
    /// Without a ground of its own: within a dense row.
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    view! {
        <Badge tone=status.tone() icon=status.glyph() bare>
            {label}
        </Badge>
    }
    .into_any()
}

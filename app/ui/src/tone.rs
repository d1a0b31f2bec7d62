//! What a colour means.

/// The meaning of one thing on screen. Never shown by colour alone: an icon and a word go with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to say.
    #[default]
    Neutral,
    /// Structure; under way.
    Ink,
    /// Done or received.
    Jade,
    /// Due.
    Amber,
    /// A red line, or overdue.
    Cinnabar,
    /// Needs you.
    Violet,
}

impl Tone {
    /// The value of `data-tone`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Ink => "ink",
            Self::Jade => "jade",
            Self::Amber => "amber",
            Self::Cinnabar => "cinnabar",
            Self::Violet => "violet",
        }
    }
}

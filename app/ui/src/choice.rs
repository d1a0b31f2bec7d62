//! One of several.

use crate::Label;

/// One of several things to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the form or the callback gets.
    pub value: String,
    /// The word on it.
    pub word: Label,
    /// A lighter word below: what it earns.
    pub hint: Option<Label>,
    /// Choosing it crosses a red line, which this word says.
    pub red_line: Option<Label>,
}

impl Choice {
    /// A choice with its word.
    #[must_use]
    pub fn new(value: impl Into<String>, word: impl Into<Label>) -> Self {
        Self { value: value.into(), word: word.into(), hint: None, red_line: None }
    }

    /// The same with a lighter word below.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Label>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, crossing a red line.
    #[must_use]
    pub fn red_line(mut self, word: impl Into<Label>) -> Self {
        self.red_line = Some(word.into());
        self
    }
}

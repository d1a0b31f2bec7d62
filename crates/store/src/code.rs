//! The numbers that states and kinds have in the database. A number never gets another meaning.

use domain::{
    assignment::{AssignmentState, VisitMode},
    evidence::EvidenceKind,
    finding::{FindingSource, FindingState, Severity},
    place::NoFix,
    visit::VisitState,
};

use crate::error::{Error, Result};

/// Something that stands in a column as a number.
pub trait Code: Copy + PartialEq + Sized + 'static {
    /// Every value with its number.
    const CODES: &'static [(i16, Self)];
    /// What it is called in an error.
    const NAME: &'static str;

    /// The number of this value.
    #[must_use]
    fn code(self) -> i16 {
        Self::CODES.iter().find(|(_, value)| *value == self).map_or(0, |(code, _)| *code)
    }

    /// The value of a number.
    ///
    /// # Errors
    /// [`Error::Inconsistent`] if no value has it.
    fn from_code(code: i16) -> Result<Self> {
        Self::CODES
            .iter()
            .find(|(known, _)| *known == code)
            .map(|(_, value)| *value)
            .ok_or_else(|| Error::Inconsistent { table: Self::NAME, what: format!("no value has the number {code}") })
    }
}

macro_rules! codes {
    ($($name:ident { $($value:ident = $code:literal),* $(,)? })*) => {$(
        impl Code for $name {
            const CODES: &'static [(i16, Self)] = &[$(($code, Self::$value)),*];
            const NAME: &'static str = stringify!($name);
        }

        const _: fn($name) = |value| match value {
            // A new variant without a number does not compile.
            $($name::$value => (),)*
        };
    )*};
}

codes! {
    AssignmentState {
        Released = 1, Accepted = 2, Recused = 3, Declined = 4, InProgress = 5, Submitted = 6, Recalled = 7,
    }
    VisitMode { Covert = 1, Open = 2, WalkThrough = 3, Recheck = 4 }
    VisitState { UnderWay = 1, Received = 2, Returned = 3, Accepted = 4, Voided = 5 }
    EvidenceKind { Photo = 1, Screenshot = 2, Memo = 3, Ticket = 4 }
    NoFix { Refused = 1, Timeout = 2, Unavailable = 3, NotNeeded = 4 }
    FindingState { Proposed = 1, Confirmed = 2, Dismissed = 3, Withdrawn = 4 }
    Severity { Minor = 1, Major = 2, Critical = 3 }
    FindingSource {
        Visit = 1, Complaint = 2, Hotline = 3, Media = 4, SelfCheck = 5, Survey = 6, Forum = 7, CustomerCall = 8,
        Inspection = 9, OutsideBody = 10, Appeal = 11, Report = 12,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back<T: Code + core::fmt::Debug>() {
        for (code, value) in T::CODES {
            assert_eq!(value.code(), *code);
            assert_eq!(T::from_code(*code).ok(), Some(*value));
        }
        assert!(T::from_code(0).is_err());
    }

    #[test]
    fn codes_go_there_and_back() {
        there_and_back::<AssignmentState>();
        there_and_back::<VisitMode>();
        there_and_back::<VisitState>();
        there_and_back::<EvidenceKind>();
        there_and_back::<NoFix>();
        there_and_back::<FindingState>();
        there_and_back::<Severity>();
        there_and_back::<FindingSource>();
    }
}

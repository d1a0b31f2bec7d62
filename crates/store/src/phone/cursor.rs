//! Where a phone's pull goes on: epoch, rev and task. Opaque to the phone.

use uuid::Uuid;

/// A place in a person's inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Cursor {
    pub(super) epoch: u32,
    pub(super) rev: i64,
    pub(super) task: Uuid,
}

impl Cursor {
    /// The cursor as the phone keeps it.
    pub(super) fn text(self) -> String {
        format!("{}.{}.{}", self.epoch, self.rev, self.task.simple())
    }

    /// Reads it. `None`: from the start. A cursor of nonsense is one from the start as well: nothing is lost by it.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let cursor = Self {
            epoch: parts.next()?.parse().ok()?,
            rev: parts.next()?.parse().ok().filter(|rev| *rev >= 0)?,
            task: Uuid::try_parse(parts.next()?).ok()?,
        };
        parts.next().is_none().then_some(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_nonsense_is_none() {
        let cursor = Cursor { epoch: 3, rev: 77, task: Uuid::from_u128(9) };
        assert_eq!(Cursor::read(&cursor.text()), Some(cursor));
        for nonsense in ["", "3", "3.7", "x.7.9", "3.-1.00000000000000000000000000000009", "3.7.9.1", "9999999999.1.2"]
        {
            assert_eq!(Cursor::read(nonsense), None, "{nonsense}");
        }
    }
}

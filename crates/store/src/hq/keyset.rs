//! Lists by keyset: a place in the list is the moment and id of a row, never a number of rows to skip.

use core::{fmt, str::FromStr};

use uuid::Uuid;

use super::PAGE;

/// A place in a list ordered by moment, then id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The moment of the row, ms.
    pub at: i64,
    /// Its id.
    pub id: Uuid,
}

impl Cursor {
    /// After every row.
    const NEWEST: Self = Self { at: i64::MAX, id: Uuid::max() };
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.id)
    }
}

impl FromStr for Cursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, id) = text.split_once('.').ok_or(())?;
        Ok(Self { at: at.parse().map_err(drop)?, id: id.parse().map_err(drop)? })
    }
}

/// Which stretch of a list, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Stretch {
    /// The newest rows.
    #[default]
    Newest,
    /// The rows that follow this place.
    OlderThan(Cursor),
    /// The rows that come before this place.
    NewerThan(Cursor),
}

impl Stretch {
    /// From where, and whether towards newer rows.
    pub(super) const fn from(self) -> (Cursor, bool) {
        match self {
            Self::Newest => (Cursor::NEWEST, false),
            Self::OlderThan(cursor) => (cursor, false),
            Self::NewerThan(cursor) => (cursor, true),
        }
    }
}

/// A stretch of a list, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice<T> {
    /// What is in it; at most [`PAGE`] rows.
    pub rows: Vec<T>,
    /// Rows before these are newer than this place, if there are any.
    pub newer: Option<Cursor>,
    /// Rows after these are older than this place, if there are any.
    pub older: Option<Cursor>,
}

impl<T> Slice<T> {
    /// Makes a slice of what was read from `stretch`: up to one row more than a page, which tells whether there are more.
    pub(super) fn of(stretch: Stretch, mut rows: Vec<T>, place: impl Fn(&T) -> Cursor) -> Self {
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let upwards = matches!(stretch, Stretch::NewerThan(_));
        if upwards {
            rows.reverse();
        }
        let first = rows.first().map(&place);
        let last = rows.last().map(&place);
        match stretch {
            Stretch::Newest => Self { newer: None, older: last.filter(|_| more), rows },
            Stretch::OlderThan(_) => Self { newer: first, older: last.filter(|_| more), rows },
            Stretch::NewerThan(_) => Self { newer: first.filter(|_| more), older: last, rows },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(at: &i64) -> Cursor {
        Cursor { at: *at, id: Uuid::nil() }
    }

    #[test]
    fn cursors_go_there_and_back() {
        let cursor = Cursor { at: -5, id: Uuid::from_u128(7) };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        assert_eq!("5".parse::<Cursor>(), Err(()));
        assert_eq!("5.x".parse::<Cursor>(), Err(()));
    }

    #[test]
    fn the_newest_page_has_nothing_before_it() {
        let rows: Vec<i64> = (0..=PAGE as i64).rev().collect();
        let slice = Slice::of(Stretch::Newest, rows, place);
        assert_eq!((slice.rows.len(), slice.newer, slice.older), (PAGE, None, Some(place(&1))));
    }

    #[test]
    fn the_last_page_has_nothing_after_it() {
        let slice = Slice::of(Stretch::OlderThan(place(&9)), vec![8, 7], place);
        assert_eq!((slice.newer, slice.older), (Some(place(&8)), None));
    }

    #[test]
    fn what_was_read_upwards_is_turned_round() {
        let slice = Slice::of(Stretch::NewerThan(place(&1)), vec![2, 3], place);
        assert_eq!(slice.rows, [3, 2]);
        assert_eq!((slice.newer, slice.older), (None, Some(place(&2))));
    }
}

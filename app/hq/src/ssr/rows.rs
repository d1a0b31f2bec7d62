//! From what the store reads to what the screens show.

mod board;
mod findings;
mod lists;
mod visit;
mod visits;

pub(crate) use board::board;
pub(crate) use findings::{finding_filter, findings};
pub(crate) use lists::{checklist, checklists, held, org};
pub(crate) use visit::{decided, visit, watch};
pub(crate) use visits::{store_filter, visits};

use store::hq::{Cursor, Slice, Stretch};

/// The stretch that an address names: after `older`, before `newer`, or the newest.
pub(super) fn stretch(older: Option<&str>, newer: Option<&str>) -> Stretch {
    let place = |text: &str| text.parse::<Cursor>().ok();
    match (older.and_then(place), newer.and_then(place)) {
        (Some(place), _) => Stretch::OlderThan(place),
        (None, Some(place)) => Stretch::NewerThan(place),
        (None, None) => Stretch::Newest,
    }
}

/// A stretch with its rows as the screen wants them.
pub(super) fn slice<T, U>(slice: Slice<T>, row: impl Fn(T) -> U) -> crate::parts::Slice<U> {
    crate::parts::Slice {
        rows: slice.rows.into_iter().map(row).collect(),
        newer: slice.newer.map(|place| place.to_string()),
        older: slice.older.map(|place| place.to_string()),
    }
}

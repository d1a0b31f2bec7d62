//! What time it is: read here and nowhere else.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::time::Moment;

/// Now.
pub(crate) fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

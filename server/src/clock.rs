//! The one place where the server reads a clock.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use domain::time::Moment;

/// What time it is, for everything that is decided or logged.
///
/// In tests (`MINGCHA_TEST=1`) it can be set forward through `POST /test/clock`.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Now.
    #[must_use]
    pub fn now(&self) -> Moment {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX)).plus(self.ahead_ms.load(Ordering::Relaxed))
    }

    /// Sets the clock `ms` ahead of the system's. For tests only.
    pub fn set_ahead(&self, ms: i64) {
        self.ahead_ms.store(ms, Ordering::Relaxed);
    }
}

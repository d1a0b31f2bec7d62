//! How long to wait before the next attempt: doubling, with jitter, so that a
//! thousand phones that lost the server together do not come back together.

/// The first pause, ms.
const FIRST_MS: i64 = 2_000;
/// The longest pause, ms.
const LONGEST_MS: i64 = 5 * 60_000;

/// Counts attempts that came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Something got through: the next pause is the first again.
    pub const fn reset(&mut self) {
        self.failures = 0;
    }

    /// The next pause, ms: between half and the whole of a span that doubles. `luck` is a random byte;
    /// `asked_s` is what the server asked for (`Retry-After`), seconds: never less than that.
    pub fn next(&mut self, luck: u8, asked_s: Option<u32>) -> i64 {
        let span = (FIRST_MS << self.failures.min(10)).min(LONGEST_MS);
        self.failures = self.failures.saturating_add(1);
        let pause = span / 2 + span / 2 * i64::from(luck) / 255;
        pause.max(i64::from(asked_s.unwrap_or(0)).min(3_600) * 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_doubles_stays_in_its_span_and_begins_anew() {
        let mut backoff = Backoff::default();
        let mut span = FIRST_MS;
        for n in 0..40 {
            let mut other = backoff;
            assert_eq!(other.next(0, None), span / 2, "{n}");
            assert_eq!(backoff.next(255, None), span / 2 * 2);
            span = (span * 2).min(LONGEST_MS);
        }
        assert_eq!(backoff.next(255, Some(1_000)), 1_000_000);
        backoff.reset();
        assert_eq!(backoff.next(255, None), FIRST_MS);
        assert_eq!(backoff.next(0, Some(30)), 30_000);
    }
}

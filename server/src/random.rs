//! The only place that draws randomness. Everybody else is handed a source.

use std::fmt::Write as _;

use domain::time::Moment;
use uuid::Uuid;

/// A source of random bytes that nobody can guess.
pub trait Random: Send + Sync + std::fmt::Debug {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's source.
#[derive(Clone, Copy, Debug)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            // Without randomness every token would be guessable: nothing may go on.
            tracing::error!(%error, "the system gives no random bytes");
            std::process::abort();
        }
    }
}

impl dyn Random + '_ {
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A token of 256 bits in hex, 64 digits.
    #[must_use]
    pub fn token(&self) -> String {
        hex(&self.bytes::<32>())
    }

    /// A UUID of version 7: 48 bits of time, the rest random.
    #[must_use]
    pub fn uuid_v7(&self, now: Moment) -> Uuid {
        let millis = u64::try_from(now.0).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }
}

/// Bytes as lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_ids_carry_their_time() {
        let random: &dyn Random = &SystemRandom;
        assert_eq!(random.token().len(), 64);
        assert_ne!(random.token(), random.token());
        let id = random.uuid_v7(Moment(1_700_000_000_123));
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(&id.as_bytes()[..6], &1_700_000_000_123_u64.to_be_bytes()[2..]);
    }
}

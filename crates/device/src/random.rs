//! Randomness from the browser.

use domain::{op::Salt, time::Moment};
use uuid::Uuid;

use crate::Failure;

/// `N` random bytes.
///
/// # Errors
/// Where the browser has no `crypto`.
pub fn bytes<const N: usize>() -> Result<[u8; N], Failure> {
    let mut out = [0; N];
    crate::window()?.crypto()?.get_random_values_with_u8_array(&mut out)?;
    Ok(out)
}

/// A UUID of version 7 made at `now`. Never order by it.
///
/// # Errors
/// As [`bytes`].
pub fn uuid(now: Moment) -> Result<Uuid, Failure> {
    let mut raw: [u8; 16] = bytes()?;
    raw[..6].copy_from_slice(&now.0.to_be_bytes()[2..]);
    raw[6] = raw[6] & 0x0f | 0x70;
    raw[8] = raw[8] & 0x3f | 0x80;
    Ok(Uuid::from_bytes(raw))
}

/// A salt for an op.
///
/// # Errors
/// As [`bytes`].
pub fn salt() -> Result<Salt, Failure> {
    Ok(Salt::new(bytes()?))
}

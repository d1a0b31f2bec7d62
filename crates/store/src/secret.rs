//! Tokens, hand-in keys and link secrets: random texts of which the database sees only a hash.

use domain::{evidence::Sha256, ids::TenantId};
use uuid::Uuid;

/// A secret as the database knows it.
///
/// Its text is 32 hex digits of the tenant and 64 random ones: a request is
/// looked up within one tenant from its first byte on, so that no index needs
/// to span tenants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Whose secret it is.
    pub tenant: TenantId,
    /// SHA-256 of the text.
    pub hash: Sha256,
}

impl Secret {
    /// Makes a secret of 32 random bytes: the text to hand out, and what to store.
    #[must_use]
    pub fn mint(tenant: TenantId, random: [u8; 32]) -> (String, Self) {
        let text = format!("{}{}", tenant.0.simple(), Sha256(random));
        let hash = Sha256::of(text.as_bytes());
        (text, Self { tenant, hash })
    }

    /// Reads a secret that somebody brought. `None`: it cannot be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == 96 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !well_formed {
            return None;
        }
        let tenant = Uuid::try_parse(text.get(..32)?).ok()?;
        Some(Self { tenant: TenantId(tenant), hash: Sha256::of(text.as_bytes()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_back_and_another_does_not() {
        let tenant = TenantId(Uuid::from_u128(7));
        let (text, secret) = Secret::mint(tenant, [0xab; 32]);
        assert_eq!(Secret::parse(&text), Some(secret));
        assert_ne!(Secret::mint(tenant, [8; 32]).1, secret);
        assert_eq!(Secret::parse(&text.to_uppercase()), None);
        assert_eq!(Secret::parse(&text[1..]), None);
        assert_eq!(Secret::parse(""), None);
    }
}

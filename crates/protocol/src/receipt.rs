//! Receipts: what the server signs, and how a phone checks it.
//!
//! A leaf is `SHA-256(0x00 ‖ digest ‖ verdict ‖ rev)`, a node `SHA-256(0x01 ‖
//! left ‖ right)`, an odd node goes up as it is. A head is `SHA-256(0x02 ‖
//! previous ‖ epoch ‖ number ‖ root ‖ time)` with integers of 8 bytes, big
//! endian (epoch too), signed with Ed25519. The verdict's bytes are its
//! canonical JSON.
//!
//! The last leaf of a batch is `SHA-256(0x04 ‖ facts ‖ people)`: it commits to
//! what lies beside the ops. A phone need not know it; its paths lead past it.

use domain::{
    evidence::Sha256,
    op::{Verdict, canonical},
    time::Moment,
};
use serde::{Deserialize, Serialize};

/// The head of a tenant's log after one batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The epoch: a new one begins when the server was restored.
    pub epoch: u32,
    /// The number of the batch within the tenant, from 1.
    pub number: i64,
    /// The hash of the head before; zeros for the first.
    pub previous: Sha256,
    /// The Merkle root of the batch.
    pub root: Sha256,
    /// When it was committed, by the server's clock.
    pub time: Moment,
    /// The id of the signing key: the first 16 hex digits of its SHA-256.
    pub key: String,
    /// The Ed25519 signature of [`Head::hash`], 128 hex digits.
    pub signature: String,
}

impl Head {
    /// What is signed, and what the next head names as `previous`.
    #[must_use]
    pub fn hash(&self) -> Sha256 {
        let mut bytes = Vec::with_capacity(1 + 32 + 8 + 8 + 32 + 8);
        bytes.push(2);
        bytes.extend_from_slice(&self.previous.0);
        bytes.extend_from_slice(&i64::from(self.epoch).to_be_bytes());
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&self.root.0);
        bytes.extend_from_slice(&self.time.0.to_be_bytes());
        Sha256::of(&bytes)
    }
}

/// One step from a leaf towards the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathStep {
    /// The other node.
    pub hash: Sha256,
    /// Whether the other node stands on the left.
    pub left: bool,
}

/// The leaf of an op.
#[must_use]
pub fn leaf(digest: Sha256, verdict: &Verdict, rev: i64) -> Sha256 {
    let verdict = canonical::canonicalise(&json::to_string(verdict)).ok();
    let mut bytes = Vec::with_capacity(96);
    bytes.push(0);
    bytes.extend_from_slice(&digest.0);
    bytes.extend_from_slice(verdict.unwrap_or_default().as_bytes());
    bytes.extend_from_slice(&rev.to_be_bytes());
    Sha256::of(&bytes)
}

/// The last leaf of a batch: over the facts that its ops were decided on, and over who sent what.
#[must_use]
pub fn side_leaf(facts: Sha256, people: Sha256) -> Sha256 {
    let mut bytes = [4; 65];
    bytes[1..33].copy_from_slice(&facts.0);
    bytes[33..].copy_from_slice(&people.0);
    Sha256::of(&bytes)
}

fn node(left: Sha256, right: Sha256) -> Sha256 {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(&left.0);
    bytes[33..].copy_from_slice(&right.0);
    Sha256::of(&bytes)
}

/// The root over `leaves` and the path of each. The root of nothing is zeros.
#[must_use]
pub fn merkle(leaves: &[Sha256]) -> (Sha256, Vec<Vec<PathStep>>) {
    let mut paths = vec![Vec::new(); leaves.len()];
    let mut level = leaves.to_vec();
    // Where each leaf's ancestor stands in the level at hand.
    let mut places: Vec<usize> = (0..leaves.len()).collect();
    while level.len() > 1 {
        for (place, path) in places.iter_mut().zip(&mut paths) {
            if let Some(hash) = level.get(*place ^ 1) {
                path.push(PathStep { hash: *hash, left: *place % 2 == 1 });
            }
            *place /= 2;
        }
        level = level.chunks(2).map(|pair| if let [l, r] = pair { node(*l, *r) } else { pair[0] }).collect();
    }
    (level.first().copied().unwrap_or(Sha256([0; 32])), paths)
}

/// The root to which `path` leads from `leaf`.
#[must_use]
pub fn climb(leaf: Sha256, path: &[PathStep]) -> Sha256 {
    path.iter().fold(leaf, |at, step| if step.left { node(step.hash, at) } else { node(at, step.hash) })
}

/// `GET /api/v1/keys`: every key that ever signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedKeys {
    /// The keys, the one in use first.
    pub keys: Vec<PublishedKey>,
}

/// A key that signs or signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedKey {
    /// See [`Head::key`].
    pub id: String,
    /// The Ed25519 public key, 64 hex digits.
    pub public: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_leads_to_the_root_and_no_other_does() {
        for count in 1..20_u8 {
            let leaves: Vec<Sha256> = (0..count).map(|n| Sha256::of(&[n])).collect();
            let (root, paths) = merkle(&leaves);
            for (index, path) in paths.iter().enumerate() {
                assert_eq!(climb(leaves[index], path), root, "{index} of {count}");
                if count > 1 {
                    assert_ne!(climb(Sha256::of(b"another"), path), root);
                }
            }
        }
        assert_eq!(merkle(&[]).0, Sha256([0; 32]));
    }

    #[test]
    fn the_leaf_depends_on_digest_verdict_and_rev() {
        let digest = Sha256::of(b"a");
        let base = leaf(digest, &Verdict::Applied, 1);
        assert_ne!(base, leaf(Sha256::of(b"b"), &Verdict::Applied, 1));
        assert_ne!(base, leaf(digest, &Verdict::held(domain::op::HeldCode::StaleBase), 1));
        assert_ne!(base, leaf(digest, &Verdict::Applied, 2));
    }
}

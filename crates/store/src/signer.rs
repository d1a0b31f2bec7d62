//! Who signs the heads. The key lies outside the database; this crate never sees it.

use domain::evidence::Sha256;
use protocol::receipt::Head;

/// A signature with the key that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The id of the key: the first 16 hex digits of its SHA-256.
    pub key: String,
    /// Ed25519, 128 hex digits.
    pub signature: String,
}

/// Signs and recognises heads.
pub trait Signer: Send + Sync + 'static {
    /// Signs with the key in use.
    fn sign(&self, hash: Sha256) -> Signed;

    /// Whether `head` was signed by a key of ours, in use or old.
    fn verify(&self, head: &Head) -> bool {
        self.signed(head.hash(), &Signed { key: head.key.clone(), signature: head.signature.clone() })
    }

    /// Whether a key of ours, in use or old, has signed `hash` so.
    fn signed(&self, hash: Sha256, signed: &Signed) -> bool;
}

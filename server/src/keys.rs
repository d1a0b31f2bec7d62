//! The keys that sign the log's heads. They lie beside the database, never in it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use domain::evidence::Sha256;
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _, VerifyingKey};
use protocol::receipt::{PublishedKey, PublishedKeys};
use store::{Signed, Signer};

use crate::{
    data_dir::{DataDir, cannot_use, write_private},
    failure::{Failure, Result},
    random::{Random, hex},
};

/// Tells what is derived from a key apart from whatever else is made of it.
const DERIVED: &[u8; 17] = b"mingcha derived 1";

/// The key in use, and every key before it.
#[derive(Debug)]
pub struct Keys {
    id: String,
    signing: SigningKey,
    /// By id, the one in use among them.
    known: BTreeMap<String, VerifyingKey>,
}

impl Keys {
    /// Reads the keys of `data`; makes the first one if there is none. Files are called `<order>.ed25519`:
    /// the last signs. A file `<id>.pub` holds the public half of a key that signed once and lies elsewhere
    /// now: what a backup brings along.
    ///
    /// # Errors
    /// [`crate::failure::Exit::Data`], or a file that holds no key.
    pub fn keep(data: &DataDir, random: &dyn Random) -> Result<Self> {
        let folder = data.private("keys")?;
        let mut files = listed(&folder, "ed25519")?;
        if files.is_empty() {
            let path = folder.join("0001.ed25519");
            let seed = hex(&random.bytes::<32>());
            write_private(&path, seed.as_bytes()).map_err(|error| cannot_use(&path, &error))?;
            files.push(path);
        }
        let keys: Vec<SigningKey> = files.iter().map(|path| read(path)).collect::<Result<_>>()?;
        let mut known: BTreeMap<_, _> =
            keys.iter().map(|key| (id(&key.verifying_key()), key.verifying_key())).collect();
        for path in listed(&folder, "pub")? {
            let key = read_public(&path)?;
            known.insert(id(&key), key);
        }
        let signing =
            keys.into_iter().next_back().ok_or_else(|| Failure::unexpected("keys", &"there is no signing key"))?;
        Ok(Self { id: id(&signing.verifying_key()), signing, known })
    }

    /// Keeps the public halves of keys that signed before, unless they are here already.
    ///
    /// # Errors
    /// [`crate::failure::Exit::Data`], or one of them is no key.
    pub fn remember(&mut self, data: &DataDir, published: &PublishedKeys) -> Result<()> {
        let folder = data.private("keys")?;
        for PublishedKey { public, .. } in &published.keys {
            let key = public_key(public).ok_or_else(|| Failure::unexpected("keys", &"a public key is none"))?;
            // Under the name that follows from it, whatever it was called.
            let name = id(&key);
            if self.known.contains_key(&name) {
                continue;
            }
            let path = folder.join(format!("{name}.pub"));
            write_private(&path, public.as_bytes()).map_err(|error| cannot_use(&path, &error))?;
            self.known.insert(name, key);
        }
        Ok(())
    }

    /// What `/api/v1/keys` says.
    #[must_use]
    pub fn published(&self) -> PublishedKeys {
        let key = |(id, key): (&String, &VerifyingKey)| PublishedKey { id: id.clone(), public: hex(key.as_bytes()) };
        let mut keys: Vec<PublishedKey> = self.known.iter().map(key).collect();
        keys.sort_by_key(|key| key.id != self.id);
        PublishedKeys { keys }
    }

    /// 32 bytes that follow from `of` and that nobody guesses who does not hold the key in use. Every node of a house
    /// holds the same, and comes to the same.
    #[must_use]
    pub fn derived(&self, of: Sha256) -> [u8; 32] {
        // Three parts of one length each: what is hashed can be read in one way only, and be made longer in none.
        Sha256::of(&[self.signing.as_bytes().as_slice(), DERIVED.as_slice(), of.0.as_slice()].concat()).0
    }
}

impl Signer for Keys {
    fn sign(&self, hash: Sha256) -> Signed {
        let signature = self.signing.sign(&hash.0);
        Signed { key: self.id.clone(), signature: hex(&signature.to_bytes()) }
    }

    fn signed(&self, hash: Sha256, signed: &Signed) -> bool {
        let Some(key) = self.known.get(&signed.key) else { return false };
        unhex::<64>(&signed.signature).is_some_and(|bytes| key.verify(&hash.0, &Signature::from_bytes(&bytes)).is_ok())
    }
}

fn id(key: &VerifyingKey) -> String {
    Sha256::of(key.as_bytes()).to_string().chars().take(16).collect()
}

fn listed(folder: &Path, end: &str) -> Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|error| cannot_use(folder, &error))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|there| there == end))
        .collect();
    files.sort();
    Ok(files)
}

fn public_key(text: &str) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(&unhex::<32>(text.trim())?).ok()
}

fn read_public(path: &Path) -> Result<VerifyingKey> {
    let text = fs::read_to_string(path).map_err(|error| cannot_use(path, &error))?;
    public_key(&text).ok_or_else(|| Failure::unexpected(&path.display().to_string(), &"this file holds no public key"))
}

fn read(path: &Path) -> Result<SigningKey> {
    let text = fs::read_to_string(path).map_err(|error| cannot_use(path, &error))?;
    unhex::<32>(text.trim())
        .map(|seed| SigningKey::from_bytes(&seed))
        .ok_or_else(|| Failure::unexpected(&path.display().to_string(), &"this file holds no key"))
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    // One spelling only: a sign or a capital would read alike, and be a change that nobody notices.
    if text.len() != N * 2 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; N];
    for (n, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(n * 2..n * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;
    use domain::time::Moment;
    use protocol::receipt::Head;

    #[test]
    fn what_is_derived_is_the_same_after_a_restart_and_another_with_another_key() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        let keys = Keys::keep(&data, &SystemRandom).unwrap();
        let (one, two) = (Sha256::of(b"1"), Sha256::of(b"2"));
        assert_ne!(keys.derived(one), keys.derived(two));
        assert_eq!(Keys::keep(&data, &SystemRandom).unwrap().derived(one), keys.derived(one));
        fs::write(folder.path().join("keys/0002.ed25519"), "07".repeat(32)).unwrap();
        assert_ne!(Keys::keep(&data, &SystemRandom).unwrap().derived(one), keys.derived(one));
    }

    #[test]
    fn a_head_is_ours_after_a_restart_and_a_new_key_but_not_after_a_change() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        let keys = Keys::keep(&data, &SystemRandom).unwrap();
        let mut head = Head {
            epoch: 1,
            number: 4,
            previous: Sha256::of(b"p"),
            root: Sha256::of(b"r"),
            time: Moment(9),
            key: String::new(),
            signature: String::new(),
        };
        let signed = keys.sign(head.hash());
        (head.key, head.signature) = (signed.key, signed.signature);
        assert!(keys.verify(&head));
        assert!(Keys::keep(&data, &SystemRandom).unwrap().verify(&head));
        fs::write(folder.path().join("keys/0002.ed25519"), "07".repeat(32)).unwrap();
        let newer = Keys::keep(&data, &SystemRandom).unwrap();
        assert!(newer.verify(&head));
        assert_ne!(newer.published().keys[0].id, head.key);
        assert_eq!(newer.published().keys.len(), 2);
        // A machine that has the public half only: it knows the head again and signs with a key of its own.
        let other = tempfile::tempdir().unwrap();
        let elsewhere = DataDir::open(other.path()).unwrap();
        let mut restored = Keys::keep(&elsewhere, &SystemRandom).unwrap();
        assert!(!restored.verify(&head));
        restored.remember(&elsewhere, &newer.published()).unwrap();
        assert!(restored.verify(&head));
        let restored = Keys::keep(&elsewhere, &SystemRandom).unwrap();
        assert!(restored.verify(&head));
        assert_eq!(restored.published().keys.len(), 3);
        assert!(!newer.published().keys.iter().any(|key| key.id == restored.published().keys[0].id));
        head.time = Moment(10);
        assert!(!newer.verify(&head));
        assert!(!newer.verify(&Head { signature: "zz".repeat(64), ..head.clone() }));
        head.time = Moment(9);
        assert!(newer.verify(&head));
        head.signature = head.signature.to_uppercase();
        assert!(!newer.verify(&head), "the same bytes in another spelling");
    }
}

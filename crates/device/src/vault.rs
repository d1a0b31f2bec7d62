//! The phone's store: sealed values in IndexedDB under keys that say nothing.
//!
//! Everything small lies in `rows` under families of keys (`draft/<id>`), the
//! bytes of photos and memos in `files` under their hash. Values are sealed
//! before the transaction opens and unsealed after it has ended.

use std::{cell::RefCell, rc::Rc};

use js_sys::Uint8Array;

use crate::{
    Failure,
    idb::{Db, Migration, Query, Step, Store},
    seal::{DataKey, Sealer},
};

/// The name of the database.
pub const DATABASE: &str = "mingcha-field";

const META: Store = "meta";
const ROWS: Store = "rows";
const FILES: Store = "files";

/// Every version of the database; released ones never change.
const MIGRATIONS: &[Migration] = &[Migration { create: &[META, ROWS, FILES] }];

/// The key of the data key within `meta`: the one value that is not sealed.
const KEY: &str = "key";

/// A change of the store.
#[derive(Clone, Debug)]
pub enum Change {
    /// Keeps a small value.
    Put(String, Vec<u8>),
    /// Forgets a small value.
    Delete(String),
    /// Keeps the bytes of a photo or memo under their hash.
    PutFile(String, Uint8Array),
    /// Forgets them.
    DeleteFile(String),
}

/// The store. Clones share it.
#[derive(Clone)]
pub struct Vault {
    db: Db,
    sealer: Rc<RefCell<Option<Sealer>>>,
}

impl Vault {
    /// Opens the store, with its key where somebody has signed in before.
    ///
    /// # Errors
    /// What the browser says: storage is switched off or broken.
    pub async fn open() -> Result<Self, Failure> {
        let db = Db::open(DATABASE, MIGRATIONS).await?;
        let vault = Self { db, sealer: Rc::default() };
        if let Some(stored) = vault.db.get(META, KEY).await?
            && let Some(key) = DataKey::from_bytes(&stored.to_vec())
        {
            *vault.sealer.borrow_mut() = Some(Sealer::new(&key).await?);
        }
        Ok(vault)
    }

    /// Whether there is a key: whether somebody has signed in on this phone.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.sealer.borrow().is_some()
    }

    /// Makes the data key, once, at sign-in.
    ///
    /// # Errors
    /// The key could not be made or kept.
    pub async fn make_key(&self) -> Result<(), Failure> {
        if self.has_key() {
            return Ok(());
        }
        let key = DataKey::generate()?;
        let sealer = Sealer::new(&key).await?;
        let value = Uint8Array::from(key.to_bytes().as_slice());
        self.db.write(&[Step::Put { store: META, key: KEY.to_owned(), value }]).await?;
        *self.sealer.borrow_mut() = Some(sealer);
        Ok(())
    }

    fn sealer(&self) -> Result<Sealer, Failure> {
        self.sealer.borrow().clone().ok_or_else(|| Failure::new("NoKey", "nobody has signed in"))
    }

    /// Does all of `changes` in one strict transaction. `Ok` means: on the disk.
    ///
    /// # Errors
    /// Nothing of it was done.
    pub async fn commit(&self, changes: Vec<Change>) -> Result<(), Failure> {
        let sealer = self.sealer()?;
        let mut steps = Vec::with_capacity(changes.len());
        for change in changes {
            steps.push(match change {
                Change::Put(key, value) => {
                    let value = sealer.seal(&Uint8Array::from(value.as_slice())).await?;
                    Step::Put { store: ROWS, key, value }
                }
                Change::PutFile(key, value) => Step::Put { store: FILES, key, value: sealer.seal(&value).await? },
                Change::Delete(key) => Step::Delete { store: ROWS, key },
                Change::DeleteFile(key) => Step::Delete { store: FILES, key },
            });
        }
        self.db.write(&steps).await
    }

    /// The small value under `key`.
    ///
    /// # Errors
    /// What the browser says; `BadSeal` where the value was changed.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Failure> {
        self.open_one(ROWS, key).await.map(|found| found.map(|bytes| bytes.to_vec()))
    }

    /// The bytes under a hash.
    ///
    /// # Errors
    /// As [`Vault::get`].
    pub async fn file(&self, key: &str) -> Result<Option<Uint8Array>, Failure> {
        self.open_one(FILES, key).await
    }

    async fn open_one(&self, store: Store, key: &str) -> Result<Option<Uint8Array>, Failure> {
        let sealer = self.sealer()?;
        match self.db.get(store, key).await? {
            Some(sealed) => Ok(Some(sealer.unseal(&sealed).await?)),
            None => Ok(None),
        }
    }

    /// Every small value whose key begins with one of `prefixes`, from one moment's state.
    ///
    /// # Errors
    /// As [`Vault::get`].
    pub async fn scan(&self, prefixes: &[&str]) -> Result<Vec<(String, Vec<u8>)>, Failure> {
        let sealer = self.sealer()?;
        let queries: Vec<Query> =
            prefixes.iter().map(|prefix| Query::Scan { store: ROWS, prefix: (*prefix).to_owned() }).collect();
        let mut found = Vec::new();
        for row in self.db.read(&queries).await?.into_iter().flatten() {
            found.push((row.key, sealer.unseal(&row.value).await?.to_vec()));
        }
        Ok(found)
    }

    /// The hashes of the bytes that are kept.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn files(&self) -> Result<Vec<String>, Failure> {
        let rows = self.db.read(&[Query::Keys { store: FILES, prefix: String::new() }]).await?;
        Ok(rows.into_iter().flatten().map(|row| row.key).collect())
    }

    /// Empties the store, key and all: somebody signed out with nothing left to send.
    ///
    /// # Errors
    /// Nothing of it was done.
    pub async fn wipe(&self) -> Result<(), Failure> {
        let all = |store| Step::DeletePrefix { store, prefix: String::new() };
        self.db.write(&[all(META), all(ROWS), all(FILES)]).await?;
        self.sealer.borrow_mut().take();
        Ok(())
    }
}

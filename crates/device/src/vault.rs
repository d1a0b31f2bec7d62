//! The phone's store: sealed values in IndexedDB under keys that say nothing.
//!
//! Everything small lies in `rows` under families of keys (`draft/<id>`), the
//! bytes of photos and memos in `files` under their hash. Values are sealed
//! before the transaction opens and unsealed after it has ended.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::Uint8Array;

use crate::{
    Failure, clock,
    idb::{Db, Guard, Migration, Query, Step, Store},
    random,
    seal::{DataKey, Sealer},
    worker::CopyRow,
};

/// The name of the database.
pub const DATABASE: &str = "mingcha-field";

const META: Store = "meta";
const ROWS: Store = "rows";
const FILES: Store = "files";

/// Every version of the database; released ones never change.
const MIGRATIONS: &[Migration] = &[Migration { create: &[META, ROWS, FILES] }];

/// The key of the data key within `meta`: a value that is not sealed.
const KEY: &str = "key";

/// The key of the mark within `meta`: which commit was the last.
const MARK: &str = "mark";

/// How many values are unsealed in one turn of the page's loop.
const AT_ONCE: usize = 100;

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

/// Small values as they lie in the store, sealed, for the second copy.
#[derive(Clone, Debug)]
pub struct Committed {
    /// Which commit it was; each has a higher one than all before it, in every tab.
    pub generation: i64,
    /// What was kept (or, `None`, forgotten) under which key.
    pub rows: Vec<(String, Option<Uint8Array>)>,
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Small values by their keys.
    pub rows: Vec<(String, Vec<u8>)>,
    /// The keys of values that were changed or torn.
    pub unreadable: Vec<String>,
}

/// What the store is sealed with.
struct Keys {
    key: DataKey,
    sealer: Sealer,
}

/// The last commit that this tab knows of: a counter, and randomness that says whose it was.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Mark([u8; 16]);

impl Mark {
    fn generation(self) -> i64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        i64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    fn after(generation: i64) -> Result<Self, Failure> {
        let mut mark = [0; 16];
        mark[..8].copy_from_slice(&(generation + 1).to_be_bytes());
        mark[8..].copy_from_slice(&random::bytes::<8>()?);
        Ok(Self(mark))
    }

    fn of(stored: &Uint8Array) -> Option<Self> {
        stored.to_vec().try_into().ok().map(Self)
    }
}

/// The store. Clones share it.
///
/// Several tabs may have it open. Each commit names the one that it builds on, and is
/// undone where another tab's came between: then what lies there is read again.
#[derive(Clone)]
pub struct Vault {
    db: Db,
    keys: Rc<RefCell<Option<Keys>>>,
    mark: Rc<Cell<Option<Mark>>>,
}

impl Vault {
    /// Opens the store. What it holds, its key too, is known from the first [`Self::read`] on.
    ///
    /// # Errors
    /// What the browser says: storage is switched off or broken.
    pub async fn open() -> Result<Self, Failure> {
        let db = Db::open(DATABASE, MIGRATIONS).await?;
        Ok(Self { db, keys: Rc::default(), mark: Rc::default() })
    }

    /// Whether there is a key: whether somebody has signed in on this phone.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.keys.borrow().is_some()
    }

    /// Whether anything was ever written. A store that somebody signed out of was; one that the browser emptied was not.
    #[must_use]
    pub fn is_written(&self) -> bool {
        self.mark.get().is_some()
    }

    /// The last commit that this tab knows of.
    #[must_use]
    pub fn generation(&self) -> i64 {
        self.mark.get().map_or(0, Mark::generation)
    }

    /// The data key, as it is stored.
    #[must_use]
    pub fn key(&self) -> Option<Vec<u8>> {
        self.keys.borrow().as_ref().map(|keys| keys.key.to_bytes())
    }

    /// Names this store: another one has another key.
    #[must_use]
    pub fn id(&self) -> Option<String> {
        self.keys.borrow().as_ref().map(|keys| u64::from_be_bytes(keys.key.id).to_string())
    }

    /// Makes the data key, once, at sign-in.
    ///
    /// # Errors
    /// The key could not be made or kept.
    pub async fn make_key(&self) -> Result<(), Failure> {
        if self.has_key() {
            return Ok(());
        }
        let keys = Self::keys(DataKey::generate()?).await?;
        self.write(vec![put_key(&keys.key)], self.generation()).await?;
        *self.keys.borrow_mut() = Some(keys);
        Ok(())
    }

    async fn keys(key: DataKey) -> Result<Keys, Failure> {
        let sealer = Sealer::new(&key).await?;
        Ok(Keys { key, sealer })
    }

    fn sealer(&self) -> Result<Sealer, Failure> {
        let keys = self.keys.borrow();
        keys.as_ref().map(|keys| keys.sealer.clone()).ok_or_else(|| Failure::new("NoKey", "nobody has signed in"))
    }

    async fn write(&self, steps: Vec<Step>, after: i64) -> Result<(), Failure> {
        let seen = self.mark.get();
        let next = Mark::after(after)?;
        let guard = Guard { store: META, key: MARK, seen: seen.as_ref().map(|mark| mark.0.as_slice()), next: &next.0 };
        self.db.write(&steps, guard).await?;
        self.mark.set(Some(next));
        Ok(())
    }

    /// Does all of `changes` in one strict transaction. `Ok` means: on the disk.
    ///
    /// # Errors
    /// Nothing of it was done. [`Failure::is_stale`]: another tab has written; read again first.
    pub async fn commit(&self, changes: Vec<Change>) -> Result<Committed, Failure> {
        let sealer = self.sealer()?;
        // All at once: one after another each would wait for a way to WebCrypto's threads and back.
        let sealing: Vec<_> = changes
            .into_iter()
            .map(|change| match change {
                Change::Put(key, value) => (ROWS, key, Some(sealer.seal(&Uint8Array::from(value.as_slice())))),
                Change::PutFile(key, value) => (FILES, key, Some(sealer.seal(&value))),
                Change::Delete(key) => (ROWS, key, None),
                Change::DeleteFile(key) => (FILES, key, None),
            })
            .collect();
        let mut steps = Vec::with_capacity(sealing.len());
        let mut rows = Vec::new();
        for (store, key, sealing) in sealing {
            let value = match sealing {
                Some(sealing) => Some(sealing.await?),
                None => None,
            };
            if store == ROWS {
                rows.push((key.clone(), value.clone()));
            }
            steps.push(match value {
                Some(value) => Step::Put { store, key, value },
                None => Step::Delete { store, key },
            });
        }
        self.write(steps, self.generation()).await?;
        Ok(Committed { generation: self.generation(), rows })
    }

    /// Begins an emptied store again, under the key that this tab still knows.
    ///
    /// # Errors
    /// Nothing of it was done.
    pub async fn begin_again(&self) -> Result<(), Failure> {
        let step = self.keys.borrow().as_ref().map(|keys| put_key(&keys.key));
        let step = step.ok_or_else(|| Failure::new("NoKey", "nobody has signed in"))?;
        self.write(vec![step], self.generation()).await
    }

    /// Puts sealed values of the second copy back, and with them their key where there is none.
    ///
    /// # Errors
    /// Nothing of it was done; `BadSeal` where `key` is none.
    pub async fn restore(&self, key: &[u8], generation: i64, rows: Vec<CopyRow>) -> Result<(), Failure> {
        let key = DataKey::from_bytes(key).ok_or_else(|| Failure::new("BadSeal", "no key"))?;
        let mut steps = vec![put_key(&key)];
        steps.extend(rows.into_iter().map(|row| Step::Put { store: ROWS, key: row.key, value: row.value }));
        let keys = Self::keys(key).await?;
        self.write(steps, self.generation().max(generation)).await?;
        *self.keys.borrow_mut() = Some(keys);
        Ok(())
    }

    /// The bytes under a hash.
    ///
    /// # Errors
    /// What the browser says; `BadSeal` where they were changed.
    pub async fn file(&self, key: &str) -> Result<Option<Uint8Array>, Failure> {
        let sealer = self.sealer()?;
        match self.db.get(FILES, key).await? {
            Some(sealed) => Ok(Some(sealer.unseal(&sealed).await?)),
            None => Ok(None),
        }
    }

    /// Every small value whose key begins with one of `prefixes` or is one of `keys`, from one moment's state. From
    /// then on commits build on that moment.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn read(&self, prefixes: &[&str], keys: Vec<String>) -> Result<Found, Failure> {
        let get = |key: &str| Query::Get { store: META, key: key.to_owned() };
        let mut queries = vec![get(KEY), get(MARK)];
        queries.extend(prefixes.iter().map(|prefix| Query::Scan { store: ROWS, prefix: (*prefix).to_owned() }));
        queries.extend(keys.into_iter().map(|key| Query::Get { store: ROWS, key }));
        let mut answers = self.db.read(&queries).await?.into_iter();
        let mut one = || answers.next().and_then(|rows| rows.into_iter().next()).map(|row| row.value);
        let (key, mark) = (one(), one());
        let key = key.and_then(|key| DataKey::from_bytes(&key.to_vec()));
        self.mark.set(mark.as_ref().and_then(Mark::of));
        let known = self.keys.borrow().as_ref().map(|keys| keys.key.clone());
        if let Some(key) = &key
            && known.as_ref() != Some(key)
        {
            let keys = Self::keys(key.clone()).await?;
            *self.keys.borrow_mut() = Some(keys);
        } else if key.is_none() && self.is_written() {
            // Somebody signed out, in another tab. Where nothing was written the browser emptied the store, and
            // what this tab knows is the last of it: then it keeps its key.
            self.keys.borrow_mut().take();
        }
        let mut found = Found::default();
        if key.is_none() {
            return Ok(found);
        }
        let sealer = self.sealer()?;
        let mut rows = answers.flatten();
        loop {
            // Many at once: one after another each would wait for a way to WebCrypto's threads and back.
            let unsealing: Vec<_> =
                rows.by_ref().take(AT_ONCE).map(|row| (row.key, sealer.unseal(&row.value))).collect();
            let is_last = unsealing.len() < AT_ONCE;
            for (key, value) in unsealing {
                match value.await {
                    Ok(value) => found.rows.push((key, value.to_vec())),
                    Err(_) => found.unreadable.push(key),
                }
            }
            if is_last {
                return Ok(found);
            }
            // A tap is heard in between.
            clock::sleep(0).await;
        }
    }

    /// Whether another tab has written since this one read.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn is_behind(&self) -> Result<bool, Failure> {
        Ok(self.db.get(META, MARK).await?.as_ref().and_then(Mark::of) != self.mark.get())
    }

    /// Every small value as it lies there.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn sealed(&self) -> Result<Committed, Failure> {
        let rows = self.db.read(&[Query::Scan { store: ROWS, prefix: String::new() }]).await?;
        let rows = rows.into_iter().flatten().map(|row| (row.key, Some(row.value))).collect();
        Ok(Committed { generation: self.generation(), rows })
    }

    /// The hashes of the bytes that are kept.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn files(&self) -> Result<Vec<String>, Failure> {
        self.all_keys(FILES).await
    }

    async fn all_keys(&self, store: Store) -> Result<Vec<String>, Failure> {
        let rows = self.db.read(&[Query::Keys { store, prefix: String::new() }]).await?;
        Ok(rows.into_iter().flatten().map(|row| row.key).collect())
    }

    /// Empties the store, key and all: somebody signed out with nothing left to send. The mark stays, and says so to
    /// other tabs.
    ///
    /// # Errors
    /// Nothing of it was done.
    pub async fn wipe(&self) -> Result<(), Failure> {
        let all = |store| Step::DeletePrefix { store, prefix: String::new() };
        self.write(vec![all(META), all(ROWS), all(FILES)], self.generation()).await?;
        self.keys.borrow_mut().take();
        Ok(())
    }
}

fn put_key(key: &DataKey) -> Step {
    Step::Put { store: META, key: KEY.to_owned(), value: Uint8Array::from(key.to_bytes().as_slice()) }
}

//! IndexedDB, transaction-shaped.
//!
//! All requests of a transaction are issued without awaiting in between (an
//! await would end it), it is committed as soon as its guard was looked at, and a
//! write counts only on `complete` with `durability: "strict"`. A connection that the browser lost is reopened and
//! the same batch issued again: every step is a put or a delete by key, so a
//! second time changes nothing.

mod open;
mod promise;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Array, JsString, Promise, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransaction, IdbTransactionDurability, IdbTransactionMode,
    IdbTransactionOptions, PageTransitionEvent,
};

use crate::{Failure, clock};
pub use open::Migration;

/// How long to wait before a connection is opened again, and how long for the store's answer then, ms, try by try.
const TRIES: [Try; 5] = [
    Try { pause_ms: 0, limit_ms: 10_000 },
    Try { pause_ms: 0, limit_ms: 10_000 },
    Try { pause_ms: 30, limit_ms: 20_000 },
    Try { pause_ms: 120, limit_ms: 40_000 },
    Try { pause_ms: 400, limit_ms: 80_000 },
];

/// One of the tries that a call of the store has.
#[derive(Clone, Copy, Debug)]
struct Try {
    /// How long to wait before it.
    pause_ms: i32,
    /// How long to wait for an answer: the disk of a phone may be slow, and WebKit was seen never to answer.
    limit_ms: i32,
}

/// The name of an object store.
pub type Store = &'static str;

/// One change of a write.
#[derive(Clone, Debug)]
pub enum Step {
    /// Keeps `value` under `key`.
    Put {
        /// Where.
        store: Store,
        /// Under which key: random ids, seqs and states only.
        key: String,
        /// Sealed bytes.
        value: Uint8Array,
    },
    /// Forgets what is under `key`.
    Delete {
        /// Where.
        store: Store,
        /// Under which key.
        key: String,
    },
    /// Forgets everything whose key begins with `prefix`.
    DeletePrefix {
        /// Where.
        store: Store,
        /// The beginning of the keys; empty for all.
        prefix: String,
    },
}

/// What a write expects to find: somebody else's write in between undoes it.
#[derive(Clone, Copy, Debug)]
pub struct Guard<'a> {
    /// Where.
    pub store: Store,
    /// Under which key.
    pub key: &'a str,
    /// What was there when the state was read that this write builds on.
    pub seen: Option<&'a [u8]>,
    /// What this write itself puts there: found again after a lost answer, it was done.
    pub next: &'a [u8],
}

/// One question of a read.
#[derive(Clone, Debug)]
pub enum Query {
    /// What is under `key`.
    Get {
        /// Where.
        store: Store,
        /// Under which key.
        key: String,
    },
    /// Everything whose key begins with `prefix`, in the order of keys.
    Scan {
        /// Where.
        store: Store,
        /// The beginning of the keys; empty for all.
        prefix: String,
    },
    /// The keys alone.
    Keys {
        /// Where.
        store: Store,
        /// The beginning of the keys; empty for all.
        prefix: String,
    },
}

/// A row that was read.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its key.
    pub key: String,
    /// Its sealed bytes; empty where only keys were asked for.
    pub value: Uint8Array,
}

/// A database. Clones share the connection.
#[derive(Clone)]
pub struct Db {
    name: Rc<str>,
    migrations: &'static [Migration],
    connection: Rc<RefCell<Option<IdbDatabase>>>,
    under_way: UnderWay,
}

/// What has begun and not ended.
type UnderWay = Rc<RefCell<Vec<IdbTransaction>>>;

impl Db {
    /// Opens (and where needed migrates) the database `name`.
    ///
    /// # Errors
    /// What the browser says: storage is switched off, broken, or of a newer version.
    pub async fn open(name: &str, migrations: &'static [Migration]) -> Result<Self, Failure> {
        let db = Self { name: name.into(), migrations, connection: Rc::default(), under_way: Rc::default() };
        db.leave_nothing_behind()?;
        let mut tries = 0;
        while let Err(failure) = db.connection(TRIES[tries].limit_ms).await {
            db.again(&mut tries, failure).await?;
        }
        Ok(db)
    }

    /// A page that the browser sets aside, to come back to, takes no event: WebKit lets a transaction that it was in stand
    /// for ever, and every later one behind it. So it is given up; where the page comes back it is tried again.
    fn leave_nothing_behind(&self) -> Result<(), Failure> {
        let under_way = Rc::clone(&self.under_way);
        let hides = Closure::<dyn FnMut(PageTransitionEvent)>::new(move |event: PageTransitionEvent| {
            if event.persisted() {
                for transaction in under_way.take() {
                    // One that is committed goes on by itself, and refuses.
                    drop(transaction.abort());
                }
            }
        });
        let window = crate::window()?;
        window.add_event_listener_with_callback("pagehide", hides.as_ref().unchecked_ref())?;
        // It listens for as long as the page lives.
        hides.forget();
        Ok(())
    }

    fn begin(
        &self,
        connection: &IdbDatabase,
        names: &[Store],
        mode: IdbTransactionMode,
    ) -> Result<IdbTransaction, Failure> {
        let names: Vec<JsString> = names.iter().map(|name| JsString::from(*name)).collect();
        let options = IdbTransactionOptions::new();
        options.set_durability(IdbTransactionDurability::Strict);
        let begun = connection.transaction_with_str_sequence_and_mode_and_options(&names, mode, &options)?;
        self.under_way.borrow_mut().push(begun.clone());
        Ok(begun)
    }

    /// Waits for the end of a transaction.
    async fn ended(&self, transaction: &IdbTransaction, done: Promise) -> Result<(), JsValue> {
        let done = JsFuture::from(done).await.map(drop);
        self.under_way.borrow_mut().retain(|begun| begun != transaction);
        done
    }

    async fn connection(&self, limit_ms: i32) -> Result<IdbDatabase, Failure> {
        if let Some(open) = self.connection.borrow().clone() {
            return Ok(open);
        }
        let opened = open::connect(&self.name, self.migrations, Rc::clone(&self.connection), limit_ms).await?;
        *self.connection.borrow_mut() = Some(opened.clone());
        Ok(opened)
    }

    /// Does all of `steps` in one strict transaction. `Ok` means: on the disk.
    ///
    /// # Errors
    /// Nothing of it was done. [`Failure::is_quota`] where the phone is full, [`Failure::is_stale`] where
    /// somebody else wrote since `guard` was read.
    pub async fn write(&self, steps: &[Step], guard: Guard<'_>) -> Result<(), Failure> {
        let mut tries = 0;
        loop {
            match self.try_write(steps, guard, TRIES[tries].limit_ms).await {
                Err(failure) => self.again(&mut tries, failure).await?,
                done => return done,
            }
        }
    }

    /// Prepares the next try where the connection was lost and a try is left; gives the failure back where not.
    async fn again(&self, tries: &mut usize, failure: Failure) -> Result<(), Failure> {
        *tries += 1;
        let next = TRIES.get(*tries).filter(|_| self.was_lost(&failure)).ok_or(failure)?;
        if next.pause_ms > 0 {
            clock::sleep(next.pause_ms).await;
        }
        Ok(())
    }

    async fn try_write(&self, steps: &[Step], guard: Guard<'_>, limit_ms: i32) -> Result<(), Failure> {
        let connection = self.connection(limit_ms).await?;
        let mut names = vec![guard.store];
        for step in steps {
            let (Step::Put { store, .. } | Step::Delete { store, .. } | Step::DeletePrefix { store, .. }) = step;
            push_once(&mut names, store);
        }
        let transaction = self.begin(&connection, &names, IdbTransactionMode::Readwrite)?;
        let done = promise::completed(&transaction, limit_ms);
        let stale = match issue(&transaction, steps, guard) {
            Ok(stale) => stale,
            Err(failure) => {
                // What was issued already must not be done without the rest.
                drop(transaction.abort());
                drop(self.ended(&transaction, done).await);
                return Err(failure);
            }
        };
        match self.ended(&transaction, done).await {
            Err(_) if stale.get() => Err(Failure::new(Failure::STALE, "another tab has written")),
            Err(error) => Err(error.into()),
            Ok(()) => Ok(()),
        }
    }

    /// Answers all of `queries` from one moment's state, one list of rows for each.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn read(&self, queries: &[Query]) -> Result<Vec<Vec<Row>>, Failure> {
        let mut tries = 0;
        loop {
            match self.try_read(queries, TRIES[tries].limit_ms).await {
                Err(failure) => self.again(&mut tries, failure).await?,
                done => return done,
            }
        }
    }

    /// What is under `key`.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn get(&self, store: Store, key: &str) -> Result<Option<Uint8Array>, Failure> {
        let rows = self.read(&[Query::Get { store, key: key.to_owned() }]).await?;
        Ok(rows.into_iter().flatten().next().map(|row| row.value))
    }

    async fn try_read(&self, queries: &[Query], limit_ms: i32) -> Result<Vec<Vec<Row>>, Failure> {
        let connection = self.connection(limit_ms).await?;
        let mut names = Vec::new();
        for query in queries {
            let (Query::Get { store, .. } | Query::Scan { store, .. } | Query::Keys { store, .. }) = query;
            push_once(&mut names, store);
        }
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let transaction = self.begin(&connection, &names, IdbTransactionMode::Readonly)?;
        let done = promise::completed(&transaction, limit_ms);
        let mut pending = Vec::with_capacity(queries.len());
        for query in queries {
            pending.push(ask(&transaction, query)?);
        }
        // Not committed by hand: Chromium would call it complete before it has unpacked a large value.
        self.ended(&transaction, done).await?;
        pending.into_iter().zip(queries).map(|((keys, values), query)| rows(query, keys, values)).collect()
    }

    /// Whether the connection is gone; then it is dropped, so that the next call opens another.
    fn was_lost(&self, failure: &Failure) -> bool {
        let lost =
            matches!(failure.name.as_str(), "InvalidStateError" | "UnknownError" | "AbortError" | "TimeoutError");
        if lost && let Some(stale) = self.connection.borrow_mut().take() {
            stale.close();
        }
        lost
    }
}

#[expect(deprecated, reason = "the bindings carry an old mark of Gecko's; the standard and every engine have it")]
fn commit(transaction: &IdbTransaction) -> Result<(), JsValue> {
    transaction.commit()
}

/// Issues every request of a write; the cell says, once the transaction has ended, whether somebody else wrote.
fn issue(transaction: &IdbTransaction, steps: &[Step], guard: Guard<'_>) -> Result<Rc<Cell<bool>>, Failure> {
    let stale = watch(transaction, guard)?;
    for step in steps {
        match step {
            Step::Put { store, key, value } => {
                transaction.object_store(store)?.put_with_key(value, &JsValue::from_str(key))?;
            }
            Step::Delete { store, key } => {
                transaction.object_store(store)?.delete(&JsValue::from_str(key))?;
            }
            Step::DeletePrefix { store, prefix } => {
                transaction.object_store(store)?.delete(&range(prefix)?)?;
            }
        }
    }
    let next = Uint8Array::from(guard.next);
    transaction.object_store(guard.store)?.put_with_key(&next, &JsValue::from_str(guard.key))?;
    Ok(stale)
}

/// Undoes the transaction when another write came between; it is asked before all else in it.
fn watch(transaction: &IdbTransaction, guard: Guard<'_>) -> Result<Rc<Cell<bool>>, Failure> {
    let request = transaction.object_store(guard.store)?.get(&JsValue::from_str(guard.key))?;
    let stale = Rc::new(Cell::new(false));
    let (seen, next) = (guard.seen.map(<[u8]>::to_vec), guard.next.to_vec());
    let (asked, transaction, flag) = (request.clone(), transaction.clone(), Rc::clone(&stale));
    let check = Closure::once_into_js(move || {
        let found = asked.result().unwrap_or_default();
        let found = (!found.is_undefined()).then(|| found.unchecked_into::<Uint8Array>().to_vec());
        // All that it consists of was issued long ago: it is committed, or undone, without another turn of the loop.
        drop(if found != seen && found.as_ref() != Some(&next) {
            flag.set(true);
            transaction.abort()
        } else {
            commit(&transaction)
        });
    });
    request.set_onsuccess(Some(check.unchecked_ref()));
    Ok(stale)
}

/// `keys` and `values` of a query, as soon as the transaction is done.
type Pending = (Option<IdbRequest>, Option<IdbRequest>);

fn ask(transaction: &IdbTransaction, query: &Query) -> Result<Pending, Failure> {
    let all = |store: &IdbObjectStore, prefix: &str| -> Result<(JsValue, IdbRequest), Failure> {
        let range = range(prefix)?;
        let keys = store.get_all_keys_with_key(&range)?;
        Ok((range, keys))
    };
    Ok(match query {
        Query::Get { store, key } => (None, Some(transaction.object_store(store)?.get(&JsValue::from_str(key))?)),
        Query::Keys { store, prefix } => (Some(all(&transaction.object_store(store)?, prefix)?.1), None),
        Query::Scan { store, prefix } => {
            let store = transaction.object_store(store)?;
            let (range, keys) = all(&store, prefix)?;
            (Some(keys), Some(store.get_all_with_key(&range)?))
        }
    })
}

fn rows(query: &Query, keys: Option<IdbRequest>, values: Option<IdbRequest>) -> Result<Vec<Row>, Failure> {
    let values = values.map(|request| request.result()).transpose()?;
    if let Query::Get { key, .. } = query {
        let value = values.filter(|value| !value.is_undefined());
        return Ok(value.into_iter().map(|value| Row { key: key.clone(), value: value.unchecked_into() }).collect());
    }
    let keys: Array = keys.map(|request| request.result()).transpose()?.unwrap_or_default().unchecked_into();
    let values = values.map(wasm_bindgen::JsCast::unchecked_into::<Array>);
    Ok(keys
        .iter()
        .enumerate()
        .map(|(n, key)| Row {
            key: key.as_string().unwrap_or_default(),
            value: values
                .as_ref()
                .map_or_else(|| Uint8Array::new_with_length(0), |values| values.get(n as u32).unchecked_into()),
        })
        .collect())
}

fn push_once(names: &mut Vec<Store>, name: Store) {
    if !names.contains(&name) {
        names.push(name);
    }
}

/// The keys that begin with `prefix`. Keys are ASCII, so `\u{ffff}` lies behind them all.
fn range(prefix: &str) -> Result<JsValue, Failure> {
    let mut end = String::with_capacity(prefix.len() + 3);
    end.push_str(prefix);
    end.push('\u{ffff}');
    Ok(IdbKeyRange::bound(&JsValue::from_str(prefix), &JsValue::from_str(&end))?.into())
}

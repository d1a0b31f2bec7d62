//! The one worker: it shrinks pictures and keeps the second copy of the store.
//!
//! Its script is hand-written (`public/field/worker.js`). A message is
//! `{id, do, …}`, its answer `{id, ok}` or `{id, error}`.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, Worker};

use crate::{Failure, clock, vault::Committed};

/// How long the second copy may take to say what it holds, ms.
const PATIENCE_MS: i32 = 5_000;
/// How long it may take to write, ms.
const PATIENCE_WRITING_MS: i32 = 20_000;

/// Who waits for which answer: few at a time.
type Waiting = Rc<RefCell<Vec<(u32, Function, Function)>>>;

/// Who waits for answer `id`; from now on nobody does.
fn take(waiting: &Waiting, id: u32) -> Option<(Function, Function)> {
    let mut waiting = waiting.borrow_mut();
    let place = waiting.iter().position(|(waits, ..)| *waits == id)?;
    let (_, resolve, reject) = waiting.swap_remove(place);
    Some((resolve, reject))
}

/// A picture that was made smaller.
#[derive(Clone, Debug)]
pub struct Picture {
    /// JPEG bytes.
    pub bytes: Uint8Array,
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}

/// What the second copy holds.
#[derive(Clone, Debug)]
pub struct Copy {
    /// The data key of the store that it is a copy of; `None` where it holds nothing.
    pub key: Option<Vec<u8>>,
    /// The newest commit in it.
    pub generation: i64,
    /// The last word on every key that is not gone.
    pub rows: Vec<CopyRow>,
}

/// The last word on a key.
#[derive(Clone, Debug)]
pub struct CopyRow {
    /// The key.
    pub key: String,
    /// The commit that wrote it.
    pub generation: i64,
    /// Sealed bytes.
    pub value: Uint8Array,
}

/// A running worker. Clones share it.
#[derive(Clone)]
pub struct Helper {
    worker: Worker,
    waiting: Waiting,
    next: Rc<RefCell<u32>>,
}

impl Helper {
    /// Starts the script at `url`.
    ///
    /// # Errors
    /// Where the browser has no workers.
    pub fn start(url: &str) -> Result<Self, Failure> {
        let worker = Worker::new(url)?;
        let waiting: Waiting = Rc::default();
        let answered = Rc::clone(&waiting);
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            let id = get(&data, "id").as_f64().unwrap_or_default() as u32;
            let Some((resolve, reject)) = take(&answered, id) else { return };
            let error = get(&data, "error");
            drop(if error.is_undefined() {
                resolve.call1(&JsValue::UNDEFINED, &get(&data, "ok"))
            } else {
                reject.call1(&JsValue::UNDEFINED, &error)
            });
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let failed = Rc::clone(&waiting);
        let on_error = Closure::<dyn FnMut()>::new(move || {
            for (_, _, reject) in std::mem::take(&mut *failed.borrow_mut()) {
                drop(reject.call1(&JsValue::UNDEFINED, &JsValue::from_str("worker")));
            }
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        // The worker lives as long as the page.
        on_message.forget();
        on_error.forget();
        Ok(Self { worker, waiting, next: Rc::default() })
    }

    async fn ask(&self, task: &str, fields: &[(&str, JsValue)], transfer: &Array) -> Result<JsValue, Failure> {
        let id = {
            let mut next = self.next.borrow_mut();
            *next += 1;
            *next
        };
        let message = Object::new();
        set(&message, "id", &JsValue::from_f64(f64::from(id)));
        set(&message, "do", &JsValue::from_str(task));
        for (name, value) in fields {
            set(&message, name, value);
        }
        let promise = Promise::new(&mut |resolve, reject| {
            self.waiting.borrow_mut().push((id, resolve, reject));
        });
        match task {
            "copy-open" => self.lose_patience(id, PATIENCE_MS),
            "copy-fill" | "copy-append" | "copy-clear" => self.lose_patience(id, PATIENCE_WRITING_MS),
            // A big picture on an old phone takes as long as it takes.
            _ => {}
        }
        self.worker.post_message_with_transfer(&message, transfer)?;
        Ok(JsFuture::from(promise).await?)
    }

    /// Saving waits for the answer at the start and when the store is mended: a worker that does not start, or stands
    /// still, must not stop it.
    fn lose_patience(&self, id: u32, ms: i32) {
        let waiting = Rc::clone(&self.waiting);
        wasm_bindgen_futures::spawn_local(async move {
            clock::sleep(ms).await;
            if let Some((_, reject)) = take(&waiting, id) {
                drop(reject.call1(&JsValue::UNDEFINED, &JsValue::from_str("worker")));
            }
        });
    }

    /// Decodes `source` (a `Blob` or an `ImageBitmap`) upright and makes a JPEG
    /// of it whose longer side has at most `longest` pixels. What the file said
    /// about place and device is gone.
    ///
    /// # Errors
    /// It is no picture that this browser can decode.
    pub async fn shrink(&self, source: &JsValue, longest: u32) -> Result<Picture, Failure> {
        let transfer = Array::new();
        if get(source, "close").is_function() {
            transfer.push(source);
        }
        let fields = [("source", source.clone()), ("longest", JsValue::from_f64(f64::from(longest)))];
        let made = self.ask("shrink", &fields, &transfer).await?;
        Ok(Picture {
            bytes: Uint8Array::new(&get(&made, "bytes")),
            width: get(&made, "width").as_f64().unwrap_or_default() as u32,
            height: get(&made, "height").as_f64().unwrap_or_default() as u32,
        })
    }

    /// Begins the second copy of the store with this data key (or, without one, of the newest store that it
    /// knows), and gives what it holds. `None`: this browser cannot keep one.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn copy_open(&self, key: Option<&[u8]>) -> Result<Option<Copy>, Failure> {
        let key = key.map_or(JsValue::UNDEFINED, |key| Uint8Array::from(key).into());
        let found = self.ask("copy-open", &[("key", key)], &Array::new()).await?;
        if found.is_null() {
            return Ok(None);
        }
        let key = get(&found, "key");
        let row = |row: JsValue| {
            let row: Array = row.unchecked_into();
            let generation = row.get(1).as_f64().unwrap_or_default() as i64;
            CopyRow { key: row.get(0).as_string().unwrap_or_default(), generation, value: row.get(2).unchecked_into() }
        };
        Ok(Some(Copy {
            key: (!key.is_undefined()).then(|| Uint8Array::new(&key).to_vec()),
            generation: get(&found, "generation").as_f64().unwrap_or_default() as i64,
            rows: get(&found, "rows").unchecked_into::<Array>().iter().map(row).collect(),
        }))
    }

    /// Makes the second copy equal to the store.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn copy_fill(&self, key: &[u8], made: &Committed) -> Result<(), Failure> {
        self.copy("copy-fill", made, Uint8Array::from(key).into()).await
    }

    /// Adds what one commit has written, and waits until it is on the disk.
    ///
    /// # Errors
    /// What the browser says; the store itself is not touched by it.
    pub async fn copy_append(&self, made: &Committed) -> Result<(), Failure> {
        self.copy("copy-append", made, JsValue::UNDEFINED).await
    }

    async fn copy(&self, task: &str, made: &Committed, key: JsValue) -> Result<(), Failure> {
        let rows = Array::new();
        for (name, value) in &made.rows {
            let value = value.as_ref().map_or(JsValue::NULL, |value| value.clone().into());
            rows.push(&Array::of2(&JsValue::from_str(name), &value));
        }
        let generation = JsValue::from_f64(made.generation as f64);
        self.ask(task, &[("key", key), ("generation", generation), ("rows", rows.into())], &Array::new())
            .await
            .map(drop)
    }

    /// Empties the second copy, in every tab: somebody signed out.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn copy_clear(&self) -> Result<(), Failure> {
        self.ask("copy-clear", &[], &Array::new()).await.map(drop)
    }
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or_default()
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // Setting a field of a fresh plain object cannot fail.
    drop(Reflect::set(object, &JsValue::from_str(name), value));
}

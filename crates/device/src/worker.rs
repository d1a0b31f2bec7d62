//! The one worker: it shrinks pictures and keeps the second copy of the journal.
//!
//! Its script is hand-written (`public/field/worker.js`). A message is
//! `{id, do, …}`, its answer `{id, ok}` or `{id, error}`.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, Worker};

use crate::Failure;

type Waiting = Rc<RefCell<BTreeMap<u32, (Function, Function)>>>;

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
            let Some((resolve, reject)) = answered.borrow_mut().remove(&id) else {
                return;
            };
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
            for (_, (_, reject)) in std::mem::take(&mut *failed.borrow_mut()) {
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
            self.waiting.borrow_mut().insert(id, (resolve, reject));
        });
        self.worker.post_message_with_transfer(&message, transfer)?;
        Ok(JsFuture::from(promise).await?)
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

    /// Whether this browser can keep a second copy of the journal.
    pub async fn has_copy(&self) -> bool {
        self.ask("copy-open", &[], &Array::new()).await.is_ok_and(|open| open.is_truthy())
    }

    /// Adds one sealed record to the second copy and waits until it is on the disk.
    ///
    /// # Errors
    /// What the browser says; the first copy is not touched by it.
    pub async fn copy_append(&self, record: &Uint8Array) -> Result<(), Failure> {
        self.ask("copy-append", &[("bytes", record.into())], &Array::new()).await.map(drop)
    }

    /// Every whole record of the second copy, oldest first.
    ///
    /// # Errors
    /// What the browser says.
    pub async fn copy_read(&self) -> Result<Vec<Uint8Array>, Failure> {
        let records = self.ask("copy-read", &[], &Array::new()).await?;
        Ok(records.unchecked_into::<Array>().iter().map(JsCast::unchecked_into).collect())
    }

    /// Empties the second copy: everything in it has a receipt.
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

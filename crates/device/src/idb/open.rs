//! Opening and migrating.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, IdbDatabase, IdbOpenDbRequest, IdbVersionChangeEvent};

use super::{Store, promise};
use crate::Failure;

/// What one version of the database adds to the one before. Released ones never change.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Object stores that are new.
    pub create: &'static [Store],
}

/// Opens `name` in the version that `migrations` lead to, within `limit_ms`.
///
/// A connection that the browser closes, or that stands in the way of a newer
/// version in another tab, is taken out of `slot`.
pub(super) async fn connect(
    name: &str,
    migrations: &'static [Migration],
    slot: Rc<RefCell<Option<IdbDatabase>>>,
    limit_ms: i32,
) -> Result<IdbDatabase, Failure> {
    let factory = crate::window()?.indexed_db()?.ok_or_else(|| Failure::new("NotSupportedError", "IndexedDB"))?;
    let request: IdbOpenDbRequest = factory.open_with_u32(name, migrations.len() as u32)?;
    let upgrade = Closure::once(move |event: IdbVersionChangeEvent| {
        let Some(request) = event.target().and_then(|target| target.dyn_into::<IdbOpenDbRequest>().ok()) else {
            return;
        };
        let Ok(database) = request.result().map(JsCast::unchecked_into::<IdbDatabase>) else {
            return;
        };
        let from = event.old_version() as usize;
        for store in migrations.iter().skip(from).flat_map(|migration| migration.create) {
            // A store that cannot be made fails the whole upgrade, and with it the opening.
            if database.create_object_store(store).is_err()
                && let Some(transaction) = request.transaction()
            {
                drop(transaction.abort());
            }
        }
    });
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let opened: JsValue = JsFuture::from(promise::answered(&request, limit_ms)).await?;
    let database: IdbDatabase = opened.unchecked_into();
    let gone = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        if let Some(database) = event.target().and_then(|target| target.dyn_into::<IdbDatabase>().ok()) {
            database.close();
            // An old connection may end when a new one is in use already.
            if slot.borrow().as_ref() == Some(&database) {
                slot.borrow_mut().take();
            }
        }
    });
    database.set_onclose(Some(gone.as_ref().unchecked_ref()));
    database.set_onversionchange(Some(gone.as_ref().unchecked_ref()));
    // As long as the page: the browser may call it whenever the connection ends.
    gone.forget();
    Ok(database)
}

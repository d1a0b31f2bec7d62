//! The phone app of the supervisor.
//!
//! Client-rendered, works from its own store and never waits for the network.
//! Logic is in `domain` and `sync`, the browser in `device`; here is what people
//! see and touch.

mod app;
mod controls;
mod keeper;
mod later;
mod me;
mod parts;
mod phone;
mod ready;
pub mod route;
mod row;
mod screens;
mod status;
mod visit;
mod words;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;

/// Mounts the app into `#app`. The skeleton there stays until the app has something to show.
pub fn mount() {
    let Some(place) = document().get_element_by_id("app") else { return };
    leptos::mount::mount_to(&place, app::app);
}

/// What the shell says under a name.
fn page_meta(name: &str) -> String {
    let query = ["meta[name=\"", name, "\"]"].concat();
    document().query_selector(&query).ok().flatten().and_then(|meta| meta.get_attribute("content")).unwrap_or_default()
}

/// Every file of the app that the shell names: all of them must lie in the worker's cache.
fn app_files() -> Vec<String> {
    let mut files = vec!["/field".to_owned()];
    files.extend(["mingcha:worker", "mingcha:glue", "mingcha:wasm"].map(page_meta));
    if let Ok(links) = document().query_selector_all("link[rel=stylesheet],script[src]") {
        for n in 0..links.length() {
            let Some(link) = links.get(n).and_then(|node| node.dyn_into::<web_sys::Element>().ok()) else { continue };
            files.extend(link.get_attribute("href").or_else(|| link.get_attribute("src")));
        }
    }
    files.retain(|file| !file.is_empty());
    files
}

/// Sets or removes an attribute of the root element.
fn set_root(name: &str, value: Option<&str>) {
    let Some(root) = document().document_element() else { return };
    // Neither can fail for a fixed, valid name.
    drop(match value {
        Some(value) => root.set_attribute(name, value),
        None => root.remove_attribute(name),
    });
}

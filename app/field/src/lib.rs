//! The phone app of the supervisor.

pub mod route;

use leptos::prelude::*;

/// Mounts the app into `#app`, in place of the skeleton.
pub fn mount() {
    let Some(place) =
        web_sys::window().and_then(|window| window.document()).and_then(|document| document.get_element_by_id("app"))
    else {
        return;
    };
    place.set_inner_html("");
    let place: web_sys::HtmlElement = wasm_bindgen::JsCast::unchecked_into(place);
    leptos::mount::mount_to(place, || view! { <p>"…"</p> }).forget();
}

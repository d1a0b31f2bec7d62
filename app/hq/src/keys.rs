//! Single keys: `j` and `k` move, `a` accepts, `r` returns, `/` searches, `?` shows them all.
//! They sleep while somebody types, and can be switched off in the settings.

use leptos::{
    ev::{KeyboardEvent, keydown},
    prelude::*,
    wasm_bindgen::JsCast as _,
    web_sys::{Element, HtmlElement},
};
use ui::Dialog;

use crate::{
    context::page,
    settings::Keys,
    words::{t, w},
};

/// Listens for as long as the page lives, and holds the list of keys.
#[component]
pub(crate) fn Shortcuts() -> impl IntoView {
    let help = RwSignal::new(false);
    if page().shortcuts {
        let keys = window_event_listener(keydown, move |event| {
            if is_meant(&event) && press(&event.key(), help) {
                event.prevent_default();
            }
        });
        on_cleanup(move || keys.remove());
    }
    view! {
        <Dialog
            id="keys"
            title=t(w("快捷键", "Keyboard shortcuts"))
            open=help
            on_close=move |()| help.set(false)
            close_label=t(w("关闭", "Close"))
        >
            <Keys />
        </Dialog>
    }
}

/// Whether a key is meant for us: not for a field, an input method, the browser, or what lies in front.
fn is_meant(event: &KeyboardEvent) -> bool {
    let taken = event.default_prevented() || event.is_composing();
    if taken || event.ctrl_key() || event.meta_key() || event.alt_key() {
        return false;
    }
    let at = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let types = at.and_then(|at| at.closest("input, textarea, select").ok().flatten()).is_some();
    !types && document().query_selector("dialog[open]").ok().flatten().is_none()
}

/// Does what the key says. `false`: it says nothing here.
fn press(key: &str, help: RwSignal<bool>) -> bool {
    match key {
        "?" => help.set(true),
        "j" => return step(1),
        "k" => return step(-1),
        "a" | "r" | "/" => return follow(key),
        _ => return false,
    }
    true
}

/// Presses what is marked with the key; a field takes the focus.
fn follow(key: &str) -> bool {
    let marked = document().query_selector(&["[data-key=\"", key, "\"]"].concat()).ok().flatten();
    let Some(marked) = marked.and_then(|marked| marked.dyn_into::<HtmlElement>().ok()) else { return false };
    if marked.tag_name() == "INPUT" {
        // Refused only for an element that is not in the document any more.
        drop(marked.focus());
    } else {
        marked.click();
    }
    true
}

/// Moves the focus among the rows of the list; from nowhere to the first.
fn step(by: isize) -> bool {
    let links = document().get_elements_by_tag_name("a");
    let rows: Vec<HtmlElement> = (0..links.length())
        .filter_map(|n| links.item(n))
        .filter(|link| link.has_attribute("data-row"))
        .filter_map(|link| link.dyn_into().ok())
        .collect();
    let focused = document().active_element();
    let at = rows.iter().position(|row| focused.as_ref().is_some_and(|focused| row.is_same_node(Some(focused))));
    let to = match at {
        Some(at) => at.saturating_add_signed(by).min(rows.len().saturating_sub(1)),
        None => 0,
    };
    let Some(row) = rows.get(to) else { return false };
    drop(row.focus());
    true
}

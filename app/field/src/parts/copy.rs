//! A button that copies a text, and says whether it could.

use leptos::prelude::*;
use ui::{Button, ButtonKind, Glyph};

use crate::words::t;

/// The button. `data-state` within it is `ready`, `copied` or `refused`.
pub(crate) fn copy(kind: ButtonKind, label: &'static str, text: String) -> impl IntoView {
    let copied = RwSignal::new(None::<bool>);
    let state = move || match copied.get() {
        Some(true) => "copied",
        Some(false) => "refused",
        None => "ready",
    };
    let word = move || match copied.get() {
        Some(true) => t("已复制", "Copied"),
        Some(false) => t("没能复制,请手动复制", "Not copied: copy it by hand"),
        None => label,
    };
    view! {
        <Button
            kind
            icon=Glyph::COPY
            on_click=move |()| {
                let text = text.clone();
                leptos::task::spawn_local(async move {
                    copied.try_set(Some(device::files::copy(&text).await));
                });
            }
        >
            <span data-state=state>{word}</span>
        </Button>
    }
}

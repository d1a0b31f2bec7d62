//! An answer in words.

use domain::checklist::Value;
use leptos::prelude::*;
use ui::TextArea;

use super::Slot;
use crate::later::Debounce;

pub(super) fn view(slot: Slot) -> impl IntoView {
    let stored = Signal::derive(move || match slot.value.get() {
        Some(Value::Text(text)) => text,
        _ => String::new(),
    });
    let typed = RwSignal::new(stored.get_untracked());
    let later = Debounce::new(slot.visit.phone);
    view! {
        <TextArea
            name=slot.name()
            label=slot.legend()
            value=typed
            maxlength=4000_u32
            on_input=move |text: String| {
                typed.set(text.clone());
                later.run(move || slot.set((!text.trim().is_empty()).then_some(Value::Text(text))));
            }
            on_blur=move |()| later.flush()
        />
    }
}

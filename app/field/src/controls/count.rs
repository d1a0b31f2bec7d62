//! How many of so many.

use domain::checklist::Value;
use leptos::prelude::*;
use ui::{Button, ButtonKind, Counter};

use super::Slot;
use crate::words::{self, tf};

pub(super) fn view(slot: Slot, of: u32) -> impl IntoView {
    let value = Signal::derive(move || match slot.value.get() {
        Some(Value::Count(right)) => Some(right),
        _ => None,
    });
    let set = move |right: u32| slot.set(Some(Value::Count(right.min(of))));
    let all = tf("全部 {}", "All {}", &[&of.to_string()]);
    view! {
        <Counter label=slot.legend() value of on_change=set words=words::counter() />
        <div class="counter__tap">
            <Button kind=ButtonKind::Quiet on_click=move |()| set(0)>
                "0"
            </Button>
            <Button kind=ButtonKind::Quiet on_click=move |()| set(of)>
                {all}
            </Button>
        </div>
    }
}

//! What was done, with a moment to take it back.

use leptos::prelude::*;

use crate::{Label, button::Button, button::ButtonKind};

/// A line at the bottom while `message` holds one. It is spoken once; the seconds are not.
#[component]
pub fn Toast(
    /// What was done; `None` hides it.
    #[prop(into)]
    message: Signal<Option<String>>,
    /// The word of the button that takes it back.
    #[prop(optional, into)]
    undo_label: Option<Label>,
    /// Called to take it back.
    #[prop(optional, into)]
    on_undo: Option<Callback<()>>,
    /// Seconds until it can't be taken back.
    #[prop(optional, into)]
    seconds_left: Signal<Option<u32>>,
) -> impl IntoView {
    let shown = Memo::new(move |_| message.get());
    view! {
        <div role="status" aria-live="polite">
            {move || {
                shown
                    .get()
                    .map(|message| {
                        let undo = undo_label.clone().zip(on_undo);
                        view! {
                            <div class="toast" data-state="shown">
                                <span class="grow">{message}</span>
                                <span class="toast__left num" aria-hidden="true">
                                    {move || seconds_left.get()}
                                </span>
                                {undo
                                    .map(|(label, on_undo)| {
                                        view! {
                                            <Button kind=ButtonKind::Link on_click=on_undo>
                                                {label}
                                            </Button>
                                        }
                                    })}
                            </div>
                        }.into_any()
                    })
            }}
        </div>
    }
    .into_any()
}

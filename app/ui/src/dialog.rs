//! A question in front of everything else.

use leptos::{ev, html, prelude::*};

use crate::{Label, button::ButtonKind, icon::Glyph, icon_button::IconButton};

/// A native modal dialog; on a phone it rises from below. The holder of `open`
/// closes it: `on_close` is called for the cross, for Escape and for the back gesture.
#[component]
pub fn Dialog(
    /// The id; its heading is `{id}-title`.
    #[prop(into)]
    id: Label,
    /// The heading.
    #[prop(into)]
    title: Label,
    /// It is open.
    #[prop(into)]
    open: Signal<bool>,
    /// Called when the person wants it closed.
    #[prop(into)]
    on_close: Callback<()>,
    /// The name of the cross: 关闭.
    #[prop(into)]
    close_label: Label,
    /// What it holds, built each time it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let title_id = [&*id, "-title"].concat();
    let labelled_by = title_id.clone();
    Effect::new(move |_| {
        let wanted = open.get();
        if let Some(dialog) = node.get() {
            if wanted && !dialog.open() {
                // Refused only if the element left the document meanwhile.
                drop(dialog.show_modal());
            } else if !wanted && dialog.open() {
                dialog.close();
            }
        }
    });
    view! {
        <dialog
            class="dialog dialog--sheet"
            node_ref=node
            id=id
            aria-labelledby=labelled_by
            data-state=move || if open.get() { "open" } else { "closed" }
            on:cancel=move |event: ev::Event| {
                event.prevent_default();
                on_close.run(());
            }
            on:close=move |_: ev::Event| {
                if open.get_untracked() {
                    on_close.run(());
                }
            }
        >
            <div class="dialog__head">
                <h2 id=title_id>{title}</h2>
                <IconButton
                    glyph=Glyph::CLOSE
                    label=close_label
                    kind=ButtonKind::Link
                    on_click=on_close
                />
            </div>
            <div class="dialog__body">{move || open.get().then(|| children())}</div>
        </dialog>
    }
    .into_any()
}

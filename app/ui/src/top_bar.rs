//! Where one is, on the phone.

use leptos::prelude::*;

use crate::{Label, icon::Glyph, icon_button::IconButton};

/// The bar on top: the way back, the page's one `h1`, and at its end what is
/// true now. After a change of page, focus goes to `#page-title`.
#[component]
pub fn TopBar(
    /// The page, or the hall: never both missing.
    #[prop(into)]
    title: Signal<String>,
    /// A lighter line below.
    #[prop(optional, into)]
    sub: Signal<String>,
    /// Where the way back leads.
    #[prop(optional_no_strip, into)]
    back: Option<Label>,
    /// The name of the way back.
    #[prop(optional, into)]
    back_label: Option<Label>,
    /// At the end: a truth badge, a button.
    #[prop(optional)]
    children: Option<Children>,
    /// Below the row: the progress of the sections.
    #[prop(optional, into)]
    below: Option<ViewFn>,
) -> impl IntoView {
    view! {
        <header class="topbar">
            <div class="topbar__row">
                {back
                    .map(|href| {
                        view! {
                            <IconButton glyph=Glyph::BACK href label=back_label.unwrap_or_default() />
                        }
                    })}
                <div class="topbar__names">
                    <h1 class="topbar__title" id="page-title" tabindex="-1">
                        {move || title.get()}
                    </h1>
                    {move || {
                        let sub = sub.get();
                        (!sub.is_empty()).then(|| view! { <p class="topbar__sub">{sub}</p> }.into_any())
                    }}
                </div>
                <div class="topbar__end">{children.map(|children| children())}</div>
            </div>
            {below.map(|below| below.run())}
        </header>
    }
    .into_any()
}

//! A form that asks for an op.

use domain::ids::OpId;
use leptos::prelude::*;

/// A form that asks for an op. A plain one: the browser posts it and is sent back
/// to the page, with or without WASM. Sent twice it asks for the same op twice.
#[component]
pub(crate) fn ActForm(
    /// The address of the server function.
    action: &'static str,
    /// The op that it asks for, made when the page was shown.
    op: OpId,
    /// The revision of the subject that the page shows.
    #[prop(optional_no_strip)]
    base: Option<u32>,
    /// The class of the form.
    #[prop(default = "form")]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <form method="post" action=action class=class>
            <input type="hidden" name="op_id" value=op.to_string() />
            {base.map(|base| view! { <input type="hidden" name="base" value=base.to_string() /> })}
            {children()}
        </form>
    }
}

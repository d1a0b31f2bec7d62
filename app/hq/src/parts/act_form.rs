//! A form that asks for an op.

use std::time::Duration;

use domain::ids::OpId;
use leptos::{ev::SubmitEvent, prelude::*};

use super::{
    FailureHere,
    post::{post, said},
};
use crate::{error::HqError, loaded::op_after};

/// After how long a page that is still there was not left after all.
const STAYED: Duration = Duration::from_secs(10);

/// A form that asks for an op. A plain one: without script the browser posts it and is sent back to the page. With script
/// the same is posted from the page, which is left only for where the op leads: what was filled in outlives a refusal.
/// Sent twice it asks for the same op twice.
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
    let op = RwSignal::new(op);
    let under_way = RwSignal::new(false);
    let failed = RwSignal::new(None::<HqError>);
    // An attempt under this id ended without an answer: perhaps it is in force.
    let open = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        // What cannot be read is left to the browser.
        let Some(said) = said(&event) else { return };
        event.prevent_default();
        if under_way.get_untracked() {
            return;
        }
        under_way.set(true);
        failed.set(None);
        leptos::task::spawn_local(async move {
            match post(action, said).await {
                // Whoever has gone on to another page meanwhile stays there.
                Ok(to) => {
                    // Shown again on the way back, the form asks for another op.
                    op.try_update(|op| *op = op_after(*op));
                    if under_way.try_get_untracked().is_some() {
                        leave(to.as_deref(), under_way);
                    }
                }
                Err(error) => {
                    // What is refused before anybody looked the op up says nothing of an earlier attempt.
                    let was_open = open.try_get_untracked() == Some(true);
                    let is_open = if was_open { !error.is_about_op() } else { !error.is_refusal() };
                    open.try_set(is_open);
                    if !is_open {
                        op.try_update(|op| *op = op_after(*op));
                    }
                    under_way.try_set(false);
                    failed.try_set(Some(error));
                }
            }
        });
    };
    view! {
        {move || failed.get().map(|error| view! { <FailureHere error=error /> })}
        <form
            method="post"
            action=action
            class=class
            on:submit=submit
            inert=move || under_way.get()
            aria-busy=move || under_way.get().to_string()
        >
            <input type="hidden" name="op_id" value=move || op.get().to_string() />
            {base.map(|base| view! { <input type="hidden" name="base" value=base.to_string() /> })}
            {children()}
        </form>
    }
}

/// Goes where the op leads, by a whole load. Until then the form stays as it is: a second press sends nothing.
fn leave(to: Option<&str>, under_way: RwSignal<bool>) {
    // A browser may keep the page as it is and show it again on the way back. Whoever listens goes with the page.
    window_event_listener_untyped("pageshow", move |_| {
        under_way.try_set(false);
    });
    // Whoever is asked whether to leave, and stays, goes on with the form.
    set_timeout(
        move || {
            under_way.try_set(false);
        },
        STAYED,
    );
    // Refused only where the browser lets nobody leave.
    drop(match to {
        Some(to) => location().assign(to),
        None => location().reload(),
    });
}

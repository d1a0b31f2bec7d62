//! What went wrong, where a page or a form would be.

use domain::time::show_date_time;
use leptos::{html::Div, prelude::*, server_fn::error::ServerFnUrlError};
use leptos_router::hooks::use_query_map;
use ui::{Banner, ButtonKind, ButtonLink, Glyph, Tone};

use crate::{
    context::page,
    error::{HqError, field},
    paths,
    words::{fill, t, w},
};

/// In place of what could not be shown.
#[component]
pub(crate) fn Failure(
    error: HqError,
    /// What it befell, where that is not what stands around it.
    #[prop(optional, into)]
    about: Option<String>,
    /// What can be done about it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let detail = detail(&error);
    let signed_out = error == HqError::SignedOut;
    let tone = if matches!(error, HqError::NotFound | HqError::NotAllowed) { Tone::Neutral } else { Tone::Cinnabar };
    let title = match &error {
        HqError::Decided { by, at } => fill(error.word(), &[by, &show_date_time(*at, page().zone)]),
        other => t(other.word()).to_owned(),
    };
    let title = match about {
        Some(about) => fill(w("{}:{}", "{}: {}"), &[&about, &title]),
        None => title,
    };
    view! {
        <Banner tone glyph=Glyph::WARNING title=title alert=true>
            {detail.map(|detail| match field(&detail) {
                Some(word) => view! { <p data-field=detail>{t(word)}</p> }.into_any(),
                None => view! { <p class="small"><code>{detail}</code></p> }.into_any(),
            })}
            {signed_out
                .then(|| {
                    view! {
                        <ButtonLink href=paths::SIGN_IN kind=ButtonKind::Quiet external=true>
                            {t(w("登录", "Sign in"))}
                        </ButtonLink>
                    }
                })}
            {children.map(|children| children())}
        </Banner>
    }
}

/// What the form that was just sent came to, if it failed. The address carries it,
/// so that it is shown without any script.
#[component]
pub(crate) fn FormFailure() -> impl IntoView {
    // By the address itself: what the router provides stays when one goes on to another page.
    let query = use_query_map();
    move || {
        let failed = query.with(|query| query.get("__err"))?;
        let error = ServerFnUrlError::<HqError>::decode_err(&failed);
        Some(view! { <Failure error=error /> })
    }
}

/// What the form below came to, which was sent without leaving the page: it comes into view, and the keyboard goes on from
/// there.
#[component]
pub(super) fn FailureHere(error: HqError) -> impl IntoView {
    let place = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if let Some(place) = place.get() {
            // Refused only for an element that is not in the document any more.
            drop(place.focus());
        }
    });
    view! {
        <div class="failed-here" tabindex="-1" node_ref=place>
            <Failure error=error />
        </div>
    }
}

fn detail(error: &HqError) -> Option<String> {
    match error {
        HqError::BadInput { field } => Some(field.clone()),
        HqError::Refused { detail, .. } => Some(detail.clone()),
        HqError::Held { code } => Some(code.code().to_owned()),
        _ => None,
    }
    .filter(|detail| !detail.is_empty())
}

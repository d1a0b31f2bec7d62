//! The document around the app.

use http::{HeaderValue, header::CONTENT_SECURITY_POLICY};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use leptos_meta::MetaTags;

use super::Bundle;
use crate::{App, context::page};

/// The whole document of one request. Also sets its content security policy,
/// whose nonce lets through what the framework streams into the page, and nothing else.
#[must_use]
pub fn document(bundle: &Bundle) -> impl IntoView + use<> {
    let page = page();
    let Bundle { style, script, .. } = bundle.clone();
    set_policy();
    view! {
        <!DOCTYPE html>
        <html lang=page.lang.tag() data-theme=page.theme.name()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="robots" content="noindex" />
                <link rel="stylesheet" href=style />
                {script.map(|src| view! { <script type="module" src=src></script> })}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

fn set_policy() {
    let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else { return };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}

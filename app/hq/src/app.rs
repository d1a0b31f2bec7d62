//! The one component: page context, router, routes.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
};

use crate::{
    context::PageContext,
    error::HqError,
    frame::Frame,
    parts::Failure,
    paths::route,
    settings::SettingsPage,
    sign_in::SignInPage,
    words::{t, w},
};

/// HQ. Rendered on the server for every address below `/hq`, then hydrated.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    // The server puts it beside the page; the browser reads it from there.
    let context = SharedValue::new(|| use_context::<PageContext>().unwrap_or_default()).into_inner();
    if !context.sprite.is_empty() {
        ui::icon::provide_sprite(&context.sprite);
    }
    provide_context(context);
    view! {
        <Title formatter=|title: String| format!("{title} · {}", t(w("明察", "Mingcha"))) />
        <Router>
            <Frame>
                <FlatRoutes fallback=|| view! { <Failure error=HqError::NotFound /> }>
                    <Route path=route::sign_in() view=SignInPage ssr=SsrMode::Async />
                    <Route path=route::settings() view=SettingsPage ssr=SsrMode::Async />
                </FlatRoutes>
            </Frame>
        </Router>
    }
}

//! The one component: page context, router, routes.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
};
use ui::{ButtonKind, ButtonLink};

use crate::{
    board::BoardPage,
    checklists::{ChecklistPage, ChecklistsPage},
    context::PageContext,
    error::HqError,
    findings::FindingsPage,
    frame::Frame,
    held::HeldPage,
    org::OrgPage,
    parts::{Failure, Screen},
    paths::{self, route},
    people::{LinkPage, PeoplePage, SupervisorPage},
    settings::SettingsPage,
    sign_in::SignInPage,
    tasks::{AssignPage, TasksPage},
    visit::{AcceptPage, ReturnPage, VisitPage, VoidPage},
    visits::VisitsPage,
    words::{t, w},
};

/// For an address that leads nowhere.
fn nowhere() -> impl IntoView {
    view! {
        <Screen title=t(w("没有这一页", "No such page"))>
            <Failure error=HqError::NotFound />
            <p>
                <ButtonLink href=paths::BOARD kind=ButtonKind::Quiet>
                    {t(w("回总览", "Back to the overview"))}
                </ButtonLink>
            </p>
        </Screen>
    }
}

/// A title as the server writes it into a page: `leptos_meta` puts it between the tags as it is, and a visit is called by
/// the name of its venue. In the browser it is set as text.
fn in_title(title: String) -> String {
    if cfg!(feature = "ssr") { title.replace('&', "&amp;").replace('<', "&lt;") } else { title }
}

/// HQ. Rendered on the server for every address below `/hq`, then hydrated.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    // The server puts it beside the page; the browser reads it from there.
    let context = SharedValue::new(|| use_context::<PageContext>().unwrap_or_default()).into_inner();
    if !context.sprite.is_empty() {
        ui::icon::provide_sprite(&[&context.sprite, "#"].concat());
    }
    provide_context(context);
    view! {
        <Title formatter=|title: String| in_title(format!("{title} · {}", t(w("明察", "Mingcha")))) />
        <Router>
            <Frame>
                <FlatRoutes fallback=nowhere>
                    <Route path=route::sign_in() view=SignInPage ssr=SsrMode::Async />
                    <Route path=route::board() view=BoardPage ssr=SsrMode::Async />
                    <Route path=route::findings() view=FindingsPage ssr=SsrMode::Async />
                    <Route path=route::people() view=PeoplePage ssr=SsrMode::Async />
                    <Route path=route::people_link() view=LinkPage ssr=SsrMode::Async />
                    <Route path=route::supervisor() view=SupervisorPage ssr=SsrMode::Async />
                    <Route path=route::tasks() view=TasksPage ssr=SsrMode::Async />
                    <Route path=route::assign() view=AssignPage ssr=SsrMode::Async />
                    <Route path=route::checklists() view=ChecklistsPage ssr=SsrMode::Async />
                    <Route path=route::checklist() view=ChecklistPage ssr=SsrMode::Async />
                    <Route path=route::org() view=OrgPage ssr=SsrMode::Async />
                    <Route path=route::held() view=HeldPage ssr=SsrMode::Async />
                    <Route path=route::visits() view=VisitsPage ssr=SsrMode::Async />
                    <Route path=route::visit() view=VisitPage ssr=SsrMode::Async />
                    <Route path=route::visit_accept() view=AcceptPage ssr=SsrMode::Async />
                    <Route path=route::visit_return() view=ReturnPage ssr=SsrMode::Async />
                    <Route path=route::visit_void() view=VoidPage ssr=SsrMode::Async />
                    <Route path=route::settings() view=SettingsPage ssr=SsrMode::Async />
                </FlatRoutes>
            </Frame>
        </Router>
    }
}
